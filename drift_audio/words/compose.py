"""Situation -> care -> story -> writer -> script: the half of the line that knows words and nothing of sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from drift_audio.errors import CareStop
from drift_audio.progress import Event, OnEvent, silent
from drift_audio.words.writers.base import Writer, Written

if TYPE_CHECKING:
    from drift_audio.scenario import Scenario
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
    scenario, notes = attend(scenario, context)
    on_event(Event("story"))
    story = understand(scenario)
    on_event(Event("write", theme=story.theme, style=scenario.style))
    written = context.writer.write(scenario, story, progress=lambda _kind, text: on_event(Event("write", note=text)))
    after = check_script(written.script, locale=context.locale)
    if after.outcome in {"crisis", "abuse"}:
        raise CareStop(after)
    return written.model_copy(update={"warnings": notes + written.warnings})


def attend(scenario: Scenario, context: WritingContext) -> tuple[Scenario, tuple[str, ...]]:
    """The gate before any writing: pass, change the style out of caution, or stop.

    Raises:
        CareStop: crisis; or signs of abuse and no self-steadying session was asked for.
    """
    from drift_audio.words.care.gate import check

    report = check(scenario.situation, locale=context.locale, data_dir=context.user_dir)
    if report.outcome == "crisis" or (report.outcome == "abuse" and not scenario.steady):
        raise CareStop(report)
    if report.outcome == "caution" and report.style is not None:
        return scenario.model_copy(update={"style": report.style}), (report.message,)
    return scenario, ()


def understand(scenario: Scenario) -> Story:
    """The story of the situation; of a self-steadying one only its language, of a discreet one no told lines."""
    from drift_audio.words.understanding.reader import read_story
    from drift_audio.words.understanding.story import Story

    if scenario.steady:
        return Story(theme="steady", theme_confidence=1.0, language=scenario.language)
    story = read_story(scenario.situation, language=scenario.language, same_day=scenario.same_day)
    return story.model_copy(update={"told": ()}) if scenario.discreet else story
