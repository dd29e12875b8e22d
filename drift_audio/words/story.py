"""What was understood of the situation: the frozen `Story`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from drift_audio.scenario import Frozen

Role = Literal["caused", "hurt", "both", "none"]
Gravity = Literal["minor", "moderate", "major", "none"]
Confidence = Annotated[float, Field(ge=0, le=1)]


class Pronouns(Frozen):
    """Pronouns of the person concerned; "they" unless a gender was given."""

    subject: str = "they"
    object: str = "them"
    possessive: str = "their"
    reflexive: str = "themselves"
    plural_verb: bool = True


class Person(Frozen):
    """The person concerned. noun: "husband"; phrase: "your husband" (how the listener's person is called in the prose)."""

    noun: str
    phrase: str
    pronouns: Pronouns = Pronouns()
    name: str | None = None
    confidence: Confidence = 1.0


class Story(Frozen):
    """The situation as far as it was surely understood; an unsure field stays None and out of the prose.

    theme: name of a guide. event: a noun phrase that can stand in a sentence ("what happened over the dishes").
    matter: what it was about ("the dishes"). when: adverbial ("this morning"). occasion: time of day the session is for.
    """

    theme: str = "everyday-calm"
    theme_confidence: Confidence = 0.0
    person: Person | None = None
    event: str | None = None
    event_confidence: Confidence = 0.0
    matter: str | None = None
    when: str | None = None
    part: Role = "none"
    part_confidence: Confidence = 0.0
    gravity: Gravity = "none"
    gravity_confidence: Confidence = 0.0
    feelings: tuple[str, ...] = ()
    wish: str | None = None
    occasion: Literal["morning", "day", "evening", "night"] | None = None
    setting: str | None = None
    language: str = "en"
