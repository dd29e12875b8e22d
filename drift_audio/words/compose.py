"""Situation -> care -> story -> writer -> script: the half of the line that knows words and nothing of sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from drift_audio.errors import CareStop
from drift_audio.progress import Event, OnEvent, silent
from drift_audio.scenario import Scenario
from drift_audio.words.care.report import HelpLine
from drift_audio.words.writers.base import Writer, Written

if TYPE_CHECKING:
    from drift_audio.words.understanding.story import Story


class WritingContext(Protocol):
    """What writing needs. writer: who writes. locale: for help lines. user_dir: folder of the user's own data files."""

    @property
    def writer(self) -> Writer: ...
    @property
    def locale(self) -> str: ...
    @property
    def user_dir(self) -> Path: ...


def compose(scenario: Scenario, context: WritingContext, *, on_event: OnEvent = silent) -> Written:
    """Care gate, story, writer, and the gate once more over what was written, whoever wrote it.

    Args:
        scenario: what is asked for.
        context: what writing needs.
        on_event: called with every progress event.

    Raises:
        CareStop: the person needs something else than a session.
        BadInput: the scenario cannot be served.
        WriterError: nothing valid could be written.
    """
    from drift_audio.words.care.gate import check_script

    on_event(Event("care"))
    attended = attend(scenario, context)
    scenario = attended.scenario
    on_event(Event("story"))
    story = understand(scenario)
    on_event(Event("write", theme=story.theme, style=scenario.style))
    written = context.writer.write(scenario, story, progress=lambda _kind, text: on_event(Event("write", note=text)))
    after = check_script(written.script, locale=context.locale, data_dir=context.user_dir)
    if after.outcome in {"crisis", "abuse"}:
        raise CareStop(after)
    return written.model_copy(update={"warnings": attended.notes + written.warnings, "lines": attended.lines})


class Attended(NamedTuple):
    """A scenario that may be served. notes: what to tell the person. lines: help lines to show with the session."""

    scenario: Scenario
    notes: tuple[str, ...] = ()
    lines: tuple[HelpLine, ...] = ()


def attend(scenario: Scenario, context: WritingContext) -> Attended:
    """The gate before any writing: pass, soften the session, or stop.

    Raises:
        CareStop: crisis; signs of abuse and no self-steadying session was asked for; or the gate is unsure and the person can be
            asked (`Scenario.unsure`).
    """
    from drift_audio.words.care.gate import check

    report = check(scenario.situation, locale=context.locale, data_dir=context.user_dir)
    asked = report.outcome == "ask" and scenario.unsure == "ask" and not scenario.steady
    if report.outcome == "crisis" or (report.outcome == "abuse" and not scenario.steady) or asked:
        raise CareStop(report)
    if report.outcome == "caution" and report.style is not None:
        return Attended(scenario.model_copy(update={"style": report.style}), (report.message, *report.warnings))
    if report.outcome == "ask" and scenario.unsure != "safe":
        return Attended(scenario.model_copy(update={"steady": True}), (report.note, *report.warnings), report.lines)
    return Attended(scenario, report.warnings)


def understand(scenario: Scenario) -> Story:
    """The story of the situation; of a self-steadying one only its language, of a discreet one no told lines."""
    from drift_audio.words.understanding.reader import read_story
    from drift_audio.words.understanding.story import Story

    if scenario.steady:
        return Story(theme="steady", theme_confidence=1.0, language=scenario.language)
    story = read_story(scenario.situation, language=scenario.language, same_day=scenario.same_day)
    return story.model_copy(update={"told": ()}) if scenario.discreet else story
