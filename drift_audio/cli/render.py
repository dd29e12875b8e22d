"""`drift-audio render`: a script file becomes audio."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drift_audio.cli import request as ask
from drift_audio.cli.option_groups import unfolded

if TYPE_CHECKING:
    from drift_audio.script.model import Script
    from drift_audio.studio import Studio


@unfolded
def render(
    script: Annotated[Path, typer.Argument(help="A script file (see docs/script-format.md).", show_default=False)],
    *,
    encoded: ask.Encoded,
    mixed: ask.Mixed,
    force: ask.Force = False,
    as_json: ask.Json = False,
    quiet: ask.Quiet = False,
) -> None:
    """Make the audio of a script; sentences that were voiced before are taken from the cache."""
    from drift_audio.config import load_settings

    settings = load_settings({})
    words = read_script(script)
    target = ask.make_target(settings, encoded, mixed, force=force)
    from drift_audio import pipeline
    from drift_audio.cli.output import progress
    from drift_audio.errors import BadInput
    from drift_audio.script.markup import parse
    from drift_audio.studio import open_studio

    parsed = parse(words, file=str(script))
    with open_studio(settings, writer="offline", once=True) as studio, progress(wanted=not (quiet or as_json)) as on_event:
        try:
            session = pipeline.render(parsed, studio, target, on_event=on_event)
        except BadInput:
            _tell_where(parsed, words, script, studio)
            raise
    ask.deliver(session, target)
    ask.report(session, as_json=as_json, quiet=quiet)


def _tell_where(script: Script, words: str, path: Path, studio: Studio) -> None:
    """Where a voice or a bed of the script cannot be used, tell the line that names it."""
    from drift_audio.errors import BadInput, ScriptError
    from drift_audio.preflight import check_name, named

    for kind, name in named(script):
        try:
            check_name(kind, name, script, studio)
        except BadInput as error:
            lines = [number for number, line in enumerate(words.splitlines(), 1) if name in line]
            raise ScriptError(str(error), line=lines[0] if lines else 1, file=str(path)) from None


def read_script(path: Path) -> str:
    """Text of a script file.

    Raises:
        ScriptError: binary or empty. BadInput: cannot be read.
    """
    from drift_audio.errors import ScriptError

    raw = ask.read_bytes(path)
    if b"\x00" in raw:
        raise ScriptError("is not a text file", line=1, file=str(path))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScriptError("is not text in UTF-8", line=raw[: error.start].count(b"\n") + 1, file=str(path)) from None
    if not text.strip():
        raise ScriptError('is empty; write one with: drift-audio script "..." -o FILE', line=1, file=str(path))
    return text
