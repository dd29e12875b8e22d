"""Reads a situation into a `Story`: theme, person, part, gravity and the phrases that the prose may use."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from drift_audio.words.story import Gravity, Person, Role, Story, Theme
from drift_audio.words.understanding import acts, dealings, details, parser, people, phrases, sense, themes, weigh
from drift_audio.words.understanding.language import detect
from drift_audio.words.understanding.text import tidy

# Themes in which a part and a gravity are told of: what was done lies between people.
_BETWEEN_PEOPLE: Final = frozenset({"relationship-repair", "anger", "work-stress"})
_LATE: Final = (
    r"died|gone|without|buried|passed away|passed|death|dead|funeral|killed|lost|took (?:his|her|their) own life"
    r"|put (?:him|her|them|it) (?:down|to sleep)|put (?:\w+ ){1,3}to sleep|put to sleep|put down"
)
# Themes in which another is only named in passing unless called one's own.
_INWARD: Final = frozenset({"sleep", "pain", "focus", "habit-change", "everyday-calm"})
# What a whole certainty of the sentence model weighs against the cues, of which a plain one weighs 5 or 6.
_SENSE_WEIGHT: Final = 8.0
_UNTOLD: Final = 0.45
_ANOTHER: Final = r"\b(?:he|him|his|she|her|hers|they|them|their|we|us|our|each other|someone|somebody|people|everyone)\b"
# What counts towards being the one concerned: near to the deed, called one's own, named first.
_NEAR: Final = 2.0
_OWNED: Final = 0.5
_FIRST: Final = 0.5
_A_DAY_IS_NAMED: Final = 6
_A_MATTER_IS_NAMED: Final = 4
_MAX_PARSED: Final = 4_000


def read_story(text: str, *, language: str = "en") -> Story:
    """What the text surely says, each field with its confidence.

    Only English is understood: of a text in another language, or for a session in one, nothing but `Story.language` is told,
    and the offline writer refuses it by name.
    """
    tongue = detect(text)
    if tongue != "en" or not language.lower().startswith("en"):
        return Story(language=tongue if tongue != "en" else language)
    return _Reading(tidy(text)).story()


def warm() -> threading.Thread:
    """Load the parser and the sentence model in a thread of their own, so that they are ready when the story is read."""
    thread = threading.Thread(target=_warm, name="warm-reader", daemon=True)
    thread.start()
    return thread


def release() -> None:
    """Let go of the parser and the sentence model, 30 MB and 15 MB, when no further story is to be read."""
    parser.release()
    sense.release()


def _warm() -> None:
    parser.parser()
    sense.likely("")


@dataclass(frozen=True)
class _Reading:
    """One tidied text on its way to a story; every part is read once."""

    text: str

    @cached_property
    def doc(self) -> Any:
        return parser.parser()(self.text[:_MAX_PARSED])

    @cached_property
    def mentions(self) -> list[people.Mention]:
        return people.mentions(self.text)

    @cached_property
    def deeds(self) -> list[acts.Deed]:
        return self.named_deeds or acts.unnamed(self.dealt, self.text)

    @cached_property
    def named_deeds(self) -> list[acts.Deed]:
        return acts.deeds(self.text[:_MAX_PARSED], self.doc)

    @cached_property
    def dealt(self) -> list[dealings.Dealing]:
        return dealings.dealings(self.doc, self.mentions)

    @cached_property
    def signs(self) -> Any:
        """Everything that speaks for a part and a gravity, as `weigh` reads it."""
        return weigh.signs(self.text, self.doc, self.mentions, self.named_deeds, self.dealt)

    @cached_property
    def weighed(self) -> tuple[tuple[Role, float], tuple[Gravity, float]] | None:
        """Part and gravity with their confidence; None where the sentence model is missing, and the cues decide alone."""
        return weigh.weigh(self.signs) if sense.ready() else None

    @cached_property
    def theme(self) -> tuple[Theme, float]:
        plain = themes.without_traps(self.text)
        sums = themes.scores(plain)
        sums["relationship-repair"] = sums.get("relationship-repair", 0.0) + self._between_people()
        if sums["big-day-nerves"] >= _A_DAY_IS_NAMED:
            # Nerves belong to the day that causes them.
            sums["anxiety"] /= 2
        if max(weight for theme, weight in sums.items() if theme != "everyday-calm") >= _A_MATTER_IS_NAMED:
            # Whoever names a matter and wants calm wants it for that matter.
            sums["everyday-calm"] /= 2
        for theme, share in self._heard(plain).items():
            sums[theme] = sums.get(theme, 0.0) + _SENSE_WEIGHT * share
        return themes.best(sums)

    def _heard(self, plain: str) -> dict[str, float]:
        """What the sentence model hears; nothing lies between people where no other is spoken of."""
        shares = sense.likely(plain)
        if shares and not (self.mentions or people.names(self.text) or re.search(_ANOTHER, self.text.lower())):
            shares["relationship-repair"] = 0.0
        return shares

    def _between_people(self) -> float:
        """How much speaks for a rupture between the listener and someone close."""
        close = any(m.sort not in {"pet", "work"} and (not m.vague or m.sort == "friend") for m in self.mentions)
        close = close or bool(people.names(self.text))
        work = any(mention.sort == "work" for mention in self.mentions)
        if not (close or work):
            return 0.0
        mend = acts.wants_to_mend(self.text)
        told = [deed for deed in self.deeds if mend or deed.act.name != "grievance"]
        part, _ = acts.part_of(told, self.text)
        close = close or part == "caused"
        unnamed = all(deed.act.name == "dealing" for deed in told)
        if told and unnamed:
            # Read from the grammar alone, it decides only where no theme's own words speak.
            return (3.5 if close else 1.0) + (1.5 if acts.leaves_a_mark(self.text) else 0.0) + (4.0 if mend else 0.0)
        weight = 7.0 if told and close else 2.0 if told else 0.0
        weight += 2.0 if close and any(deed.act.gravity == "major" for deed in told) else 0.0
        weight += 1.5 * min(2, max(0, len(told) - 1)) + (4.0 if mend else 0.0)
        return weight + (2.0 if part in {"caused", "both", "hurt"} and close else 0.0)

    def story(self) -> Story:
        theme, confidence = self.theme
        part = self._part(theme)
        gravity = self._gravity(theme, part[0])
        person = self._person(theme)
        tense = details.tense_of(self.doc, self.text, upcoming=theme == "big-day-nerves")
        event, matter = self._phrases(theme, part[0], person)
        when, occasion, setting = (
            details.when_of(self.text, tense=tense),
            details.occasion_of(self.text),
            details.setting_of(self.text),
        )
        feelings, wish = details.feelings_of(self.text), details.wish_of(self.doc)
        return Story(
            theme=theme,
            theme_confidence=confidence,
            kind=themes.kind_of(theme, self.text),
            person=person,
            event=event[0],
            event_confidence=event[1],
            matter=matter[0],
            matter_confidence=matter[1],
            when=when[0],
            when_confidence=when[1],
            tense=tense,
            part=part[0],
            part_confidence=part[1],
            gravity=gravity[0],
            gravity_confidence=gravity[1],
            feelings=feelings[0],
            feelings_confidence=feelings[1],
            wish=wish[0],
            wish_confidence=wish[1],
            occasion=occasion[0],
            occasion_confidence=occasion[1],
            setting=setting[0],
            setting_confidence=setting[1],
        )

    def _part(self, theme: Theme) -> tuple[Role, float]:
        if theme == "relationship-repair" and self.weighed is not None:
            return self._as_told(self.weighed[0])
        if self._between(theme):
            return acts.part_of(self.deeds, self.text)
        return "none", 0.8

    def _as_told(self, weighed: tuple[Any, float]) -> tuple[Any, float]:
        """Where no deed and no sign of guilt or hurt was found, the sound alone is too little for the prose."""
        word, sure = weighed
        return (word, sure) if self.deeds or acts.leaves_a_mark(self.text) else (word, min(sure, _UNTOLD))

    def _gravity(self, theme: Theme, part: Role) -> tuple[Gravity, float]:
        if theme == "relationship-repair" and self.weighed is not None:
            return self._as_told(self.weighed[1])
        if self._between(theme) and part != "none":
            return acts.gravity_of(self.deeds, self.text)
        return "none", 0.8

    def _between(self, theme: Theme) -> bool:
        """Whether something was done between the listener and another."""
        if theme not in _BETWEEN_PEOPLE:
            return False
        if theme == "relationship-repair":
            return True
        someone = bool(self.mentions) or re.search(r"\b(he|she|him|her|someone|they)\b", self.text.lower()) is not None
        return someone and (bool(self.named_deeds) or theme == "anger")

    def _person(self, theme: Theme) -> Person | None:
        mention = self._concerned(theme)
        if mention is None:
            return None
        return people.person_of(mention, self.mentions, self.text, late=theme == "grief" and self._late(mention))

    def _concerned(self, theme: Theme) -> people.Mention | None:
        """The one the situation turns on: nearest to what was done or lost, else the first who is named."""
        acted = theme == "anger" or theme == "relationship-repair" or bool(self.named_deeds)
        known = [m for m in self.mentions if (theme == "grief" or m.sort != "pet") and (not m.vague or acted)]
        known = [m for m in known if not m.behind] or known
        known = [m for m in known if not m.vague] or known
        if theme in _INWARD:
            known = [m for m in known if m.owned]
        if not known:
            given = people.names(self.text) if theme in {"relationship-repair", "grief", "anger"} else []
            return people.named(self.text, given[0]) if given else None
        return max(known, key=lambda m: (self._salience(m, theme), -m.start))

    def _salience(self, mention: people.Mention, theme: Theme) -> float:
        places = [deed.start for deed in self.deeds]
        if theme == "grief":
            places = [
                match.start() for match in re.finditer(rf"\b(?:{_LATE}|miss|broke up|divorce|left me)\b", self.text.lower())
            ]
        near = _NEAR - min((abs(place - mention.start) for place in places), default=0) / 40 if places else 0.0
        again = sum(other.noun == mention.noun for other in self.mentions)
        former = mention.noun.startswith("ex") and any(not m.noun.startswith("ex") and m.sort != "pet" for m in self.mentions)
        sorts = {"partner": -1.5 if former else 0.5, "pet": -0.5, "other": -0.3}
        grammar = people.standing(mention, self.doc) if theme in _BETWEEN_PEOPLE and mention.end < _MAX_PARSED else 0.0
        return (
            max(near, 0.0)
            + 0.5 * again
            + sorts.get(mention.sort, 0.0)
            + grammar
            + _OWNED * mention.owned
            + _FIRST * (mention == self.mentions[0])
        )

    def _late(self, mention: people.Mention) -> bool:
        around = self.text[max(0, mention.start - 45) : mention.end + 60].lower()
        return bool(re.search(rf"\b(?:{_LATE})\b", around))

    def _phrases(self, theme: Theme, part: Role, person: Person | None) -> tuple[phrases.Phrase, phrases.Phrase]:
        """Event and matter."""
        anchors = [(deed.start, deed.end) for deed in self.deeds]
        possessive = person.pronouns.possessive if person else None
        matter = phrases.matter_of(self.doc, theme, anchors, pronoun=possessive)
        event: phrases.Phrase = (None, 0.0)
        if theme in _BETWEEN_PEOPLE:
            event = phrases.event_between(self.deeds, part, person, matter[0])
        plain = phrases.named(theme, themes.kind_of(theme, self.text), person, self.text)
        if event[0] is None and "event" in plain:
            event = (plain["event"], 0.7)
        if matter[0] is None and "matter" in plain:
            matter = (plain["matter"], 0.7)
        return event, matter
