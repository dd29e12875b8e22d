"""Reads a situation into a `Story`: theme, person, part, gravity and the phrases that the prose may use."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

from drift_audio.words.understanding import (
    acts,
    classify_part,
    coreference,
    deceased,
    details,
    parser,
    people,
    phrases,
    read_facts,
    strands,
    subject_matter,
    theme_model,
    themes,
    told_lines,
    unnamed_acts,
)
from drift_audio.words.understanding.arrays import Doubles
from drift_audio.words.understanding.facts import Facts
from drift_audio.words.understanding.language import detect
from drift_audio.words.understanding.story import NAMED, THEY, Gravity, Person, Role, Story, Theme, ToldLine
from drift_audio.words.understanding.tidy_text import tidy
from drift_audio.words.understanding.tokens import Doc

# Themes in which a part and a gravity are told of: what was done lies between people.
# Plain names that say little; what the text tells says more.
_SAYS_LITTLE: Final = frozenset({"work", "sleep", "the pain", "the parting"})
_BETWEEN_PEOPLE: Final = frozenset({"relationship-repair", "anger", "work-stress"})
_PARTED: Final = (
    r"died|gone|without|buried|passed away|passed|death|dead|funeral|killed|lost|late|took (?:his|her|their) own life"
    r"|put (?:\w+ ){0,3}(?:down|to sleep)|miss|broke up|divorce|left me"
)
# Themes in which another is only named in passing unless called one's own.
_INWARD: Final = frozenset({"sleep", "pain", "focus", "habit-change", "everyday-calm"})
_GROUPS: Final = frozenset({"team", "staff"})
# What the sentence model's log probability weighs against the cues, of which a plain one weighs 5 or 6; below the floor
# nothing speaks for a theme. Held against sets j to n unseen: 2 to 4 do alike, and better than the probability itself.
_SENSE_WEIGHT: Final = 3.0
_SENSE_FLOOR: Final = -6.0
_NOTHING_DONE: Final = 0.55
_UNTOLD: Final = 0.45
_SURE: Final = 0.8
# Done with another, and yet to the one who was betrayed.
_WITH_ANOTHER: Final = frozenset({"betrayal", "discovery"})
_WORDS_SAID: Final = frozenset({"snap", "cutting words", "raise voice", "slight"})
_ANOTHER: Final = r"\b(?:he|him|his|she|her|hers|they|them|their|we|us|our|each other|someone|somebody|people|everyone)\b"
# What counts towards being the one concerned: near to the deed, called one's own, named first.
_NEAR: Final = 2.0
_OWNED: Final = 0.5
_FIRST: Final = 0.5
_A_DAY_IS_NAMED: Final = 6
_A_MATTER_IS_NAMED: Final = 4
_MAX_PARSED: Final = 4_000
_Told = TypeVar("_Told", bound=str)


def read_story(text: str, *, language: str = "en", same_day: bool = False) -> Story:
    """What the text surely says, each field with its confidence.

    same_day: whether the session is heard on the day of the telling; only then do told lines keep "last night".

    Only English is understood: of a text in another language, or for a session in one, nothing but `Story.language` is told,
    and the offline writer refuses it by name.
    """
    tongue = detect(text)
    if tongue != "en" or not language.lower().startswith("en"):
        return Story(language=tongue if tongue != "en" else language)
    reading = _Reading(tidy(text))
    return reading.story(told_lines.told_lines(text, same_day=same_day, doc=reading.doc))


def release() -> None:
    """Let go of the parser and the sentence model, 30 MB and 15 MB, when no further story is to be read."""
    parser.release()
    theme_model.release()


def load() -> None:
    """Load the parser and the sentence model, which takes most of a second, before there is a story to read."""
    parser.parser()
    if theme_model.ready():
        theme_model.vector("")


@dataclass(frozen=True)
class _Reading:
    """One tidied text on its way to a story; every part is read once."""

    text: str

    @cached_property
    def doc(self) -> Doc:
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
    def dealt(self) -> list[unnamed_acts.Dealing]:
        return unnamed_acts.dealings(self.doc, self.mentions)

    @cached_property
    def signs(self) -> Doubles:
        """Everything that speaks for a part and a gravity, as `weigh` reads it."""
        return classify_part.signs(self.text, self.doc, self.mentions, self.named_deeds, self.dealt)

    @cached_property
    def weighed(self) -> tuple[tuple[Role, float], tuple[Gravity, float]] | None:
        """Part and gravity with their confidence; None where the sentence model is missing, and the cues decide alone."""
        return classify_part.weigh(self.signs) if theme_model.ready() else None

    @cached_property
    def theme(self) -> tuple[Theme, float]:
        plain = themes.without_traps(self.text)
        sums = themes.scores(plain)
        sums["relationship-repair"] = sums.get("relationship-repair", 0.0) + self._between_people()
        if self._quarrel_beside_grief(plain):
            sums["grief"] /= 2
        if sums["big-day-nerves"] >= _A_DAY_IS_NAMED:
            # Nerves belong to the day that causes them.
            sums["anxiety"] /= 2
        if max(weight for theme, weight in sums.items() if theme != "everyday-calm") >= _A_MATTER_IS_NAMED:
            # Whoever names a matter and wants calm wants it for that matter.
            sums["everyday-calm"] /= 2
        for theme, share in self._heard(plain).items():
            heard = math.log(share) if share > 0 else _SENSE_FLOOR
            sums[theme] = sums.get(theme, 0.0) + _SENSE_WEIGHT * max(0.0, heard - _SENSE_FLOOR)
        return themes.best(sums)

    def _quarrel_beside_grief(self, plain: str) -> bool:
        """A quarrel at a funeral is a quarrel, and hard words about a divorce are hard words."""
        kind, acted = themes.kind_of("grief", plain), {deed.act.name for deed in self.named_deeds}
        if kind == "parting":
            return bool(acted & _WORDS_SAID)
        return bool(acted) and not any(deceased.departed(mention, self.doc, THEY) for mention in self.mentions)

    def _heard(self, plain: str) -> dict[str, float]:
        """What the sentence model hears; nothing lies between people where no other is spoken of."""
        if not theme_model.ready():
            return {}
        shares = theme_model.likely(self.theme_signs(plain))
        if not self._another:
            shares["relationship-repair"] = 0.0
        elif not self._done:
            # Nobody did anything: someone is spoken of, and it may be love or a farewell.
            shares["relationship-repair"] *= _NOTHING_DONE
        return shares

    def theme_signs(self, plain: str) -> Doubles:
        """Everything that the theme is learnt and read from; plain: the text without its traps."""
        close = any(m.sort not in {"pet", "work"} and not m.vague for m in self.mentions)
        work, pet = (any(m.sort == sort for m in self.mentions) for sort in ("work", "pet"))
        flags = [self._another, self._done, close, work, pet, len(self.mentions) > 1]
        nameless = plain == self.text and not any(m.owned for m in self.mentions)
        return classify_part.theme_signs(plain, self.signs, flags, nameless=nameless)

    @cached_property
    def _another(self) -> bool:
        """Whether anybody else is spoken of."""
        return bool(self.mentions or people.names(self.text) or re.search(_ANOTHER, self.text.lower()))

    @cached_property
    def _done(self) -> bool:
        """Whether something was done to somebody, or has left a mark."""
        return bool(self.deeds) or acts.leaves_a_mark(self.text) or acts.wants_to_mend(self.text)

    def _between_people(self) -> float:
        """How much speaks for a rupture between the listener and someone close."""
        close = any(m.sort not in {"pet", "work"} and (not m.vague or m.sort == "friend") for m in self.mentions)
        close = close or bool(people.names(self.text))
        work = any(mention.sort == "work" for mention in self.mentions)
        met = any(m.vague for m in self.mentions) and any(deed.role == "caused" for deed in self.named_deeds)
        if not (close or work or met):
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

    def story(self, told: tuple[ToldLine, ...]) -> Story:
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
            kind=self._kind(theme, person),
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
            strands=strands.told(self.text, theme, part[0], everyone=self.mentions, known=person),
            facts=self._facts(part, person),
            told=told,
        )

    def _facts(self, part: tuple[Role, float], person: Person | None) -> Facts:
        """A part counts for as much as the deeds that were named bear out; the sound of a text alone is no fact."""
        named = {deed.role for deed in self.named_deeds}
        caused, hurt = (part[1] if part[0] in {role, "both"} and role in named else 0.0 for role in ("caused", "hurt"))
        text, mentions = self.text[:_MAX_PARSED], [m for m in self.mentions if m.end < _MAX_PARSED]
        return read_facts.facts_of(text, self.doc, mentions, person=person, caused=caused, hurt=hurt)

    def _kind(self, theme: Theme, person: Person | None) -> str | None:
        if theme == "grief" and person and person.late and self.concerned and self.concerned.sort == "pet":
            return "pet"
        return themes.kind_of(theme, self.text)

    def _between_us(self, deed: acts.Deed) -> bool:
        """Whether nobody else is named as the one who did it, or to whom: "I shout at strangers" is not between me and my son."""
        concerned = self.concerned
        if concerned is None or deed.end > _MAX_PARSED or deed.act.name in _WITH_ANOTHER:
            return True
        places = [(m.start, m.end) for m in self.mentions if m.noun != concerned.noun and m.start != concerned.start]
        own = [(m.start, m.end) for m in self.mentions if m.noun == concerned.noun] + [(concerned.start, concerned.end)]
        for token in acts.others_in(deed, self.doc):
            if any(start <= token.idx < end for start, end in own) or token.text == concerned.name:
                return True
            if any(start <= token.idx < end for start, end in places) or people.is_someone(token):
                return False
        return True

    def _part(self, theme: Theme) -> tuple[Role, float]:
        if theme == "relationship-repair" and self.weighed is not None:
            return self._as_told(self._with_the_deeds(self.weighed[0]))
        if self._between(theme) and all(self._between_us(deed) for deed in self.deeds):
            return acts.part_of(self.deeds, self.text)
        return "none", 0.8

    def _with_the_deeds(self, weighed: tuple[Role, float]) -> tuple[Role, float]:
        """Several deeds of one mind outvote a reading that is not sure."""
        roles = {deed.role for deed in self.named_deeds}
        if len(self.named_deeds) > 1 and len(roles) == 1 and weighed[1] < _SURE:
            return roles.pop(), 0.7
        if weighed[0] != "both" and not roles & {"caused", "hurt"} and acts.has_cue("back", self.text.lower()):
            subject = next((token for token in self.doc if token.dep_ == "nsubj"), None)
            if subject is not None and classify_part.beside_me(subject):
                return "both", 0.7
        return weighed

    def _as_told(self, weighed: tuple[_Told, float]) -> tuple[_Told, float]:
        """Where no deed and no sign of guilt or hurt was found, the sound alone is too little for the prose."""
        word, sure = weighed
        return (word, sure) if self.deeds or acts.leaves_a_mark(self.text) else (word, min(sure, _UNTOLD))

    def _gravity(self, theme: Theme, part: Role) -> tuple[Gravity, float]:
        if theme == "relationship-repair" and self.weighed is not None:
            return self._as_told(self.weighed[1])
        if part != "none":
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

    @cached_property
    def concerned(self) -> people.Mention | None:
        return self._concerned(self.theme[0])

    def _person(self, theme: Theme) -> Person | None:
        mention = self.concerned
        if mention is None:
            return None
        told = coreference.person_of(mention, self.mentions, self.text)
        if theme == "grief" and not told.late and mention.end < _MAX_PARSED:
            return told.model_copy(update={"late": deceased.departed(mention, self.doc, told.pronouns)})
        return told

    def _concerned(self, theme: Theme) -> people.Mention | None:
        """The one the situation turns on: nearest to what was done or lost, else the first who is named."""
        acted = theme == "anger" or theme == "relationship-repair" or bool(self.named_deeds)
        known = [m for m in self.mentions if (theme == "grief" or m.sort != "pet") and (not m.vague or acted)]
        known = [m for m in known if acted or m.sort != "group"]
        known = [m for m in known if m.sort != "group" and m.noun not in _GROUPS] or known
        known = [m for m in known if not m.behind] or known
        known = [m for m in known if not m.vague or self._does_it(m)] or known
        if theme in _BETWEEN_PEOPLE:
            known = [*known, *people.named_mentions(self.doc, self.mentions)]
        if theme in _INWARD:
            known = [m for m in known if m.owned]
        if not known:
            given = people.names(self.text) if theme in {"relationship-repair", "grief", "anger"} else []
            return people.named(self.text, given[0]) if given else None
        best = max(known, key=lambda m: (self._salience(m, theme), -m.start))
        betrayed = any(deed.act.name == "betrayal" and deed.role == "caused" for deed in self.named_deeds)
        return coreference.meant_instead(best, self.mentions, self.text, betrayed=betrayed, spoken=self._spoken_of) or best

    def _does_it(self, mention: people.Mention) -> bool:
        """Whether somebody of no relation is the one who did it: "the man next door called my wife a name"."""
        return mention.end < _MAX_PARSED and people.standing(mention, self.doc) > 0

    @cached_property
    def _spoken_of(self) -> dict[str, float]:
        return coreference.spoken_of([*self.mentions, *people.named_mentions(self.doc, self.mentions)], self.doc)

    def _salience(self, mention: people.Mention, theme: Theme) -> float:
        places = [deed.start for deed in self.deeds]
        if theme == "grief":
            places = [match.start() for match in re.finditer(rf"\b(?:{_PARTED})\b", self.text.lower())]
        near = _NEAR - min((abs(place - mention.start) for place in places), default=0) / 40 if places else 0.0
        again = sum(other.noun == mention.noun for other in self.mentions)
        former = mention.noun.startswith("ex") and any(not m.noun.startswith("ex") and m.sort != "pet" for m in self.mentions)
        sorts = {"partner": -1.5 if former else 0.5, "pet": -0.5, "other": -0.3}
        grammar = people.standing(mention, self.doc) if theme in _BETWEEN_PEOPLE and mention.end < _MAX_PARSED else 0.0
        spoken = self._spoken_of.get(mention.noun, 0.0) if theme in _BETWEEN_PEOPLE else 0.0
        return (
            max(near, 0.0)
            + spoken
            + 0.5 * again
            + sorts.get(mention.sort, 0.0)
            + grammar
            + _OWNED * mention.owned
            + _FIRST * all(mention.start <= other.start for other in self.mentions)
        )

    def _phrases(self, theme: Theme, part: Role, person: Person | None) -> tuple[phrases.Phrase, phrases.Phrase]:
        """Event and matter."""
        anchors = [(deed.start, deed.end) for deed in self.deeds]
        possessive = person.pronouns.possessive if person else None
        matter = phrases.matter_of(self.doc, theme, anchors, pronoun=possessive)
        event: phrases.Phrase = (None, 0.0)
        if theme in _BETWEEN_PEOPLE:
            event = phrases.event_between([deed for deed in self.deeds if self._between_us(deed)], part, person, matter[0])
        plain = phrases.named(theme, self._kind(theme, person), person, self.text)
        if matter[0] is None and plain.get("matter", "work") in _SAYS_LITTLE:
            matter = self._thing(theme, anchors, possessive) or matter
        plain |= phrases.told(theme, self.text)
        if event[0] is None and "event" in plain:
            event = (plain["event"], 0.7)
        if matter[0] is None and "matter" in plain:
            matter = (plain["matter"], 0.7)
        return event, matter

    def _thing(self, theme: Theme, anchors: list[tuple[int, int]], possessive: str | None) -> phrases.Phrase | None:
        """What it is about where no "about" says so; sure enough to be named, and no more."""
        if theme == "pain":
            told = subject_matter.ailment(self.doc)
        else:
            told = subject_matter.thing(self.doc, [(m.start, m.end) for m in self.mentions], anchors, pronoun=possessive)
        return (told, NAMED) if told else None
