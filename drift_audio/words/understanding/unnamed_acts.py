"""Dealings between people that no lexicon of acts names, read from who is subject and who is object of what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from drift_audio.words.understanding.people import Mention
from drift_audio.words.understanding.story import Role
from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.words.understanding.tokens import Doc, Token
from drift_audio.yamlfile import read_mapping

Side = Literal["me", "us", "other"]
_MINE: Final = frozenset({"i", "me", "my", "mine", "myself"})
_OURS: Final = frozenset({"we", "us", "our", "ours"})
_OTHERS: Final = frozenset({"he", "she", "they", "him", "her", "them", "his", "their"})
_OBJECTS: Final = frozenset({"dobj", "dative", "pobj", "iobj", "attr", "oprd"})


@dataclass(frozen=True)
class Dealing:
    """One thing done between the listener and another. start, end: characters of its verb."""

    role: Role
    start: int
    end: int


def dealings(doc: Doc, mentions: Sequence[Mention]) -> list[Dealing]:
    """What the listener did to someone close, or they to the listener, in order; kind or neutral doings are left out."""
    places = [(mention.start, mention.end) for mention in mentions if mention.sort != "pet"]
    if not places:
        return []
    found = (_dealing(verb, places) for verb in doc if verb.pos_ == "VERB" or verb.lemma_ == "be")
    return [dealing for dealing in found if dealing is not None]


def _dealing(verb: Token, places: list[tuple[int, int]]) -> Dealing | None:
    subject = _subject(verb)
    doer = _side(subject, places) if subject is not None else None
    if doer is None or _harmless(verb):
        return None
    if doer == "us":
        return None
    touched = {side for token in _reach(verb) if (side := _side(token, places)) is not None}
    if verb.lemma_ == "be":
        return None
    role: Role | None = None
    if doer == "me" and "other" in touched:
        role = "caused"
    elif doer == "other" and touched & {"me", "us"}:
        role = "hurt"
    if role == "hurt" and verb.lemma_.lower() == "forgive":
        # Who has not forgiven was hurt.
        role = "caused"
    if role and any(child.dep_ == "nsubjpass" for child in verb.children):
        role = "hurt" if role == "caused" else "caused"
    return Dealing(role, verb.idx, verb.idx + len(verb)) if role else None


def _subject(verb: Token) -> Token | None:
    for token in (verb, *verb.ancestors):
        own = next((child for child in token.children if child.dep_ in {"nsubj", "nsubjpass"}), None)
        if own is not None:
            return token.head if own.lower_ in {"who", "that", "which"} and token.dep_ == "relcl" else own
        if token.dep_ not in {"conj", "xcomp", "advcl", "pcomp"}:
            return None
    return None


def _reach(verb: Token) -> Iterator[Token]:
    """What the verb acts on: its objects, their owners, and those of its prepositions and of its bare clauses."""
    for child in verb.children:
        if child.dep_ in _OBJECTS:
            yield from (child, *(leaf for leaf in child.children if leaf.dep_ in {"poss", "conj"}))
            for prep in child.children:
                if prep.dep_ == "prep":
                    yield from _reach(prep)
        elif child.dep_ in {"prep", "agent", "dative"} or (child.dep_ in {"pcomp", "xcomp"} and _subject_own(child) is None):
            yield from _reach(child)
        elif child.dep_ == "ccomp" and verb.lemma_ in {"say", "think", "tell", "claim", "insist", "imply"}:
            own = _subject_own(child)
            if own is not None:
                yield own


def _subject_own(verb: Token) -> Token | None:
    return next((child for child in verb.children if child.dep_ in {"nsubj", "nsubjpass"}), None)


def _side(token: Token, places: list[tuple[int, int]]) -> Side | None:
    word = token.lower_
    if word in _MINE:
        return "me"
    if word in _OURS:
        return "us"
    if word in _OTHERS or any(start <= token.idx < end for start, end in places):
        return "other"
    return None


def _harmless(verb: Token) -> bool:
    """A kind or neutral verb does no harm, but left undone it may ("she never thanked me")."""
    denied = any(child.dep_ == "neg" or child.lower_ == "never" for child in verb.children)
    words = _words("neutral") if denied else _words("neutral") | _words("kind")
    return verb.lemma_.lower() in words


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(read_mapping(DATA / "dealings.yaml")[name])
