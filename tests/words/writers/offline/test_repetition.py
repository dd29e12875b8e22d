"""Daily sessions stay fresh: the figures that `drift-audio guides repetition` prints."""

from itertools import combinations

import pytest

from drift_audio.words.guides.template import Fill, count, expand, parse, prune
from drift_audio.words.writers.offline.deal import deal, walk
from drift_audio.words.writers.offline.repetition import example_story, measure
from drift_audio.words.writers.offline.wordings import order


@pytest.mark.parametrize(("size", "key"), [(1, "a"), (5, "b"), (14, "c")])
def test_a_deck_is_dealt_through_before_it_comes_round(size, key):
    for deck in range(4):
        cards = [deal(key, size, deck * size + at) for at in range(size)]
        assert sorted(card for card, _ in cards) == list(range(size))
        assert {number for _, number in cards} == {deck}


@pytest.mark.parametrize("total", [1, 2, 6, 7, 48, 360])
def test_a_walk_meets_itself_only_at_its_end(total):
    assert len({walk("key", total, step) for step in range(total)}) == total


def test_neighbouring_wordings_of_a_paragraph_differ_most():
    tree = prune(parse("{aa bb|cc dd} {ee ff|gg hh} {ii jj|kk {ll|mm}} {nn oo|pp qq}"), Fill())
    for key in ("one", "two", "three"):
        ordered = order(tree, key)
        assert sorted(ordered) == list(range(count(tree)))
        first = [set(expand(tree, index).lower().split()) for index in ordered[:5]]
        shared = [len(a & b) for a, b in combinations(first, 2)]
        assert 0 in shared
        assert sum(shared) / len(shared) < 4


@pytest.mark.parametrize("theme", ["relationship-repair", "grief", "anger"])
def test_a_month_of_daily_sessions(theme):
    found = measure(example_story(theme), days=30)
    assert found.repeated_paragraphs == 0
    assert found.worst_5grams < 0.20
    assert found.worst_4grams < 0.35


@pytest.mark.slow
@pytest.mark.parametrize("style", ["hypnosis", "sleep", "breathing", "walking", "story"])
def test_two_seeds_of_one_situation_in_other_styles(style):
    found = measure(example_story("relationship-repair"), style=style, days=30)
    assert found.worst_4grams < 0.35
