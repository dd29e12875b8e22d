"""The one question that is asked where the care gate is unsure, of whoever sits at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal, TypeVar

import typer

from drift_audio.errors import CareStop

if TYPE_CHECKING:
    from drift_audio.scenario import Scenario
    from drift_audio.words.care.report import CareReport

T = TypeVar("T")
Answer = Literal["yes", "not sure", "no"]
_ANSWERS: Final[dict[str, Answer]] = {
    **dict.fromkeys(("y", "yes", "safe"), "yes"),
    **dict.fromkeys(("n", "no"), "no"),
}


def served(make: Callable[[Scenario], T], scenario: Scenario, *, may_ask: bool) -> T:
    """What `make` makes of the scenario; where the gate is unsure and may ask, once more with what the person answered.

    Raises:
        CareStop: the gate stopped, or the person is not safe.
    """
    asks = may_ask and not scenario.steady and sys.stdin.isatty() and sys.stderr.isatty()
    if not asks:
        return make(scenario)
    try:
        return make(scenario.model_copy(update={"unsure": "ask"}))
    except CareStop as stop:
        if stop.report.outcome != "ask":
            raise
        report = stop.report
    answer = ask(report)
    if answer == "no":
        from drift_audio.words.care.gate import not_safe

        raise CareStop(not_safe(report))
    return make(scenario.model_copy(update={"unsure": "safe" if answer == "yes" else "steady"}))


def ask(report: CareReport) -> Answer:
    """Show the question with its lines of help, and read the answer; anything but a plain yes or no is "not sure"."""
    from drift_audio.cli.output import show_care

    show_care(report)
    typer.echo("  yes        your session, as you asked for it", err=True)
    typer.echo("  not sure   a session that only steadies you", err=True)
    typer.echo("  no         no session; a minute of grounding, and the people above", err=True)
    typed = typer.prompt("Are you safe right now?", default="not sure", err=True)
    return _ANSWERS.get(typed.strip().lower(), "not sure")
