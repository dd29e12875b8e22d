"""What a story says of the things that a journey may take for granted: yes, no, or unknown.

Answered from word patterns (`data/facts.yaml`), from who has died by the grammar, and from part and gravity where they are sure.
Unknown is the usual answer. A fact marked as screened has broad patterns: it rules out, and a false alarm costs little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from drift_audio.words.lazy_pattern import LazyPattern
from drift_audio.words.understanding import deceased
from drift_audio.words.understanding.coreference import person_of
from drift_audio.words.understanding.facts import FACTS, SCREENED, Facts
from drift_audio.words.understanding.people import Mention
from drift_audio.words.understanding.story import Person
from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.words.understanding.tokens import Doc
from drift_audio.yamlfile import read_mapping

SURE: Final = 0.75
_PARENTS: Final = frozenset(
    {"mother", "mum", "mom", "father", "dad", "parents", "mam", "ma", "papa", "mama", "stepmother", "stepfather"}
)
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
_MACRO: Final = re.compile(r"<([a-z_]+)>")


def facts_of(
    text: str, doc: Doc, mentions: Sequence[Mention], *, person: Person | None, caused: float = 0.0, hurt: float = 0.0
) -> Facts:
    """The facts of a tidied text.

    doc: its parse. mentions: everybody who is spoken of; person: the one whom it concerns, and whom `person_died` and
    `other_alive` are about. caused, hurt: how sure it is that the listener did the hurt, or was hurt.
    """
    told = read_by_words(text)
    # The grammar alone takes "he went and lined up his cars" for a death; somebody must have spoken of one.
    known = [mention for mention in mentions if not mention.vague] if _speaks_of_death(text.lower()) else []
    dead = [mention for mention in known if _died(text, doc, mention, mentions)]
    if any(mention.sort == "pet" for mention in dead):
        told["animal_died"] = True
    told |= _life_of(person, mentions, [m for m in dead if m.sort != "pet"], told, text.lower())
    for fact, sure in (("listener_caused", caused), ("listener_hurt", hurt)):
        if sure >= SURE:
            told[fact] = True
    return _facts(_concluded(told))


def _life_of(
    person: Person | None, mentions: Sequence[Mention], dead: Sequence[Mention], told: Mapping[str, bool | None], low: str
) -> dict[str, bool | None]:
    """Whether the one it concerns has died, lives, and is a parent."""
    if person is None:
        return {"person_died": True} if dead else {}
    if any(m.noun == person.noun and m.sort == "pet" for m in mentions):
        others = any(m.sort != "pet" and not m.vague for m in mentions)
        return {"person_died": None, "other_alive": True if others and not _speaks_of_death(low) else None}
    if (person.late and _speaks_of_death(low)) or any(m.noun == person.noun for m in dead):
        return {"person_died": True, "other_alive": None}
    parent = {"is_parent": True} if person.noun.lower() in _PARENTS else {"is_parent": None}
    # Where another has died, or nobody has, this one is spoken of as living.
    alive = told.get("other_alive") or bool(dead or told.get("person_died")) or not _speaks_of_death(low)
    return {**parent, "person_died": None, "other_alive": True if alive else None}


def read_by_words(text: str) -> dict[str, bool | None]:
    """Facts that the patterns alone tell; one of which they tell both is unknown, or True where it is screened."""
    low = text.lower()
    told: dict[str, bool | None] = {}
    for fact, (yes, no) in _patterns().items():
        found, denied = _any(yes, low), _any(no, low)
        if found and denied:
            told[fact] = True if fact in SCREENED else None
        elif found or denied:
            told[fact] = found
    return told


def sentences_of(fact: str, text: str) -> tuple[str, ...]:
    """The sentences of a text, in small letters, in which the patterns find a fact."""
    parts = _SENTENCE.split(text.lower().replace("\u2019", "'"))
    return tuple(part for part in parts if _any(_patterns()[fact][0], part))


def _died(text: str, doc: Doc, mention: Mention, mentions: Sequence[Mention]) -> bool:
    return mention.end <= len(doc.text) and deceased.departed(mention, doc, person_of(mention, mentions, text).pronouns)


def _speaks_of_death(low: str) -> bool:
    return _any(_patterns_of("death"), low)


def _concluded(told: dict[str, bool | None]) -> dict[str, bool | None]:
    """What follows from what was told; nothing that was told is overruled."""
    for fact, follows in _table()["implies"].items():
        known = told.get(fact.removeprefix("no "))
        if known is not None and known != fact.startswith("no "):
            for other in follows:
                told.setdefault(other.removeprefix("no "), not other.startswith("no "))
    for fact, others in _table()["instead"].items():
        if told.get(fact):
            told |= dict.fromkeys(others)
    return told


def _facts(told: dict[str, bool | None]) -> Facts:
    return Facts.model_validate(
        {
            "true": tuple(fact for fact in FACTS if told.get(fact) is True),
            "false": tuple(fact for fact in FACTS if told.get(fact) is False),
        }
    )


def _any(patterns: Iterable[LazyPattern], low: str) -> bool:
    return any(pattern.search(low) for pattern in patterns)


@cache
def _patterns() -> dict[str, tuple[tuple[LazyPattern, ...], tuple[LazyPattern, ...]]]:
    return {fact: (_compiled(row.get("says", ())), _compiled(row.get("denies", ()))) for fact, row in _table()["facts"].items()}


@cache
def _patterns_of(name: str) -> tuple[LazyPattern, ...]:
    return _compiled(_table()[name])


def _compiled(rows: Iterable[str]) -> tuple[LazyPattern, ...]:
    return tuple(LazyPattern(rf"(?<!\w)(?:{_expanded(row)})(?!\w)") for row in rows)


def _expanded(pattern: str) -> str:
    words = _table()["words"]
    for _ in range(3):
        pattern = _MACRO.sub(lambda found: f"(?:{words[found[1]]})", pattern)
    return pattern


@cache
def _table() -> dict[str, Any]:
    return read_mapping(DATA / "facts.yaml")
