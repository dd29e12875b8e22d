"""The smaller facts: matter, time, occasion, setting, feelings and wish."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final, cast, get_args

from drift_audio.words.understanding.story import Feeling, Occasion, Tense
from drift_audio.words.understanding.tidy_text import DATA, to_listener
from drift_audio.words.understanding.tokens import Doc, Token
from drift_audio.yamlfile import read_mapping

_NOUN_PARTS: Final = frozenset({"det", "poss", "amod", "compound", "nummod", "case", "nmod", "punct"})
_WANTING: Final = frozenset({"want", "need", "like", "love", "hope", "wish", "help", "try", "learn"})

# Times in name only: "wants everything yesterday", "my last night on the ward".
_NO_TIME: Final = r"\b(?:everything|by|for|since|until|till) yesterday\b|\b(?:my|our|his|her|their|the) last \w+|\byesterday's\b"


def noun_phrase(token: Token | None, *, pronoun: str | None = None) -> str | None:
    """The small noun phrase around a noun, turned to the listener, or None where it would not stand alone.

    pronoun: possessive of the person concerned; another's possessive makes the phrase unusable.
    """
    if token is None or token.pos_ not in {"NOUN", "PROPN"} or token.lower_ in _words("vague"):
        return None
    words = [part for part in token.subtree if part.i <= token.i and (part == token or _belongs(part, token))]
    if (
        token.i - words[0].i + 1 != len(words)
        or len(words) > 6
        or any(word.dep_ == "punct" and word.text != "-" for word in words)
    ):
        return None
    if any(word.lower_ in {"his", "her", "their", "its"} and word.lower_ != pronoun for word in words):
        return None
    phrase = "".join(word.text_with_ws for word in words).strip() + _of(token)
    if token.lower_.endswith("ing") and token.i + 1 < len(token.doc) and token.doc[token.i + 1].lower_ in {"up", "out", "off"}:
        phrase = f"{phrase} {token.doc[token.i + 1].lower_}"
    phrase = to_listener(" ".join(word for word in phrase.split() if word.lower() not in _words("coarse")))
    return _lowered(phrase, words[0]) if re.fullmatch(r"[\w' -]+", phrase) else None


def when_of(text: str, *, tense: Tense) -> tuple[str | None, float]:
    """The first time told that fits the tense: "this morning", "tomorrow", "two weeks ago"."""
    pattern = _pattern("when", "future" if tense == "future" else "past")
    if tense == "ongoing":
        return None, 0.0
    match = pattern.search(re.sub(_NO_TIME, lambda found: "_" * len(found[0]), text.lower()))
    return (_capitals(match[0]), 0.85) if match else (None, 0.0)


def tense_of(doc: Doc, text: str, *, upcoming: bool) -> Tense:
    """Whether the event lies behind, goes on, or is yet to come."""
    if upcoming:
        return "future"
    past = any(token.tag_ == "VBD" and token.dep_ in {"ROOT", "conj", "advcl", "ccomp", "relcl"} for token in doc)
    return "past" if past or _pattern("when", "gone").search(text.lower()) else "ongoing"


def occasion_of(text: str) -> tuple[Occasion | None, float]:
    """Time of day the session is for, where it is told."""
    lower = text.lower()
    for name in ("morning", "day", "night", "evening"):
        if _pattern("occasion", name).search(lower):
            return name, 0.8
    return None, 0.0


def setting_of(text: str) -> tuple[str | None, float]:
    """Where it happened or will."""
    places = cast("list[str]", _table()["setting"])
    match = re.search(rf"\b(?:{places[0]})\b", text.lower())
    return (to_listener(match[0]), 0.8) if match else (None, 0.0)


def feelings_of(text: str) -> tuple[tuple[Feeling, ...], float]:
    """At most three feelings, in the order they are told; a denied one is left out."""
    lower = text.lower()
    found: list[tuple[int, Feeling]] = []
    for name in get_args(Feeling):
        match = _pattern("feelings", name).search(lower)
        if match and not re.search(r"\b(not|no|never|isn't|wasn't|don't feel|didn't feel)( \w+)? $", lower[: match.start()]):
            found.append((match.start(), name))
    names = tuple(name for _, name in sorted(found)[:3])
    return names, 0.85 if names else 0.0


def wish_of(doc: Doc) -> tuple[str | None, float]:
    """What the listener wants to do, as a bare infinitive: "talk to him calmly"."""
    for verb in doc:
        if _wished(verb) and (phrase := _verb_phrase(verb)):
            return phrase, 0.75
    return None, 0.0


def _wished(verb: Token) -> bool:
    if verb.lemma_.lower() in _words("no_wishes"):
        return False
    wanting = verb.dep_ in {"xcomp", "ccomp"} and verb.head.lemma_.lower() in _WANTING and _mine(verb.head)
    return wanting and verb.tag_ == "VB" and any(child.lower_ == "to" for child in verb.children) and not _subject(verb)


def _verb_phrase(verb: Token) -> str | None:
    words = [token for token in verb.subtree if token.i >= verb.i]
    ends = (
        i for i, token in enumerate(words) if (token.is_punct and token.text != "-") or token.lower_ in _words("clause_openers")
    )
    kept = words[: next(ends, len(words))]
    if not 1 <= len(kept) <= 8 or kept[-1].i - kept[0].i + 1 != len(kept) or _dangling(kept[-1]):
        return None
    if _torn(kept, words, verb.doc):
        return None
    if len(kept) < 3 and verb.lower_ in _words("bare_verbs"):
        return None
    phrase = to_listener("".join(token.text_with_ws for token in kept).strip())
    return phrase if re.fullmatch(r"[\w' -]+", phrase) else None


def _torn(kept: list[Token], words: list[Token], doc: Doc) -> bool:
    """Whether the phrase was cut inside what belongs together: "sit with how good | that feels", "leave it | shut"."""
    if len(kept) < len(words):
        return not words[len(kept)].is_punct and any(token.lower_ in {"how", "what", "why", "where"} for token in kept)
    after = doc[kept[-1].i + 1] if kept[-1].i + 1 < len(doc) else None
    return after is not None and kept[-1].pos_ == "PRON" and after.pos_ in {"ADJ", "VERB"}


def _dangling(token: Token) -> bool:
    open_ended = token.pos_ in {"ADP", "DET", "PART", "CCONJ", "SCONJ", "AUX", "PRON"} or token.lower_ in {"past", "towards"}
    return open_ended and token.lower_ not in _words("good_endings")


def _mine(head: Token) -> bool:
    subject = next((child for child in head.children if child.dep_ == "nsubj"), None)
    return subject is not None and subject.lower_ == "i" and not any(child.dep_ == "neg" for child in head.children)


def _subject(verb: Token) -> bool:
    return any(child.dep_ == "nsubj" for child in verb.children)


def _belongs(part: Token, token: Token) -> bool:
    while part != token:
        if part.dep_ not in _NOUN_PARTS:
            return False
        part = part.head
    return True


def _of(token: Token) -> str:
    """A short "of" phrase right after a noun, with its leading space, or ""."""
    for of in token.children:
        if of.dep_ == "prep" and of.lower_ == "of" and of.i == token.i + 1:
            leaf = next((child for child in of.children if child.dep_ == "pobj" and child.pos_ in {"NOUN", "PROPN"}), None)
            if leaf is not None and leaf.i - of.i <= 3:
                words = token.doc[of.i : leaf.i + 1]
                return "" if any(word.lower_ in {"his", "her", "their"} for word in words) else f" {words.text}"
    return ""


def _lowered(phrase: str, first: Token) -> str:
    return phrase if first.pos_ == "PROPN" else phrase[0].lower() + phrase[1:]


def _capitals(phrase: str) -> str:
    days = "|".join(cast("list[str]", _table()["days"]))
    return re.sub(rf"\b(?:{days})\b", lambda m: m[0].capitalize(), phrase)


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(cast("list[str]", _table()[name]))


@cache
def _pattern(group: str, name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{cast('dict[str, str]', _table()[group]).get(name, '(?!)')})(?!\w)")


@cache
def _table() -> Mapping[str, object]:
    return read_mapping(DATA / "details.yaml")
