"""Facts: what is known of short tellings, yes or no; all else is unknown."""

import pytest

from drift_audio.words.understanding.facts import FACTS, SCREENED
from drift_audio.words.understanding.read_facts import read_by_words
from drift_audio.words.understanding.reader import read_story

# text, facts known to be so, facts known not to be so; "!" before one that must not be known to be so.
TOLD = [
    ("My husband died in March and I still lay two cups.", "person_died recent_loss", "!other_alive"),
    ("We lost our little girl at 22 weeks and nobody says her name.", "baby_died", "!person_died"),
    ("I told everyone about my friend Priya's miscarriage by mistake.", "listener_caused", "!baby_died"),
    ("I had a miscarriage in spring and went back to work on the Monday.", "baby_died", ""),
    ("We had to have our dog Bailey put to sleep on Friday.", "animal_died", "!person_died"),
    ("The cat died while I was at the airport.", "animal_died", "!person_died"),
    ("My dog is ill and the vet is not sure.", "", "!animal_died"),
    ("My mum is in a hospice and yesterday she took me for the nurse.", "other_alive is_parent someone_fading", "!person_died"),
    ("My sister and I haven't spoken since Mum's funeral.", "", "no_in_contact !person_died"),
    ("My wife had a stroke in February, she's home and she can't find words.", "someone_fading other_alive", "!person_died"),
    (
        "I screamed at my four year old this morning over her shoes.",
        "listener_caused small_child happened_today",
        "!listener_hurt",
    ),
    ("I snapped at my mum on the phone today.", "listener_caused happened_today is_parent", "!small_child"),
    ("I snapped at my mum on the phone last week.", "listener_caused", "!happened_today"),
    ("My husband admitted he slept with someone else.", "listener_hurt major_breach", "!listener_caused"),
    ("I cheated on my girlfriend and told her.", "listener_caused major_breach", "!listener_hurt"),
    ("No affair, no row, she just said she was lonely.", "", "!major_breach !quarrel"),
    ("We had a blazing row about the dishes.", "quarrel", ""),
    ("The kids keep fighting over the tablet.", "", "!quarrel"),
    ("I've texted sorry about six times and she put a thumbs up.", "apology_given", "no_apology_accepted"),
    ("I said sorry and she hugged me and said it was fine.", "apology_given apology_accepted", ""),
    ("I haven't said sorry to him yet.", "", "no_apology_given"),
    ("She never apologised for what she did to me.", "", "no_apology_received"),
    ("He keeps saying sorry and I don't know if I believe him.", "apology_received", "!apology_given"),
    ("I keep waiting for the email saying sorry, clerical error.", "", "!apology_given"),
    ("My daughter has gone quiet on me since the party.", "other_silent", ""),
    ("The house is so quiet since she left.", "", "!other_silent"),
    ("She blocked me and told me not to contact her again.", "no_contact_asked", "no_in_contact"),
    ("I was made redundant after 14 years on a video call.", "job_lost", "no_employed"),
    ("I had to lay off eight people who trusted me, I laid off 8 people.", "", "!job_lost"),
    ("I resigned from the school and now I'm free and scared.", "left_by_choice", "!job_lost"),
    ("I retired in June and the days have no edges.", "role_ended", ""),
    ("My daughter went off to uni in September.", "own_grown_child role_ended", "no_small_child !listener_hurt"),
    ("I look after my dad, I do his pills and lift him into the bath.", "cares_for_someone is_parent", ""),
    ("The baby is 9 weeks and he only sleeps on me.", "has_newborn baby_on_listener", ""),
    ("Our son is in an incubator on the neonatal ward.", "baby_in_hospital", ""),
    ("I'm 20 weeks pregnant and nobody at work knows.", "pregnant", "!has_newborn"),
    ("Our third round of IVF failed and my best friend told me she's pregnant.", "trying_for_child others_news", "!pregnant"),
    ("My sister got engaged and I can't be happy for her.", "others_news", ""),
    ("My boss wants it by Monday and I am on call all weekend.", "employed", ""),
    ("Nothing is wrong, everything is fine, and I feel empty. Is this it?", "life_steady", ""),
    ("I'm so angry that he took the credit for my work.", "listener_angry listener_hurt", ""),
    ("I want to stop biting my nails.", "wants_change", ""),
    ("I've got three weeks left on my dissertation and I can't start.", "task_open", ""),
    ("I can't decide whether to take the job in Leeds or stay.", "decision_open two_ways", ""),
    ("We decided that day to let her go.", "", "!decision_open"),
    ("I have my driving test tomorrow at nine.", "event_ahead day_is_tomorrow", ""),
    ("I am flying to Toronto on Wednesday.", "event_ahead", "!day_is_tomorrow"),
    ("I put the dog to sleep on Friday and then went to work.", "animal_died", "!event_ahead"),
    ("I was diagnosed with MS last month.", "own_illness", ""),
    ("My sister was diagnosed with MS last month.", "", "!own_illness"),
    ("I live with chronic pain in my back.", "own_pain", "!urgent_symptom"),
    ("I have a pain in my chest and my arm since an hour ago.", "urgent_symptom", ""),
    ("I had a bottle of white every night, I've done 11 days now.", "substance listener_changed", ""),
    ("I'm five years sober in January and made amends to everyone.", "substance listener_changed apology_given", ""),
    ("I have epilepsy and I worry about the flicker.", "seizure_or_psychosis", ""),
    ("I binge at night and then I starve myself.", "eating_disorder", ""),
    ("I use a wheelchair since the crash.", "cannot_walk road_accident", ""),
    ("I'm driving home and my head is full of it.", "machine_now", ""),
    ("I'm afraid of dogs and the new neighbour has three.", "dread", ""),
    ("I'm afraid of him when he drinks and I walk on eggshells.", "fear_of_person substance", ""),
    ("He hit me last year and I went back.", "abuse", ""),
    ("Sometimes I don't want to be here any more.", "danger_now", ""),
    ("I've felt flat and low for months, most days.", "low_for_weeks", ""),
    ("It's a year today since my dad died.", "person_died day_comes_round", "!recent_loss"),
    ("I hit reply all in front of the whole team at work.", "others_saw at_work listener_caused", ""),
    ("They blamed me for taking the money and I didn't do it.", "wrongly_blamed", ""),
    ("He comments on everything, how I cook and how I dress.", "hurt_by_words", ""),
    ("We'd been divorced nine years and I don't want him back.", "apart", ""),
    ("My little brother passed first time, he's 17.", "", "!person_died"),
    ("Our son didn't say one word, he went and lined up all his cars.", "", "!person_died"),
    ("My daughter won't eat with us any more, I find it scraped into the bin.", "eating_disorder", ""),
    ("My best friend has cancer and I don't know what to say to her.", "others_illness", "!own_illness"),
    ("He has really changed, he goes to counselling every week.", "repair_made", ""),
]


