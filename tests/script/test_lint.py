from __future__ import annotations

import pytest

from drift_audio.scenario import STYLES
from drift_audio.script.budget import estimate, word_count
from drift_audio.script.lint import atoms, lint
from drift_audio.script.model import Bell, Cue, Script, Utterance
from drift_audio.script.rules import other_language, spoken_minutes, word_rules
from tests.script.samples import sample


def rules(script: Script) -> set[str]:
    return {violation.rule for violation in lint(script)}


def edit(script: Script, index: int, *texts: str, where: str = "end") -> Script:
    parts = tuple(Utterance(text=text) for text in texts)
    section = script.sections[index]
    new = section.model_copy(update={"parts": section.parts + parts if where == "end" else parts + section.parts})
    sections = list(script.sections)
    sections[index] = new
    return script.model_copy(update={"sections": tuple(sections)})


def without(script: Script, word: str) -> Script:
    sections = tuple(
        section.model_copy(update={"parts": tuple(p for p in section.parts if not (isinstance(p, Utterance) and word in p.text))})
        for section in script.sections
    )
    return script.model_copy(update={"sections": sections})


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("minutes", [1, 3, 12, 30, 60])
def test_a_script_written_to_plan_keeps_every_rule(style: str, minutes: float) -> None:
    assert lint(sample(style, minutes)) == ()


@pytest.mark.parametrize(
    "bad",
    [
        "This will cure your cancer.",
        "It heals your depression while you rest.",
        "You can stop taking your medication now.",
        "You cannot resist the sound of my voice.",
        "You can't resist this.",
        "You will forget everything I said.",
        "Your arms become numb and heavy.",
        "You float out of your body and look down.",
        "Your spirit is leaving your body.",
        "You must obey me.",
        "This is guaranteed to work.",
        "I’m sorry you feel that way.",
        "As an AI language model, I am not able to do that.",
    ],
)
def test_forbidden_phrasing_is_found_in_any_section(bad: str) -> None:
    found = [v for v in lint(edit(sample(), 2, bad, where="start")) if v.rule == "forbidden"]
    assert [(v.section, v.kind) for v in found] == [(2, "safety")]


@pytest.mark.parametrize(
    "fine",
    [
        "Let the tension leave your body with the next breath.",
        "There is no cure for missing someone, and none is needed.",
        "Some evenings may have felt grey, and that is allowed.",
        "You can resist the pull of the phone for one breath.",
        "Nothing has to be fixed in this minute.",
    ],
)
def test_plain_words_are_not_forbidden(fine: str) -> None:
    assert "forbidden" not in rules(edit(sample(), 2, fine, where="start"))


@pytest.mark.parametrize(
    ("rule", "script"),
    [
        ("phases", Script(**{**sample().model_dump(), "sections": sample().model_dump()["sections"][:3]})),
        ("order", sample().model_copy(update={"sections": tuple(sample().sections[i] for i in (0, 2, 1, 3, 4))})),
        ("emergence", without(sample("hypnosis"), "Five")),
        ("emergence", edit(sample("sleep"), -1, "Now open your eyes, wide awake.")),
        ("agency", without(sample(), "You may stop")),
        ("driving", without(sample("sleep"), "driving")),
        ("length stated", without(sample(), "This session lasts")),
        ("ending", edit(sample(), -1, "And then the grey gull")),
        ("exclamation", edit(sample(), 2, "Breathe!")),
        ("contact", edit(sample(), 2, "Call 1-800-555-0199 for help.")),
        ("contact", edit(sample(), 2, "See www.example.org for more.")),
        ("markup", edit(sample(), 2, "Let it [softly] be.")),
        ("eyes", edit(sample("walking"), 1, "Now close your eyes.", where="start")),
        ("sentence length", edit(sample(), 2, " ".join(["slowly"] * 40) + ".")),
        ("repetition", edit(sample(), 2, *["The wave comes back to the same shore."] * 3)),
        ("silence", edit(sample(), 3, *[f"The {n} lights move on over the dark and quiet water." for n in range(60)])),
        ("too long", edit(sample(minutes=1), 2, *[f"The {n} lights move on over the dark and quiet water." for n in range(60)])),
        ("share", edit(sample(minutes=3), 0, *[f"The {n} lights move on over the water." for n in range(12)])),
        (
            "language",
            edit(sample(minutes=1), 2, *["Und du lässt die Schultern sinken, und es ist nicht mehr so schwer wie der Tag."] * 12),
        ),
    ],
)
def test_each_rule_finds_its_breach(rule: str, script: Script) -> None:
    assert rule in rules(script)


