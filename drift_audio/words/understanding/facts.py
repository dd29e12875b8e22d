"""What a story says of the things that a journey may take for granted: yes, no, or unknown.

Answered from word patterns (`data/facts.yaml`), from who has died by the grammar, and from part and gravity where they are sure.
Unknown is the usual answer. A fact marked as screened has broad patterns: it rules out, and a false alarm costs little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final, Literal, get_args

from drift_audio.scenario import Frozen
from drift_audio.words.lazy_pattern import LazyPattern
from drift_audio.words.understanding import deceased
from drift_audio.words.understanding.people import Mention
from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.yamlfile import read_mapping

Fact = Literal[
    "person_died",
    "baby_died",
    "animal_died",
    "other_alive",
    "is_parent",
    "small_child",
    "own_grown_child",
    "in_contact",
    "apart",
    "no_contact_asked",
    "other_silent",
    "fear_of_person",
    "abuse",
    "listener_caused",
    "listener_hurt",
    "quarrel",
    "hurt_by_words",
    "happened_today",
    "major_breach",
    "road_accident",
    "others_saw",
    "at_work",
    "wrongly_blamed",
    "listener_changed",
    "apology_given",
    "apology_accepted",
    "apology_received",
    "repair_made",
    "trying_for_child",
    "others_news",
    "pregnant",
    "job_lost",
    "left_by_choice",
    "role_ended",
    "cares_for_someone",
    "someone_fading",
    "recent_loss",
    "has_newborn",
    "baby_in_hospital",
    "baby_on_listener",
    "employed",
    "life_steady",
    "listener_angry",
    "wants_change",
    "task_open",
    "decision_open",
    "two_ways",
    "event_ahead",
    "day_is_tomorrow",
    "own_illness",
    "own_pain",
    "urgent_symptom",
    "eating_disorder",
    "substance",
    "seizure_or_psychosis",
    "low_for_weeks",
    "cannot_walk",
    "machine_now",
    "dread",
    "danger_now",
]
FACTS: Final[tuple[str, ...]] = get_args(Fact)
SCREENED: Final[frozenset[Fact]] = frozenset(
    {
        "fear_of_person",
        "abuse",
        "baby_on_listener",
        "urgent_symptom",
        "eating_disorder",
        "substance",
        "seizure_or_psychosis",
        "machine_now",
        "dread",
        "danger_now",
    }
)
"""Facts that stop a journey on suspicion already."""

SURE: Final = 0.6
_PARENTS: Final = frozenset({"mother", "mum", "mom", "father", "dad", "parents", "mam", "ma", "papa", "mama", "stepmother", "stepfather"})
_MACRO: Final = re.compile(r"<([a-z_]+)>")


class Facts(Frozen):
    """What is known. true, false: facts in the order of `FACTS`; all others are unknown."""

    true: tuple[Fact, ...] = ()
    false: tuple[Fact, ...] = ()

    def says(self, fact: Fact) -> bool | None:
        """True, False, or None where the story does not say."""
        return True if fact in self.true else False if fact in self.false else None


def facts_of(text: str, doc: Any, mentions: Sequence[Mention], *, caused: float = 0.0, hurt: float = 0.0) -> Facts:
    """The facts of a tidied text.

    doc: its parse. mentions: everybody who is spoken of. caused, hurt: how sure it is that the listener did the hurt, or was hurt.
    """
    told = read_by_words(text)
    told.setdefault("animal_died", _died(text, doc, [m for m in mentions if m.sort == "pet"]) or None)
    if _died(text, doc, [m for m in mentions if m.sort != "pet" and not m.vague]):
        told["person_died"] = True
    for fact, sure in (("listener_caused", caused), ("listener_hurt", hurt)):
        if sure >= SURE:
            told[fact] = True
    living = [m for m in mentions if m.sort != "pet" and not m.late]
    if any(m.noun.lower() in _PARENTS and m.owned for m in living) and told.get("is_parent") is None:
        told["is_parent"] = True
    if told.get("other_alive") is None and living and not _speaks_of_death(text.lower()):
        told["other_alive"] = True
    return _facts(_concluded(told))


def read_by_words(text: str) -> dict[str, bool | None]:
    """Facts that the patterns alone tell, True or False; a fact of which they tell both is unknown (True where it is screened)."""
    low = text.lower()
    told: dict[str, bool | None] = {}
    for fact, (yes, no) in _patterns().items():
        found, denied = _any(yes, low), _any(no, low)
        if found and denied:
            told[fact] = True if fact in SCREENED else None
        elif found or denied:
            told[fact] = found
    return told


def _died(text: str, doc: Any, mentions: Iterable[Mention]) -> bool:
    from drift_audio.words.understanding.coreference import person_of

    everyone = list(mentions)
    return any(
        mention.end <= len(doc.text) and deceased.departed(mention, doc, person_of(mention, everyone, text).pronouns)
        for mention in everyone
    )


def _speaks_of_death(low: str) -> bool:
    return _any(_patterns_of("death"), low)


def _concluded(told: dict[str, bool | None]) -> dict[str, bool | None]:
    """What follows from what was told; nothing that was told is overruled."""
    for fact, follows in _table()["implies"].items():
        known = told.get(fact.removeprefix("no "))
        if known is not None and known != fact.startswith("no "):
            for other in follows:
                told.setdefault(other.removeprefix("no "), not other.startswith("no "))
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
    return {fact: (_compiled(row.get("true", ())), _compiled(row.get("false", ()))) for fact, row in _table()["facts"].items()}


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
