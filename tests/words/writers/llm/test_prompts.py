"""What is sent is what the snapshots show; look at the difference before renewing them (DRIFT_RENEW=1)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drift_audio.scenario import STYLES, Scenario
from drift_audio.script.budget import plan
from drift_audio.words.understanding.story import Person, Story
from drift_audio.words.writers.llm.prompts import Prompts, language_name, spoken_length

SNAPSHOTS = Path(__file__).parents[3] / "data" / "prompts"
SITUATION = "I snapped at my husband over the dishes this morning and he left without a word."
STORY = Story(
    theme="relationship-repair",
    person=Person(noun="husband", phrase="your husband"),
    event="what happened over the dishes",
    when="this morning",
    part="caused",
    gravity="minor",
    feelings=("guilt",),
)


def prompts(style: str, minutes: float = 12) -> Prompts:
    return Prompts(Scenario(situation=SITUATION, style=style, minutes=minutes), STORY, plan(style, minutes))


def hold(name: str, text: str) -> None:
    file = SNAPSHOTS / name
    if os.environ.get("DRIFT_RENEW"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    assert text == file.read_text("utf-8")


@pytest.mark.parametrize("style", STYLES)
def test_the_whole_request_of_each_style(style: str) -> None:
    messages = prompts(style).whole(structured=True)
    hold(f"{style}.txt", "\n\n".join(f"--- {message.role}\n{message.content.strip()}" for message in messages) + "\n")


def test_the_request_for_one_part_and_its_repair() -> None:
    made = prompts("sleep")
    asked = made.section(plan("sleep", 12).phases[-1], before="The lamp is out. The street is quiet.", structured=False)
    again = made.repair(asked, "Old answer.", ("it has 20 words; about 90 are needed",))
    hold("part.txt", "\n\n".join(f"--- {message.role}\n{message.content.strip()}" for message in again) + "\n")


@pytest.mark.parametrize("style", STYLES)
def test_every_duty_of_the_grammar_is_asked_for(style: str) -> None:
    text = prompts(style).whole(structured=True)[1].content
    assert "twelve minutes" in text
    assert "stop, move or open their eyes" in text
    assert ("driving" in text) == (style in ("hypnosis", "sleep", "story"))
    assert ("One, ..." in text) == (style == "hypnosis")
    assert ("gives leave to sleep" in text) == (style in ("sleep", "story"))


def test_lengths_and_languages_have_names() -> None:
    assert [spoken_length(m) for m in (1, 1.5, 7.5, 12, 22)] == [
        "one minute", "one and a half minutes", "seven and a half minutes", "twelve minutes", "twenty-two minutes",
    ]  # fmt: skip
    assert language_name("de-AT") == "German"
    assert "xx" in language_name("xx")
