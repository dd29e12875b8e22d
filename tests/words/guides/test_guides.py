"""The guides as articles: long enough, honest links, a ready command."""

import shlex

import pytest

from drift_audio.errors import CatalogError
from drift_audio.scenario import STYLES
from drift_audio.words.guides import guide, load_guides
from drift_audio.words.guides.search import search_guides
from drift_audio.words.understanding.story import THEMES


def test_every_theme_is_a_guide():
    assert set(THEMES) <= set(load_guides())
    assert len(load_guides()) >= 14


@pytest.mark.parametrize("name", sorted(load_guides()))
def test_a_guide_is_a_four_to_six_minute_read_with_a_command_and_relations(name):
    found = guide(name)
    assert found.title
    assert found.summary
    assert 780 <= found.words <= 1400
    assert found.related
    assert set(found.related) <= set(load_guides()) - {name}
    words = shlex.split(found.command)
    assert words[:2] == ["drift-audio", "create"]
    assert "--style" not in words or words[words.index("--style") + 1] in STYLES


def test_an_unknown_guide_names_the_nearest():
    with pytest.raises(CatalogError, match="grief"):
        guide("greif")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("apology husband", "relationship-repair"),
        ("funeral mourning loss", "grief"),
        ("exam", "big-day-nerves"),
        ("insomnia awake", "sleep"),
    ],
)
def test_search_finds_the_guide_that_speaks_of_it(query, name):
    assert name in [hit.name for hit in search_guides(query)[:3]]


def test_search_for_nonsense_finds_nothing():
    assert search_guides("zxqv wwjk") == []
