"""Told lines: the listener's own clauses in the second person, rarely wrong, never in the first, and chosen with care."""

from __future__ import annotations

import re
import time
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drift_audio.words.understanding import parser
from drift_audio.words.understanding.reader import read_story
from drift_audio.words.understanding.story import ToldLine
from drift_audio.words.understanding.told_lines import chosen_told, kept_line, told_lines, wish_line
from tests import corpora

STORIES: list[dict[str, Any]] = yaml.safe_load(corpora.TOLD.read_text("utf-8"))
FIRST_PERSON = re.compile(r"\b(?:I|me|my|mine|myself|we|us|our|ours|ourselves)\b", re.IGNORECASE)


@cache
def told(text: str, *, same_day: bool = False) -> tuple[ToldLine, ...]:
    return told_lines(text, same_day=same_day)


def texts(text: str, *, same_day: bool = False) -> list[str]:
    return [line.text for line in told(text, same_day=same_day)]


def test_most_stories_are_told_and_hardly_a_line_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [(story, line) for story in STORIES for line in told(story["text"], same_day=False)]
    bad = [line.text for story, line in lines for wrong in story["never"] if wrong.lower() in line.text.lower()]
    heard = sum(any(may.lower() in line.text.lower() for line in told(s["text"])) for s in STORIES for may in s["may"])
    share = sum(len(told(story["text"])) >= 2 for story in STORIES) / len(STORIES)
    expected = heard / sum(len(story["may"]) for story in STORIES)
    with capsys.disabled():
        print(f"\ntold lines: {share:.0%} of {len(STORIES)} stories told, {len(lines)} lines, {len(bad)} bad {bad}")
        print(f"  {expected:.0%} of the clauses that may be said are said")
    assert share >= 0.85
    assert len(bad) <= 0.03 * len(lines)
    assert expected >= 0.6


def test_every_line_keeps_to_the_form() -> None:
    for story in STORIES:
        for line in told(story["text"], same_day=True):
            for said in filter(None, (line.text, line.after)):
                assert not FIRST_PERSON.search(said), said
                assert len(said.split()) <= 22
                assert not said.endswith((".", ",", " "))
            assert len(line.text.split()) >= 4
            assert 0 <= line.start < line.end <= len(story["text"])


def test_lines_come_in_the_order_of_the_story() -> None:
    for story in STORIES:
        places = [line.start for line in told(story["text"])]
        assert places == sorted(places)


def test_what_is_said_parses_as_one_sentence_of_the_listener_or_another() -> None:
    lines = [line for story in STORIES for line in told(story["text"])]
    docs = list(parser.parser().pipe(line.sentence for line in lines))
    for line, doc in zip(lines, docs, strict=True):
        assert len(list(doc.sents)) == 1, line.text
        assert any(token.dep_ in {"nsubj", "nsubjpass", "expl"} for token in doc), line.text


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("I laid off eight people who trusted me", "you laid off eight people who trusted you"),
        ("my sister told me she's pregnant", "your sister told you she's pregnant"),
        ("I was late and I am cross with my boss", "you were late and you are cross with your boss"),
        ("I wasn't invited to my own reunion", "you weren't invited to your own reunion"),
        ("I've hurt myself in the garden", "you've hurt yourself in the garden"),
        ("my wife and I walked home", "you and your wife walked home"),
        ("mum moved into our house", "your mum moved into your house"),
        ("idk how to talk to my dad", "you don't know how to talk to your dad"),
        ("half of me is relieved", "half of you is relieved"),
        ("I get up at 6 am and feed my cat", "you get up at 6 am and feed your cat"),
    ],
)
def test_the_first_person_is_turned_to_the_listener(clause: str, said: str) -> None:
    assert said in texts(f"{clause}. I live in a small town.")


def test_a_pronoun_is_said_only_with_its_owner() -> None:
    named = told("My brother borrowed my car. He sold it in Leeds. He gave me half of the money.")
    assert "your brother gave you half of the money" in [line.text for line in named]
    assert "he gave you half of the money" in [line.after for line in named]
    unowned = texts("It was terrible all week. He never calls me. That made us late. I cooked for my mother.")
    assert not any(re.match(r"(?:it|he|that)\b", text) for text in unowned)


def test_two_whom_a_pronoun_may_mean_leave_it_unsaid() -> None:
    lines = texts("My father lied to my brother for years. My brother found the letters. He had another family in Leeds.")
    assert not any("another family" in text for text in lines)


def test_a_name_is_said_with_its_noun_and_the_listeners_own_never() -> None:
    lines = texts("My cofounder Priya resigned in March. Priya took the laptop with her. I run the shop alone now.")
    assert "your cofounder Priya took the laptop with her" in lines
    assert not any("Tom" in text for text in texts("I'm Tom and I live in Hull. Tom never cries at work. I feed my cat."))


@pytest.mark.parametrize(
    "shameful",
    [
        "I slept with my boss in June",
        "I stole money from my aunt",
        "I take cocaine at the weekend",
        "I wet the bed at my sister's house",
        "I am a terrible mother to my kids",
        "my boss is a fucking nightmare",
        "my kids hate me for leaving",
    ],
)
def test_what_would_shame_is_not_said(shameful: str) -> None:
    lines = texts(f"{shameful}. I live with my brother in Leeds. I walk the dog in the park.")
    assert lines == ["you live with your brother in Leeds", "you walk the dog in the park"]


