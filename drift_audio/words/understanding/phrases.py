"""The event and the matter as phrases for the prose: the text's own where it has them, else the theme's plain names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NotRequired, TypedDict, cast

from drift_audio.words.understanding import acts, details, people
from drift_audio.words.understanding.story import Person, Role, Theme
from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.words.understanding.tokens import Doc, Token
from drift_audio.yamlfile import read_mapping

Phrase = tuple[str | None, float]


def matter_of(doc: Doc, theme: Theme, anchors: list[tuple[int, int]], *, pronoun: str | None) -> Phrase:
    """What it was about, in the text's own noun phrase nearest to one of the anchors (characters).

    pronoun: possessive of the person concerned, the only one a phrase may hold.
    """
    found: list[tuple[int, str]] = []
    for prep in (token for token in doc if token.dep_ in {"prep", "pcomp", "agent"} and _about(token, theme)):
        leaf = next((child for child in prep.children if child.dep_ == "pobj"), None)
        if phrase := details.noun_phrase(leaf, pronoun=pronoun):
            found.append((min((abs(prep.idx - end) for _, end in anchors), default=prep.idx), people.turned(phrase)))
    return (min(found)[1], 0.8) if found else (None, 0.0)


def named(theme: Theme, kind: str | None, person: Person | None, text: str) -> dict[str, str]:
    """Plain names of the theme's event and matter; empty where the theme has none."""
    entries = cast("dict[str, dict[str, str]]", _table().get(theme, {}))
    entry, caught = entries.get(kind or "", entries.get("", {})), ""
    if theme == "pain" and (part := re.search(rf"\bmy (?:\w+ )?{_table()['body_parts']}\b", text.lower())):
        entry, caught = entries["named"], part[1]
    if theme == "grief" and kind in {"death", "pet"} and not (person and person.late):
        entry = entries["loss"]
    if person is None:
        entry = {key: words for key, words in entry.items() if "{p}" not in words}
    phrase = person.phrase if person else ""
    return {key: words.format(p=phrase, x=caught) for key, words in entry.items()}


def told(theme: Theme, text: str) -> dict[str, str]:
    """What the text names beside the theme, as phrases ready to be said."""
    for entry in cast("dict[str, list[_Named]]", _table()["told"]).get(theme, ()):
        if match := re.search(rf"\b(?:{entry['words']})\b", text.lower()):
            caught = match.groupdict().get("x") or ""
            return {key: entry[key].format(x=caught) for key in ("event", "matter") if key in entry}
    return {}


def event_between(deeds: list[acts.Deed], part: Role, person: Person | None, matter: str | None) -> Phrase:
    """What was done between people, named by its gravest deed and the listener's part."""
    if not deeds or part == "none":
        return None, 0.0
    own_part = [deed for deed in deeds if deed.role == part]
    if not own_part:
        return (f"what happened between you and {person.phrase}", 0.7) if person else ("what happened", 0.7)
    gravest = max(own_part, key=lambda deed: (acts.GRADES.index(deed.act.gravity), -deed.start))
    if person is None:
        return (f"what happened over {matter}" if matter and gravest.act.gravity != "major" else "what happened"), 0.7
    over = _linked(gravest.act, matter, person)
    own = person.phrase + ("'" if person.plural and person.phrase.endswith("s") else "'s")
    template = gravest.act.events[part]
    placed = template if "{m}" in template else template + "{m}"
    return placed.format(p=person.phrase, o=own, m=over), 0.8


def _linked(act: acts.Act, matter: str | None, person: Person) -> str:
    """The matter tied to the event with the act's own word; whose it is was just said, so their name gives way to a pronoun."""
    if not matter or not act.link or act.gravity == "major" or matter == person.phrase:
        return ""
    theirs = matter.replace(person.phrase + "'s ", person.pronouns.possessive + " ")
    return f" {act.link} {theirs}"


class _Named(TypedDict):
    """An entry of `told`: what the text names with one of the `words` (a pattern), said as `event` or `matter`."""

    words: str
    event: NotRequired[str]
    matter: NotRequired[str]


def _about(token: Token, theme: Theme) -> bool:
    wanted = cast("dict[str, dict[str, list[str]]]", _table()["matters"]).get(theme, {})
    word = token.lower_
    if word == "because" and token.i + 1 < len(token.doc) and token.doc[token.i + 1].lower_ == "of":
        word = "because of"
    if word not in wanted or (word == "over" and token.head.lemma_.lower() == "run"):
        return False  # "I ran over his cat" is not about the cat as a matter of talk
    return not wanted[word] or token.head.lemma_.lower() in wanted[word] or token.head.lower_ in wanted[word]


@cache
def _table() -> Mapping[str, object]:
    return read_mapping(DATA / "said.yaml")
