"""How evidence is weighed: a line is taken at its word, a story as a whole, and where neither will do the person is asked."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from drift_audio.words.care import weighing
from drift_audio.words.care.classifier import Heard
from drift_audio.words.care.report import Outcome
from drift_audio.words.care.rules import Evidence, Finding, evidence_of
from drift_audio.words.care.signals import load_signals
from drift_audio.words.care.weighing import STORY, Verdict, weigh

WISH = Finding("crisis", "suicide")
BLOW = Finding("abuse", "violence")
ILLNESS = Finding("caution", "epilepsy")
TOLD = "My week was long. I cleaned the car, and then my brother came by. We sat for a while and talked."


def heard(log_odds: float, *, story: bool = True, caution: float = 0.0, kind: Outcome = "crisis") -> Heard:
    return Heard(log_odds=log_odds, kind=kind, outcome=kind, caution=caution, is_story=story)


def verdict(
    log_odds: float, findings: Sequence[Finding] = (), text: str = TOLD, *, own: bool = False, caution: float = 0.0
) -> Verdict:
    return weigh(Evidence(tuple(findings), own, evidence_of(text, load_signals()).said_safe), heard(log_odds, caution=caution))


def test_a_story_that_sounds_ordinary_is_not_stopped_for_a_dark_sentence() -> None:
    assert verdict(STORY.ask - STORY.rule - 1, [WISH]) == Verdict()
    assert verdict(STORY.ask - STORY.rule - 1, [BLOW, WISH]) == Verdict()


def test_between_stop_and_ask_the_person_is_asked_and_above_stopped() -> None:
    middle = (STORY.stop + STORY.ask) / 2
    assert verdict(STORY.ask - 0.01).outcome == "ok"
    assert verdict(middle) == Verdict("ask", weighing.UNSURE["crisis"])
    assert verdict(STORY.stop + 0.01).outcome == "crisis"
    assert verdict(STORY.stop + 0.01, [BLOW]) == Verdict("abuse", "violence"), "a rule names what it is"


def test_each_kind_of_evidence_raises_the_odds() -> None:
    assert STORY.rule >= 0
    assert STORY.hint >= 0
    assert STORY.own_wish >= 0
    assert STORY.said_safe < 0
    assert STORY.ask < STORY.stop


@pytest.mark.parametrize(
    "said", ["I am safe.", "Nobody is hurting me.", "I don't mean that literally.", "I have no thoughts of hurting myself."]
)
def test_what_the_person_says_was_meant_is_heard(said: str) -> None:
    middle = (STORY.stop + STORY.ask) / 2
    assert verdict(middle).outcome == "ask"
    assert verdict(middle, text=f"{TOLD} {said}").outcome == "ok"


@pytest.mark.parametrize("said", ["I am not safe.", "I am safe as long as he sleeps.", "I am safe when he is away."])
def test_what_only_sounds_like_safety_is_not(said: str) -> None:
    assert verdict((STORY.stop + STORY.ask) / 2, text=f"{TOLD} {said}").outcome == "ask"


def test_a_rule_of_the_users_own_always_holds() -> None:
    assert verdict(-9.0, [WISH._replace(users=True)]) == Verdict("crisis", "suicide")


def test_without_the_classifier_rules_decide_alone() -> None:
    assert weigh(Evidence((WISH, BLOW)), None) == Verdict("crisis", "suicide")
    assert weigh(Evidence(), None) == Verdict()


def test_caution_stands_in_a_story_that_is_not_dangerous() -> None:
    assert verdict(-5.0, [ILLNESS]) == Verdict("caution", "epilepsy")
    assert verdict(-5.0, caution=weighing.CAUTION + 0.01).outcome == "caution"
    assert verdict(-5.0, [Finding("ok", "bereaved")], caution=0.99) == Verdict("ok", "bereaved")


def test_one_line_is_taken_at_its_word() -> None:
    line = heard(-1.0, story=False)
    assert weigh(Evidence((WISH,)), line) == Verdict("crisis", "suicide")
    assert weigh(Evidence(), heard(weighing.SURE + 0.1, story=False)).outcome == "crisis"
    assert weigh(Evidence(), heard(weighing.SURE - 0.1, story=False)) == Verdict()
