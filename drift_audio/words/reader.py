"""Reads a situation into a `Story`: theme, person, part, gravity and the phrases that the prose may use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from drift_audio.words.story import Gravity, Person, Role, Story, Theme
from drift_audio.words.understanding import acts, details, people, themes
from drift_audio.words.understanding.language import detect
from drift_audio.words.understanding.parser import parser, warm
from drift_audio.words.understanding.text import tidy

__all__ = ["read_story", "warm"]

# Themes in which a part and a gravity are told of: what was done lies between people.
_BETWEEN_PEOPLE: Final = frozenset({"relationship-repair", "anger", "work-stress"})
_LATE: Final = (
    r"died|passed away|passed|death|dead|funeral|killed|lost|took (?:his|her|their) own life"
    r"|put (?:him|her|them|it) (?:down|to sleep)|put to sleep|put down"
)
# Themes in which another is only named in passing unless called one's own.
_INWARD: Final = frozenset({"sleep", "pain", "focus", "habit-change", "everyday-calm"})
_A_DAY_IS_NAMED: Final = 6
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
        part, gravity = self._part(theme), self._gravity(theme)
        person = self._person(theme)
        tense = details.tense_of(self.doc, self.text, upcoming=theme == "big-day-nerves")
        possessive = person.pronouns.possessive if person else None
        matter, matter_confidence = self._matter(possessive)
        when, occasion, setting = (
            details.when_of(self.text, tense=tense),
            details.occasion_of(self.text),
            details.setting_of(self.text),
        )
        feelings, wish = details.feelings_of(self.text), details.wish_of(self.doc)
        event, event_confidence = self._event(theme, part[0], person, matter)
        return Story(
            theme=theme,
            theme_confidence=confidence,
            kind=themes.kind_of(theme, self.text),
            person=person,
            event=event,
            event_confidence=event_confidence,
            matter=matter,
            matter_confidence=matter_confidence,
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
        if theme in _BETWEEN_PEOPLE and (self.deeds or theme == "relationship-repair"):
            return acts.part_of(self.deeds, self.text)
        return "none", 0.8

    def _gravity(self, theme: Theme) -> tuple[Gravity, float]:
        if theme in _BETWEEN_PEOPLE and (self.deeds or theme == "relationship-repair"):
            return acts.gravity_of(self.deeds, self.text)
        return "none", 0.8

    def _person(self, theme: Theme) -> Person | None:
        mention = self._concerned(theme)
        if mention is None:
            return None
        return people.person_of(mention, self.mentions, self.text, late=theme == "grief" and self._late(mention))

    def _concerned(self, theme: Theme) -> people.Mention | None:
        """The one the situation turns on: nearest to what was done or lost, else the first who is named."""
        known = [m for m in self.mentions if (theme == "grief" or m.sort != "pet") and (not m.vague or self.deeds)]
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
        former = mention.noun.startswith("ex") and any(m.sort == "partner" and not m.noun.startswith("ex") for m in self.mentions)
        sorts = {"partner": -1.5 if former else 0.5, "pet": -0.5, "other": -0.3}
        return max(near, 0.0) + 0.5 * again + sorts.get(mention.sort, 0.0)

    def _late(self, mention: people.Mention) -> bool:
        around = self.text[max(0, mention.start - 45) : mention.end + 60].lower()
        return bool(re.search(rf"\b(?:{_LATE})\b", around))

    def _matter(self, possessive: str | None) -> tuple[str | None, float]:
        anchors = [(deed.start, deed.end) for deed in self.deeds]
        return details.matter_of(self.doc, anchors, pronoun=possessive)

    def _event(self, theme: Theme, part: Role, person: Person | None, matter: str | None) -> tuple[str | None, float]:
        if theme not in _BETWEEN_PEOPLE or not self.deeds or part == "none":
            return None, 0.0
        gravest = max(self.deeds, key=lambda deed: (acts.GRADES.index(deed.act.gravity), -deed.start))
        template = gravest.act.events[part]
        if person is None:
            return None, 0.0
        event = template.format(p=person.phrase)
        return (f"{event} over {matter}" if matter and gravest.act.gravity != "major" else event), 0.8
