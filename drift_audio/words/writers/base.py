"""The contract of a script writer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from drift_audio.scenario import Frozen, Scenario
from drift_audio.script.model import Script
from drift_audio.words.care.report import HelpLine
from drift_audio.words.understanding.story import Story

if TYPE_CHECKING:
    from drift_audio.config import Settings


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


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a writer can do. module: holds `build`, see `Build`.

    second_process: needs no settings, so that it may write in a process of its own. shows_request: follows `ShowsRequest`.
    """

    module: str
    second_process: bool = False
    shows_request: bool = False


class ShowsRequest(Writer, Protocol):
    """A writer that asks somebody, and can show beforehand what it would ask."""

    def dry_run(self, scenario: Scenario, story: Story) -> str:
        """What would be sent and where, word for word; nothing is sent."""
        ...


class Build(Protocol):
    """What a writer's module offers as `build`."""

    def __call__(self, settings: Settings | None, *, key: bytes, stand_in: Writer | None) -> Writer:
        """The writer, ready to write.

        Args:
            settings: the program's; None in the second process.
            key: of this installation, for names in caches.
            stand_in: who writes what this one cannot; None where this is the one.

        Raises:
            ConfigError: the settings do not name what it needs.
        """
        ...
