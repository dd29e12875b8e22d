"""What was understood of the situation: the frozen `Story`, and the grammar every field keeps.

The writers put these phrases into sentences, so each field promises a grammatical class. Everything is already turned
to the listener ("my husband" is "your husband", "my work" is "your work"), in lower case but for names, without
final punctuation, and in our words: never a quotation of more than the noun phrase that names the matter.

============  =======================================  ==========================================================
field         class                                    fits every template of these shapes
============  =======================================  ==========================================================
event         definite noun phrase, SINGULAR           "{event} is still with you", "after {event}", "think of {event}"
matter        noun phrase, any number                  "over {matter}", "about {matter}", "with {matter}"; never a subject
when          adverbial                                "..., {when}" with the tense that `tense` names
wish          bare infinitive phrase, of "you"         "you want to {wish}", "room to {wish}"
feelings      uncountable nouns from `FEELINGS`        "the {feeling}", "{feeling} is here": singular, no plural
setting       prepositional phrase                     "..., {setting}", "what happened {setting}"
person        `Person.phrase` is a full noun phrase    "with {phrase}", "{phrase} is ..." (SINGULAR unless `plural`)
============  =======================================  ==========================================================

An event ends in neither a time nor a place, and names the person only by relation ("the argument with your husband
about the dishes"); a template that says {event} need not name the person again. A matter may hold the person's
possessive ("her grades") only when that pronoun is known.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from drift_audio.scenario import Frozen
from drift_audio.words.understanding.facts import Facts

NAMED: Final = 0.4
"""Confidence of a matter that may be named ("to do with your diary"), and that no other sentence may build on."""

Role = Literal["caused", "hurt", "both", "none"]
Gravity = Literal["minor", "moderate", "major", "none"]
Tense = Literal["past", "ongoing", "future"]
Occasion = Literal["morning", "day", "evening", "night"]
Confidence = Annotated[float, Field(ge=0, le=1)]
Theme = Literal[
    "relationship-repair",
    "sleep",
    "anxiety",
    "work-stress",
    "grief",
    "anger",
    "confidence",
    "focus",
    "loneliness",
    "habit-change",
    "pain",
    "gratitude",
    "big-day-nerves",
    "everyday-calm",
    "steady",
]
THEMES: Final[tuple[str, ...]] = get_args(Theme)
Feeling = Literal[
    "anger",
    "anxiety",
    "dread",
    "embarrassment",
    "emptiness",
    "envy",
    "exhaustion",
    "fear",
    "frustration",
    "gratitude",
    "grief",
    "guilt",
    "hope",
    "hurt",
    "jealousy",
    "joy",
    "loneliness",
    "longing",
    "love",
    "numbness",
    "overwhelm",
    "pride",
    "regret",
    "relief",
    "resentment",
    "restlessness",
    "sadness",
    "self-doubt",
    "shame",
    "shock",
    "stress",
    "tenderness",
    "worry",
]
FEELINGS: Final[tuple[str, ...]] = get_args(Feeling)


class Pronouns(Frozen):
    """Pronouns of the person concerned; "they" unless a gender was given ("it" for a pet of unknown sex).

    plural_verb: whether the subject pronoun takes a plural verb ("they are", "he is"). After `Person.phrase`
    the verb follows `Person.plural` instead ("your friend is ..., they are ...").
    """

    subject: Literal["they", "he", "she", "it"] = "they"
    object: Literal["them", "him", "her", "it"] = "them"
    possessive: Literal["their", "his", "her", "its"] = "their"
    reflexive: Literal["themselves", "himself", "herself", "itself"] = "themselves"
    plural_verb: bool = True


HE: Final = Pronouns(subject="he", object="him", possessive="his", reflexive="himself", plural_verb=False)
SHE: Final = Pronouns(subject="she", object="her", possessive="her", reflexive="herself", plural_verb=False)
THEY: Final = Pronouns()
IT: Final = Pronouns(subject="it", object="it", possessive="its", reflexive="itself", plural_verb=False)


class Person(Frozen):
    """The person (or people, or pet) concerned.

    noun: the relation as a bare noun, singular where one person is meant ("husband", "best friend", "parents", "dog");
    the name itself when only a name was given ("Sam"). phrase: how the prose calls them after any preposition or as a
    subject ("your husband", "your neighbour", "Sam"). plural: the phrase takes a plural verb ("your parents are").
    name: a given name when one was told. late: this person (or pet) has died; speak of them in the past.
    """

    noun: str
    phrase: str
    pronouns: Pronouns = THEY
    plural: bool = False
    name: str | None = None
    late: bool = False
    confidence: Confidence = 1.0


class Strand(Frozen):
    """One circumstance that was told beside the event, by the name of its bank in `guides/_strands`.

    person: whom it is told of, where the same breath names one ("my mother has been in hospital since Monday").
    """

    name: str
    person: Person | None = None


LineKind = Literal["done", "dealt", "feeling", "wish", "fear", "fact", "good"]


class ToldLine(Frozen):
    """A clause of the listener's own, turned to the listener.

    text: the clause in the second person, without capital and full stop ("your sister told you she's pregnant").
    kind: done by the listener, dealt (done by another), feeling, wish, fear, fact, good (a good or mitigating detail).
    start, end: characters of the clause in the text as it was typed. sure: 0 to 1.
    about: the person who is named in place of a pronoun; after: the clause with that pronoun, to be said right after a line
    that names the same person. harsh: not for bedtime.
    """

    text: str
    kind: LineKind
    start: int
    end: int
    sure: Confidence
    about: str | None = None
    after: str | None = None
    harsh: bool = False

    @property
    def sentence(self) -> str:
        """The line as a sentence of its own."""
        return f"{self.text[0].upper()}{self.text[1:]}."


class Story(Frozen):
    """The situation as far as it was surely understood; an unsure field stays None and out of the prose.

    theme: name of a guide, one of `THEMES`. event, matter, when, wish, feelings, setting: see the table above.
    kind: what sort within the theme, from a closed list per theme, or None:
        big-day-nerves: exam, interview, surgery, flight, race, presentation, wedding, performance, driving-test, date,
        birth, first-day, game, court, result, talk, trip; grief: death, pet, parting, pregnancy, job, home;
        habit-change: smoking, vaping, drinking, phone, eating, spending, gambling, procrastination, nails, exercise, gaming,
        caffeine;
        pain: back, head, joint, period, tooth, belly, nerve, injury, neck, illness.
    tense: whether the event has happened, goes on, or is yet to come. part: the listener's part in a hurt between people
    ("none" outside of one). gravity: of a rupture between people; "none" where nothing of that sort is told.
    occasion: time of day the session is for. setting: where it happened or will ("at work", "on the ward").
    strands: what else was surely told, the surest first. told: the listener's own clauses in the second person, in their order.
    facts: what is known of the things that a journey may take for granted.
    Each confidence is 0 to 1; a writer leaves out what stands below 0.5.
    """

    theme: Theme = "everyday-calm"
    theme_confidence: Confidence = 0.0
    kind: str | None = None
    person: Person | None = None
    event: str | None = None
    event_confidence: Confidence = 0.0
    matter: str | None = None
    matter_confidence: Confidence = 0.0
    when: str | None = None
    when_confidence: Confidence = 0.0
    tense: Tense = "ongoing"
    part: Role = "none"
    part_confidence: Confidence = 0.0
    gravity: Gravity = "none"
    gravity_confidence: Confidence = 0.0
    feelings: tuple[Feeling, ...] = ()
    feelings_confidence: Confidence = 0.0
    wish: str | None = None
    wish_confidence: Confidence = 0.0
    occasion: Occasion | None = None
    occasion_confidence: Confidence = 0.0
    setting: str | None = None
    setting_confidence: Confidence = 0.0
    strands: tuple[Strand, ...] = ()
    told: tuple[ToldLine, ...] = ()
    facts: Facts = Facts()
    language: str = "en"
