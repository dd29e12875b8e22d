"""Whether a turned clause, parsed anew, has the bones of the clause it came from."""

from __future__ import annotations

from typing import Final

from drift_audio.words.understanding.clauses import Clause
from drift_audio.words.understanding.tokens import Doc, Token

_SUBJECTS: Final = frozenset({"nsubj", "nsubjpass", "expl"})
_OBJECTS: Final = frozenset({"dobj", "attr", "acomp", "oprd"})
_AS_YOU: Final = frozenset({"i", "me", "we", "us", "you"})


def same(clause: Clause, doc: Doc) -> bool:
    """Whether the parse of what would be said has the same main verb, with a subject, an object and a "not" where they were.

    doc: the parsed words that would be said.
    """
    if abs(sum(map(_full, clause.tokens)) - sum(map(_full, doc))) > 1:
        return False
    inside = {token.i for token in clause.tokens}
    want = _bones(clause.head, inside)
    return any(_bones(token, None) == want for token in doc if _main(token)) and _one_sentence(doc)


def _one_sentence(doc: Doc) -> bool:
    return sum(1 for _ in doc.sents) == 1


def _full(token: Token) -> bool:
    return token.pos_ == "VERB" or (token.pos_ == "AUX" and token.dep_ not in {"aux", "auxpass"})


def _main(token: Token) -> bool:
    return token.dep_ in {"ROOT", "conj", "ccomp", "parataxis"}


def _bones(verb: Token, inside: set[int] | None) -> tuple[str, str, bool, bool]:
    children = [c for c in verb.children if inside is None or c.i in inside]
    lemma = "be" if verb.lower_ in {"'s", "'re", "'m"} else verb.lemma_.lower()
    subject = next((c for c in children if c.dep_ in _SUBJECTS), None)
    who = "-" if subject is None else "you" if _is_you(subject) else "other"
    # "Got married" is read now as a passive, now as getting something.
    got = any(c.dep_ == "auxpass" and c.lemma_.lower() == "get" for c in children)
    lemma = "get" if got else lemma
    return lemma, who, got or any(c.dep_ in _OBJECTS for c in children), any(c.dep_ == "neg" for c in children)


def _is_you(subject: Token) -> bool:
    return subject.lower_ in _AS_YOU or any(c.lower_ in _AS_YOU for c in subject.conjuncts) or subject.lower_ == "two"
