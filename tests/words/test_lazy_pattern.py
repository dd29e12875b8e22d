"""An expression that is not tried, for want of a piece, would not have matched; most of them are never compiled."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift_audio.words.care.gate import check
from drift_audio.words.care.normalise import normalise, sentences
from drift_audio.words.care.signals import Pattern, load_signals
from drift_audio.words.lazy_pattern import LazyPattern, pieces_of
from drift_audio.words.understanding import acts, themes
from tests.corpora import CARE, care_texts

pytestmark = pytest.mark.long


def listened() -> list[LazyPattern]:
    signals = load_signals()
    found: list[LazyPattern] = [part for rule in signals.rules for part in (*rule.listened, *rule.excused, *rule.others)]
    found += [signals.pattern(text) for _, patterns in signals.idioms for text in patterns]
    found += [sought for cues in themes._cues().values() for _, sought in cues]
    return found + [act.done for act in acts._acts()]


EVERY = listened()


def told() -> list[str]:
    lines = [line for name in ("abuse", "caution", "crisis") for line in care_texts(CARE / "learnt" / "first", name)]
    return [sentence for line in lines for sentence in sentences(normalise(line))]


@pytest.mark.parametrize(
    ("pattern", "pieces"),
    [
        ("kill (my|him)self", (("kill",), ("self",), ("my", "him"))),
        ("wants?", (("want",),)),
        ("end(ed|ing)? it .. all", (("it",), ("end",), ("all",))),
        ("(?<!not )dead(?! tired)", (("dead",),)),
        ("(give|gave) up|(no|any) hope", (("give", "gave", "hope"),)),
        (r"\w+ing (never)?", (("ing",),)),
        ("a?b{0,2}", ()),
        ("x|", ()),
        ("(?i)dead", ()),
        (r"\x41nna", ()),
        ("[^]a]bc", ()),
        ("(unclosed", (("unclosed",),)),
        ("too) many", ()),
        ("<nowhere>", ()),
    ],
)
def test_pieces_are_read_off_a_pattern(pattern: str, pieces: tuple[tuple[str, ...], ...]) -> None:
    assert sorted(pieces_of(pattern)) == sorted(pieces)


def test_nearly_every_signal_asks_for_something() -> None:
    assert sum(not sought.pieces for sought in EVERY) < 0.03 * len(EVERY)


def test_no_match_is_missed_in_the_corpus() -> None:
    lines = random.Random(7).sample(told(), 150)
    missed = [(s.text, line) for s in EVERY for line in lines if not s.possible(line) and s.compiled.search(line)]
    assert missed == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_text_made_from_an_expression_is_missed(data: st.DataObject) -> None:
    sought = data.draw(st.sampled_from(EVERY))
    text = data.draw(st.from_regex(sought.compiled))
    assert sought.possible(text)


def test_what_cannot_match_is_never_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []
    real = Pattern.compiled.func  # type: ignore[attr-defined]

    def count(self: Pattern) -> object:
        compiled.append(self.text)
        return real(self)

    load_signals.__globals__["_load"].cache_clear()
    monkeypatch.setattr(Pattern, "compiled", property(count))
    try:
        assert check("I snapped at my husband over the dishes this morning and he left without a word").outcome == "ok"
    finally:
        load_signals.__globals__["_load"].cache_clear()
    assert len(set(compiled)) < 100
