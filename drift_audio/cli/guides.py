"""`drift-audio guides`: the readable guides, and the checks of their phrase banks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from drift_audio.cli.output import console, emit_json, show_table
from drift_audio.errors import EXIT_FAILED
from drift_audio.scenario import MAX_MINUTES, MIN_MINUTES

if TYPE_CHECKING:
    from drift_audio.words.guides.model import Guide

app = typer.Typer(no_args_is_help=True, help="Read the guides, search them, and check the phrases that sessions are made of.")

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command("list")
def list_guides(as_json: JsonFlag = False) -> None:
    """List every guide with what it is about."""
    from drift_audio.words.guides import load_guides

    guides = load_guides()
    if as_json:
        emit_json({"guides": [_brief(guide) for guide in guides.values()]})
        return
    rows = [(guide.name, guide.title, guide.summary, f"{guide.minutes} min") for guide in guides.values()]
    show_table(("name", "title", "about", "read"), rows)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Name of a guide, from `drift-audio guides list`.")],
    as_json: JsonFlag = False,
) -> None:
    """Read a guide."""
    from drift_audio.words.guides import guide

    found = guide(name)
    if as_json:
        emit_json({**_brief(found), "related": list(found.related), "command": found.command, "article": found.article})
        return
    from rich.markdown import Markdown

    console().print(Markdown(found.article))


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="Words to look for.")],
    as_json: JsonFlag = False,
) -> None:
    """Find the guides that speak of something."""
    from drift_audio.words.guides.search import search_guides

    found = search_guides(" ".join(words))
    if as_json:
        emit_json({"query": " ".join(words), "results": [hit.model_dump() for hit in found]})
        return
    if not found:
        console().print("Nothing found. `drift-audio guides list` shows all guides.")
        return
    show_table(("name", "title", "where it says so"), [(hit.name, hit.title, hit.excerpt) for hit in found])


@app.command()
def check(
    theme: Annotated[str | None, typer.Argument(help="A theme; all of them without one.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Expand every phrase of the banks and journeys with every class of filler, and report what does not read well."""
    from drift_audio.words.guides import guide
    from drift_audio.words.guides.check import check_banks, names_with_banks

    names = (guide(theme).name,) if theme else names_with_banks()
    faults = [fault for name in names for fault in check_banks(name)]
    journeys = 0
    if theme is None:
        from drift_audio.words.journeys.check import check_journeys
        from drift_audio.words.journeys.load import load_journeys

        journeys = len(load_journeys())
        faults += check_journeys()
    if as_json:
        emit_json(
            {
                "checked": list(names),
                "journeys": journeys,
                "faults": [{"rule": f.rule, "where": f.where, "text": f.text} for f in faults],
            }
        )
    else:
        for fault in faults:
            console().print(f"{fault.rule} in {fault.where}: {fault.text}", markup=False)
        console().print(f"{len(names)} banks and {journeys} journeys checked, {len(faults)} faults.")
    if faults:
        raise typer.Exit(EXIT_FAILED)


@app.command()
def repetition(
    theme: Annotated[str, typer.Argument(help="The theme to measure.")],
    days: Annotated[int, typer.Option(min=2, max=400, help="How many daily sessions.")] = 30,
    minutes: Annotated[float, typer.Option(min=MIN_MINUTES, max=MAX_MINUTES, help="Length of each.")] = 12.0,
    style: Annotated[str, typer.Option(help="Style of each.")] = "meditation",
    as_json: JsonFlag = False,
) -> None:
    """Measure how much daily sessions on one theme share."""
    from drift_audio.scenario import Scenario
    from drift_audio.words.writers.offline.repetition import example_story, measure

    asked = Scenario.build(situation="measured", style=style, minutes=minutes)
    found = measure(example_story(theme), style=asked.style, minutes=asked.minutes, days=days)
    if as_json:
        emit_json(found.model_dump())
        return
    console().print(f"{days} daily sessions of {minutes:g} minutes on {theme} ({style}):")
    console().print(f"  paragraphs said twice: {found.repeated_paragraphs} of {found.paragraphs}")
    console().print(
        f"  5-grams shared with an earlier day: at most {found.worst_5grams:.1%}, mean {found.mean_5grams:.1%} (limit 20 %)"
    )
    console().print(f"  4-grams shared by two seeds: at most {found.worst_4grams:.1%}, mean {found.mean_4grams:.1%} (limit 35 %)")


def _brief(guide: Guide) -> dict[str, object]:
    return {"name": guide.name, "title": guide.title, "summary": guide.summary, "words": guide.words, "minutes": guide.minutes}
