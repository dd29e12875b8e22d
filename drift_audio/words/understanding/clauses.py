"""Chooses the clauses of a parsed story that stand alone, each as the tokens that would be said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from drift_audio.words.understanding import people
from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.yamlfile import read_mapping

SUBJECTS: Final = frozenset({"nsubj", "nsubjpass"})
_FINITE: Final = frozenset({"VBD", "VBP", "VBZ", "MD"})
# What may be cut from the end of a clause and leave it true, and what would change it.
_TRIMMED: Final = frozenset({"advcl", "prep", "npadvmod", "relcl", "advmod", "acl"})
_BINDING: Final = frozenset({"if", "unless", "until", "without", "only", "than", "except", "but", "even", "to", "like", "as", "not"})
_MEANT_TO: Final = re.compile(r"\b(?:going to|meant to|supposed to|wanted to|tried to|would have|could have|planned to)\b")
_LOOSE: Final = frozenset({"for", "during", "since", "after", "in", "on", "by", "over", "because", "throughout"})
_CONTRAST: Final = frozenset({"but", "although", "though", "however", "except", "until"})
MIN_WORDS: Final = 4
MAX_WORDS: Final = 22
_TODAY: Final = frozenset("morning afternoon evening week weekend month year summer winter spring autumn time christmas".split())
_LONGEST_WHOLE: Final = 20


@dataclass(frozen=True)
class Clause:
    """A clause on its way to being said. tokens: those that are kept, in order; head: its main verb.

    sure: 0 to 1, less where something was cut; heads: all main verbs, where a sentence is said with all its clauses.
    """

    tokens: tuple[Any, ...]
    head: Any
    sure: float = 1.0
    heads: tuple[Any, ...] = ()

    @property
    def text(self) -> str:
        """The kept words as they were mended."""
        return "".join(token.text_with_ws for token in self.tokens).strip()

    @property
    def subject(self) -> Any:
        """The subject of the main verb."""
        return subject_of(self.head)


@dataclass(frozen=True)
class Options:
    """What may be said of one sentence: all of it, else its clauses, each with shorter forms of itself, the best first."""

    whole: Clause | None
    parts: tuple[tuple[Clause, ...], ...]


def options(doc: Any) -> Iterator[Options]:
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


def subject_of(verb: Any) -> Any:
    """The subject of a verb, its own or that of the verb it is coordinated with; None where there is none."""
    for child in verb.children:
        if child.dep_ in {*SUBJECTS, "expl"}:
            return child
    if verb.dep_ == "conj" and verb.head.pos_ in {"VERB", "AUX"}:
        return subject_of(verb.head)
    return None


def _own_subject(verb: Any) -> Any:
    return next((child for child in verb.children if child.dep_ in {*SUBJECTS, "expl"}), None)


def _heads_clause(token: Any) -> bool:
    if token.pos_ not in {"VERB", "AUX"} or not _finite(token):
        return False
    if token.dep_ == "ROOT":
        return True
    if token.dep_ in {"conj", "parataxis"}:
        return _own_subject(token) is not None and (token.head.dep_ == "ROOT" or _heads_clause(token.head))
    # A clause before a comma that the parser takes for the object of the one behind it.
    return token.dep_ == "ccomp" and token.i < token.head.i and not _marked(token) and _comma_between(token, token.head)


def _finite(verb: Any) -> bool:
    return verb.tag_ in _FINITE or any(child.dep_ in {"aux", "auxpass"} and child.tag_ in _FINITE for child in verb.children)


def _marked(verb: Any) -> bool:
    return any(child.dep_ == "mark" for child in verb.children)


def _comma_between(left: Any, right: Any) -> bool:
    return any(token.text == "," for token in left.doc[left.i : right.i])


def _whole(sentence: Any, heads: Sequence[Any]) -> Clause | None:
    tokens = _stripped(list(sentence))
    if not tokens or len(tokens) > _LONGEST_WHOLE or any(head.dep_ in {"ccomp", "parataxis"} for head in heads):
        return None
    return Clause(tuple(tokens), heads[0], heads=tuple(heads))


def _clause_of(head: Any) -> Clause | None:
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


def _between(own: Sequence[Any], commas: Sequence[Any]) -> list[Any]:
    """Words and the commas that stand between them, in their order."""
    first, last = min(token.i for token in own), max(token.i for token in own)
    return sorted([*own, *(comma for comma in commas if first < comma.i < last)], key=lambda token: token.i)


def _supposed(head: Any) -> bool:
    """A clause that belongs to what is feared, wished or meant, though it hangs beside it: "I'm scared I'll cry and she'll laugh"."""
    modal = any(c.dep_ == "aux" and c.tag_ == "MD" and c.lower_ not in {"can", "ca"} for c in head.children)
    before = head.doc[head.sent.start : head.i]
    if not modal:
        return False
    return any(t.lower_ == "so" for t in before[-4:]) or (
        head.dep_ == "conj" and any(t.lemma_.lower() in _set("supposing") for t in before)
    )


def _unbroken(tokens: Sequence[Any]) -> bool:
    """Whether nothing is missing inside, but for what is dropped on purpose."""
    inside = {token.i for token in tokens}
    gap = [t for t in tokens[0].doc[tokens[0].i : tokens[-1].i] if t.i not in inside]
    return all(token.is_punct or token.lower_ in _set("dropped") for token in gap)


def _stripped(tokens: list[Any]) -> list[Any]:
    kept = [token for token in tokens if not _droppable(token)]
    while kept and (kept[0].is_punct or _opener(kept[0])):
        kept = kept[1:]
    while kept and (kept[-1].is_punct or kept[-1].dep_ in {"cc", "mark"}):
        kept = kept[:-1]
    return kept


def _opener(token: Any) -> bool:
    if token.lower_ == "since" or (token.lower_ in {"now", "still"} and token.i > token.sent.start):
        return False
    return token.lower_ in _set("openers") and token.dep_ in {"cc", "advmod", "intj", "mark", "dep", "preconj", "ROOT"}


def _droppable(token: Any) -> bool:
    return token.lower_ in _set("dropped") and len(token.head.text) > 1 and token.dep_ in {"advmod", "intj", "dep"} and not list(token.children) and not _measures(token)


def _measures(token: Any) -> bool:
    """Whether a word that may be a filler belongs to what follows or precedes: "as well as", "right now", "too much", "well enough"."""
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
        if token == clause.head or token.left_edge.i <= clause.head.i or token.left_edge == token.right_edge or not _cut_well(token, clause):
            continue
        gone = {inner.i for inner in token.subtree}
        if token.dep_ == "conj":
            gone |= {c.i for c in token.head.children if c.dep_ in {"cc", "punct"} and token.head.i < c.i < token.i}
        kept = _stripped([t for t in clause.tokens if t.i not in gone])
        if len(kept) < MIN_WORDS or kept[-1].i < clause.head.i or not _unbroken(kept):
            return None
        return Clause(tuple(kept), clause.head, clause.sure - 0.06)
    return None


def _cut_well(token: Any, clause: Clause) -> bool:
    """Whether a clause stays true without this part of it: an adjunct, a reason, a second verb; never a condition or under a "not"."""
    if token.right_edge.i < clause.tokens[-1].i:
        return False
    if token.dep_ == "conj":
        joined = {c.lower_ for c in token.head.children if c.dep_ == "cc"}
        return token.head == clause.head and not joined & {"or", "but"} and not _negated(clause.head)
    if token.dep_ not in _TRIMMED or _negated(clause.head):
        return False
    if any(part.lower_ in _BINDING for part in token.subtree if part.dep_ in {"mark", "prep", "advmod", "aux", "cc"} and part.i <= token.i + 1):
        return False
    if token.dep_ == "relcl":
        return any(part.lower_ == "which" for part in token.subtree)
    if token.dep_ == "prep":
        # What belongs to the verb stays: "I looked after her" is not "I looked".
        return token.lower_ in _LOOSE and token.head.pos_ in {"VERB", "AUX"} and _complete_without(token)
    return token.dep_ in {"advcl", "npadvmod"}


def _complete_without(prep: Any) -> bool:
    return any(c.dep_ in {"dobj", "attr", "acomp", "ccomp", "xcomp", "prep"} and c.i < prep.i for c in prep.head.children)


def _negated(verb: Any) -> bool:
    return any(child.dep_ == "neg" or child.lower_ in {"never", "hardly", "barely"} for child in verb.children)


def stands_alone(clause: Clause) -> bool:
    """Whether the clause is declarative, finite and complete, with a subject that is known, and says something."""
    text = clause.head.doc[clause.tokens[0].i : clause.tokens[-1].i + 1].text
    if re.search(r"[?\"():/*…]|\.\.|(?<!\w)'|(?<=[a-z]{2}[^s])'(?!\w)| - ", text) or re.search(r"\b(?:you|your|yours|yourself|u)\b", text, re.I):
        return False
    if not (_opens_well(clause) and _closes_well(clause)):
        return False
    if not all(_subject_known(replace(clause, head=head)) for head in (clause.heads or (clause.head,))):
        return False
    if any(_inverted(token) for token in clause.tokens):
        return False
    if any(_spoken_directly(token) or (token != clause.head and _run_on(token)) for token in clause.tokens) or _fragment_before(clause):
        return False
    if any(_vague(token) for token in clause.tokens) or any(_loosely_tied(token) for token in clause.tokens):
        return False
    return not _unfinished(clause) and not _called_at_end(clause.tokens[-1])


def _spoken_directly(token: Any) -> bool:
    """Words of another without their quotation marks: "he said stop it", "she said don't worry my child"."""
    if token.dep_ != "ccomp" or token.tag_ != "VB" or token.head.lemma_.lower() not in {"say", "shout", "scream", "write", "text", "ask"}:
        return False
    return not any(c.dep_ in SUBJECTS or (c.dep_ == "aux" and c.lower_ != "do") for c in token.children)


def _run_on(token: Any) -> bool:
    """Two clauses without anything between them: "at nine weeks nobody knew"."""
    if token.dep_ == "ccomp" and token.i < token.head.i and _own_subject(token) is not None:
        return True
    if token.dep_ == "conj" and token.pos_ in {"VERB", "AUX"} and _own_subject(token) is not None:
        between = token.doc[token.head.i : token.i]
        return not any(t.dep_ == "cc" or t.text == "," for t in between)
    # A "which" that stands for a whole clause.
    return token.lower_ == "which" and not (token.head.dep_ == "relcl" and token.i - token.head.head.i <= 2 and token.head.head.pos_ in {"NOUN", "PROPN"})


def _fragment_before(clause: Clause) -> bool:
    """A noun that stands before the clause and has no part in it, or an order: "forty years at one firm, they", "help I have"."""
    first = clause.tokens[0]
    chunk = first.doc[first.i : clause.subject.left_edge.i] if clause.subject is not None else []
    roots = [t for t in chunk if t.head.i >= clause.subject.left_edge.i or t.head.i < first.i]
    loose = [t for t in roots if t.pos_ in {"NOUN", "PROPN", "NUM", "VERB", "INTJ"} and t.dep_ not in {"advcl", "npadvmod"}]
    times = [t for t in roots if t.dep_ == "npadvmod" and any(c.dep_ in {"prep", "relcl"} for c in t.children) and t.lower_ != "time"]
    return bool(loose or (times and any(t.text == "," for t in chunk)))


def _loosely_tied(token: Any) -> bool:
    """A part that the parser only leans against the rest: "I'm 51, had a health scare"; "so go"."""
    if token.dep_ == "dep" and token.pos_ in {"VERB", "AUX"}:
        return True
    before = token.nbor(-1) if token.i else token
    return token.dep_ == "conj" and token.pos_ == "VERB" and (before.text == "," or before.lower_ == "so") and token.tag_ in {"VB", "VBD", "VBN"} and not _in_series(token)


def _in_series(verb: Any) -> bool:
    """ "I cooked, cleaned and cried"."""
    return any(c.dep_ == "conj" and c.i > verb.i for c in (*verb.children, *verb.head.children))


def _opens_well(clause: Clause) -> bool:
    first = clause.tokens[0]
    if first.lower_ in _set("no_openers") or first.tag_ in {"WP", "WRB", "WDT", "WP$"} and first.lower_ not in {"when", "whenever"}:
        return False
    if first.dep_ == "mark" and first.head == clause.head:
        return False
    return not (first.lower_ in {"when", "whenever", "while", "every"} and clause.subject.i < clause.head.i and first.head == clause.head and first.dep_ == "advmod" and first.lower_ != "every")


def _closes_well(clause: Clause) -> bool:
    last = clause.tokens[-1]
    if last.tag_ in {"DT", "PRP$", "CC", "WDT", "WP", "WRB", "POS", "MD"} and last.lower_ not in {"all", "both", "why"}:
        return False
    if last.tag_ in {"IN", "TO", "RP"} and last.dep_ != "prt" and last.lower_ not in _set("good_endings"):
        return False
    if last.dep_ in {"aux", "det", "poss", "amod", "compound", "mark", "nummod"} and last.head.i > last.i:
        return False
    if (last.pos_ == "AUX" and len(clause.tokens) < 8) or last.dep_ == "neg" or last.lower_ in {"not", "n't", "still", "so", "then"}:
        return False
    following = last.doc[last.i + 1] if last.i + 1 < len(last.doc) else None
    return following is None or not (following.head == last and following.dep_ in {"pobj", "dobj", "acomp", "attr", "pcomp", "prep"})


def _subject_known(clause: Clause) -> bool:
    subject = clause.subject
    if subject is None or not (clause.tokens[0].i <= subject.i):
        return False
    if subject.i > clause.head.i and subject.dep_ != "expl":
        return False
    word = subject.lower_
    if subject.dep_ == "expl" or word == "there":
        return word == "there" and any(c.dep_ == "attr" and c.i > clause.head.i for c in clause.head.children)
    if word in {"i", "we"} or word in _set("free_subjects") or subject.pos_ == "PRON" and word in {"he", "she", "they"}:
        return True
    if word in _set("no_subjects") or subject.pos_ not in {"NOUN", "PROPN", "NUM"}:
        return False
    return _determined(subject)


def _determined(noun: Any) -> bool:
    """Whether a noun as a subject stands with an article or an owner, or needs none."""
    if any(child.lower_ in {"a", "an"} for child in noun.children) and noun.tag_ == "NNS":
        return False
    if noun.pos_ == "PROPN" or noun.text.isupper() or noun.tag_ == "NNS" or noun.lower_.endswith("ing"):
        return True
    if people.gender_of(noun.lower_) is not None:
        return True
    return any(child.dep_ in {"det", "poss", "nummod"} and child.lower_ not in {"this", "that", "these", "those", "no"} for child in noun.children)


def _inverted(token: Any) -> bool:
    """A question inside, or "so am I"."""
    return token.dep_ in SUBJECTS and token.i > 0 and token.nbor(-1).dep_ in {"aux", "auxpass"} and token.nbor(-1).head == token.head


def _vague(token: Any) -> bool:
    """A word that points at something outside of the clause: "it", "that day", "there", "one"."""
    word = token.lower_
    if word in {"it", "its", "itself"}:
        return not _it_inside(token)
    if word in {"this", "that", "these", "those"}:
        return not (token.dep_ == "mark" or token.tag_ in {"WDT", "IN"} or (word == "this" and token.head.lower_ in _TODAY) or _degree(token))
    if word in {"there", "here"}:
        return token.dep_ != "expl"
    if word in {"one", "ones"}:
        return token.pos_ in {"NOUN", "PRON"} and not any(c.dep_ in {"prep", "relcl"} for c in token.children)
    return word in {"such", "thus", "latter", "former", "hers", "theirs", "thing", "stuff", "whatever"} and token.dep_ != "predet"


def _degree(token: Any) -> bool:
    return token.dep_ in {"advmod", "det", "npadvmod"} and token.head.pos_ in {"ADJ", "ADV"}


def _it_inside(token: Any) -> bool:
    """Whether "it" is a thing of the same clause: "I wrote a letter and burnt it"."""
    if token.lower_ == "its" or token.dep_ in SUBJECTS:
        return False
    before = [t for t in token.sent if t.i < token.head.i and t.pos_ == "NOUN" and t.tag_ == "NN" and t.dep_ in {"dobj", "nsubjpass"}]
    return len(before) == 1 and people.gender_of(before[0].lower_) is None and token.head.dep_ == "conj"


def _called_at_end(last: Any) -> bool:
    """Somebody addressed: "I said nobody mum"."""
    before = last.nbor(-1) if last.i else last
    return people.is_bare(last.lower_) and before.pos_ in {"NOUN", "PRON", "ADV", "INTJ"} and before.lower_ not in {"my", "our", "and"}


def _unfinished(clause: Clause) -> bool:
    """An intention without what became of it ("I was going to call, but ...")."""
    last = clause.tokens[-1].i
    ahead = clause.head.doc[last + 1 : last + 3]
    return _MEANT_TO.search(clause.text.lower()) is not None and any(token.lower_ in _CONTRAST for token in ahead)


@cache
def table() -> dict[str, Any]:
    """The word lists of `data/told.yaml`."""
    return read_mapping(DATA / "told.yaml")


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(table()[name])