@pytest.mark.parametrize(
    "unfit",
    [
        "Why does my sister never call me?",
        'My boss said "you are finished here" to me',
        "You know what I mean by that",
        "I was going to call her but",
        "as if my brother had never been there",
        "If I had stayed at home that day",
    ],
)
def test_what_does_not_stand_alone_is_not_said(unfit: str) -> None:
    lines = texts(f"I live with my brother in Leeds. I walk the dog in the park. {unfit}")
    assert lines == ["you live with your brother in Leeds", "you walk the dog in the park"]


def test_a_relative_time_is_kept_on_the_same_day_alone() -> None:
    story = "Last night my brother rang me from Spain. I fly to Madrid in two days to see him. I'm dreading tomorrow."
    assert "last night your brother rang you from Spain" in texts(story, same_day=True)
    later = texts(story)
    assert "your brother rang you from Spain" in later
    assert not any(re.search(r"last night|two days|tomorrow", text) for text in later)


def test_a_demand_on_oneself_stays_the_listeners_word() -> None:
    assert "you say you should have called your dad" in texts("I should have called my dad. I live alone in Hull.")


def test_nothing_is_said_where_it_is_not_wanted_or_one_line_alone_would_be() -> None:
    assert told_lines(STORIES[0]["text"], discreet=True) == ()
    assert told_lines("I laid off eight people who trusted me.") == ()
    assert told_lines("") == ()


GOOD = ToldLine(text="she gave you a drawing", kind="good", start=60, end=80, sure=0.9)
HARSH = ToldLine(text="you screamed at your daughter", kind="done", start=0, end=20, sure=1.0, harsh=True)
WORSE = ToldLine(text="you shouted at her again in the car", kind="done", start=20, end=30, sure=1.0, harsh=True)
PLAIN = ToldLine(text="you were late for nursery", kind="fact", start=30, end=50, sure=1.0)


def test_the_good_stands_beside_the_bad_and_nothing_harsh_at_night() -> None:
    assert GOOD in chosen_told((HARSH, WORSE, PLAIN, GOOD), night=False, count=2)
    assert chosen_told((HARSH, WORSE, PLAIN, GOOD), night=True) == (PLAIN, GOOD)
    assert chosen_told((HARSH, GOOD), night=True) == ()
    for story in STORIES:
        chosen = chosen_told(told(story["text"]), night=True)
        assert len(chosen) != 1
        assert not any(line.harsh for line in chosen)


def test_a_line_goes_on_with_the_pronoun_where_the_line_before_names_the_person() -> None:
    lines = told("My wife had a stroke in February. She can't find words. I sit with her in the evenings.")
    assert [line.text for line in chosen_told(lines, night=False)][1:] == [
        "she can't find words",
        "you sit with her in the evenings",
    ]


@pytest.mark.parametrize(
    ("story", "kept"),
    [
        ("I hugged my best friend. I can't be glad for her. She lives in Hull.", "you can't be glad for your best friend"),
        ("We moved to Leeds in May. Nobody asks me how I am. I feed the cat.", "nobody asks you how you are"),
        ("My mum lives in Spain. I like the sea a lot. I'm 40 years old.", None),
    ],
)
def test_the_sentence_that_hurts_is_kept(story: str, kept: str | None) -> None:
    assert kept_line(told(story)) == kept


def test_the_wish_is_a_clause() -> None:
    story = "My daughter got married in June. I just want to be someone she could ring. I live in Hull with my cat."
    assert wish_line(told(story)) == "you want to be someone your daughter could ring"
    assert wish_line(told("I live in Hull with my cat. My brother sold the car.")) is None


def test_the_story_carries_its_lines() -> None:
    story = read_story(STORIES[0]["text"])
    assert story.told == told(STORIES[0]["text"])
    assert type(story).model_validate_json(story.model_dump_json()) == story


WORDS = st.sampled_from(
    (
        *(
            "i",
            "me",
            "my",
            "we",
            "our",
            "us",
            "myself",
            "im",
            "idk",
            "u",
            "mum",
            "my sister",
            "he",
            "she",
            "it",
            "that",
            "they",
            "you",
        ),
        *(
            "told",
            "said",
            "hate",
            "love",
            "was",
            "am",
            "were",
            "don't",
            "cant",
            "can",
            "be",
            "gone",
            "not",
            "never",
            "who",
            "which",
        ),
        *(
            "the",
            "dog",
            "and",
            "but",
            "because",
            "if",
            "when",
            "to",
            "in",
            "your",
            "Priya",
            "Dan",
            "last night",
            "3 yrs",
            "5k",
            "£20",
        ),
        *(",", ".", "?", "!", "...", "'", '"', "(", ")", "-", "—", "\n", "😀"),
    )
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.lists(WORDS, max_size=60).map(" ".join), st.text(max_size=300)))
def test_any_text_gives_lines_in_the_second_person_or_none(text: str) -> None:
    lines = told_lines(text, same_day=True)
    assert len(lines) != 1
    for line in lines:
        assert not FIRST_PERSON.search(line.text), line.text
        assert len(line.text.split()) <= 22
        assert 0 <= line.start <= line.end <= len(text)


@pytest.mark.parametrize("punctuated", [True, False])
def test_eight_thousand_characters_are_read_in_three_seconds(punctuated: bool) -> None:
    parser.parser()
    text = " ".join(story["text"] for story in STORIES)[:8_000]
    text = text if punctuated else re.sub(r"[.,;:!?]", "", text).lower()
    begun = time.process_time()
    told_lines(text)
    assert time.process_time() - begun < 3
