"""What answers the sentence that hurts: precise cues, plain words, and an answer that honours any line."""

from __future__ import annotations

import re

import pytest

from drift_audio.words.understanding.answers import aches, answer_for

# Promises, verdicts, cheer and the consulting room.
UNWANTED = re.compile(
    r"\b(?:will pass|will get better|it gets better|heals?|healing|everything happens|at least|silver lining|proud of you"
    r"|not your fault|you did nothing wrong|journey|process|boundar\w+|trauma|valid|self-care|trigger\w*|inner child|safe space"
    r"|toxic|closure)\b",
    re.IGNORECASE,
)
WORDINGS = [(answer.ache or "general", wording) for answer in aches() for wording in answer.wordings]


@pytest.mark.parametrize(
    ("line", "ache"),
    [
        ("nobody asks you how you are", "nobody_asks"),
        ("you can't be glad for your best friend", "cannot_be_glad"),
        ("you say you should have known", "should_have_known"),
        ("you keep refreshing your email", "checks_the_phone"),
        ("you're fine all day", "fine_all_day"),
        ("everyone says you should move on", "they_say_move_on"),
        ("you can't stop seeing your daughter's face", "sees_it_again"),
        ("you miss your wife and she's in the next room", "here_and_gone"),
        ("you miss your brother", "misses"),
        ("you weren't there when your dad died", "was_not_there"),
        ("your sister hasn't replied", "no_reply"),
        ("you get up at 6 and get dressed with nowhere to go", "nowhere_to_go"),
    ],
)
def test_a_precise_cue_is_heard(line: str, ache: str) -> None:
    assert answer_for(line).ache == ache


@pytest.mark.parametrize(
    "line",
    [
        "your brother borrowed £4000 two years ago",
        "you missed the bus to work",
        "you went in the garage",
        "you haven't replied to your sister",
        "you keep lying to your mother",
        "you used to live in Spain",
        "your wife's right hand doesn't work",
        "you checked the oven twice",
    ],
)
def test_what_is_not_surely_heard_has_a_general_answer(line: str) -> None:
    answer = answer_for(line)
    assert answer.ache is None
    assert len(answer.wordings) == 8


def test_there_are_sixty_aches_with_two_wordings_each() -> None:
    named = [answer for answer in aches() if answer.ache]
    assert len(named) >= 60
    assert len({answer.ache for answer in named}) == len(named)
    assert all(len(answer.wordings) >= 2 for answer in named)
    assert len({wording for _, wording in WORDINGS}) == len(WORDINGS)


@pytest.mark.parametrize(("ache", "wording"), WORDINGS)
def test_an_answer_is_two_or_three_plain_sentences(ache: str, wording: str) -> None:
    sentences = re.findall(r"[^.?]+[.?]", wording)
    assert 2 <= len(sentences) <= 3, ache
    assert all(len(sentence.split()) <= 26 for sentence in sentences)
    assert not re.search(r"[!;:()\"—]|tonight", wording)
    assert not UNWANTED.search(wording)
