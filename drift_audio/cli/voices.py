"""`drift-audio voices`: which voices there are, how they sound, and how to get more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drift_audio.cli import say as sayings

if TYPE_CHECKING:
    from drift_audio.catalog import Catalog
    from drift_audio.config import Settings
    from drift_audio.sound.engines.base import Voice

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
    ready, broken = catalog.readable()
    found = [(voice, engine_state(voice, data_dir=settings.data_dir)) for voice in ready]
    if as_json:
        rows = [voice.model_dump(exclude={"weights", "options"}) | state.model_dump() for voice, state in found]
        rows += [{"name": name, "state": "broken", "hint": why} for name, why in broken.items()]
        emit_json({"voices": rows, "default": settings.voice})
        return
    marks = {True: "* ", False: "  "}
    table = [(marks[voice.recommended] + voice.name, voice.engine, state.state, voice.character) for voice, state in found]
    table += [(f"  {name}", "-", "broken", "") for name in broken]
    show_table(("  voice", "engine", "state", "character"), table)
    needs = [f"{voice.name}: {state.hint}" for voice, state in found if state.hint]
    needs += [f"{name}: {why}" for name, why in broken.items()]
    console().print("\n".join(["", "* recommended", *needs]), markup=False)


@app.command()
def preview(name: Name, output: sayings.Output = None, force: sayings.Force = False, as_json: sayings.Json = False) -> None:
    """Let a voice speak four sentences into a WAV file."""
    from drift_audio.sound.voice.sample import PASSAGE

    sayings.write(PASSAGE, voice=name, output=output, speed=1.0, force=force, as_json=as_json)


@app.command()
def add(
    source: Annotated[str, typer.Argument(help="A voice to download, or a folder or file with weights.", show_default=False)],
    name: Annotated[str | None, typer.Option("--name", help="What to call a new voice.")] = None,
    as_json: sayings.Json = False,
) -> None:
    """Install the weights of a voice: by its name from the network, or from your own files. All is checked before it is used."""
    from drift_audio.cli.output import emit_json, err_console
    from drift_audio.config import load_settings
    from drift_audio.studio import voice_catalog

    settings = load_settings()
    catalog = voice_catalog(settings)
    with _transfer(wanted=not as_json) as progress:
        if source in catalog:
            added = _download(catalog[source], settings, progress)
        else:
            added = _install(source, catalog, settings, name, progress)
    if as_json:
        emit_json(added)
        return
    page = err_console()
    page.print(f"{len(added['files'])} files installed", markup=False)
    if ready := added["ready"]:
        page.print(f"ready: {', '.join(ready)}; hear one with: drift-audio voices preview {ready[0]}", markup=False)
    for needed in added.get("needs", ()):
        page.print(f"not ready yet: {needed}", markup=False)


@app.command()
def remove(name: Name, as_json: sayings.Json = False) -> None:
    """Delete a voice's weights (those that no other voice needs), and the voice itself when you added it."""
    from drift_audio.cli.output import emit_json, err_console
    from drift_audio.config import load_settings
    from drift_audio.sound.engines.install import remove as remove_voice
    from drift_audio.studio import voice_catalog

    settings = load_settings()
    catalog = voice_catalog(settings)
    gone = remove_voice(catalog[name], voices=catalog, data_dir=settings.data_dir, user_voices=settings.user_voices)
    if as_json:
        emit_json({"removed": list(gone)})
    else:
        err_console().print("removed " + ", ".join(gone), markup=False)


@app.command()
def clone(
    name: Annotated[str, typer.Argument(help="What to call the new voice.", show_default=False)],
    sample: Annotated[Path, typer.Argument(help="A recording of 3 to 60 s of clear speech.", show_default=False)],
    base: Annotated[str, typer.Option("--base", help="The voice whose model is to speak.")] = "xtts",
    consent: Annotated[bool, typer.Option("--i-have-consent", help="It is my own voice, or I was allowed to.")] = False,
    licence: Annotated[bool, typer.Option("--accept-licence", help="I agree to the model's licence.")] = False,
    as_json: sayings.Json = False,
) -> None:
    """Make a voice from a recording of your own. It stays on this machine, readable by you alone."""
    from drift_audio.cli.output import emit_json, err_console
    from drift_audio.config import load_settings
    from drift_audio.sound.engines import clone as cloning
    from drift_audio.studio import voice_catalog

    settings = load_settings()
    _agree(cloning.CONSENT, given=consent, flag="--i-have-consent")
    _agree(cloning.LICENCE, given=licence, flag="--accept-licence")
    model = voice_catalog(settings)[base]
    file = cloning.clone(name, sample, model, data_dir=settings.data_dir, user_voices=settings.user_voices)
    if as_json:
        emit_json({"voice": name, "path": str(file)})
    else:
        err_console().print(f"voice {name} made; hear it with: drift-audio voices preview {name}", markup=False)


def _agree(statement: str, *, given: bool, flag: str) -> None:
    """Ask the person; where nobody can answer, only the flag counts.

    Raises:
        ConfigError: not agreed.
    """
    import sys

    from drift_audio.errors import ConfigError

    if given:
        return
    if not sys.stdin.isatty() or not typer.confirm(f"{statement} Is that so?", default=False, err=True):
        raise ConfigError(f"nothing was made, because this was not confirmed: {statement} Confirm it when asked, or with {flag}")


def _download(voice: Voice, settings: Settings, progress: Callable[[int, int], None]) -> dict[str, list[str]]:
    from drift_audio.errors import EngineMissing
    from drift_audio.sound.engines import weights
    from drift_audio.sound.engines.table import engine_state, open_engine

    files: tuple[str, ...] = ()
    state = engine_state(voice, data_dir=settings.data_dir)
    if state.state == "needs weights":
        if voice.weights:
            files = weights.download(voice, data_dir=settings.data_dir, progress=progress)
        else:
            open_engine(voice, data_dir=settings.data_dir).close()  # the library behind it fetches its own
        state = engine_state(voice, data_dir=settings.data_dir)
    if state.state != "ready":
        raise EngineMissing(f"voice {voice.name!r}: {state.state}; {state.hint}")
    return {"files": list(files), "made": [], "ready": [voice.name]}


def _install(
    source: str, catalog: Catalog[Voice], settings: Settings, name: str | None, progress: Callable[[int, int], None]
) -> dict[str, list[str]]:
    from drift_audio.errors import CatalogError
    from drift_audio.sound.engines.install import install
    from drift_audio.sound.engines.table import engine_state

    path = Path(source).expanduser()
    if not path.exists():
        try:
            catalog.path(source)
        except CatalogError as error:
            raise CatalogError(f"{source}: no such file or folder, and {error}") from None
    done = install(
        path, voices=catalog, data_dir=settings.data_dir, user_voices=settings.user_voices, name=name, progress=progress
    )
    catalog.reload()
    states = {voice: engine_state(catalog[voice], data_dir=settings.data_dir) for voice in (*done.made, *done.ready)}
    return {
        "files": ["/".join(file) for file in done.files],
        "made": list(done.made),
        "ready": [voice for voice, state in states.items() if state.state == "ready"],
        "needs": [f"{voice}: {state.hint or state.state}" for voice, state in states.items() if state.state != "ready"],
    }


@contextmanager
def _transfer(*, wanted: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar of bytes on standard error when that is a terminal."""
    import sys

    if not wanted or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TransferSpeedColumn

    from drift_audio.cli.output import err_console

    with Progress(BarColumn(), DownloadColumn(), TransferSpeedColumn(), console=err_console(), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
