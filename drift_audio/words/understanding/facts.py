"""The vocabulary of facts: what a journey may ask to be known of a story before it takes it for granted."""

from __future__ import annotations

from typing import Final, Literal, get_args

from drift_audio.scenario import Frozen

Fact = Literal[
    "person_died",
    "baby_died",
    "animal_died",
    "other_alive",
    "is_parent",
    "small_child",
    "own_grown_child",
    "in_contact",
    "apart",
    "no_contact_asked",
    "other_silent",
    "fear_of_person",
    "abuse",
    "listener_caused",
    "listener_hurt",
    "quarrel",
    "hurt_by_words",
    "happened_today",
    "major_breach",
    "road_accident",
    "others_saw",
    "at_work",
    "wrongly_blamed",
    "listener_changed",
    "apology_given",
    "apology_accepted",
    "apology_received",
    "repair_made",
    "trying_for_child",
    "others_news",
    "pregnant",
    "job_lost",
    "left_by_choice",
    "role_ended",
    "cares_for_someone",
    "someone_fading",
    "others_illness",
    "recent_loss",
    "day_comes_round",
    "has_newborn",
    "baby_in_hospital",
    "baby_on_listener",
    "employed",
    "life_steady",
    "listener_angry",
    "wants_change",
    "task_open",
    "decision_open",
    "two_ways",
    "event_ahead",
    "day_is_tomorrow",
    "own_illness",
    "own_pain",
    "urgent_symptom",
    "eating_disorder",
    "substance",
    "seizure_or_psychosis",
    "low_for_weeks",
    "cannot_walk",
    "machine_now",
    "dread",
    "danger_now",
]
FACTS: Final[tuple[str, ...]] = get_args(Fact)
SCREENED: Final[frozenset[Fact]] = frozenset(
    {
        "fear_of_person",
        "abuse",
        "baby_on_listener",
        "urgent_symptom",
        "eating_disorder",
        "substance",
        "seizure_or_psychosis",
        "machine_now",
        "dread",
        "danger_now",
    }
)
"""Facts that stop a journey on suspicion already."""


class Facts(Frozen):
    """What is known. true, false: facts in the order of `FACTS`; all others are unknown."""

    true: tuple[Fact, ...] = ()
    false: tuple[Fact, ...] = ()

    def says(self, fact: Fact) -> bool | None:
        """True, False, or None where the story does not say."""
        return True if fact in self.true else False if fact in self.false else None
