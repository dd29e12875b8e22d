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


class LineNote(Frozen):
    """A told line and the clause of the situation that it came from; `source` is empty where it was not one clause."""

    line: str
    source: str


class JourneyNote(Frozen):
    """Which journey a script is, and why.

    name, image: by these a rotation can keep two of one image apart. matter, gloss: "told" where it presumes nothing.
    rank: place of its matter among all, from 1. why: reasons, each a few words. others: what might have been said as well.
    told: lines said at the beginning. kept, answer: the line carried into the heart, and what answers it; ache: the cue by
    which it was heard, None where the answer is one for any line. person: what the other one is called.
    """

    name: str
    image: str
    technique: str
    matter: str
    gloss: str
    rank: int | None
    why: tuple[str, ...]
    told: tuple[LineNote, ...] = ()
    kept: LineNote | None = None
    answer: str | None = None
    ache: str | None = None
    wish: LineNote | None = None
    person: str | None = None
    others: tuple[str, ...] = ()


class Written(Frozen):
    """A finished script with the account of how it came to be.

    lines: of help, to show with it where the gate was unsure. journey: which one it is, None where banks or a model wrote.
    """

    script: Script
    sections: tuple[SectionReport, ...] = ()
    warnings: tuple[str, ...] = ()
    lines: tuple[HelpLine, ...] = ()
    tokens_in: int = 0
    tokens_out: int = 0
    journey: JourneyNote | None = None


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
