"""What a situation is about when no "about" and no "over" says so: the thing that was told, forgotten, broken or awaited."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final, cast

from drift_audio.words.understanding import details, people
from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.words.understanding.tokens import Doc, Token
from drift_audio.yamlfile import read_mapping

_OBJECTS: Final = frozenset({"dobj", "nsubjpass"})
_LEAST: Final = 2.0
_OWN: Final = frozenset({"my", "our"})
_FAR: Final = 200.0
_WHERE: Final = frozenset({"in", "on", "at", "with", "from", "of"})


def ailment(doc: Doc) -> str | None:
    """What hurts, by the name that it has: "your migraine"."""
    words = (token for token in doc if token.lower_ in _words("ailments") or token.lower_.endswith(("ache", "aches", "itis")))
    return next((f"your {token.lower_}" for token in words), None)


def thing(doc: Doc, persons: list[tuple[int, int]], anchors: list[tuple[int, int]], *, pronoun: str | None) -> str | None:
    """The noun phrase that the situation most likely turns on, turned to the listener, or None where none stands out.

    Args:
        doc: the parsed text.
        persons: places (characters) of everyone who is mentioned; they are no things.
        anchors: places of what was done.
        pronoun: possessive of the person concerned, the only one a phrase may hold.
    """
    found = []
    for token in doc:
        weight, phrase = _seen(token, persons, pronoun)
        if phrase is not None and weight >= _LEAST:
            near = min((abs(token.idx - end) for _, end in anchors), default=token.idx) / _FAR
            found.append((near - weight, people.turned(phrase)))
    return min(found)[1] if found else _turn_of_life(doc)


def _seen(token: Token, persons: list[tuple[int, int]], pronoun: str | None) -> tuple[float, str | None]:
    """A noun's weight and its phrase; no phrase where it is no thing."""
    if token.pos_ not in {"NOUN", "PROPN"} or token.lower_ in _words("never") or _denied(token):
        return 0.0, None
    if _moved_to(token):
        return _LEAST, token.text
    if _is_person(token, persons):
        return 0.0, None
    phrase = details.noun_phrase(token, pronoun=pronoun)
    return _weight(token, persons), _definite(phrase, token) if phrase else None


def _moved_to(token: Token) -> bool:
    """ "I moved to Lisbon"."""
    verb = token.head.head
    return token.tag_ == "NNP" and token.dep_ == "pobj" and verb.lemma_.lower() in _words("arriving_verbs") and _mine(verb)


def _turn_of_life(doc: Doc) -> str | None:
    """What a verb says that has a noun of its own: "I was laid off", "she was diagnosed"."""
    for token in doc:
        if token.pos_ == "VERB" and not any(child.dep_ == "neg" for child in token.children):
            particle = next((f" {child.lower_}" for child in token.children if child.dep_ == "prt"), "")
            noun = cast("dict[str, str]", _table()["verbs"]).get(token.lemma_.lower() + particle)
            if noun and not (not particle and token.i + 1 < len(doc) and doc[token.i + 1].lower_ in _WHERE | {"out", "away"}):
                return noun
    return None


def _mine(verb: Token) -> bool:
    return any(child.dep_ in {"nsubj", "nsubjpass"} and child.lower_ in {"i", "we"} for child in verb.children)


def _weight(token: Token, persons: list[tuple[int, int]]) -> float:
    """How much speaks for a noun: what was done to it, whose it is, and that it is an occasion of its own."""
    head = token.head
    if token.dep_ == "pobj" and head.lower_ in _WHERE and (token.lower_ not in _words("places") or head.head.pos_ != "VERB"):
        return 0.0  # where somebody was, or who it was: "shouting in the car park", "a man from my gym"
    weight = 1.0 * _owned(token, persons) + 0.5 * any(child.dep_ == "compound" for child in token.children)
    weight += 1.0 * (token.lower_ in _words("places"))
    if token.dep_ in _OBJECTS:
        weight += 0.5 if head.lemma_.lower() in _words("light_verbs") else 2.0
    elif token.dep_ == "nsubj":
        weight += 1.5
    elif token.dep_ == "pobj" and head.lower_ in _words("before"):
        weight += 1.0 if head.lower_ in _WHERE else 1.2
        weight += 0.8 * any(child.lower_ == "the" for child in token.children)
        weight -= 2.0 * (head.lower_ == "of" and head.head.pos_ == "NOUN" and head.head.lower_ not in _words("never"))
    elif token.dep_ in {"attr", "oprd"} and _it_is(head):
        weight += 1.5
    if token.dep_ in {"attr", "oprd", "appos"} and head.lemma_.lower() in _words("naming_verbs") and not _it_is(head):
        weight -= 2.0
    return weight


def _owned(token: Token, persons: list[tuple[int, int]]) -> bool:
    owners = (child for child in token.children if child.dep_ == "poss")
    return any(owner.lower_ in _OWN or _is_person(owner, persons) for owner in owners)


def _it_is(verb: Token) -> bool:
    """ "Tomorrow is my driving test", "it's our anniversary": the subject is a time or nothing in particular."""
    subjects = [child for child in verb.children if child.dep_ in {"nsubj", "expl", "npadvmod"}]
    return verb.lemma_ == "be" and any(child.lower_ in {"it", "this", "that", "there"} or _is_time(child) for child in subjects)


def _is_time(token: Token) -> bool:
    return token.lower_ in {"today", "tomorrow", "tonight", "yesterday"} or token.text.endswith("day")


def _is_person(token: Token, persons: list[tuple[int, int]]) -> bool:
    return any(start <= token.idx < end for start, end in persons) or people.is_someone(token)


def _denied(token: Token) -> bool:
    """ "I have no job", "two departments", "more biscuits": there is no such thing, or only a number of them."""
    if any(child.dep_ == "nummod" or child.lower_ in _words("few") for child in token.children):
        return True
    determiners = {child.lower_ for child in token.children if child.dep_ in {"det", "neg"}}
    return bool(determiners & {"no", "any", "every", "each", "which", "what"})


def _definite(phrase: str, noun: Token) -> str:
    """What was told once is known: "a job interview" is "the job interview", "juice" is "the juice"."""
    first, _, rest = phrase.partition(" ")
    if rest and first in {"a", "an", "another", "some"}:
        return f"the {rest}"
    led = any(child.dep_ in {"det", "poss", "nummod"} for child in noun.children)
    bare = noun.tag_ == "NN" or noun.dep_ in _OBJECTS
    return (
        phrase if led or not bare or noun.lower_ in _words("without_article") or noun.tag_.startswith("NNP") else f"the {phrase}"
    )


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(str(word) for word in cast("list[str]", _table()[name]))


@cache
def _table() -> Mapping[str, object]:
    return read_mapping(DATA / "things.yaml")
