"""Every session names what it is about, early and again at its turning point, as far as the story told it."""

import re
from functools import cache

import pytest

from drift_audio.scenario import Scenario
from drift_audio.words.understanding.reader import read_story
from drift_audio.words.understanding.story import NAMED, Story
from drift_audio.words.writers.offline import OfflineWriter
from drift_audio.words.writers.offline.repetition import paragraphs
from tests import corpora

pytestmark = pytest.mark.long

NAMED_FILE = corpora.STORIES / "learnt" / "named.txt"
CASES = [line.split(" | ") for line in NAMED_FILE.read_text("utf-8").splitlines() if not line.startswith("#")]


@cache
def story_of(situation: str) -> Story:
    return read_story(situation)


def said(story: Story, style: str, minutes: float = 12, seed: int = 1) -> list[str]:
    scenario = Scenario(situation="x", style=style, minutes=minutes, seed=seed)
    return list(paragraphs(OfflineWriter().write(scenario, story).script))


LATER = [pytest.param(style, marks=pytest.mark.slow) for style in ("hypnosis", "breathing", "walking", "story")]


@pytest.mark.parametrize("style", ["meditation", "sleep", *LATER])
def test_the_matter_is_named_in_nearly_every_session(style: str) -> None:
    silent = []
    for situation, pattern in CASES:
        found = [text for text in said(story_of(situation), style) if re.search(pattern, text, re.IGNORECASE)]
        if not found:
            silent.append(situation)
    print(f"{style}: {len(CASES) - len(silent)} of {len(CASES)} name it")
    assert len(silent) <= len(CASES) * 0.1, silent


@pytest.mark.parametrize("style", ["meditation", "hypnosis", "sleep", "breathing", "walking"])
@pytest.mark.parametrize("sure", [NAMED, 0.8])
def test_a_known_matter_is_named_twice_on_every_day(style: str, sure: float) -> None:
    story = Story(theme="anxiety", matter="the letter from the bank", matter_confidence=sure)
    for seed in range(5):
        naming = [text for text in said(story, style, seed=seed) if "the letter from the bank" in text.lower()]
        assert len(naming) >= 2, seed


def test_a_surmised_matter_is_named_and_nothing_is_built_on_it() -> None:
    story = Story(theme="relationship-repair", part="caused", part_confidence=0.9, matter="zebras", matter_confidence=NAMED)
    for seed in range(10):
        for text in said(story, "meditation", seed=seed):
            assert "wrong about zebras" not in text
            assert "sorry about zebras" not in text


def test_nothing_is_named_where_nothing_is_known() -> None:
    for text in said(Story(theme="everyday-calm"), "meditation"):
        assert "{" not in text


def test_a_short_session_names_it_too() -> None:
    story = Story(theme="anxiety", matter="the letter from the bank", matter_confidence=0.8)
    assert any("letter from the bank" in text for text in said(story, "meditation", minutes=2))


def test_whose_it_is_stands_before_any_pronoun() -> None:
    story = read_story("My friend didn't invite me to her wedding")
    for seed in range(5):
        first = next(text for text in said(story, "sleep", seed=seed) if "wedding" in text)
        assert "your friend's wedding" in first
