"""A journey as frozen types: whom it serves, and its five sections of lines, silences and counted breaths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal, NewType

from pydantic import Field

from drift_audio.scenario import Frozen
from drift_audio.words.understanding.facts import Fact

Seconds = NewType("Seconds", float)
Style = Literal["meditation", "sleep", "hypnosis"]
Slot = Literal["told1", "told2", "told3", "keep", "answer", "wish", "person", "minutes"]
Asked = Literal["told", "keep", "wish", "person"]
TOLD: Final = "told"
"""The matter of a journey that presumes nothing but that something was told."""

SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "meditation": ("Arriving", "Breath", "Body", "Heart", "Coming back"),
    "hypnosis": ("Settling", "Going deeper", "The change", "Making it yours", "Coming up"),
    "sleep": ("Lying down", "The slow breath", "Heavy and warm", "Setting it down", "Drifting"),
}
"""Section names by style, in the order of the style's phases."""


class Need(Frozen):
    """A fact that must be known: true, or with `known=False` false."""

    fact: Fact
    known: bool = True

    def __str__(self) -> str:
        return self.fact if self.known else f"no {self.fact}"


class Line(Frozen):
    """One line of speech.

    pieces: what is said one after the other; of each piece one wording is taken. number: line of the file.
    spare: left out in a short session. asks: said only where the story has these. slots: all slots that stand in it.
    """

    pieces: tuple[tuple[str, ...], ...]
    number: int
    spare: bool = False
    asks: frozenset[Asked] = frozenset()
    slots: frozenset[Slot] = frozenset()


class Silence(Frozen):
    """A pause of its own line. seconds: nominal."""

    seconds: float
    number: int


class Breaths(Frozen):
    """Counted breaths, in seconds each."""

    in_s: float
    out_s: float
    cycles: int
    number: int
    hold_s: float = 0.0
    rest_s: float = 0.0


Item = Line | Silence | Breaths


class Section(Frozen):
    """One movement of a journey."""

    name: str
    items: tuple[Item, ...]

    @property
    def lines(self) -> Iterator[Line]:
        return (item for item in self.items if isinstance(item, Line))


class Journey(Frozen):
    """A whole journey; its name is that of its file.

    gloss: the matter in one line of the first person. tellings: how people tell it. gravity, part: whom it serves.
    needs, rules_out: facts of a story. person: what {person} is called where the story names nobody; None where such lines go.
    """

    name: str
    matter: str
    gloss: str
    tellings: Annotated[tuple[str, ...], Field(min_length=1)]
    style: Style
    part: Literal["caused", "hurt", "both", "any"] = "any"
    gravity: Annotated[tuple[Literal["minor", "moderate", "major"], ...], Field(min_length=1)]
    tone: Literal["grave", "plain", "light"]
    needs: tuple[Need, ...] = ()
    rules_out: tuple[Fact, ...] = ()
    image: str
    technique: str
    person: str | None = None
    sections: tuple[Section, ...]

    @property
    def told_centred(self) -> bool:
        return self.matter == TOLD
