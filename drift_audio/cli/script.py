"""`drift-audio script`: only the words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drift_audio.cli import request as ask
from drift_audio.cli.option_groups import unfolded
from drift_audio.cli.safety import served

if TYPE_CHECKING:
    from drift_audio.words.explain import Explained


@unfolded
def script(
    *,
    asked: ask.Asked,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead of standard output.")] = None,
    written: ask.WrittenBy,
    force: ask.Force = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show what was understood, the phases and why.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent to the model, and send nothing.")] = False,
    as_json: ask.Json = False,
) -> None:
    """Write the words of a session as a file to edit; `drift-audio render` makes the audio from it."""
    from drift_audio.files import check_free

    settings = ask.load(written)
    scenario = ask.build_scenario(settings, asked, written)
    if output is not None:
        check_free(output, force=force)
    from drift_audio.cli.output import emit_json
    from drift_audio.preflight import settle
    from drift_audio.script.format import format_script
    from drift_audio.studio import open_studio
    from drift_audio.words import explain as telling
    from drift_audio.words.compose import compose

    with open_studio(settings, writer=asked.writer) as studio:
        if dry_run:
            would = telling.dry_run(scenario, studio)
            emit_json({"request": would}) if as_json else typer.echo(would)
            return
        ask.tell_destination(settings, asked.writer)
        composed = served(partial(compose, context=studio), scenario, may_ask=not as_json)
        settled = settle(composed.script, studio)
        explained = telling.explain(scenario, composed, studio) if explain else None
    for warning in (*composed.warnings, *composed.lines):
        typer.echo(f"drift-audio: note: {warning}", err=True)
    _show(format_script(settled), explained, output=output, as_json=as_json)


def _show(text: str, explained: Explained | None, *, output: Path | None, as_json: bool) -> None:
    from drift_audio.cli.output import emit_json
    from drift_audio.files import write_private

    if output is not None:
        write_private(output, text)
    if as_json:
        emit_json({**(explained.model_dump(mode="json") if explained else {}), "text": text})
    elif explained is not None:
        _explain(explained)
    elif output is None:
        typer.echo(text, nl=False)


def _explain(explained: Explained) -> None:
    from drift_audio.cli.output import console, show_table

    page = console()
    for key in ("theme", "part", "gravity", "person", "care"):
        page.print(f"{key:<9}{getattr(explained, key) or '-'}  {explained.why.get(key, '')}", markup=False)
    rows = [(phase.title, f"{phase.minutes:.1f}", f"{phase.share:.0%}", phase.writer) for phase in explained.phases]
    page.print()
    show_table(("phase", "minutes", "share", "writer"), rows)
    if explained.told:
        page.print()
        told = [(told.line, told.kind, f"{told.sure:.0%}", told.clause) for told in explained.told]
        show_table(("may be told back", "kind", "sure", "from"), told)
    page.print()
    show_table(("", "", ""), list(_journey_rows(explained)))


def _journey_rows(explained: Explained) -> Iterator[tuple[str, str, str]]:
    """What is said of the journey, the told lines and their sources: a name, what it is, and where it comes from."""
    journey = explained.journey
    for at, near in enumerate(explained.matters, 1):
        yield "sounds like" if at == 1 else "", f"{near.matter}: {near.gloss}", f"{near.near:.2f}"
    yield (
        "known",
        ", ".join(explained.facts.true) or "-",
        f"not: {', '.join(explained.facts.false)}" if explained.facts.false else "",
    )
    if journey is None:
        yield "journey", "none: phrase banks or a model", ""
        return
    yield "journey", journey.name, "; ".join(journey.why)
    yield "image", journey.image, ""
    yield "technique", journey.technique, ""
    for at, line in enumerate(journey.told):
        yield "told" if at == 0 else "", line.line, line.source
    if journey.kept:
        yield "kept", journey.kept.line, journey.kept.source
        yield "answer", journey.answer or "-", f"heard: {journey.ache}" if journey.ache else "for any line"
    if journey.wish:
        yield "wish", journey.wish.line, journey.wish.source
    if journey.person:
        yield "person", journey.person, ""
