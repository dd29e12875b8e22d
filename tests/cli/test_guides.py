"""`drift-audio guides`: what a reader and a script get to see."""

import json

import pytest
from typer.testing import CliRunner

from drift_audio.cli.guides import app
from drift_audio.errors import CatalogError

run = CliRunner().invoke


def answer(*words):
    result = run(app, list(words))
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_list_names_every_guide():
    guides = answer("list", "--json")["guides"]
    assert len(guides) >= 14
    assert {"name", "title", "summary", "words", "minutes"} == set(guides[0])
    assert all(4 <= guide["minutes"] <= 6 for guide in guides)
    assert "grief" in run(app, ["list"]).stdout


def test_show_gives_the_article_and_its_relations():
    shown = answer("show", "relationship-repair", "--json")
    assert "I'm sorry you feel that way" in shown["article"]
    assert "anger" in shown["related"]
    assert shown["command"].startswith("drift-audio create")
    assert "The art of an apology" in run(app, ["show", "relationship-repair"]).stdout


def test_an_unknown_guide_is_one_clear_line():
    result = run(app, ["show", "greif"])
    assert isinstance(result.exception, CatalogError)
    assert "grief" in str(result.exception)


def test_search_finds_by_words():
    assert answer("search", "apology", "--json")["results"][0]["name"] == "relationship-repair"
    assert "Nothing found" in run(app, ["search", "zxqv"]).stdout


def test_check_reads_a_bank():
    assert answer("check", "grief", "--json") == {"checked": ["grief"], "faults": [], "journeys": 0}


@pytest.mark.parametrize("style", ["meditation", "sleep"])
def test_repetition_prints_the_figures(style):
    found = answer("repetition", "anger", "--days", "3", "--style", style, "--json")
    assert found["days"] == 3
    assert 0 <= found["mean_5grams"] <= found["worst_5grams"] < 0.2
    assert "5-grams shared" in run(app, ["repetition", "anger", "--days", "2"]).stdout
