"""Daily sessions stay fresh: the figures that `drift-audio guides repetition` prints."""

from itertools import combinations

import pytest

from drift_audio.words.guides.template import Fill, count, expand, parse, prune
from drift_audio.words.shuffle import MONTH, deal, hand, month_of_decks, walk
from drift_audio.words.writers.offline.repetition import example_story, measure
from drift_audio.words.writers.offline.wordings import besides, onward, order, own

pytestmark = pytest.mark.long


@pytest.mark.parametrize(("size", "key"), [(1, "a"), (5, "b"), (14, "c")])
def test_a_deck_is_dealt_through_before_it_comes_round(size, key):
    for deck in range(4):
        cards = [deal(key, size, deck * size + at) for at in range(size)]
        assert sorted(card for card, _ in cards) == list(range(size))
        assert {number for _, number in cards} == {deck}


@pytest.mark.parametrize(("size", "share"), [(1, 1), (5, 2), (6, 6), (7, 3), (13, 2), (24, 3), (4, 3)])
def test_a_hand_holds_no_card_twice_and_no_two_hands_the_same_card_of_a_deck(size, share):
    hands = [hand("key", size, share, turn) for turn in range(200)]
    assert all(len({card for card, _ in cards}) == share for cards in hands)
    dealt = [card for cards in hands for card in cards]
    assert len(set(dealt)) == len(dealt)
    for first in range(200 - MONTH):
        decks = {deck for cards in hands[first : first + MONTH] for _, deck in cards}
        assert len(decks) <= month_of_decks(size, share)


@pytest.mark.parametrize("decks", [1, 4, 9, 14])
@pytest.mark.parametrize("more", [0, 1, 3, 10, 25])
def test_every_wording_of_a_paragraph_belongs_to_one_deck_or_to_one_day_of_a_month(decks, more):
    wordings = decks + more
    dealt = [set(own(wordings, decks, deck)) for deck in range(decks)]
    assert all(dealt)
    for first in range(60):
        days = [set(besides(wordings, decks, seed, shift=7)) for seed in range(first, first + MONTH)]
        places = [place for found in (*dealt, *days) for place in found]
        assert len(set(places)) == len(places)
        assert any(days) == (more > 0)


@pytest.mark.parametrize("wordings", [1, 2, 30, 31, 42])
def test_there_are_words_left_on_a_day_when_it_is_nobodys_turn(wordings):
    for seed in range(200):
        places = onward(wordings, seed)
        assert places
        assert set(places) <= set(range(wordings))


@pytest.mark.parametrize("total", [1, 2, 6, 7, 48, 360])
def test_a_walk_meets_itself_only_at_its_end(total):
    assert len({walk("key", total, step) for step in range(total)}) == total


def test_neighbouring_wordings_of_a_paragraph_differ_most():
    tree = prune(parse("{aa bb|cc dd} {ee ff|gg hh} {ii jj|kk {ll|mm}} {nn oo|pp qq}"), Fill())
    for key in ("one", "two", "three"):
        ordered = order(tree, key)
        assert sorted(ordered) == list(range(count(tree)))
        first = [set(expand(tree, index).lower().split()) for index in ordered[:4]]
        shared = [len(a & b) for a, b in combinations(first, 2)]
        assert max(shared) <= 4  # of eight words: no two of a month's first tellings are more alike than by half
        assert sum(shared) / len(shared) <= 3


@pytest.mark.parametrize("theme", ["relationship-repair", "grief", "anger"])
def test_a_month_of_daily_sessions(theme):
    assert_fresh(measure(example_story(theme), days=30))


#: One theme a style, each style and each theme once or twice: what CI runs of all.
SOME = {
    ("relationship-repair", "hypnosis"),
    ("grief", "sleep"),
    ("anxiety", "breathing"),
    ("loneliness", "walking"),
    ("grief", "story"),
}
MONTHS = [
    pytest.param(theme, style, marks=pytest.mark.slow if (theme, style) in SOME else pytest.mark.sweep)
    for theme in ("relationship-repair", "grief", "anxiety", "loneliness")
    for style in ("hypnosis", "sleep", "breathing", "walking", "story")
]


@pytest.mark.parametrize(("theme", "style"), MONTHS)
def test_a_month_of_daily_sessions_in_other_styles(theme, style):
    assert_fresh(measure(example_story(theme), style=style, days=30))


def assert_fresh(found):
    """No paragraph twice, under 20 % of any day's 5-grams on an earlier day, under 35 % of 4-grams between two seeds."""
    assert found.repeated_paragraphs == 0
    assert found.worst_5grams < 0.20
    assert found.worst_4grams < 0.35
