"""Journey files: what is read, and that every mistake is one line with its place and a way out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift_audio.errors import CatalogError
from drift_audio.words.journeys.check import check_journey, check_journeys
from drift_audio.words.journeys.load import load_journeys, parse_journey
from drift_audio.words.journeys.model import SECTIONS, Breaths, Line, Silence

GOOD = """---
matter: told
gloss: something was told
tellings:
  - I told it to the kettle and the kettle said nothing.
styles: [meditation]
part: any
gravity: [minor, moderate]
tone: plain
needs: [other_alive, "no in_contact"]
not: [danger_now]
image: two bags on a wall
technique: setting down
person: the one you mean
---
## Arriving
For these {minutes} you can stop at any time.
[pause 4s]
?told Here is what you told.
{told1}
~ {Nothing more is needed.|It is enough.} Rest here.

## Breath
Breathe in for four.
[breath 4/6 x3]

## Body
Begin with the feet.

## Heart
Let one line stay: {keep}.
{answer}
There is room for {person}.

## Coming back
You said that {wish}.
This is the end.
"""


def test_a_file_becomes_a_journey():
    journey = parse_journey(GOOD, "good.md")
    assert (journey.name, journey.style, journey.matter, journey.person) == ("good", "meditation", "told", "the one you mean")
    assert [str(need) for need in journey.needs] == ["other_alive", "no in_contact"]
    assert [section.name for section in journey.sections] == list(SECTIONS["meditation"])
    first = journey.sections[0].items
    assert [type(item) for item in first] == [Line, Silence, Line, Line, Line]
    assert first[1].seconds == 4
    assert first[4].spare
    assert first[4].pieces == (("Nothing more is needed.", "It is enough."), ("Rest here.",))
    assert journey.sections[1].items[1] == Breaths(in_s=4, out_s=6, cycles=3, number=25)
    asked = {tuple(sorted(line.asks)) for section in journey.sections for line in section.lines}
    assert asked == {(), ("told",), ("keep",), ("wish",)}


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("needs: [other_alive", "needs: [other_alife", 10, "other_alive"),
        ("not: [danger_now]", "not: [dangr_now]", 11, "danger_now"),
        ("{answer}", "{anser}", 32, "answer"),
        ("?told Here", "?tolled Here", 19, "told"),
        ("## Body", "## Boddy", 26, "Body"),
        ("[pause 4s]", "[pause four]", 18, "line of its own"),
        ("[breath 4/6 x3]", "[breath 4/6 x90]", 24, "twelve"),
        ("Here is what you told.", "Here is {told1} again.", 19, "alone"),
        ("{Nothing more is needed.|It is enough.}", "{Nothing more is needed.|}", 21, "empty"),
        ("{Nothing more is needed.|It is enough.}", "{Nothing more|It is enough.", 21, "brace"),
        ("tone: plain", "tone: jolly", 9, "tone"),
        ("styles: [meditation]", "styles: [walking]", 6, "meditation"),
        ("image: two bags on a wall", "imag: two bags on a wall", 12, "image"),
        ("matter: told", "matter: [told", 3, "YAML"),
        ("## Arriving\n", "", 16, "Arriving"),
        ("## Coming back\n", "", 35, "Coming back"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_is_allowed(old, new, line, told):
    with pytest.raises(CatalogError) as raised:
        parse_journey(GOOD.replace(old, new, 1), "bad.md")
    message = str(raised.value)
    assert "\n" not in message
    where, number, _ = message.split(":", 2)
    assert where == "bad.md"
    assert abs(int(number) - line) <= 1, message
    assert told in message


@settings(max_examples=150, deadline=None)
@given(
    at=st.integers(0, len(GOOD)),
    cut=st.integers(0, 40),
    put=st.text(alphabet=st.sampled_from("{}|[]~?#-: \n\\'\"xé1"), max_size=12),
)
def test_whatever_is_written_gives_a_journey_or_one_line(at, cut, put):
    try:
        parse_journey(GOOD[:at] + put + GOOD[at + cut :], "fuzz.md")
    except CatalogError as error:
        assert str(error).startswith("fuzz.md:")
        assert "\n" not in str(error)


def test_every_journey_of_ours_reads_well():
    faults = check_journeys()
    assert not faults, "\n".join(f"{fault.rule} in {fault.where}: {fault.text}" for fault in faults)


def test_the_check_sees_faults():
    bad = GOOD.replace("There is room for {person}.", "{person} says so, and you must heal.").replace(
        "matter: told", "matter: tolled"
    )
    rules = {fault.rule for fault in check_journey(parse_journey(bad, "bad.md"))}
    assert rules >= {"a slot opens a sentence", "{person} stands before a verb in -s", "unknown matter 'tolled'"}
    assert any("authority" in rule or "must" in rule for rule in rules)


def test_no_image_is_used_twice():
    images = [journey.image.lower() for journey in load_journeys().values()]
    assert len(set(images)) == len(images)


def test_there_are_told_centred_journeys_for_every_style():
    told = [journey.style for journey in load_journeys().values() if journey.told_centred]
    assert {style: told.count(style) >= 6 for style in SECTIONS} == dict.fromkeys(SECTIONS, True)
