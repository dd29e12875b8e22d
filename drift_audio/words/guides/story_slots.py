"""From a Story to what templates may say, and to which entries may be said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from drift_audio.words.guides.model import Banks, Entry, Goal
from drift_audio.words.guides.template import PERSON_SLOTS, Fill, Seq, parse, prune, slots_named
from drift_audio.words.understanding.story import Person, Story

SURE: Final = 0.5
_ON_FOOT: Final = re.compile(
    r"\b(?:chair|sit|sits|sitting|seat|seated|lie down|lying down|your lap|eyes (?:closed|shut))\b", re.IGNORECASE
)
_BY_DAY: Final = re.compile(
    r"\b(?:night|nights|tonight|midnight|evening|moon|moonlight|this dark|the dark|morning|owls?|blue hour|frogs)\b",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(r"the (?:moment|way|time|day|night|evening|morning) (?:you|your|he|she|they|it|[A-Z])")
Conditions = tuple[tuple[str, frozenset[str]], ...]


def fill_story(story: Story, *, minutes: str = "a few minutes", pools: Mapping[str, tuple[str, ...]] | None = None) -> Fill:
    """Slot values for everything the story is sure of (confidence of at least `SURE`)."""
    values: dict[str, str] = {"minutes": minutes}
    for name in ("event", "matter", "when", "wish", "setting"):
        value = getattr(story, name)
        if value and getattr(story, f"{name}_confidence") >= SURE:
            values[name] = value
    if story.feelings and story.feelings_confidence >= SURE:
        values["feeling"] = story.feelings[0]
        values["feelings"] = " and ".join(story.feelings[:2])
    plural: set[str] = set()
    if story.person and story.person.confidence >= SURE:
        values |= _person_values(story.person)
        plural |= {"they"} if story.person.pronouns.plural_verb else set()
        plural |= {"person"} if story.person.plural else set()
    return Fill(values=values, plural=frozenset(plural), pools=pools or {}, brief=_brief(values))


def _brief(values: Mapping[str, str]) -> dict[str, str]:
    """ "what happened over the dishes" for "the moment you were short with your husband over the dishes"."""
    event, matter = values.get("event", ""), values.get("matter")
    if not _CLAUSE.match(event):
        return {}
    about = re.search(rf" (?:about|over|with|at|on|in|for) {re.escape(matter)}\Z", event) if matter else None
    return {"event": f"what happened{about[0] if about else ''}"}


def _person_values(person: Person) -> dict[str, str]:
    own = "'" if person.plural and person.phrase.endswith("s") else "'s"
    return {
        "person": person.phrase,
        "person's": person.phrase + own,
        "they": person.pronouns.subject,
        "them": person.pronouns.object,
        "their": person.pronouns.possessive,
        "themselves": person.pronouns.reflexive,
    }


def facts(story: Story, style: str) -> dict[str, frozenset[str]]:
    """The story's value on each dimension of conditions; what is unsure counts as "none"."""
    sure_part = story.part if story.part_confidence >= SURE else "none"
    sure_gravity = story.gravity if story.gravity_confidence >= SURE else "none"
    person = story.person if story.person and story.person.confidence >= SURE else None
    return {
        "part": frozenset({sure_part}),
        "gravity": frozenset({sure_gravity}),
        "style": frozenset({style}),
        "tense": frozenset({story.tense}),
        "occasion": frozenset({story.occasion} if story.occasion and story.occasion_confidence >= SURE else ()),
        "person": frozenset({"late" if person.late else "living"} if person else ()),
        "feeling": frozenset(story.feelings if story.feelings_confidence >= SURE else ()),
        "kind": frozenset({story.kind or "none"}),
    }


def holds(conditions: Conditions, known: Mapping[str, frozenset[str]]) -> bool:
    """Whether every condition meets the facts."""
    return all(known[dimension] & values for dimension, values in conditions)


def usable(entry: Entry, fill: Fill, known: Mapping[str, frozenset[str]]) -> Seq | None:
    """The entry's template pruned to the story, or None when it may not be said."""
    if not holds(entry.conditions, known):
        return None
    return prune(parse(entry.text), _for_the_living(entry, fill, known))


def _for_the_living(entry: Entry, fill: Fill, known: Mapping[str, frozenset[str]]) -> Fill:
    """Without a word on the dead, a template's person slots are for the living."""
    if "late" not in known["person"] or any(dimension == "person" for dimension, _ in entry.conditions):
        return fill
    return replace(fill, values={key: value for key, value in fill.values.items() if key not in PERSON_SLOTS})


def out_of_place(story: Story, style: str) -> re.Pattern[str] | None:
    """Words that do not fit the place or the hour: chairs on a walk, nights for somebody who sleeps by day."""
    if style == "walking":
        return _ON_FOOT
    by_day = story.occasion in {"morning", "day"} and story.occasion_confidence >= SURE
    return _BY_DAY if style in {"sleep", "story"} and by_day else None


def is_personal(entry: Entry) -> bool:
    """Whether the template can name something of the story."""
    return bool(slots_named(parse(entry.text)) - {"minutes"})


def goals_for(banks: Banks, known: Mapping[str, frozenset[str]]) -> tuple[Goal, ...]:
    """The goals whose conditions hold."""
    return tuple(goal for goal in banks.goals if holds(goal.conditions, known))


def merge_pools(*banks: Banks) -> dict[str, tuple[str, ...]]:
    """Pools of several banks; an earlier one wins by name."""
    merged: dict[str, tuple[str, ...]] = {}
    for bank in reversed(banks):
        merged |= bank.pools
    return merged


def all_entries(banks: Banks) -> Iterable[tuple[str, Entry]]:
    """Every entry of a folder with the slot it stands in."""
    for slot, entries in banks.slots.items():
        yield from ((slot, entry) for entry in entries)
    for goal in banks.goals:
        for slot, entries in goal.slots.items():
            yield from ((f"goal {goal.name} {slot}", entry) for entry in entries)
