"""Weighs what rules and classifier heard over the whole story: stop, ask, soften, or let it be.

A few sentences are taken at their word. In a story a dark sentence must be borne out by the rest, so that the longer a person
tells, the less one word decides. Where the evidence is neither here nor there, the person is asked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from drift_audio.words.care.classifier import Heard
from drift_audio.words.care.report import Outcome
from drift_audio.words.care.rules import Evidence

UNSURE: Final[dict[Outcome, str]] = {"crisis": "may not be safe", "abuse": "may be hurt by someone"}
_HEARD: Final[dict[Outcome, str]] = {"crisis": "sounds like danger", "abuse": "sounds like abuse", "caution": "caution"}
_GRAVER: Final[tuple[Outcome, ...]] = ("crisis", "abuse", "caution")
_GENTLE: Final = ("bereaved", "recovered")


class Verdict(NamedTuple):
    """What the gate answers, and the class of what was found."""

    outcome: Outcome = "ok"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """What each kind of evidence adds to the log odds of danger in a story, and from which sum on it stops or asks.

    Measured over `corpora/care/learnt/long-*`, where a finding of a rule says little of a story. rule, hint: a plain finding, and
    one put together from several words. own_wish: the listener's own wish for the deed. said_safe: they say that all is well.
    """

    rule: float
    hint: float
    own_wish: float
    said_safe: float
    stop: float
    ask: float


STORY: Final = Weights(rule=0.3, hint=0.8, own_wish=0.5, said_safe=-3.0, stop=3.0, ask=-1.0)
# A few sentences: the classifier alone stops from here on, and unsays a word alone only below the other.
SURE: Final = math.log(0.85 / 0.15)
HARMLESS: Final = math.log(0.001 / 0.999)
CAUTION: Final = 0.7


def weigh(evidence: Evidence, heard: Heard | None) -> Verdict:
    """The verdict over a text. heard: what the classifier made of it, None of another language or without its model."""
    told = gravest(evidence.found)
    if heard is None or any(finding.users for finding in evidence.findings):
        return told
    if not heard.is_story:
        return _over_a_line(evidence, heard, told)
    return _over_a_story(evidence, heard, told)


def gravest(found: Sequence[tuple[Outcome, str]]) -> Verdict:
    """The gravest thing that rules heard, or what they met gently."""
    for outcome in _GRAVER:
        if reasons := [reason for kind, reason in found if kind == outcome]:
            return Verdict(outcome, reasons[0])
    return next((Verdict("ok", reason) for reason in _GENTLE if ("ok", reason) in found), Verdict())


def _over_a_line(evidence: Evidence, heard: Heard, told: Verdict) -> Verdict:
    if told.outcome != "ok":
        return Verdict() if _a_word_alone(evidence, heard) else told
    if heard.log_odds <= SURE or told.reason:
        return told
    return Verdict(heard.outcome, _HEARD[heard.outcome])


def _a_word_alone(evidence: Evidence, heard: Heard) -> bool:
    """Whether a rule stopped for a word, and nothing sounds of danger; what several words said together holds."""
    return heard.log_odds < HARMLESS and not evidence.own_wish and not any(finding.hint for finding in evidence.findings)


def _over_a_story(evidence: Evidence, heard: Heard, told: Verdict) -> Verdict:
    grave = [finding for finding in evidence.findings if finding.outcome in {"crisis", "abuse"}]
    odds = heard.log_odds + STORY.said_safe * evidence.said_safe + STORY.own_wish * (evidence.own_wish and bool(grave))
    odds += STORY.rule if any(not finding.hint for finding in grave) else STORY.hint * bool(grave)
    if odds >= STORY.ask:
        kind, reason = (told.outcome, told.reason) if grave else (heard.kind, _HEARD[heard.kind])
        return Verdict(kind, reason) if odds >= STORY.stop else Verdict("ask", UNSURE[kind])
    if told.outcome == "caution" or (told.outcome == "ok" and not told.reason and heard.caution >= CAUTION):
        return told if told.outcome == "caution" else Verdict("caution", _HEARD["caution"])
    return told if told.outcome == "ok" else Verdict()
