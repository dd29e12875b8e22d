"""The story reader over labelled situations, and the grammar its phrases promise."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from drift_audio.words.understanding.reader import read_story
from drift_audio.words.understanding.story import FEELINGS, THEMES, Story
from tests import corpora

pytestmark = pytest.mark.long


class Row(NamedTuple):
    text: str
    theme: str
    part: str
    gravity: str
    noun: str
    pronoun: str

    def fits(self, cell: str, told: str) -> bool:
        """Whether `told` is among the readings of a cell: "moderate/minor" takes either."""
        return told in getattr(self, cell).split("/")


def rows(name: str) -> list[Row]:
    lines = corpora.stories(name).read_text("utf-8").splitlines()
    return [Row(*(cell.strip() for cell in line.rsplit("|", 5))) for line in lines if line.strip() and not line.startswith("#")]


def person(story: Story) -> tuple[str, str]:
    return (story.person.noun, story.person.pronouns.subject) if story.person else ("-", "-")


EARLIER = [pytest.param(f"held_{letter}", marks=pytest.mark.slow) for letter in "abcdefgh"]


@pytest.mark.parametrize("name", ["first", *EARLIER, *(f"held_{letter}" for letter in "ijklmn")])
def test_accuracy(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`first` was written beside the rules, the others later; each was scored once blind (docs/care.md); all but `held_n` were
    then learnt from, so only that one tells what to expect of new wordings."""
    told = [(row, read_story(row.text)) for row in rows(name)]
    right = {
        "theme": sum(row.fits("theme", story.theme) for row, story in told),
        "part": sum(row.fits("part", story.part) for row, story in told),
        "gravity": sum(row.fits("gravity", story.gravity) for row, story in told),
        "person": sum(all(map(row.fits, ("noun", "pronoun"), person(story))) for row, story in told),
    }
    share = {key: value / len(told) for key, value in right.items()}
    with capsys.disabled():
        print(f"\n{name}: " + ", ".join(f"{key} {value:.0%}" for key, value in share.items()) + f" of {len(told)}")
    assert share["theme"] >= (0.82 if name == "held_n" else 0.90)
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
    ("text", "noun", "subject"),
    [
        ("I told my brother's secret to our parents. He had begged me not to.", "brother", "he"),
        ("I called my sister's boyfriend a sponger and now she won't talk to me", "sister", "she"),
        ("I snapped at one of my pupils. He only asked a question.", "pupil", "he"),
        ("My boss, a woman half my age, corrected me in front of the client", "boss", "she"),
        ("Mrs Kaur hasn't spoken to me since I cut her hedge", "Mrs Kaur", "she"),
        ("I yelled at my six year old for spilling milk and he flinched", "six-year-old", "he"),
        ("My daughter (he/him now) is hurt because I called him by his old name", "daughter", "he"),
        ("I had a go at Marcus in front of the apprentices", "Marcus", "they"),
        ("i ate my flatmates birthday cake", "flatmate", "they"),
        ("The man next door called my wife a name and I lost it", "neighbour", "he"),
        ("I shouted at a girl from my netball team because she dropped the ball", "girl", "she"),
    ],
)
def test_the_one_concerned_is_told_by_the_grammar(text: str, noun: str, subject: str) -> None:
    assert person(read_story(text)) == (noun, subject)


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("I forgot my wife's birthday and she cried", "your wife's birthday"),
        ("My friend told everyone the secret I had trusted her with", "the secret"),
        ("I eat sweets every night and want to stop", "sweets"),
        ("Sundays are long and I am lonely", "the Sundays"),
        ("My bad back keeps me from sleeping", "your back"),
    ],
)
def test_plain_matters_are_named(text: str, matter: str) -> None:
    assert read_story(text).matter == matter


@pytest.mark.parametrize("text", ["Our eldest starts school and I keep crying", "My best friend is moving abroad and I'm sad"])
def test_a_farewell_is_no_quarrel(text: str) -> None:
    assert read_story(text).theme != "relationship-repair"


@pytest.mark.parametrize(
    ("text", "tongue"),
    [("Ich kann nicht schlafen und bin müde", "de"), ("no puedo dormir por el trabajo", "es"), ("眠れない", "other")],
)
def test_other_languages_are_told_not_read(text: str, tongue: str) -> None:
    assert read_story(text) == Story(language=tongue)
