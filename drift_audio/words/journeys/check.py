"""Reads every journey as a copy editor would: each wording, with its slots filled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from drift_audio.script.rules import Forbidden, word_rules
from drift_audio.words.guides.check import Fault, broken_rules
from drift_audio.words.guides.template import tidy
from drift_audio.words.journeys.load import load_journeys
from drift_audio.words.journeys.matters import glosses
from drift_audio.words.journeys.model import TOLD, Journey, Line
from drift_audio.words.journeys.told_slots import Slots

# What may stand in the slots, once with everything and once with next to nothing.
FULL: Final = Slots(
    told=(
        "Your sister told you over brunch that she's expecting.",
        "You hugged her and went home early without a word.",
        "You still have the card you meant to send.",
    ),
    keep="you can't look at her without thinking of it",
    answer="It is allowed its full size. You need not settle it here.",
    wish="you want to be someone she could ring",
    person="your sister",
    minutes="ten minutes",
)
EMPTY: Final = Slots(minutes="twelve and a half minutes")
_FILLED: Final = {
    "told1": FULL.told[0],
    "told2": FULL.told[1],
    "told3": FULL.told[2],
    "keep": str(FULL.keep),
    "answer": str(FULL.answer),
    "wish": str(FULL.wish),
    "person": str(FULL.person),
    "minutes": FULL.minutes,
}
# A line is part of a paragraph here, and a hand may let go of a handle.
_OTHER_RULES: Final = frozenset({"placeholder", "pause", "end", "small letter", "cliche: let go of"})
_OPENS: Final = re.compile(r"(?:^|[.?] )\{(?:person|keep|wish)\}")
_VERB: Final = re.compile(r"\{person\} (?!is|was|has|does)\w+s\b(?<!\bas)")
# The one who speaks keeps out of it, but for counting; what the listener may say to somebody begins behind a colon or a comma.
_FIRST_PERSON: Final = re.compile(r"(?:^|[.?] )(?:I|I'm|I've|I'll|My)\b(?! count| shall| will| am counting)")


def check_journeys() -> tuple[Fault, ...]:
    """Every fault in the packaged journeys; an empty tuple means that they read well.

    Raises:
        CatalogError: a file is not as it must be.
    """
    return tuple(fault for journey in load_journeys().values() for fault in check_journey(journey))


def check_journey(journey: Journey) -> Iterator[Fault]:
    """Faults of one journey: the rule, the place, the text."""
    if journey.matter not in {TOLD, *glosses()}:
        yield Fault(f"unknown matter {journey.matter!r}", journey.name, journey.gloss)
    for section in journey.sections:
        for line in section.lines:
            yield from _check_line(f"{journey.name}:{line.number}", line)


def _check_line(where: str, line: Line) -> Iterator[Fault]:
    for wording in dict.fromkeys(text for piece in line.pieces for text in piece):
        if _OPENS.search(wording):
            yield Fault("a slot opens a sentence", where, wording)
        if _VERB.search(wording):
            yield Fault("{person} stands before a verb in -s", where, wording)
        text = tidy(re.sub(r"\{(\w+)\}", lambda slot: _FILLED[slot[1]], wording))
        yield from (Fault(rule, where, text) for rule in broken_rules(text) if rule not in _OTHER_RULES)
        yield from (Fault(f"forbidden: {rule.name}", where, text) for rule in _forbidden() if rule.pattern.search(text))
        if _FIRST_PERSON.search(text.partition(": ")[0]):
            yield Fault("first person", where, text)


def _forbidden() -> tuple[Forbidden, ...]:
    rules = word_rules("en")
    return rules.forbidden if rules else ()
