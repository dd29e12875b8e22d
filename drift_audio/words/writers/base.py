"""The contract of a script writer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

from drift_audio.scenario import Frozen, Scenario
from drift_audio.script.model import Script
from drift_audio.words.care.report import HelpLine
from drift_audio.words.understanding.story import Story


class SectionReport(Frozen):
    """Who wrote a section, and why another stood in. `reason` names rules and fault classes, never the situation."""

    section: str
    writer: str
    reason: str = ""


class Written(Frozen):
    """A finished script with the account of how it came to be. lines: of help, to show with it where the gate was unsure."""

    script: Script
    sections: tuple[SectionReport, ...] = ()
    warnings: tuple[str, ...] = ()
    lines: tuple[HelpLine, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0


Progress = Callable[[Literal["tokens", "section", "note"], str], None]


class Writer(Protocol):
    """Turns a situation that passed the care gate into a script. Deterministic for offline writers."""

    name: str

    def write(self, scenario: Scenario, story: Story, *, progress: Progress | None = None) -> Written:
        """Write the whole script for the asked style, minutes and seed.

        Raises:
            WriterError: nothing valid could be written.
            BadInput: the request cannot be served by this writer (language, for example).
        """
        ...
