"""Stories of every sort, as the reader would hand them over."""

import pytest

from drift_audio.words.understanding.story import HE, IT, SHE, THEMES, Person, Story

SURE = {
    "event_confidence": 1.0,
    "matter_confidence": 1.0,
    "part_confidence": 1.0,
    "gravity_confidence": 1.0,
    "theme_confidence": 1.0,
}


def _stories() -> dict[str, Story]:
    husband = Person(noun="husband", phrase="your husband", pronouns=HE)
    repair = {"theme": "relationship-repair", "person": husband, "event": "what happened over the dishes", "matter": "the dishes"}
    told = {
        f"{part} {gravity}": Story(**repair, **SURE, part=part, gravity=gravity, tense="past")
        for part in ("caused", "hurt", "both", "none")
        for gravity in ("minor", "moderate", "major", "none")
    }
    told |= {theme: Story(theme=theme) for theme in THEMES}
    told["mother"] = Story(
        theme="grief",
        kind="death",
        tense="past",
        event="your mother's death",
        person=Person(noun="mother", phrase="your mother", pronouns=SHE, late=True),
        **SURE,
    )
    told["dog"] = Story(
        theme="grief", kind="pet", person=Person(noun="dog", phrase="your dog", pronouns=IT, late=True), tense="past"
    )
    told["nurse"] = Story(theme="sleep", occasion="morning", occasion_confidence=1.0)
    return told


STORIES = _stories()


@pytest.fixture(params=sorted(STORIES))
def story(request):
    return STORIES[request.param]
