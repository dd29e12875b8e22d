"""Which journey is chosen: nothing that was not said, the matter where it is clear, else one that presumes only the telling."""

import pytest

from drift_audio.scenario import Scenario
from drift_audio.words.journeys import choose as choosing
from drift_audio.words.journeys.choose import choose, permitted
from drift_audio.words.journeys.load import load_journeys
from drift_audio.words.journeys.matters import every_telling, glosses, heard, stored_keys, tellings
from drift_audio.words.understanding import theme_model
from drift_audio.words.understanding.reader import read_story
from drift_audio.words.understanding.story import Story

DOG = "I put my dog Bailey to sleep on Friday, she was 13. I couldn't go in with her. I keep seeing her looking out of the car."
KETTLE = "My wife had a stroke in February. She's home, she's alive, she can't find words. I miss her and she's in the next room."
SHOES = "Screamed at my 4 year old this morning because she wouldn't put her shoes on. She put her hands over her ears."
VAGUE = "There was a meeting about the car park on Tuesday and I sat at the back and wrote the date on my hand. My head is tired."


def chosen(text, style="meditation", seed=0, minutes=10.0, avoid=()):
    scenario = Scenario(situation=text, style=style, minutes=minutes, seed=seed, avoid=avoid)
    return choose(scenario, read_story(text), told=True)


@pytest.mark.parametrize(("text", "matter"), [(DOG, "pet"), (KETTLE, "losing"), (SHOES, "hurt_child")])
def test_a_matter_that_is_confirmed_is_spoken_to(text, matter):
    choice = chosen(text)
    assert load_journeys()[choice.journey].matter == matter
    assert choice.rank <= 3
    assert any("confirmed" in reason for reason in choice.why)


def test_nobody_dies_who_was_not_said_to_have_died():
    text = "My dog Bailey is thirteen and the vet found a lump. I sit on the floor with her every evening and count her breaths."
    for seed in range(6):
        assert "animal_died" not in {need.fact for need in load_journeys()[chosen(text, seed=seed).journey].needs}


@pytest.mark.parametrize("style", ["meditation", "sleep", "hypnosis"])
def test_without_a_clear_matter_nothing_is_presumed(style):
    for seed in range(5):
        choice = chosen(VAGUE, style, seed)
        assert load_journeys()[choice.journey].told_centred, choice
        assert choice.rank is None


def test_a_matter_that_only_sounds_alike_is_not_spoken_to():
    text = (
        "I failed my driving test for the fifth time today. The examiner was kind about it. My little brother passed first time."
    )
    for seed in range(4):
        assert load_journeys()[chosen(text, seed=seed).journey].told_centred


def test_a_short_telling_is_never_given_a_matter():
    assert load_journeys()[chosen("my dog died").journey].told_centred


@pytest.mark.parametrize("style", ["walking", "breathing", "story"])
def test_other_styles_and_very_short_sessions_have_their_banks(style):
    assert chosen(DOG, style) is None
    assert chosen(DOG, minutes=2.0) is None
    assert choose(Scenario(situation=DOG), Story(theme="steady"), told=True) is None


def test_where_no_line_may_be_told_and_no_matter_is_clear_the_banks_speak():
    assert choose(Scenario(situation="I am so stressed"), Story(theme="work-stress"), told=False) is None


@pytest.mark.parametrize("name", sorted(load_journeys()))
def test_what_is_known_to_be_otherwise_rules_a_journey_out(name):
    journey = load_journeys()[name]
    assert not journey.needs or not permitted(journey, Story()), "what is needed must be known, not only not denied"
    for fact in journey.rules_out:
        facts = Story().facts.model_copy(update={"true": (*(need.fact for need in journey.needs if need.known), fact)})
        assert not permitted(journey, Story(facts=facts)), fact


def test_grave_things_get_no_light_journey():
    for journey in load_journeys().values():
        if journey.tone == "light":
            facts = Story().facts.model_copy(update={"true": (*(need.fact for need in journey.needs), "person_died")})
            assert not permitted(journey, Story(facts=facts))


def test_neighbouring_seeds_go_through_all_that_fit_before_one_comes_again():
    first = chosen(VAGUE, seed=0)
    pool = {first.journey, *first.others}
    names = [chosen(VAGUE, seed=seed).journey for seed in range(len(pool))]
    assert set(names) == pool
    assert chosen(VAGUE, seed=len(pool)).turn == first.turn + 1


def test_a_journey_to_avoid_does_not_come_while_another_fits():
    said = []
    for seed in range(8):
        said.append(chosen(DOG, seed=seed, avoid=tuple(said)).journey)
    assert said[0] == "an-animal-has-died"
    assert len(set(said)) == len(said)


def test_every_told_centred_journey_has_a_tone_or_is_neutral():
    tones = choosing._tones()
    named = set(tones["journeys"]) | {name for names in tones["neutral"].values() for name in names}
    assert {journey.name for journey in load_journeys().values() if journey.told_centred} == named


def test_every_matter_has_a_gloss_and_tellings_with_stored_vectors():
    assert set(tellings()) == set(glosses())
    from drift_audio.words.journeys.matters import _key

    missing = [text for text in every_telling() if _key(text) not in stored_keys()]
    assert not missing, f"{len(missing)} tellings without a vector; run scripts/embed-tellings"


def test_the_nearest_matter_of_a_telling_is_its_own():
    assert theme_model.ready()
    right = sum(heard(texts[0])[0].matter == matter for matter, texts in tellings().items())
    assert right >= 0.9 * len(tellings())
