"""`drift-audio say`: speak a line to a file, to try a voice, a speed or the lexicon."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

VoiceName = Annotated[str | None, typer.Option("--voice", help="A voice (drift-audio voices list).")]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="WAV file to write. (default: VOICE.wav)")]
Speed = Annotated[float, typer.Option("--speed", help="Factor of the voice's own pace.", min=0.5, max=1.5)]
Force = Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]


def say(
    text: Annotated[str, typer.Argument(help="What to say; '-' reads standard input.", show_default=False)],
    voice: VoiceName = None,
    output: Output = None,
    speed: Speed = 1.0,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Speak a line to a WAV file, with your own lexicon.yaml applied."""
    import sys

    from drift_audio.sound.voice.sample import sentences

    spoken = sys.stdin.read(20_000) if text == "-" else text
    write(sentences(spoken), voice=voice, output=output, speed=speed, force=force, as_json=as_json)


def write(texts: tuple[str, ...], *, voice: str | None, output: Path | None, speed: float, force: bool, as_json: bool) -> None:
    """Speak `texts` by `voice` (or the default one) and show what was written."""
    from drift_audio.cli.output import emit_json, err_console
    from drift_audio.config import load_settings
    from drift_audio.sound.voice.sample import write_sample
    from drift_audio.studio import open_voices, voice_catalog

    settings = load_settings({"voice": voice})
    path = output or Path(f"{settings.voice}.wav")
    with open_voices(settings, voice_catalog(settings)) as voices:
        sample = write_sample(texts, path, voices, voice=settings.voice, speed=speed, force=force)
    if as_json:
        emit_json({"path": str(sample.path), "voice": sample.voice, "seconds": round(sample.seconds, 3)})
    else:
        err_console().print(f"{sample.path}: {sample.seconds:.1f} s by {sample.voice}", markup=False)
