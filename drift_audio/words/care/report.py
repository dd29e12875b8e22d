"""What the care gate answers."""

from __future__ import annotations

from typing import Literal

from drift_audio.scenario import Frozen, Style

Outcome = Literal["ok", "caution", "crisis", "abuse"]


class HelpLine(Frozen):
    """One line of help: who answers, where, and where the number was taken from."""

    name: str
    contact: str
    hours: str = ""
    source: str = ""


class CareReport(Frozen):
    """Outcome of the gate. Never holds a word of what was typed.

    reason: class of the signal ("suicide", "partner violence", "epilepsy"). message: one kind line for the person.
    lines: help lines for the locale. grounding: a 60-second text for the screen (crisis and abuse).
    style: the style to use instead, for caution.
    """

    outcome: Outcome = "ok"
    reason: str = ""
    message: str = ""
    lines: tuple[HelpLine, ...] = ()
    grounding: str = ""
    style: Style | None = None
