"""A guide (what a person reads) and its banks (what a session says), as frozen types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from drift_audio.scenario import STYLES, Frozen
from drift_audio.words.understanding.story import FEELINGS

DIMENSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "part": ("caused", "hurt", "both", "none"),
    "gravity": ("minor", "moderate", "major", "none"),
    "style": STYLES,
    "tense": ("past", "ongoing", "future"),
    "occasion": ("morning", "day", "evening", "night"),
    "person": ("living", "late"),
    "feeling": FEELINGS,
    "kind": (),  # a closed list per theme stands in words/story.py; any word is allowed after "kind:"
}
GOAL_SLOTS: Final = ("aim", "plain", "image", "scene", "cue", "rehearse")


class Guide(Frozen):
    """A theme as a readable article. title, summary: from its heading; command: the ready session; related: names."""

    name: str
    title: str
    summary: str
    article: str
    command: str
    related: tuple[str, ...] = ()

    @property
    def words(self) -> int:
        return len(self.article.split())

    @property
    def minutes(self) -> int:
        """Minutes that reading it takes, at 220 words a minute."""
        return max(1, round(self.words / 220))


@dataclass(frozen=True, slots=True)
class Entry:
    """One paragraph template with the conditions under which it may be said: (dimension, allowed values) pairs."""

    text: str
    conditions: tuple[tuple[str, frozenset[str]], ...] = ()


@dataclass(frozen=True, slots=True)
class Goal:
    """One change that a hypnosis session is about; each slot a list of paragraph templates."""

    name: str
    slots: Mapping[str, tuple[Entry, ...]]
    conditions: tuple[tuple[str, frozenset[str]], ...] = ()


@dataclass(frozen=True, slots=True)
class Banks:
    """The phrase banks of one folder: paragraph templates by slot, sentence pools, goals, and plans by phase."""

    name: str
    slots: Mapping[str, tuple[Entry, ...]]
    pools: Mapping[str, tuple[str, ...]]
    goals: tuple[Goal, ...] = ()
    plans: Mapping[str, tuple[str, ...]] | None = None
