"""The classifier: it widens what the rules hear, hears a story whole, and is silent without its model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drift_audio.words.care import classifier, gate, weighing
from drift_audio.words.care.report import Outcome
from drift_audio.words.understanding import theme_model
from tests.corpora import CARE_LEARNT, CARE_UNSEEN, care_texts

pytestmark = pytest.mark.long


@pytest.mark.slow
def test_it_hears_most_of_what_it_never_learnt(capsys: pytest.CaptureFixture[str]) -> None:
    """Alone, on the short sets that it was not learnt from."""
    grave = [line for name in ("crisis", "abuse", "caution") for folder in CARE_UNSEEN for line in care_texts(folder, name)]
    ordinary = [line for folder in CARE_UNSEEN for line in care_texts(folder, "ok")]
    found, wrongly = (sum(danger(text) > weighing.SURE for text in some) / len(some) for some in (grave, ordinary))
    with capsys.disabled():
        print(f"\nclassifier alone: {found:.3f} of {len(grave)} danger signs, {wrongly:.3f} of {len(ordinary)} look-alikes")
    assert found >= 0.85
    assert wrongly <= 0.02


def danger(text: str) -> float:
    heard = classifier.hear(text)
    assert heard is not None
    return heard.log_odds


def heard(log_odds: float, kind: Outcome = "crisis", *, story: bool = False) -> classifier.Heard:
    return classifier.Heard(log_odds=log_odds, kind=kind, outcome=kind, caution=0.0, is_story=story)


def test_the_classifier_is_the_net_that_was_learnt() -> None:
    """The adapter makes the difference: without it the same readings of the plain model tell nothing."""
    learnt = classifier.tuned("line")
    assert all(layer.query.adapter is not None for layer in learnt.model.layers)
    plain = replace(learnt, model=theme_model.model())
    hint = "I have a plan for the weekend and nobody will find me until Monday"
    assert learnt.likely("I want to die")[1] > 0.9
    assert abs(plain.likely(hint)[0] - learnt.likely(hint)[0]) > 0.05
    assert all(layer.query.adapter is None for layer in theme_model.model().layers)


@pytest.mark.parametrize("outcome", ["crisis", "abuse", "caution"])
def test_no_danger_that_a_rule_stops_is_let_through(outcome: str) -> None:
    grave = [line for folder in (*CARE_LEARNT, *CARE_UNSEEN) for line in care_texts(folder, outcome)]
    for line in grave[:: max(1, len(grave) // 150)]:
        stopped = classifier.hear(line) if gate.by_rules(line).outcome != "ok" else None
        assert stopped is None or stopped.log_odds > weighing.HARMLESS or gate.check(line).outcome != "ok", line


def test_a_word_alone_is_let_through_where_nothing_sounds_of_danger(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    figure = "Seizure of the goods by customs, our whole stock sits in Rotterdam"
    assert gate.by_rules(figure).outcome == "caution"
    own = 'rules: [{outcome: caution, reason: sea, needs: [rotterdam], patterns: ["rotterdam"]}]\n'
    (tmp_path / "signals.yaml").write_text(own, "utf-8")
    for level, outcome in ((weighing.HARMLESS - 1, "ok"), (weighing.HARMLESS + 1, "caution")):
        monkeypatch.setattr(gate, "hear", lambda _text, level=level: heard(level))
        assert gate.check(figure).outcome == outcome
        # The listener's own wish is never explained away, nor is a rule of the user's own.
        assert gate.check("I want to kill myself").outcome == "crisis"
        assert gate.check("We saw Rotterdam", data_dir=tmp_path).outcome == "caution"


def test_what_was_put_together_from_several_words_is_not_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "hear", lambda _text: heard(weighing.HARMLESS - 2))
    assert gate.check("He calls it passion. I call it being held down.").outcome == "abuse"


def test_without_the_model_the_rules_stand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme_model, "ready", lambda: False)
    for text in (*care_texts(CARE_UNSEEN[0], "crisis"), "we quarrelled over the dishes"):
        assert gate.check(text) == gate.by_rules(text)


def test_what_it_stops_gets_kind_words_and_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    for outcome in ("crisis", "abuse", "caution"):
        monkeypatch.setattr(gate, "hear", lambda _text, outcome=outcome: heard(weighing.SURE + 1, outcome))
        report = gate.check("a quiet evening", locale="en_GB")
        assert report.outcome == outcome
        assert report.message
        assert bool(report.lines) == (outcome != "caution")


@pytest.mark.parametrize(
    "figure", ["he attacked my plan", "This deadline is killing me.", "I have to kill off my hero in chapter nine"]
)
def test_figures_of_speech_and_stories_are_not_taken_at_their_word(figure: str) -> None:
    assert gate.check(figure).outcome == "ok"


def test_it_judges_english_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme_model, "ready", lambda: pytest.fail("no English text"))
    assert classifier.hear("Ich habe mich heute mit meiner Mutter über das Geschirr gestritten und es tut mir leid") is None


def test_sentences_stand_as_typed_and_are_bounded() -> None:
    assert classifier.spoken('It rained. He said "go!" I went…\nthen home ... 5') == [
        "It rained.",
        'He said "go!',
        "I went…",
        "then home ...",
    ]
    assert classifier.spoken(" ?! ") == []
    assert len(classifier.spoken("Yes. " * 500)) <= 120


def test_a_long_story_is_heard_in_stretches_that_overlap() -> None:
    told = [f"Sentence number {number} has these words in it." for number in range(100)]
    found = classifier.windows(told)
    assert len(found) > 2
    assert all(sentence in " ".join(found) for sentence in told)
    assert all(len(window.split()) <= 200 for window in found)
    assert classifier.windows(told[:4]) == [" ".join(told[:4])]
    assert classifier.windows(["word " * 900]) == ["word " * 900]
