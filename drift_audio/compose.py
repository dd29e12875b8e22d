"""Situation -> care -> story -> writer -> script: the half of the line that knows words and nothing of sound."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from drift_audio.errors import CareStop
from drift_audio.scenario import Style
from drift_audio.words.writers.base import Writer, Written

if TYPE_CHECKING:
    from drift_audio.scenario import Scenario
    from drift_audio.words.story import Story

Stage = Literal["care", "story", "write", "speak", "arrange", "mix", "export"]


@dataclass(frozen=True, slots=True)
class Event:
    """Progress: `done` of `total` steps of a stage (0 when unknown), with a short note that never quotes the situation.

    theme, style: of the session to come, known from the stage "write" on.
    """

    stage: Stage
    done: int = 0
    total: int = 0
    note: str = ""
    theme: str | None = None
    style: Style | None = None


OnEvent = Callable[[Event], None]


def silent(_event: Event) -> None:
    """Progress nobody asked for."""


class Desk(Protocol):
    """What writing needs. writer: who writes. locale: for help lines. user_dir: folder of the user's own data files."""

    @property
    def writer(self) -> Writer: ...
    @property
    def locale(self) -> str: ...
    @property
    def user_dir(self) -> Path: ...


def compose(scenario: Scenario, desk: Desk, *, on_event: OnEvent = silent) -> Written:
    """Care gate, story, writer, and the gate once more over what was written, whoever wrote it.

    Args:
        scenario: what is asked for.
        desk: what writing needs.
        on_event: called with every progress event.

    Raises:
        CareStop: the person needs something else than a session.
        BadInput: the scenario cannot be served.
        WriterError: nothing valid could be written.
    """
    from drift_audio.words.care.gate import check_script

    on_event(Event("care"))
    scenario, notes = attend(scenario, desk)
    on_event(Event("story"))
    story = understand(scenario)
    on_event(Event("write", theme=story.theme, style=scenario.style))
    written = desk.writer.write(scenario, story, progress=lambda _kind, text: on_event(Event("write", note=text)))
    after = check_script(written.script, locale=desk.locale)
    if after.outcome in {"crisis", "abuse"}:
        raise CareStop(after)
    return written.model_copy(update={"warnings": notes + written.warnings})


def attend(scenario: Scenario, desk: Desk) -> tuple[Scenario, tuple[str, ...]]:
    """The gate before any writing: pass, change the style out of caution, or stop.

    Raises:
        CareStop: crisis; or signs of abuse and no self-steadying session was asked for.
    """
    from drift_audio.words.care.gate import check

    report = check(scenario.situation, locale=desk.locale, data_dir=desk.user_dir)
    if report.outcome == "crisis" or (report.outcome == "abuse" and not scenario.steady):
        raise CareStop(report)
    if report.outcome == "caution" and report.style is not None:
        return scenario.model_copy(update={"style": report.style}), (report.message,)
    return scenario, ()


def understand(scenario: Scenario) -> Story:
    """The story of the situation; of a self-steadying session nothing is read but its language."""
    from drift_audio.words.reader import read_story
    from drift_audio.words.story import Story

    if scenario.steady:
        return Story(theme="steady", theme_confidence=1.0, language=scenario.language)
    return read_story(scenario.situation, language=scenario.language)
