"""Pronouns: those of a person, and which of several people the later ones go on about, only where one alone can be meant."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from drift_audio.words.understanding.people import Mention, looks_on
from drift_audio.words.understanding.story import HE, IT, SHE, THEY, Person, Pronouns
from drift_audio.words.understanding.tokens import Doc, Token

_PRONOUNS: Final = {"he": HE, "she": SHE, "neutral": THEY, "plural": THEY}
_SPOKEN: Final = {"he": r"\b(?:he|him|his|himself)\b", "she": r"\b(?:she|her|hers|herself)\b"}
# What follows a noun and tells the gender it leaves open: "my boss, a woman half my age", "my neighbour Mr Hassan", "(she/her)".
_TOLD: Final = {
    "he": r",? (?:(?:a|an|the) (?:[\w-]+ ){0,3}?(?:man|bloke|guy|lad|boy|gentleman)\b|Mr\b)|[^.!?]{0,20}\bhe/(?:him|they)\b",
    "she": r",? (?:(?:a|an|the) (?:[\w-]+ ){0,3}?(?:woman|lady|girl)\b|(?:Mrs|Ms|Miss)\b)|[^.!?]{0,20}\bshe/(?:her|they)\b",
    "neutral": r"[^.!?]{0,20}\bthey/them\b",
}
_GENDER: Final = {
    **dict.fromkeys(("he", "him", "his", "himself"), "he"),
    **dict.fromkeys(("she", "her", "hers", "herself"), "she"),
}
_MINE: Final = frozenset({"i", "me", "my", "mine", "us", "we", "our"})
# A pronoun that does something to the listener, or to whom the listener does it, tells more than one that is only spoken of.
_WITH_ME: Final = 1.0
_SPOKEN_OF: Final = 0.3
_ENOUGH: Final = 1.5


def spoken_of(everyone: Sequence[Mention], doc: Doc) -> dict[str, float]:
    """How much the later pronouns speak for each person, by noun, 0 to 1.5."""
    told: dict[str, float] = {}
    for token in doc:
        gender = _GENDER.get(token.lower_)
        meant = _meant(token.idx, gender, everyone) if gender else None
        if meant is not None:
            told[meant] = min(_ENOUGH, told.get(meant, 0.0) + (_WITH_ME if _beside_me(token) else _SPOKEN_OF))
    return told


def _meant(place: int, gender: str, everyone: Sequence[Mention]) -> str | None:
    """The noun of the only one before a place who may be called so; a gendered noun goes before a neutral one."""
    before = [mention for mention in everyone if mention.start < place and mention.sort != "pet"]
    for wanted in (gender, "neutral"):
        nouns = {mention.noun for mention in before if mention.gender == wanted}
        if nouns:
            return nouns.pop() if len(nouns) == 1 else None
    return None


def _beside_me(pronoun: Token) -> bool:
    """Whether the pronoun and the listener stand in one clause, as its doer and its object or the other way round."""
    if pronoun.dep_ == "poss":
        return False
    verb = next((token for token in pronoun.ancestors if token.pos_ in {"VERB", "AUX"}), None)
    if verb is None or verb.dep_ == "ccomp":
        # What somebody said or thought is no dealing with the listener.
        return False
    return any(
        token.lower_ in _MINE and token.dep_ != "poss" and token.i != pronoun.i for token in verb.subtree if token.i - verb.i < 6
    )


def person_of(mention: Mention, everyone: Sequence[Mention], text: str, *, late: bool = False) -> Person:
    """The person as the prose calls them, with pronouns that the noun or the text itself gave."""
    plural = mention.gender == "plural"
    return Person(
        noun=mention.noun,
        phrase=mention.phrase,
        pronouns=_pronouns(mention, everyone, text),
        plural=plural,
        name=mention.name,
        late=late or mention.late,
        confidence=0.95 if mention.phrase.startswith("your ") else 0.8,
    )


def meant_instead(
    mention: Mention, everyone: Sequence[Mention], text: str, *, betrayed: bool, spoken: Mapping[str, float]
) -> Mention | None:
    """The owner, where the text goes on about the owner: "rude about my sister's boyfriend, and she ...".

    betrayed: the listener betrayed someone, which is the partner of whom they tell ("a fling with my wife's sister").
    spoken: how much the later pronouns speak for each noun.
    """
    owner = next((other for other in everyone if other.behind and 0 < mention.start - other.end <= 20), None)
    if owner is not None and betrayed and owner.sort == "partner":
        return owner
    if owner is not None and mention.gender != owner.gender and _goes_on_about(owner, mention, spoken):
        return owner
    if owner is None or mention.gender in {"neutral", owner.gender} or owner.gender not in _SPOKEN:
        return None
    after = text[mention.end :].lower()
    other = _SPOKEN.get(mention.gender, r"\b(?:they|them)\b")
    return owner if re.search(_SPOKEN[owner.gender], after) and not re.search(other, after) else None


def _goes_on_about(owner: Mention, mention: Mention, spoken: Mapping[str, float]) -> bool:
    """Whether the text goes on about the owner, and not about the one who is theirs."""
    theirs = spoken.get(mention.noun, 0.0)
    return spoken.get(owner.noun, 0.0) >= _WITH_ME > theirs or spoken.get(owner.noun, 0.0) > theirs == 0


def _pronouns(mention: Mention, everyone: Sequence[Mention], text: str) -> Pronouns:
    told_so = next((gender for gender, pattern in _TOLD.items() if re.match(pattern, text[mention.end :])), None)
    if told_so is not None and mention.gender != "plural" and (mention.gender == "neutral" or "/" in text):
        return _PRONOUNS[told_so]
    if mention.gender in {"he", "she", "plural"}:
        return _PRONOUNS[mention.gender]
    after = text[mention.start :].lower()
    rivals = {other.gender for other in everyone if other.noun != mention.noun}
    counts = {gender: 0 if gender in rivals else len(re.findall(pattern, after)) for gender, pattern in _SPOKEN.items()}
    neutral_rivals = any(
        other.gender == "neutral" and other.noun != mention.noun and other.sort != "pet" and not looks_on(other, text)
        for other in everyone
    )
    best = max(counts, key=lambda gender: counts[gender])
    told = counts[best] and not all(counts.values()) and not (neutral_rivals and not _nearest(mention, everyone, text, best))
    if told:
        return _PRONOUNS[best]
    return IT if mention.sort == "pet" else THEY


def _nearest(mention: Mention, everyone: Sequence[Mention], text: str, gender: str) -> bool:
    """Whether the first such pronoun after the mention comes before anyone else is named."""
    match = re.search(_SPOKEN[gender], text[mention.end :].lower())
    others = [
        other.start for other in everyone if other.start > mention.start and other.noun != mention.noun and other.sort != "pet"
    ]
    return match is not None and (not others or mention.end + match.start() < min(others))
