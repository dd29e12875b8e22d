"""What the care gate answers."""

from __future__ import annotations

from typing import Literal

from drift_audio.scenario import Frozen, Style

Outcome = Literal["ok", "caution", "ask", "crisis", "abuse"]


class HelpLine(Frozen):
    """One line of help: who answers, where, and where the number was taken from."""

    name: str
    contact: str
    hours: str = ""
    source: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.contact}" + (f" ({self.hours})" if self.hours else "")


class CareReport(Frozen):
    """Outcome of the gate. Never holds a word of what was typed.

    reason: class of the signal ("suicide", "partner violence", "epilepsy"). message: one kind line for the person.
    "ask" is said where the gate is unsure: message then asks whether the person is safe, with the lines beside it.
    lines: help lines for the locale. grounding: a 60-second text for the screen (crisis and abuse).
    note: the line for the summary, where a steadying session was made because the gate was unsure.
    style: the style to use instead, for caution. warnings: what is wrong with the user's own files, a line each.
    """

    outcome: Outcome = "ok"
    reason: str = ""
    message: str = ""
    note: str = ""
    lines: tuple[HelpLine, ...] = ()
    grounding: str = ""
    style: Style | None = None
    warnings: tuple[str, ...] = ()
