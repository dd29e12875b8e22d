"""Reads a situation into a `Story`: theme, person, part, gravity and the phrases that the prose may use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from drift_audio.words.story import Gravity, Person, Role, Story, Theme
from drift_audio.words.understanding import acts, details, people, phrases, themes
from drift_audio.words.understanding.language import detect
from drift_audio.words.understanding.parser import parser, release, warm
from drift_audio.words.understanding.text import tidy

__all__ = ["read_story", "release", "warm"]

# Themes in which a part and a gravity are told of: what was done lies between people.
_BETWEEN_PEOPLE: Final = frozenset({"relationship-repair", "anger", "work-stress"})
_LATE: Final = (
    r"died|gone|without|buried|passed away|passed|death|dead|funeral|killed|lost|took (?:his|her|their) own life"
    r"|put (?:him|her|them|it) (?:down|to sleep)|put (?:\w+ ){1,3}to sleep|put to sleep|put down"
)
# Themes in which another is only named in passing unless called one's own.
_INWARD: Final = frozenset({"sleep", "pain", "focus", "habit-change", "everyday-calm"})
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


@dataclass(frozen=True)
class _Reading:
    """One tidied text on its way to a story; every part is read once."""

    text: str

    @cached_property
    def doc(self) -> Any:
        return parser()(self.text[:_MAX_PARSED])

    @cached_property
    def mentions(self) -> list[people.Mention]:
        return people.mentions(self.text)

    @cached_property
    def deeds(self) -> list[acts.Deed]:
        return acts.deeds(self.text[:_MAX_PARSED], self.doc)

    @cached_property
    def theme(self) -> tuple[Theme, float]:
        sums = themes.scores(self.text)
        sums["relationship-repair"] = sums.get("relationship-repair", 0.0) + self._between_people()
        if sums["big-day-nerves"] >= _A_DAY_IS_NAMED:
            # Nerves belong to the day that causes them.
            sums["anxiety"] /= 2
        if max(weight for theme, weight in sums.items() if theme != "everyday-calm") >= _A_MATTER_IS_NAMED:
            # Whoever names a matter and wants calm wants it for that matter.
            sums["everyday-calm"] /= 2
        return themes.best(sums)

    def _between_people(self) -> float:
        """How much speaks for a rupture between the listener and someone close."""
        close = any(m.sort not in {"pet", "work"} and not m.vague for m in self.mentions) or bool(people.names(self.text))
        work = any(mention.sort == "work" for mention in self.mentions)
        if not (close or work):
            return 0.0
        mend = acts.wants_to_mend(self.text)
        told = [deed for deed in self.deeds if mend or deed.act.name != "grievance"]
        part, _ = acts.part_of(told, self.text)
        close = close or part == "caused"
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
        if self._between(theme):
            return acts.part_of(self.deeds, self.text)
        return "none", 0.8

    def _gravity(self, theme: Theme, part: Role) -> tuple[Gravity, float]:
        if self._between(theme) and part != "none":
            return acts.gravity_of(self.deeds, self.text)
        return "none", 0.8

    def _between(self, theme: Theme) -> bool:
        """Whether something was done between the listener and another."""
        if theme not in _BETWEEN_PEOPLE:
            return False
        return bool(self.deeds) or theme == "relationship-repair" or (theme == "anger" and bool(self.mentions))

    def _person(self, theme: Theme) -> Person | None:
        mention = self._concerned(theme)
        if mention is None:
            return None
        return people.person_of(mention, self.mentions, self.text, late=theme == "grief" and self._late(mention))

    def _concerned(self, theme: Theme) -> people.Mention | None:
        """The one the situation turns on: nearest to what was done or lost, else the first who is named."""
        known = [
            m for m in self.mentions if (theme == "grief" or m.sort != "pet") and (not m.vague or self.deeds or theme == "anger")
        ]
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
        near = 3.0 - min((abs(place - mention.start) for place in places), default=0) / 40 if places else 0.0
        again = sum(other.noun == mention.noun for other in self.mentions)
        former = mention.noun.startswith("ex") and any(not m.noun.startswith("ex") and m.sort != "pet" for m in self.mentions)
        sorts = {"partner": -1.5 if former else 0.5, "pet": -0.5, "other": -0.3}
        return max(near, 0.0) + 0.5 * again + sorts.get(mention.sort, 0.0)

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
