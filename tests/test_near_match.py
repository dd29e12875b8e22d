from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift_audio.near_match import hint, near_matches

BEDS = ("ocean", "rain", "rain-tent", "fire", "wind-in-trees")


@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("ocaen", "ocean"),
        ("OCEAN", "ocean"),
        ("rian", "rain"),
        ("rain tent", "rain-tent"),
        ("rain-tend", "rain-tent"),
        ("the wind in trees", "wind-in-trees"),
        ("camp-fire", "fire"),  # a whole word of it is one
    ],
)
def test_the_best_match_comes_first(name: str, best: str) -> None:
    assert near_matches(name, BEDS)[0] == best


@pytest.mark.parametrize("name", ["", "a", "zzzz", "drum", "!"])
def test_what_is_like_nothing_matches_nothing(name: str) -> None:
    assert near_matches(name, BEDS) == ()


def test_no_more_than_asked_for() -> None:
    assert near_matches("rain", BEDS, limit=1) == ("rain",)
    assert near_matches("rain", BEDS) == ("rain", "rain-tent")


@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=8))
def test_only_choices_are_matched(name: str, choices: list[str]) -> None:
    assert set(near_matches(name, choices)) <= set(choices)


def test_a_hint_names_near_choices_or_all() -> None:
    assert hint("rain-tend", iter(BEDS)) == "did you mean rain-tent or rain?"
    assert hint("zzzz", iter(BEDS)) == f"choose one of {', '.join(BEDS)}"
