"""Whom a pronoun means in a story, decided only where one alone can be meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from drift_audio.words.understanding import people
from drift_audio.words.understanding.clauses import word_set
from drift_audio.words.understanding.tokens import Doc, Token

_GENDER: Final = {
    **dict.fromkeys(("he", "him", "his", "himself"), "he"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "she"),
    **dict.fromkeys(("they", "them", "their", "theirs", "themselves"), "plural"),
}
PRONOUNS: Final = frozenset(_GENDER)
_MEN: Final = frozenset({"man", "boy", "guy", "bloke", "lad", "gentleman"})
_WOMEN: Final = frozenset({"woman", "girl", "lady", "nurse", "midwife", "widow"})
_SUBJECT: Final = frozenset({"nsubj", "nsubjpass"})
_COMPANION: Final = frozenset({"with", "behind", "around", "beside", "before", "after", "near", "on", "over"})
_PARTIES: Final = frozenset({"do", "dos", "night", "party", "weekend"})
# Of these "they" is said though they are one.
_GROUPS: Final = frozenset({"group", "team", "family", "class", "couple", "band", "club", "council", "committee"})
# How far back a pronoun may reach, in sentences.
_REACH: Final = 5
# How many places where somebody was named are gone through for a pronoun: a bound on very long stories.
_REMEMBERED: Final = 60
SURE: Final = 0.7


@dataclass
class Someone:
    """Somebody the story speaks of. phrase: how they are called to the listener ("your coworker Dan"); gender may be learnt.
    passing: told without an owner ("a baby", "the doctor")."""

    key: str
    phrase: str
    gender: str
    name: str | None = None
    animal: bool = False
    passing: bool = False


@dataclass(frozen=True)
class Meant:
    """Whom a pronoun means, how surely (0 to 1), and where they were last named before it."""

    who: Someone
    sure: float
    place: int


@dataclass
class _Place:
    """Where somebody is named: token, whether as a grammatical subject, in which sentence."""

    who: Someone
    token: int
    subject: bool
    sentence: int


@dataclass
class Antecedents:
    """The people of a parsed story and what its pronouns mean; read once, in the order of the text."""

    doc: Doc
    meant: dict[int, Meant] = field(default_factory=dict)
    named: dict[int, Someone] = field(default_factory=dict)
    everyone: dict[str, Someone] = field(default_factory=dict)
    _places: list[_Place] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._name_them()
        for number, sentence in enumerate(self.doc.sents):
            for token in sentence:
                self._read(token, number)

    def pair(self, before: int) -> Someone | None:
        """The one other person whom "we" may mean, where the story has spoken of one alone so far."""
        named = {place.who.key: place.who for place in self._places if place.token < before and not place.who.animal}
        alone = [who for who in named.values() if who.gender != "plural"]
        return alone[0] if len(named) == 1 and alone else None

    def _name_them(self) -> None:
        mentions = people.mentions(self.doc.text)
        known = [*mentions, *people.named_mentions(self.doc, mentions)]
        for mention in known:
            span = self.doc.char_span(mention.start, mention.end, alignment_mode="expand")
            if span is None:
                continue
            noun = span.root
            if noun.dep_ in {"attr", "oprd"} or (noun.dep_ == "appos" and noun.head.lower_ in {"i", "me"}):
                # "I've been a carer for years": the listener.
                continue
            behind = noun.nbor(1).lower_ if noun.i + 1 < len(self.doc) else ""
            if (noun.dep_ == "compound" and noun.head.pos_ == "NOUN") or (noun.lower_ in {"hen", "stag"} and behind in _PARTIES):
                # "A hen do", "the baby shower": nobody.
                continue
            self.named[noun.i] = self._add(mention, _name_beside(noun), another=_is_new(noun))
        for token in self.doc:
            if token.i not in self.named and (who := self._passer(token)) is not None:
                self.named[token.i] = who

    def _add(self, mention: people.Mention, beside: str | None, *, another: bool) -> Someone:
        """another: told as "a friend" or "his new friend", who is not "my friend" of before."""
        key = f"another {mention.noun} {mention.name or beside or mention.start}" if another else mention.phrase
        who = self.everyone.get(key)
        if who is None:
            phrase = f"the {mention.noun}" if another else mention.phrase
            who = Someone(key, phrase, mention.gender, animal=mention.sort == "pet", passing=another or mention.vague)
            self.everyone[key] = who
        if mention.vague and who.phrase == mention.phrase and mention.phrase.startswith("your "):
            who.phrase = f"the {mention.noun}"
        name = mention.name or beside
        if name and who.name is None and name != mention.noun:
            who.name = name
            who.phrase = name if another else f"{mention.phrase} {name}"
        if mention.name == mention.noun:
            who.name = mention.name
        return who

    def _passer(self, token: Token) -> Someone | None:
        """A name that was told before, or somebody the mentions pass over: "the nurse", "a woman", "his ex"."""
        if token.pos_ == "PROPN":
            return next((who for who in self.everyone.values() if who.name == token.text), None)
        if token.pos_ != "NOUN" or token.dep_ in {"compound", "oprd"}:
            return None
        if token.dep_ == "attr" and not any(child.dep_ == "relcl" for child in token.children):
            # "He was not a nice man": nobody new.
            return None
        word, lemma = token.lower_, token.lemma_.lower()
        gender = "he" if lemma in _MEN else "she" if lemma in _WOMEN else people.gender_of(word)
        if gender is None and word not in _GROUPS and lemma not in word_set("passers"):
            return None
        gender = "plural" if word in _GROUPS else gender
        gender = "plural" if token.tag_ == "NNS" else gender or "neutral"
        owner = next((child.lower_ for child in token.children if child.dep_ == "poss"), "the")
        own = owner in {"my", "our"}
        phrase = f"your {word}" if own else f"the {word}" if owner == "the" else ""
        return self.everyone.setdefault(f"{owner} {word}", Someone(f"{owner} {word}", phrase, gender, passing=not own))

    def _read(self, token: Token, sentence: int) -> None:
        subject = token.dep_ in {"nsubj", "nsubjpass"} or (token.dep_ == "conj" and token.head.dep_ in {"nsubj", "nsubjpass"})
        if token.i in self.named:
            self._places.append(_Place(self.named[token.i], token.i, subject, sentence))
            return
        gender = _GENDER.get(token.lower_)
        if gender is None:
            return
        meant = self._resolve(token, gender, sentence)
        if (
            meant is None
            and gender != "plural"
            and not any(_fits(place.who, gender) and not place.who.passing for place in self._places)
        ):
            # Somebody the story never names: later pronouns may mean them.
            unnamed = self.everyone.setdefault(f"unnamed {gender}", Someone(f"unnamed {gender}", "", gender))
            self._places.append(_Place(unnamed, token.i, True, sentence))
        if meant is not None:
            self.meant[token.i] = meant
            if meant.who.gender == "neutral" and gender != "plural":
                meant.who.gender = gender
            self._places.append(_Place(meant.who, token.i, subject, sentence))

    def _resolve(self, token: Token, gender: str, sentence: int) -> Meant | None:
        barred = self._beside(token)
        if barred and token.head.lower_ in _COMPANION:
            # "She took the laptop with her": herself, where no other can be meant.
            rivals = [place for place in self._places if place.who.key not in barred and _fits(place.who, gender)]
            if rivals:
                return None
            barred = set()
        reached = [
            place
            for place in self._places[-_REMEMBERED:]
            if sentence - place.sentence <= _REACH and _fits(place.who, gender) and place.who.key not in barred
        ]
        if gender == "plural":
            # Several who were only passed by are soon out of mind.
            reached = [place for place in reached if place.subject or sentence - place.sentence <= 1]
            if _things_between(token, reached):
                return None
        for back in range(_REACH + 1):
            here = [place for place in reached if place.sentence == sentence - back]
            if here:
                return self._among(here, reached, token, gender)
        return None

    def _beside(self, token: Token) -> set[str]:
        """Who acts in the clause of an object: "he said things before him" speaks of two."""
        if token.dep_ in {*_SUBJECT, "poss"}:
            return set()
        verb = next((t for t in token.ancestors if t.pos_ in {"VERB", "AUX"}), None)
        subject = next((c for c in verb.children if c.dep_ in _SUBJECT), None) if verb is not None else None
        if subject is None or subject.i > token.i:
            return set()
        if subject.i in self.named:
            return {self.named[subject.i].key}
        return {self.meant[subject.i].who.key} if subject.i in self.meant else set()

    def _among(self, here: Sequence[_Place], reached: Sequence[_Place], token: Token, gender: str) -> Meant | None:
        alone = _distinct(here)
        if len(alone) > 1:
            alone = _distinct(place for place in here if place.who.gender == gender) or alone
        if len(alone) > 1 and token.dep_ in {"nsubj", "nsubjpass", "poss"}:
            owners = {"poss", "compound"}
            alone = _distinct(place for place in here if place.subject or self.doc[place.token].dep_ not in owners)
            if len(alone) == 1 and alone[0].subject:
                # "My sister ... mum's funeral. She ...": an owner is no rival of who acts.
                return Meant(alone[0].who, 0.75, alone[0].token)
        if len(alone) != 1 or (alone[0].who.passing and alone[0].who.gender == "neutral" and not alone[0].subject):
            return None
        others = [place for place in reached if place.who.key != alone[0].who.key and place.who.gender in {gender, "neutral"}]
        if any(place.subject and alone[0].sentence - place.sentence in {1, 2} and place.who.gender == gender for place in others):
            # Two of whom the story goes on: either may be meant.
            return None
        rivals = {place.who.key for place in others}
        exact = alone[0].who.gender == gender
        sure = 0.95 if not rivals and exact else 0.9 if not rivals else 0.85 if alone[0].subject else 0.7
        return Meant(alone[0].who, sure, alone[0].token)


def _is_new(noun: Token) -> bool:
    """Whether a noun for somebody brings in another: "a new best friend called Kirsty"."""
    return any(
        child.lower_ in {"a", "an", "another", "some", "his", "her", "their"} for child in noun.children if child.i < noun.i
    )


def _name_beside(noun: Token) -> str | None:
    """A given name that the grammar ties to a noun: "my friend Priya's", "my best friend of 35 years, Veronica,"."""
    after = noun.nbor(1) if noun.i + 1 < len(noun.doc) else None
    tied = [child for child in noun.children if child.dep_ == "appos"]
    if after is not None and noun.tag_ == "NN":
        tied.append(after)
    found = (t for t in tied if t.pos_ == "PROPN" and t.text.istitle() and t.text.isalpha() and people.is_given_name(t.text))
    return next((str(t.text) for t in found), None)


def _distinct(places: Iterable[_Place]) -> list[_Place]:
    """The last place of each one who is named."""
    return list({place.who.key: place for place in places}.values())


def _fits(who: Someone, gender: str) -> bool:
    return who.gender == gender or (who.gender == "neutral" and gender != "plural")


def _things_between(token: Token, reached: Sequence[_Place]) -> bool:
    """Whether "they" may be things: another plural stands nearer than the people do."""
    last = max((place.token for place in reached), default=-1)
    return any(other.tag_ == "NNS" and last < other.i < token.i for other in token.doc[max(0, last) : token.i])
