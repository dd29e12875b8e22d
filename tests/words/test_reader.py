"""The story reader over labelled situations, and the grammar its phrases promise."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from drift_audio.words.reader import read_story
from drift_audio.words.story import FEELINGS, THEMES, Story

STORIES = Path(__file__).parent / "stories"


class Row(NamedTuple):
    text: str
    theme: str
    part: str
    gravity: str
    noun: str
    pronoun: str


def rows(name: str) -> list[Row]:
    lines = (STORIES / f"{name}.txt").read_text("utf-8").splitlines()
    return [Row(*(cell.strip() for cell in line.rsplit("|", 5))) for line in lines if line.strip() and not line.startswith("#")]


def person(story: Story) -> tuple[str, str]:
    return (story.person.noun, story.person.pronouns.subject) if story.person else ("-", "-")


@pytest.mark.parametrize("name", ["first", *(f"held_{letter}" for letter in "abcdefghi")])
def test_accuracy(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`first` was written beside the rules, the others after them; all but `held_i` were then learnt from (see docs/care.md)."""
    told = [(row, read_story(row.text)) for row in rows(name)]
    right = {
        "theme": sum(story.theme == row.theme for row, story in told),
        "part": sum(story.part == row.part for row, story in told),
        "gravity": sum(story.gravity == row.gravity for row, story in told),
        "person": sum(person(story) == (row.noun, row.pronoun) for row, story in told),
    }
    share = {key: value / len(told) for key, value in right.items()}
    with capsys.disabled():
        print(f"\n{name}: " + ", ".join(f"{key} {value:.0%}" for key, value in share.items()) + f" of {len(told)}")
    assert share["theme"] >= 0.90
    assert share["part"] >= 0.85
    assert share["gravity"] >= 0.85
    assert share["person"] >= (0.98 if name == "first" else 0.90)


SEVERAL = [row for name in ("first", "held_b", "held_i") for row in rows(name)]


@pytest.mark.parametrize("row", SEVERAL, ids=lambda row: row.text[:30])
def test_phrases_keep_their_contract(row: Row) -> None:
    story = read_story(row.text)
    assert story.theme in THEMES
    assert set(story.feelings) <= set(FEELINGS)
    for phrase in (story.event, story.matter, story.wish, story.when, story.setting):
        if phrase is not None:
            assert phrase == phrase.strip()
            assert not re.search(r"[.!?,;:\"]$", phrase)
            assert not re.search(r"\b(I|my|me|our|we|us|mine|myself)\b", phrase)
    if story.event is not None:
        assert re.match(r"(the|your|what) ", story.event)


def test_gender_is_never_guessed() -> None:
    told = read_story("My friend and I had an argument")
    assert told.person is not None
    assert told.person.pronouns.subject == "they"
    assert read_story("I argued with Sam about rent").person.pronouns.subject == "they"  # type: ignore[union-attr]
    assert read_story("My boss shouted at me and she walked out").person.pronouns.subject == "she"  # type: ignore[union-attr]
    assert read_story("my dog died yesterday").person.pronouns.subject == "it"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "tongue"),
    [("Ich kann nicht schlafen und bin müde", "de"), ("no puedo dormir por el trabajo", "es"), ("眠れない", "other")],
)
def test_other_languages_are_told_not_read(text: str, tongue: str) -> None:
    assert read_story(text) == Story(language=tongue)
