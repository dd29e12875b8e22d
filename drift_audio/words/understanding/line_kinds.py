"""What a line is: done, dealt, felt, wished, feared; harsh; and what is never said at all."""

from __future__ import annotations

import re
from functools import cache

from drift_audio.words.understanding.clauses import Clause, table
from drift_audio.words.understanding.story import LineKind
from drift_audio.words.understanding.tokens import Token

_NEVER = ("swearing", "shaming", "verdict", "insult", "empty")


def unsayable(text: str) -> str | None:
    """Why a clause, as it was told, must not be said before others in the room; None where it may."""
    return next((name for name in _NEVER if _pattern(name).search(text.lower())), None)


def kind_of(clause: Clause) -> LineKind:
    """The kind of a clause in the first person, the most telling first."""
    told, subject = clause.text.lower(), clause.subject
    mine = subject is not None and (subject.lower_ in {"i", "we"} or any(c.lower_ == "i" for c in subject.conjuncts))
    if mine and _pattern("wish").search(told):
        return "wish"
    if mine and _pattern("fear").search(told):
        return "fear"
    if _pattern("feeling").search(told):
        return "feeling"
    if _pattern("good").search(told) and not is_harsh(told) and not _pattern("no_good").search(told.replace("n't", " n't")):
        return "good"
    if not _acts(clause.head):
        return "fact"
    return "done" if mine else "dealt" if _someone(subject) else "fact"


def is_harsh(told: str) -> bool:
    """Whether a clause tells of death, illness, cruelty or loss, which is not read back at bedtime."""
    return _pattern("harsh").search(told.lower()) is not None


def _acts(verb: Token) -> bool:
    return verb.pos_ == "VERB" and verb.lemma_.lower() not in {"be", "have", "seem", "live", "exist", "know", "mean"}


def _someone(subject: Token | None) -> bool:
    from drift_audio.words.understanding import people

    if subject is None:
        return False
    return subject.pos_ in {"PROPN", "PRON"} or people.gender_of(subject.lower_) is not None or people.is_someone(subject)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{table()[name]})(?!\w)" if not str(table()[name]).startswith("^") else str(table()[name]))
