"""What a situation is about where no "about" says so: a thing that something happened to, no person and no body."""

import pytest

from drift_audio.words.understanding.reader import read_story


@pytest.mark.parametrize(
    ("text", "matter"),
    [
        ("My sister told my secret to the whole family", "your secret"),
        ("I forgot my husband's birthday", "your husband's birthday"),
        ("My colleague took credit for my report", "your report"),
        ("My partner forgot our anniversary", "your anniversary"),
        ("I can't sleep, tomorrow is my driving test", "your driving test"),
        ("I was passed over for the promotion again", "the promotion"),
        ("I deleted the photos of our wedding by mistake and my husband is furious", "the photos of your wedding"),
        ("My friend didn't invite me to her wedding", "her wedding"),
        ("My migraine has been there for three days", "your migraine"),
        ("I moved to Lisbon three weeks ago and I know nobody here", "Lisbon"),
        ("I was laid off last week", "the lay-off"),
        ("I'm too shy to speak up in meetings", "meetings"),
        ("My neighbour scratched my fucking car", "your car"),
        ("We argued about the bloody dishes", "the dishes"),
    ],
)
def test_the_thing_is_found(text: str, matter: str) -> None:
    assert read_story(text).matter == matter


@pytest.mark.parametrize(
    "text",
    [
        "My husband called me lazy in front of our friends",
        "I lost my temper with my son",
        "He said I was a coward",
        "I raised my voice at my mother in the car park",
        "My daughter turned her back on me",
        "I slept with a man from my gym",
        "Every night I promise myself no more biscuits",
    ],
)
def test_persons_bodies_and_places_are_no_things(text: str) -> None:
    story = read_story(text)
    assert story.matter is None or story.matter_confidence > 0.5, story.matter
