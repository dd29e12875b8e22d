"""`drift-audio voices`: which voices there are, how they sound, and how to get more."""

from __future__ import annotations

from typing import Annotated

import typer

from drift_audio.cli import say as sayings

app = typer.Typer(no_args_is_help=True, help="List, hear, add and remove voices.")

Name = Annotated[str, typer.Argument(help="A voice (drift-audio voices list).", show_default=False)]


@app.command("list")
def list_voices(as_json: sayings.Json = False) -> None:
    """Show every voice with its engine, its state and what it would need."""
    from drift_audio.cli.output import console, emit_json, show_table
    from drift_audio.config import load_settings
    from drift_audio.sound.engines.table import engine_state
    from drift_audio.studio import voice_catalog

    settings = load_settings()
    catalog = voice_catalog(settings)
    found = [(catalog[name], engine_state(catalog[name], data_dir=settings.data_dir)) for name in catalog]
    if as_json:
        rows = [voice.model_dump(exclude={"weights", "options"}) | state.model_dump() for voice, state in found]
        emit_json({"voices": rows, "default": settings.voice})
        return
    marks = {True: "* ", False: "  "}
    table = [(marks[voice.recommended] + voice.name, voice.engine, state.state, voice.character) for voice, state in found]
    show_table(("  voice", "engine", "state", "character"), table)
    needs = [f"{voice.name}: {state.hint}" for voice, state in found if state.hint]
    console().print("\n".join(["", "* recommended", *needs]), markup=False)


@app.command()
def preview(name: Name, output: sayings.Output = None, force: sayings.Force = False, as_json: sayings.Json = False) -> None:
    """Let a voice speak four sentences into a WAV file."""
    from drift_audio.sound.sample import PASSAGE

    sayings.write(PASSAGE, voice=name, output=output, speed=1.0, force=force, as_json=as_json)
