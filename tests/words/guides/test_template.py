"""The template language: what it says, what it leaves out, and that no index says the same twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift_audio.errors import CatalogError
from drift_audio.words.guides.template import Fill, count, expand, parse, prune

HIM = Fill({"person": "your husband", "they": "he", "event": "the argument"}, frozenset())
THEM = Fill({"person": "your friend", "they": "they"}, frozenset({"they"}))


def said(template, fill=HIM):
    tree = prune(parse(template), fill)
    return None if tree is None else [expand(tree, at) for at in range(count(tree))]


def test_alternatives_nest_and_every_index_differs():
    assert sorted(said("{one|two {red|blue}} {hat|cap}.")) == [
        "One cap.", "One hat.", "Two blue cap.", "Two blue hat.", "Two red cap.", "Two red hat.",
    ]  # fmt: skip


def test_verbs_agree_with_person_and_pronoun():
    assert said("{person} {person:is/are} here and {they} {they:stays/stay}.") == ["Your husband is here and he stays."]
    assert said("{person} {person:is/are} here and {they} {they:stays/stay}.", THEM) == ["Your friend is here and they stay."]


def test_what_the_story_does_not_know_is_left_out():
    assert said("After {event}, rest.", THEM) is None
    assert said("{After {event}|After that}, rest.", THEM) == ["After that, rest."]


def test_tidies_spaces_stops_and_capitals():
    text = "{very |}  slowly , now. {event} rests. [image] and then\nquiet."
    assert said(text)[1] == "Slowly, now. The argument rests. [image] And then quiet."


@pytest.mark.parametrize("broken", ["{a|b", "a} b", "{nobody}", "{event:is/are}", "{}"])
def test_broken_templates_are_named(broken):
    with pytest.raises(CatalogError):
        parse(broken)


@given(st.text(alphabet="{}|@:/ ab.,", max_size=40))
def test_any_text_parses_or_says_why(text):
    try:
        tree = parse(text)
    except CatalogError:
        return
    pruned = prune(tree, HIM)
    if pruned is not None:
        assert all("{" not in expand(pruned, at) for at in range(min(count(pruned), 20)))
