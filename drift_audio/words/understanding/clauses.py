"""Chooses the clauses of a parsed story that stand alone, each as the tokens that would be said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.words.understanding.tokens import Doc, Span, Token
from drift_audio.yamlfile import read_mapping

SUBJECTS: Final = frozenset({"nsubj", "nsubjpass"})
_FINITE: Final = frozenset({"VBD", "VBP", "VBZ", "MD"})
# What may be cut from the end of a clause and leave it true, and what would change it.
_TRIMMED: Final = frozenset({"advcl", "prep", "npadvmod", "relcl", "advmod", "acl"})
_BINDING: Final = frozenset(
    {"if", "unless", "until", "without", "only", "than", "except", "but", "even", "to", "like", "as", "not"}
)
_LOOSE: Final = frozenset({"for", "during", "since", "after", "in", "on", "by", "over", "because", "throughout"})
MIN_WORDS: Final = 4
MAX_WORDS: Final = 22
_LONGEST_WHOLE: Final = 20


@dataclass(frozen=True)
class Clause:
    """A clause on its way to being said. tokens: those that are kept, in order; head: its main verb.

    sure: 0 to 1, less where something was cut; heads: all main verbs, where a sentence is said with all its clauses.
    """

    tokens: tuple[Token, ...]
    head: Token
    sure: float = 1.0
    heads: tuple[Token, ...] = ()

    @property
    def text(self) -> str:
        """The kept words as they were mended."""
        return "".join(token.text_with_ws for token in self.tokens).strip()

    @property
    def subject(self) -> Token | None:
        """The subject of the main verb."""
        return subject_of(self.head)


@dataclass(frozen=True)
class Options:
    """What may be said of one sentence: all of it, else its clauses, each with shorter forms of itself, the best first."""

    whole: Clause | None
    parts: tuple[tuple[Clause, ...], ...]


def options(doc: Doc) -> Iterator[Options]:
    """The clauses that might be said of a parsed story, sentence by sentence; questions give none."""
    for sentence in doc.sents:
        if sentence.text.rstrip().endswith("?"):
            continue
        heads = [token for token in sentence if _heads_clause(token)]
        clauses = [clause for head in heads if (clause := _clause_of(head)) is not None]
        yield Options(
            whole=_whole(sentence, heads) if len(heads) > 1 else None,
            parts=tuple(tuple(_shortened(clause)) for clause in clauses),
        )


def subject_of(verb: Token) -> Token | None:
    """The subject of a verb, its own or that of the verb it is coordinated with; None where there is none."""
    for child in verb.children:
        if child.dep_ in {*SUBJECTS, "expl"}:
            return child
    if verb.dep_ == "conj" and verb.head.pos_ in {"VERB", "AUX"}:
        return subject_of(verb.head)
    return None


def own_subject(verb: Token) -> Token | None:
    """The subject that stands with the verb itself, or its "there"; None where there is none."""
    return next((child for child in verb.children if child.dep_ in {*SUBJECTS, "expl"}), None)


def _heads_clause(token: Token) -> bool:
    if token.pos_ not in {"VERB", "AUX"} or not _finite(token):
        return False
    if token.dep_ == "ROOT":
        return True
    if token.dep_ in {"conj", "parataxis"}:
        return own_subject(token) is not None and (token.head.dep_ == "ROOT" or _heads_clause(token.head))
    # A clause before a comma that the parser takes for the object of the one behind it.
    return token.dep_ == "ccomp" and token.i < token.head.i and not _marked(token) and _comma_between(token, token.head)


def _finite(verb: Token) -> bool:
    return verb.tag_ in _FINITE or any(child.dep_ in {"aux", "auxpass"} and child.tag_ in _FINITE for child in verb.children)


def _marked(verb: Token) -> bool:
    return any(child.dep_ == "mark" for child in verb.children)


def _comma_between(left: Token, right: Token) -> bool:
    return any(token.text == "," for token in left.doc[left.i : right.i])


def _whole(sentence: Span, heads: Sequence[Token]) -> Clause | None:
    tokens = _stripped(list(sentence))
    if not tokens or len(tokens) > _LONGEST_WHOLE or any(head.dep_ in {"ccomp", "parataxis"} for head in heads):
        return None
    return Clause(tuple(tokens), heads[0], heads=tuple(heads))


def _clause_of(head: Token) -> Clause | None:
    """The clause of a main verb without those that are coordinated with it and have subjects of their own."""
    dropped: set[int] = set()
    for token in head.subtree:
        if token != head and token.i not in dropped and _heads_clause(token) and token.dep_ in {"conj", "parataxis", "ccomp"}:
            dropped |= {inner.i for inner in token.subtree}
            dropped |= {c.i for c in token.head.children if c.dep_ in {"cc", "punct"} and token.head.i < c.i < token.i}
    own = [token for token in head.subtree if token.i not in dropped]
    # The parser hangs a comma now here, now there.
    commas = [token for token in head.sent if token.text == "," and token.i not in dropped and token not in own]
    tokens = _stripped(_between(own, commas))
    if not tokens or not _unbroken(tokens) or _supposed(head):
        return None
    return Clause(tuple(tokens), head)


def _between(own: Sequence[Token], commas: Sequence[Token]) -> list[Token]:
    """Words and the commas that stand between them, in their order."""
    first, last = min(token.i for token in own), max(token.i for token in own)
    return sorted([*own, *(comma for comma in commas if first < comma.i < last)], key=lambda token: token.i)


def _supposed(head: Token) -> bool:
    """A clause that belongs to what is feared or wished, though it hangs beside it: "I'm scared I'll cry and she'll laugh"."""
    modal = any(c.dep_ == "aux" and c.tag_ == "MD" and c.lower_ not in {"can", "ca"} for c in head.children)
    before = head.doc[head.sent.start : head.i]
    if not modal:
        return False
    return any(t.lower_ == "so" for t in before[-4:]) or (
        head.dep_ == "conj" and any(t.lemma_.lower() in word_set("supposing") for t in before)
    )


def _unbroken(tokens: Sequence[Token]) -> bool:
    """Whether nothing is missing inside, but for what is dropped on purpose."""
    inside = {token.i for token in tokens}
    gap = [t for t in tokens[0].doc[tokens[0].i : tokens[-1].i] if t.i not in inside]
    return all(token.is_punct or token.lower_ in word_set("dropped") for token in gap)


def _stripped(tokens: list[Token]) -> list[Token]:
    kept = [token for token in tokens if not _droppable(token)]
    while kept and (kept[0].is_punct or _opener(kept[0])):
        kept = kept[1:]
    while kept and (kept[-1].is_punct or kept[-1].dep_ in {"cc", "mark"}):
        kept = kept[:-1]
    return kept


def _opener(token: Token) -> bool:
    if token.lower_ == "since" or (token.lower_ in {"now", "still"} and token.i > token.sent.start):
        return False
    return token.lower_ in word_set("openers") and token.dep_ in {"cc", "advmod", "intj", "mark", "dep", "preconj", "ROOT"}


def _droppable(token: Token) -> bool:
    return (
        token.lower_ in word_set("dropped")
        and len(token.head.text) > 1
        and token.dep_ in {"advmod", "intj", "dep"}
        and not list(token.children)
        and not _measures(token)
    )


def _measures(token: Token) -> bool:
    """Whether a word that may be a filler belongs to what stands beside it: "as well as", "too much", "well enough"."""
    return token.head.pos_ in {"ADJ", "ADV", "ADP", "NUM", "NOUN"} or token.lower_ in {"well", "right", "okay", "ok", "either"}


def _shortened(clause: Clause) -> Iterator[Clause]:
    """The clause, and what is left of it when its last adjuncts are cut, one after the other."""
    yield clause
    current = clause
    for _ in range(3):
        shorter = _without_last(current)
        if shorter is None:
            return
        yield shorter
        current = shorter


def _without_last(clause: Clause) -> Clause | None:
    inside = {token.i for token in clause.tokens}
    last = clause.tokens[-1]
    options = [last, *(token for token in last.ancestors if token.i in inside)]
    for token in options:
        if (
            token == clause.head
            or token.left_edge.i <= clause.head.i
            or token.left_edge == token.right_edge
            or not _cut_well(token, clause)
        ):
            continue
        gone = {inner.i for inner in token.subtree}
        if token.dep_ == "conj":
            near = token.left_edge.i - 3
            gone |= {c.i for c in token.head.children if c.dep_ in {"cc", "punct"} and max(token.head.i, near) < c.i < token.i}
        kept = _stripped([t for t in clause.tokens if t.i not in gone])
        if len(kept) < MIN_WORDS or kept[-1].i < clause.head.i or not _unbroken(kept):
            return None
        return Clause(tuple(kept), clause.head, clause.sure - 0.06)
    return None


def _cut_well(token: Token, clause: Clause) -> bool:
    """Whether a clause stays true without this part: an adjunct, a reason, a second verb; no condition, nothing under a "not"."""
    if token.right_edge.i < clause.tokens[-1].i:
        return False
    if token.dep_ == "conj":
        joined = {c.lower_ for c in token.head.children if c.dep_ == "cc"}
        return token.head == clause.head and not joined & {"or", "but"} and not _negated(clause.head)
    if token.dep_ not in _TRIMMED or _negated(clause.head):
        return False
    if any(
        part.lower_ in _BINDING
        for part in token.subtree
        if part.dep_ in {"mark", "prep", "advmod", "aux", "cc"} and part.i <= token.i + 1
    ):
        return False
    if token.dep_ == "relcl":
        return any(part.lower_ == "which" for part in token.subtree)
    if token.dep_ == "prep":
        # What belongs to the verb stays: "I looked after her" is not "I looked".
        return token.lower_ in _LOOSE and token.head.pos_ in {"VERB", "AUX"} and _complete_without(token)
    return token.dep_ in {"advcl", "npadvmod"}


def _complete_without(prep: Token) -> bool:
    return any(c.dep_ in {"dobj", "attr", "acomp", "ccomp", "xcomp", "prep"} and c.i < prep.i for c in prep.head.children)


def _negated(verb: Token) -> bool:
    return any(child.dep_ == "neg" or child.lower_ in {"never", "hardly", "barely"} for child in verb.children)


@cache
def table() -> dict[str, Any]:
    """The word lists of `data/told.yaml`."""
    return read_mapping(DATA / "told.yaml")


@cache
def word_set(name: str) -> frozenset[str]:
    """A list of `data/told.yaml`."""
    return frozenset(table()[name])
