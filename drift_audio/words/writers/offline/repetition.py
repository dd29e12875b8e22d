"""How much sessions share: the figures behind "daily sessions stay fresh"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Final

from drift_audio.scenario import Frozen, Scenario, Style
from drift_audio.script.lint import atoms
from drift_audio.script.model import Pause, Script, Section, Utterance
from drift_audio.words.guides.load import guide
from drift_audio.words.understanding.story import HE, Person, Story
from drift_audio.words.writers.offline.writer import OfflineWriter

LEAST_PARAGRAPH_WORDS: Final = 8


class Repetition(Frozen):
    """What `days` sessions of one situation share.

    repeated_paragraphs: paragraphs said on more than one day. worst_5grams: largest share of a day's 5-grams that an earlier
    day already had, and which two days. mean_5grams: mean over all pairs. worst_4grams, mean_4grams: of any two seeds.
    """

    theme: str
    style: Style
    minutes: float
    days: int
    paragraphs: int
    repeated_paragraphs: int
    worst_5grams: float
    worst_pair: tuple[int, int]
    mean_5grams: float
    worst_4grams: float
    mean_4grams: float


def measure(
    story: Story, *, style: Style = "meditation", minutes: float = 12.0, days: int = 30, first_seed: int = 0
) -> Repetition:
    """Write one session a day, seeds counting up from `first_seed`, and compare every pair."""
    scenario = Scenario(situation="measured", style=style, minutes=minutes)
    scripts = [OfflineWriter().write(scenario.model_copy(update={"seed": first_seed + day}), story).script for day in range(days)]
    said = Counter(paragraph for script in scripts for paragraph in set(paragraphs(script)))
    fives, fours = ([grams(script, size) for script in scripts] for size in (5, 4))
    five = {pair: shared(fives[pair[1]], fives[pair[0]]) for pair in combinations(range(days), 2)}
    four = [shared(fours[b], fours[a]) for a, b in combinations(range(days), 2)]
    worst = max(five, key=lambda pair: five[pair])
    return Repetition(
        theme=story.theme,
        style=style,
        minutes=minutes,
        days=days,
        paragraphs=said.total(),
        repeated_paragraphs=sum(times > 1 for times in said.values()),
        worst_5grams=five[worst],
        worst_pair=worst,
        mean_5grams=sum(five.values()) / len(five),
        worst_4grams=max(four),
        mean_4grams=sum(four) / len(four),
    )


def grams(script: Script, size: int) -> set[tuple[str, ...]]:
    """Runs of `size` words in everything that a script says."""
    words = re.findall(r"[\w']+", " ".join(_texts(script)).lower())
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


def shared(later: set[tuple[str, ...]], earlier: set[tuple[str, ...]]) -> float:
    """Share of the later session's runs that the earlier one had."""
    return len(later & earlier) / len(later) if later else 0.0


def paragraphs(script: Script) -> list[str]:
    """Every paragraph that is long enough to be noticed again: the blocks between blank lines."""
    return [text for section in script.sections for text in _split(section) if len(text.split()) >= LEAST_PARAGRAPH_WORDS]


def _split(section: Section) -> list[str]:
    texts: list[list[str]] = [[]]
    for atom in atoms(section):
        if isinstance(atom, Utterance):
            texts[-1].append(atom.text)
        elif not isinstance(atom, Pause) or atom.role == "paragraph":
            texts.append([])
    return [" ".join(text) for text in texts if text]


def _texts(script: Script) -> Sequence[str]:
    return [atom.text for section in script.sections for atom in atoms(section) if isinstance(atom, Utterance)]


def example_story(theme: str) -> Story:
    """A usual story of a theme, to measure with.

    Raises:
        CatalogError: no guide of this name.
    """
    guide(theme)
    if theme != "relationship-repair":
        return Story.model_validate(
            {"theme": theme, "theme_confidence": 1.0, "tense": "past" if theme in {"grief", "anger"} else "ongoing"}
        )
    return Story(
        theme="relationship-repair",
        theme_confidence=1.0,
        person=Person(noun="husband", phrase="your husband", pronouns=HE),
        event="what happened over the dishes",
        event_confidence=1.0,
        matter="the dishes",
        matter_confidence=1.0,
        tense="past",
        part="caused",
        part_confidence=1.0,
        gravity="minor",
        gravity_confidence=1.0,
    )
