"""`drift-audio create`: a situation becomes a finished file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drift_audio.cli import request as ask
from drift_audio.cli.option_groups import unfolded
from drift_audio.cli.safety import served
from drift_audio.scenario import Scenario

if TYPE_CHECKING:
    from drift_audio.session import Session


@unfolded
def create(
    ctx: typer.Context,
    *,
    asked: ask.Asked,
    encoded: ask.Encoded,
    script_out: Annotated[Path | None, typer.Option("--script-out", help="Also write the words to this file.")] = None,
    mixed: ask.Mixed,
    written: ask.WrittenBy,
    force: ask.Force = False,
    as_json: ask.Json = False,
    quiet: ask.Quiet = False,
) -> None:
    """Make a session: write the words, speak them, mix them over a bed, and encode the file."""
    settings = ask.load(written)
    scenario = ask.build_scenario(settings, asked, written)
    target = ask.make_target(settings, encoded, mixed, force=force, script_out=script_out)
    from drift_audio import pipeline
    from drift_audio.cli.output import progress
    from drift_audio.studio import open_studio

    if not quiet:
        ask.tell_destination(settings, asked.writer)

    def make(wanted: Scenario) -> Session:
        shown = progress(wanted=not (quiet or as_json))
        with open_studio(settings, writer=asked.writer, once=True) as studio, shown as on_event:
            return pipeline.create(wanted, studio, target, on_event=on_event, process=ctx.obj)

    session = served(make, scenario, may_ask=not (quiet or as_json))
    ask.deliver(session, target)
    ask.report(session, as_json=as_json, quiet=quiet)
