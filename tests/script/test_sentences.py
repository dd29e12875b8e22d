"""Where a sentence ends: a table of passages with the right cuts, and what holds of any text."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift_audio.script.sentences import sentences, split

TABLE = Path(__file__).parents[1] / "data" / "sentences.txt"
LEAST = 0.98


def passages() -> list[list[str]]:
    lines = TABLE.read_text("utf-8").splitlines()
    return [line.split(" || ") for line in lines if line and not line.startswith("#")]


def test_nearly_every_passage_of_the_table_is_cut_right() -> None:
    wrong = [passage for passage in passages() if split(" ".join(passage)) != passage]
    assert len(passages()) >= 290
    assert len(wrong) <= (1 - LEAST) * len(passages()), "\n".join(" || ".join(split(" ".join(passage))) for passage in wrong)


def test_nothing_of_a_passage_is_lost_or_changed() -> None:
    for passage in passages():
        assert " ".join(split(" ".join(passage))) == " ".join(passage)


def test_what_was_split_splits_the_same_again() -> None:
    for passage in passages():
        said = sentences(" ".join(passage))
        assert sentences(" ".join(said)) == said


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("You sat. Slowly the light went.", 2),  # "sat" is a verb here, "Sat." is a day
        ("One more rep. Rest now.", 2),
        ("Count with me. 3. 2. 1. Rest.", 5),
        ("It was plan A. Nobody objected.", 2),
        ("Come in. Sit down.", 2),
    ],
)
def test_words_that_look_like_abbreviations_end_a_sentence(text: str, count: int) -> None:
    assert len(split(text)) == count
