"""A journey with its slots filled: the lines that may be said, one wording of each, and the silences between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from drift_audio.words.guides.template import tidy
from drift_audio.words.journeys.model import Asked, Breaths, Item, Journey, Line, Silence
from drift_audio.words.journeys.told_slots import Slots
from drift_audio.words.shuffle import deal

_BRACE: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Filled:
    """One section ready to be said, with the name of its heading."""

    name: str
    items: tuple[str | Silence | Breaths, ...]

    @property
    def texts(self) -> Iterator[str]:
        return (item for item in self.items if isinstance(item, str))


def fill(journey: Journey, slots: Slots, *, turn: int, short: bool) -> tuple[Filled, ...]:
    """The sections of a journey as they are said.

    turn: counts the sessions of this journey, so that wordings take turns. short: the spare lines are left out.
    """
    known = _known(slots, journey)
    return tuple(
        Filled(section.name, tuple(_quiet([*_said(section.items, slots, known, key=journey.name, turn=turn, short=short)])))
        for section in journey.sections
    )


def _known(slots: Slots, journey: Journey) -> frozenset[Asked]:
    has = {"told": bool(slots.told), "keep": bool(slots.keep), "wish": bool(slots.wish)}
    found: set[Asked] = {asked for asked in ("told", "keep", "wish") if has[asked]}
    if slots.person is not None and slots.person != journey.person:
        found.add("person")
    return frozenset(found)


def _said(
    items: Sequence[Item], slots: Slots, known: frozenset[Asked], *, key: str, turn: int, short: bool
) -> Iterator[str | Silence | Breaths]:
    for item in items:
        if not isinstance(item, Line):
            yield item
        elif not (short and item.spare) and item.asks <= known and (text := _text(item, slots, key=key, turn=turn)):
            yield text


def _text(line: Line, slots: Slots, *, key: str, turn: int) -> str | None:
    """One line in the wordings of this turn; None where a slot is empty."""
    values = _values(slots)
    if any(slot not in values for slot in line.slots):
        return None
    wordings = (
        pieces[deal(f"{key}/{line.number}/{at}", len(pieces), turn)[0]] if len(pieces) > 1 else pieces[0]
        for at, pieces in enumerate(line.pieces)
    )
    return tidy(_BRACE.sub(lambda brace: values[brace[1]], " ".join(wordings)))


def _values(slots: Slots) -> dict[str, str]:
    values = {f"told{number}": sentence for number, sentence in enumerate(slots.told, 1)}
    values |= {name: value for name in ("keep", "answer", "wish", "person") if (value := getattr(slots, name))}
    return {**values, "minutes": slots.minutes}


def _quiet(items: Sequence[str | Silence | Breaths]) -> Iterator[str | Silence | Breaths]:
    """No silence before the first word, and of silences left side by side the longest."""
    waiting: Silence | None = None
    begun = False
    for item in items:
        if isinstance(item, Silence):
            waiting = item if waiting is None or item.seconds > waiting.seconds else waiting
            continue
        if waiting and begun:
            yield waiting
        waiting, begun = None, True
        yield item
    if waiting and begun:
        yield waiting
