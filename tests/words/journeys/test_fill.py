"""A journey with its slots filled: what is empty goes, what stays reads on, and a whole script keeps its style's grammar."""

import re
from itertools import pairwise

import pytest

from drift_audio.scenario import Scenario
from drift_audio.script.lint import atoms, lint
from drift_audio.script.model import Utterance
from drift_audio.words.care.gate import check_script
from drift_audio.words.journeys.check import EMPTY, FULL
from drift_audio.words.journeys.fill import fill
from drift_audio.words.journeys.load import load_journeys, parse_journey
from drift_audio.words.journeys.model import Silence
from drift_audio.words.journeys.told_slots import slots_for
from drift_audio.words.understanding.facts import Facts
from drift_audio.words.understanding.story import HE, SHE, Person, Story, ToldLine
from drift_audio.words.writers.offline import OfflineWriter
from drift_audio.words.writers.offline.journey_script import _fitted, _ways
from tests.words.journeys.test_load import GOOD

NAMES = sorted(load_journeys())
# What these say takes longer; the banks speak in eight minutes.
LONG = {"night-head-will-not-stop", "fear-of-a-day-to-come"}


def line(text, at, kind="done", **fields):
    return ToldLine(text=text, kind=kind, start=at, end=at + 5, sure=0.9, **fields)


TOLD = (
    line("you put your dog Bailey to sleep on Friday", 0, harsh=True),
    line("your husband went in with her", 10, "dealt"),
    line("you had thirteen years with her", 20, "good"),
    line("you keep seeing her looking out of the car", 30, "feeling"),
    line("you want to remember the beach", 40, "wish"),
)


def texts(filled):
    return [text for section in filled for text in section.texts]


def test_empty_slots_take_their_lines_out_and_silences_do_not_pile_up():
    journey = parse_journey(GOOD, "good.md")
    said = texts(fill(journey, EMPTY, turn=0, short=True))
    assert said == [
        "For these twelve and a half minutes you can stop at any time.",
        "Breathe in for four.",
        "Begin with the feet.",
        "This is the end.",
    ] or said[3:] == ["There is room for the one you mean.", "This is the end."]
    for section in fill(load_journeys()[NAMES[0]], EMPTY, turn=0, short=True):
        kinds = [isinstance(item, Silence) for item in section.items]
        assert not any(a and b for a, b in pairwise(kinds))
        assert not kinds[0]


def test_full_slots_are_said_where_they_stand():
    said = texts(fill(parse_journey(GOOD, "good.md"), FULL, turn=0, short=False))
    assert said[1:3] == ["Here is what you told.", FULL.told[0]]
    assert f"Let one line stay: {FULL.keep}." in said
    assert said[said.index(f"Let one line stay: {FULL.keep}.") + 1] == FULL.answer
    assert "There is room for your sister." in said
    assert f"You said that {FULL.wish}." in said


@pytest.mark.parametrize("name", NAMES)
def test_no_brace_no_flag_and_no_first_letter_is_left_open(name):
    for slots in (FULL, EMPTY):
        for short in (False, True):
            for turn in (0, 1):
                for text in texts(fill(load_journeys()[name], slots, turn=turn, short=short)):
                    assert not re.search(r"[{}|~\[\]]|\?\w|  | [,.;]|\.\.", text), text
                    assert text[0].isupper(), text
                    assert re.search(r"[.?]$", text), text


def test_wordings_take_turns_and_every_one_has_its_turn():
    journey = load_journeys()["told-heavy"]
    said = [" ".join(texts(fill(journey, FULL, turn=turn, short=False))) for turn in range(4)]
    assert said[0] != said[1]
    every = {wording for section in journey.sections for one in section.lines for piece in one.pieces for wording in piece}
    plain = {wording for wording in every if "{" not in wording}
    assert all(any(wording in text for text in said) for wording in plain)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("minutes", [8.0, 20.0])
def test_every_journey_keeps_the_grammar_of_its_style_and_passes_the_gate(name, minutes):
    journey = load_journeys()[name]
    scenario = Scenario(situation="measured", style=journey.style, minutes=minutes, seed=3)
    for slots in (FULL, EMPTY):
        timed = slots.model_copy(update={"minutes": {8.0: "eight", 20.0: "twenty"}[minutes] + " minutes"})
        tries = (_fitted(scenario, Story(), way) for turn in (0, 1) for way, _ in _ways(journey, timed, turn, minutes))
        script = next((found for found in tries if found), None)
        if script is None and name in LONG and minutes <= 8:
            continue
        assert script is not None, (name, minutes, bool(slots.told))
        assert not lint(script)
        assert check_script(script).outcome == "ok"


def test_at_night_nothing_harsh_is_read_back_and_one_line_alone_never():
    sleep, day = load_journeys()["told-sleep-heavy"], load_journeys()["told-heavy"]
    assert "to sleep on Friday" in " ".join(slots_for(Story(told=TOLD), day, minutes="ten minutes", turn=0).told)
    assert "to sleep on Friday" not in " ".join(slots_for(Story(told=TOLD), sleep, minutes="ten minutes", turn=0).told)
    assert slots_for(Story(told=TOLD[:1]), day, minutes="ten minutes", turn=0).told == ()


def test_the_kept_line_is_not_told_twice_and_is_answered():
    slots = slots_for(Story(told=TOLD), load_journeys()["told-heavy"], minutes="ten minutes", turn=0)
    assert slots.keep == "you keep seeing her looking out of the car"
    assert slots.answer
    assert not any(slots.keep in sentence.lower() for sentence in slots.told)
    assert slots.wish == "you want to remember the beach"


def test_a_person_is_named_only_where_the_journey_means_that_one():
    pet, told = load_journeys()["an-animal-has-died"], load_journeys()["told-heavy"]
    wife = Person(noun="wife", phrase="your wife", pronouns=SHE)
    assert slots_for(Story(person=wife), pet, minutes="ten minutes", turn=0).person == pet.person
    assert slots_for(Story(person=wife), told, minutes="ten minutes", turn=0).person is None


def test_whoever_was_not_harmed_is_not_named_as_the_one_who_was():
    journey = load_journeys()["repair-caused-their-side"]
    text = "I was rude to a waitress on Friday. My boyfriend left a huge tip."
    story = Story(person=Person(noun="boyfriend", phrase="your boyfriend", pronouns=HE), facts=Facts(true=("other_alive",)))
    assert slots_for(story, journey, minutes="ten minutes", turn=0, text=text).person == journey.person
    told = text.replace("a waitress", "my boyfriend")
    assert slots_for(story, journey, minutes="ten minutes", turn=0, text=told).person == "your boyfriend"


def test_a_number_that_looks_like_a_help_line_is_said_in_words():
    lines = (line("you've written 400 words since September", 0), line("you have alphabetised the spices", 10))
    told = slots_for(Story(told=lines), load_journeys()["told-heavy"], minutes="ten minutes", turn=0).told
    assert any("four hundred words" in sentence for sentence in told)


@pytest.mark.parametrize("style", ["breathing", "walking", "story"])
def test_other_styles_say_the_told_lines_and_no_guess(style):
    story = Story(theme="loneliness", theme_confidence=1.0, matter="the polo mint", matter_confidence=0.4, told=TOLD)
    for seed in range(4):
        script = OfflineWriter().write(Scenario(situation="told elsewhere", style=style, minutes=10, seed=seed), story).script
        said = " ".join(atom.text for section in script.sections for atom in atoms(section) if isinstance(atom, Utterance))
        assert "You had thirteen years with her." in said
        assert "polo mint" not in said
        assert not lint(script)
