"""The phrases a story gives for standing in sentences: whose they are, what they claim, and that they are whole."""

from __future__ import annotations

import pytest

from drift_audio.words.understanding.reader import read_story

EVENTS = {
    # What was done is not called words where nothing was said, nor loud where a door was closed.
    "My cousin didn't invite me to her engagement party": "the moment your cousin hurt you",
    "I didn't invite my cousin to the wedding and she found out": "the moment you hurt your cousin",
    "My mother hung up on me when I told her the date": "the moment your mother turned away from you",
    "My son slammed the door in my face over the car keys": "the moment your son turned away from you over the car keys",
    # The matter stands where it belongs, and no name twice.
    "I said something cruel to my brother about his stammer": "the moment your words about his stammer hurt your brother",
    "I made fun of my aunt's hat": "the moment your words hurt your aunt",
    # "Mum" is the listener's, and a noun of two words stays whole.
    "My twin brother and I fell out over Mum's house": "the argument with your twin brother over your mum's house",
    "My wife and I had a fight over the washing up": "the argument with your wife over the washing up",
    # A reason is no matter.
    "I missed my niece's recital because of a meeting": "the moment you let your niece down",
}


@pytest.mark.parametrize("text", EVENTS)
def test_events_say_what_was_done(text: str) -> None:
    assert read_story(text).event == EVENTS[text]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Yelled at my stepson again this morning", "caused"),
        ("Ended up shouting at my sister down the phone", "caused"),
        ("Got laughed at by my cousins again at Easter", "hurt"),
        ("Been lied to by my girlfriend about where she was on Friday night", "hurt"),
    ],
)
def test_a_diary_leaves_the_i_away(text: str, part: str) -> None:
    story = read_story(text)
    assert (story.theme, story.part) == ("relationship-repair", part)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("My oldest friend told everybody about my divorce", "your oldest friend"),
        ("My youngest sister lied to me about the money", "your youngest sister"),
        ("I had a massive row with the wife about her mother", "your wife"),
        ("I snapped at the mother-in-law and she cried", "your mother-in-law"),
    ],
)
def test_people_are_called_in_full(text: str, phrase: str) -> None:
    person = read_story(text).person
    assert person is not None
    assert person.phrase == phrase


@pytest.mark.parametrize(
    "text", ["The kids from next door smashed my greenhouse and their dad shrugged", "The girls at my gym laughed at me"]
)
def test_other_people_s_people_are_not_the_listener_s(text: str) -> None:
    assert read_story(text).person is None


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("I want to sit with how good that feels", None),
        ("Every payday I go straight to the bookies. I want to walk past", None),
        ("I'd like to leave it shut", None),
        ("I want to decide whether to stay", "decide whether to stay"),
        ("I want to earn back my sister's trust", "earn back your sister's trust"),
    ],
)
def test_a_wish_is_whole_or_not_told(text: str, wish: str | None) -> None:
    assert read_story(text).wish == wish


def test_a_day_to_come_is_not_called_past() -> None:
    story = read_story("My sister is visiting on Sunday and I'm worried about it")
    assert (story.tense, story.when) == ("ongoing", None)
    told = read_story("I shouted at my sister on Sunday")
    assert (told.tense, told.when) == ("past", "on Sunday")


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("My son's fiancée told me I'm not welcome at their wedding", "your son's fiancée"),
        ("I was rude to Tom's wife at the barbecue", "Tom's wife"),
        ("I shouted at the mother of my kids in front of them", "the mother of your kids"),
        ("I said something mean about my sister's boyfriend and she won't answer my calls", "your sister"),
        ("I had a fling with my wife's sister and it has come out", "your wife"),
        ("Ben and I fell out after he made a joke about my weight in front of my girlfriend", "Ben"),
    ],
)
def test_the_one_concerned_is_called_by_whose_they_are(text: str, phrase: str) -> None:
    person = read_story(text).person
    assert person is not None
    assert person.phrase == phrase


@pytest.mark.parametrize(
    ("text", "late"),
    [
        ("It would have been my late husband's birthday today", True),
        ("My dad was my hero. He died in May and I can't stop crying", True),
        ("We had to put Biscuit to sleep on Monday, she was fourteen", True),
        ("I miss my nan so much since the funeral", True),
        ("Dad's been gone six years and I still can't sell his car", True),
        ("Dreading the funeral on Friday because my brother isn't coming", False),
        ("My best friend is dying and I don't know how to say goodbye to her", False),
        ("My husband left me in March and I still lay the table for two", False),
    ],
)
def test_only_who_is_said_to_have_died_is_spoken_of_as_dead(text: str, late: bool) -> None:
    story = read_story(text)
    assert story.person is not None
    assert story.person.late == late
    assert late or "death of" not in (story.event or "")


def test_what_is_done_to_strangers_is_not_done_to_the_one_concerned() -> None:
    story = read_story("I've a short fuse behind the wheel, I shout at strangers and it frightens my little one")
    assert story.event is None
    assert story.part == "none"


def test_what_is_wanted_in_a_temper_is_no_wish() -> None:
    assert read_story("The bank lost my papers again and I want to throw the phone through the window").wish is None


@pytest.mark.parametrize(
    ("text", "phrase", "pronoun"),
    [
        ("had words with tom about the van, he's not replying", "Tom", "he"),
        ("me and sam aren't talking since the stag do", "Sam", "they"),
        ("Alison, my manager, shouted at me in front of everybody", "your manager", "they"),
        ("My mums and I had a row about the wedding, they both cried", "your mums", "they"),
    ],
)
def test_names_in_small_letters_and_beside_a_relation(text: str, phrase: str, pronoun: str) -> None:
    person = read_story(text).person
    assert person is not None
    assert (person.phrase, person.pronouns.subject) == (phrase, pronoun)