def test_bells_and_racing_are_found() -> None:
    sleepy = sample("sleep")
    section = sleepy.sections[0].model_copy(update={"parts": (Bell(), *sleepy.sections[0].parts)})
    assert "bell" in rules(sleepy.model_copy(update={"sections": (section, *sleepy.sections[1:])}))
    fast = sample()
    section = fast.sections[0].model_copy(update={"parts": (Cue(speed=1.4), *fast.sections[0].parts)})
    assert "pace" in rules(fast.model_copy(update={"sections": (section, *fast.sections[1:])}))


def test_measured_speech_takes_the_place_of_the_estimate() -> None:
    script = sample()
    assert not lint(script, speech_s=estimate(script).speech)
    assert {v.rule for v in lint(script, speech_s=600)} == {"pace", "silence"}


def test_messages_quote_nothing_of_the_script() -> None:
    script = edit(sample(), 2, "Gerald must obey me, you must!", " ".join(["Gerald"] * 50) + ".")
    assert not [violation for violation in lint(script) if "Gerald" in violation.message]


def test_lengths_are_read_as_they_are_said() -> None:
    table = word_rules("en-GB")
    assert table is not None
    said = "For twenty-five minutes, or seven and a half minutes, or 3 minutes, or half an hour."
    assert sorted(spoken_minutes(said, table)) == [3, 7.5, 25, 30]


def test_other_languages_are_recognised() -> None:
    german = "Du darfst die Augen schließen, und es ist nicht wichtig, ob der Atem lang oder kurz ist. " * 2
    assert other_language(german, "en") == "de"
    assert other_language(german, "de-AT") is None
    assert other_language("Let the breath come and go, and let the day be what it is. " * 3, "en") is None


def test_the_estimate_counts_every_part() -> None:
    script = sample("breathing")
    made = estimate(script)
    words = sum(word_count(a.text) for s in script.sections for a in atoms(s) if isinstance(a, Utterance))
    assert made.seconds == pytest.approx(sum(made.sections))
    assert 110 <= words / made.speech * 60 <= 140
    assert made.exact == sum(a.seconds for s in script.sections for a in atoms(s) if a.kind == "breath")


SAYINGS = {
    "de": (
        "Du musst mir gehorchen.",
        "Du darfst jederzeit aufhören. Das dauert fünf Minuten.",
        "Eins, drei, fünf, Augen auf, ganz wach.",
    ),
    "es": (
        "Debes obedecer, te ordeno.",
        "Puedes parar en cualquier momento. Dura cinco minutos.",
        "Uno, tres, cinco, abre los ojos.",
    ),
    "fr": (
        "Vous devez m'obéir.",
        "Vous pouvez arrêter à tout moment. Cela dure cinq minutes.",
        "Un, trois, cinq, ouvrez les yeux.",
    ),
}


@pytest.mark.parametrize("language", SAYINGS)
def test_first_rules_of_other_languages(language: str) -> None:
    bad, opening, waking = SAYINGS[language]
    table = word_rules(language)
    assert table is not None
    assert [rule.name for rule in table.forbidden if rule.pattern.search(bad)] == ["authority"]
    assert not [rule.name for rule in table.forbidden if rule.pattern.search(opening + waking)]
    assert table.agency.search(opening)
    assert table.minutes is not None
    assert table.minutes.search(opening)
    assert table.waking.search(waking)
    assert all(number.search(waking) for number in table.counting)