@pytest.mark.parametrize(("text", "so", "not_so"), TOLD, ids=[text[:40] for text, _, _ in TOLD])
def test_what_is_known_of_a_telling(text, so, not_so):
    facts = read_story(text).facts
    assert set(so.split()) <= set(facts.true), facts
    for name in not_so.split():
        if name.startswith("!"):
            assert facts.says(name[1:]) is not True, facts
        else:
            assert facts.says(name.removeprefix("no_")) is False, facts


def test_every_fact_has_its_patterns_and_a_plain_text_tells_none():
    told = {fact for text, so, _ in TOLD for fact in so.split()}
    assert set(FACTS) - told <= {"in_contact"}, "a fact without a telling in this test"
    assert not any(read_by_words("The rain came down on the roofs and the kettle began to sing.").values())


def test_a_screened_fact_stops_on_a_suspicion_and_any_other_asks_to_be_told():
    assert read_by_words("No, he never hit me, he only threw a plate at me once.")["abuse"] is True
    assert "listener_caused" not in SCREENED
    assert read_by_words("yesterday I was fine but today I shouted").get("happened_today") is None


def test_patterns_are_quick_on_any_text():
    import time

    text = ("i said sorry and she and he and my mum and my dad and we " * 140)[:8000]
    read_by_words(text)
    begun = time.perf_counter()
    read_by_words(text)
    assert time.perf_counter() - begun < 1.0
