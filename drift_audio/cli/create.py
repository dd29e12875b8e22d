"""`drift-audio create`: a situation becomes a finished file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drift_audio.cli import request as ask


def create(
    ctx: typer.Context,
    situation: ask.Situation = None,
    file: ask.File = None,
    style: ask.StyleName = None,
    minutes: ask.Minutes = None,
    voice: ask.Voice = None,
    ambience: ask.Ambience = None,
    language: ask.Language = None,
    writer: ask.WriterName = "auto",
    seed: ask.Seed = None,
    output: ask.Output = None,
    format: ask.FormatName = None,
    bitrate: ask.Bitrate = 128,
    script_out: Annotated[Path | None, typer.Option("--script-out", help="Also write the words to this file.")] = None,
    bed_level: ask.BedLevel = -15.0,
    no_bed: ask.NoBed = False,
    no_bell: ask.NoBell = False,
    loudness: ask.LoudnessName = "-16",
    stems: ask.Stems = None,
    captions: ask.Captions = False,
    steady: ask.Steady = False,
    discreet: ask.Discreet = False,
    model: ask.Model = None,
    base_url: ask.BaseUrl = None,
    llm_model_file: ask.ModelFile = None,
    force: ask.Force = False,
    as_json: ask.Json = False,
    quiet: ask.Quiet = False,
) -> None:
    """Make a session: write the words, speak them, mix them over a bed, and encode the file."""
    from drift_audio.cli.output import progress
    from drift_audio.config import load_settings

    settings = load_settings({}, llm={"model": model, "base_url": base_url, "model_file": llm_model_file})
    scenario = ask.build_scenario(
        settings, situation=ask.read_situation(situation, file), style=style, minutes=ask.number(minutes), voice=voice,
        ambience=ambience, language=language, seed=ask.fresh_seed(seed), steady=steady, discreet=discreet,
        same_day=True,
    )  # fmt: skip
    target = ask.make_target(
        output, settings.output, format=format, bitrate=bitrate, script_out=script_out, bed_level_db=bed_level,
        bed=not no_bed, bells=not no_bell, loudness=loudness, stems=stems, captions=captions, force=force,
    )  # fmt: skip
    from drift_audio import pipeline
    from drift_audio.studio import open_studio

    if not quiet:
        ask.tell_destination(settings, writer)
    shown = progress(wanted=not (quiet or as_json))
    with open_studio(settings, writer=writer, once=True) as studio, shown as on_event:
        session = pipeline.create(scenario, studio, target, on_event=on_event, process=ctx.obj)
    ask.deliver(session, target)
    ask.report(session, as_json=as_json, quiet=quiet)
