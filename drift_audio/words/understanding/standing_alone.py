"""Whether a clause stands alone: declarative, complete, with every word in it owned by the clause itself."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from drift_audio.words.understanding import people
from drift_audio.words.understanding.clauses import SUBJECTS, Clause, own_subject, word_set
from drift_audio.words.understanding.tokens import Token

_MARKED: Final = re.compile(r"[?\"():/*…]|\.\.|(?<!\w)'|(?<=[a-z]{2}[^s])'(?!\w)| - ")
_ADDRESSED: Final = re.compile(r"\b(?:you|your|yours|yourself|u)\b", re.IGNORECASE)
_MEANT_TO: Final = re.compile(r"\b(?:going to|meant to|supposed to|wanted to|tried to|would have|could have|planned to)\b")
_CONTRAST: Final = frozenset({"but", "although", "though", "however", "except", "until"})
_POINTING: Final = frozenset({"such", "thus", "latter", "former", "hers", "theirs", "thing", "stuff", "whatever"})
_TODAY: Final = frozenset({"morning", "afternoon", "evening", "week", "weekend", "month", "year", "summer", "winter", "spring"})


def stands_alone(clause: Clause) -> bool:
    """Whether the clause is declarative, finite and complete, with a subject that is known, and says something."""
    return (
        _plain(clause)
        and _opens_well(clause)
        and _closes_well(clause)
        and all(_subject_known(replace(clause, head=head)) for head in (clause.heads or (clause.head,)))
        and not any(_breaks(token, clause) for token in clause.tokens)
        and not _fragment_before(clause)
        and not _unfinished(clause)
        and not _called_at_end(clause.tokens[-1])
    )


def _plain(clause: Clause) -> bool:
    """No quotation, bracket, colon or question, and nobody addressed."""
    text = clause.head.doc[clause.tokens[0].i : clause.tokens[-1].i + 1].text
    return _MARKED.search(text) is None and _ADDRESSED.search(text) is None


def _breaks(token: Token, clause: Clause) -> bool:
    """Whether one word makes the clause unfit: a question inside, another's words, a loose part, a word without its owner."""
    if _inverted(token) or _spoken_directly(token) or _vague(token):
        return True
    if token.lower_ in {"it", "its", "itself"}:
        return not _it_inside(token, clause)
    return bool(token != clause.head and (_run_on(token) or _loosely_tied(token)))


def _spoken_directly(token: Token) -> bool:
    """Words of another without their quotation marks: "he said stop it", "she said don't worry my child"."""
    if (
        token.dep_ != "ccomp"
        or token.tag_ != "VB"
        or token.head.lemma_.lower() not in {"say", "shout", "scream", "write", "text", "ask"}
    ):
        return False
    return not any(c.dep_ in SUBJECTS or (c.dep_ == "aux" and c.lower_ != "do") for c in token.children)


def _run_on(token: Token) -> bool:
    """Two clauses without anything between them: "at nine weeks nobody knew"."""
    if token.dep_ == "ccomp" and token.i < token.head.i and own_subject(token) is not None:
        return True
    if token.dep_ == "conj" and token.pos_ in {"VERB", "AUX"} and own_subject(token) is not None:
        between = token.doc[token.head.i : token.i]
        return not any(t.dep_ == "cc" or t.text == "," for t in between)
    # A "which" that stands for a whole clause.
    return token.lower_ == "which" and not (
        token.head.dep_ == "relcl" and token.i - token.head.head.i <= 2 and token.head.head.pos_ in {"NOUN", "PROPN"}
    )


def _fragment_before(clause: Clause) -> bool:
    """A noun that stands before the clause and has no part in it, or an order: "forty years at one firm, they", "help I have"."""
    first, subject = clause.tokens[0], clause.subject
    begin = subject.left_edge.i if subject is not None else first.i
    chunk = first.doc[first.i : begin]
    roots = [t for t in chunk if t.head.i >= begin or t.head.i < first.i]
    loose = [t for t in roots if t.pos_ in {"NOUN", "PROPN", "NUM", "VERB", "INTJ"} and t.dep_ not in {"advcl", "npadvmod"}]
    times = [
        t for t in roots if t.dep_ == "npadvmod" and any(c.dep_ in {"prep", "relcl"} for c in t.children) and t.lower_ != "time"
    ]
    return bool(loose or (times and any(t.text == "," for t in chunk)))


def _loosely_tied(token: Token) -> bool:
    """A part that the parser only leans against the rest: "I'm 51, had a health scare"; "so go"."""
    if token.dep_ in {"dep", "parataxis"} and token.pos_ in {"VERB", "AUX"}:
        return True
    before = token.nbor(-1) if token.i else token
    return (
        token.dep_ == "conj"
        and token.pos_ == "VERB"
        and (before.text == "," or before.lower_ == "so")
        and token.tag_ in {"VB", "VBD", "VBN"}
        and not _in_series(token)
    )


def _in_series(verb: Token) -> bool:
    """ "I cooked, cleaned and cried"."""
    return any(c.dep_ == "conj" and c.i > verb.i for c in (*verb.children, *verb.head.children))


def _opens_well(clause: Clause) -> bool:
    first = clause.tokens[0]
    if first.lower_ in word_set("no_openers") or (
        first.tag_ in {"WP", "WRB", "WDT", "WP$"} and first.lower_ not in {"when", "whenever"}
    ):
        return False
    if first.dep_ == "mark" and first.head == clause.head:
        return False
    return not (
        first.lower_ in {"when", "whenever", "while", "every"}
        and (clause.subject is not None and clause.subject.i < clause.head.i)
        and first.head == clause.head
        and first.dep_ == "advmod"
        and first.lower_ != "every"
    )


def _closes_well(clause: Clause) -> bool:
    last = clause.tokens[-1]
    if last.tag_ in {"DT", "PRP$", "CC", "WDT", "WP", "WRB", "POS", "MD"} and last.lower_ not in {"all", "both", "why"}:
        return False
    if last.tag_ in {"IN", "TO", "RP"} and last.dep_ != "prt" and last.lower_ not in word_set("good_endings"):
        return False
    if last.dep_ in {"aux", "det", "poss", "amod", "compound", "mark", "nummod"} and last.head.i > last.i:
        return False
    if (
        (last.pos_ == "AUX" and len(clause.tokens) < 8 and not _asks(clause))
        or last.dep_ == "neg"
        or last.lower_ in {"not", "n't", "still", "so", "then"}
    ):
        return False
    following = last.doc[last.i + 1] if last.i + 1 < len(last.doc) else None
    return following is None or not (
        following.head == last and following.dep_ in {"pobj", "dobj", "acomp", "attr", "pcomp", "prep"}
    )


def _subject_known(clause: Clause) -> bool:
    subject = clause.subject
    if subject is None or not (clause.tokens[0].i <= subject.i):
        return False
    if subject.i > clause.head.i and subject.dep_ != "expl":
        return False
    word = subject.lower_
    if subject.dep_ == "expl" or word == "there":
        return word == "there" and any(c.dep_ == "attr" and c.i > clause.head.i for c in clause.head.children)
    if word in {"i", "we"} or word in word_set("free_subjects") or (subject.pos_ == "PRON" and word in {"he", "she", "they"}):
        return True
    if word in word_set("no_subjects") or subject.pos_ not in {"NOUN", "PROPN", "NUM"}:
        return False
    return _determined(subject)


def _determined(noun: Token) -> bool:
    """Whether a noun as a subject stands with an article or an owner, or needs none."""
    if any(child.lower_ in {"a", "an"} for child in noun.children) and noun.tag_ == "NNS":
        return False
    if noun.pos_ == "PROPN" or noun.text.isupper() or noun.tag_ == "NNS" or noun.lower_.endswith("ing"):
        return True
    if people.gender_of(noun.lower_) is not None:
        return True
    return any(
        child.dep_ in {"det", "poss", "nummod"} and child.lower_ not in {"this", "that", "these", "those", "no"}
        for child in noun.children
    )


def _inverted(token: Token) -> bool:
    """A question inside, or "so am I"."""
    return (
        token.dep_ in SUBJECTS and token.i > 0 and token.nbor(-1).dep_ in {"aux", "auxpass"} and token.nbor(-1).head == token.head
    )


def _vague(token: Token) -> bool:
    """A word that points at something outside of the clause: "that day", "there", "one"."""
    word = token.lower_
    if word in {"this", "that", "these", "those"}:
        joins = token.dep_ == "mark" or token.tag_ in {"WDT", "IN"}
        return not (joins or (word == "this" and str(token.head.lower_) in _TODAY) or _degree(token))
    if word in {"there", "here"}:
        return bool(token.dep_ != "expl")
    if word in {"one", "ones"}:
        alone = not any(child.dep_ in {"prep", "relcl", "poss"} for child in token.children)
        return bool(alone and token.dep_ in {*SUBJECTS, "dobj", "pobj", "attr"})
    return bool(word in _POINTING and token.dep_ != "predet")


def _degree(token: Token) -> bool:
    return token.dep_ in {"advmod", "det", "npadvmod"} and token.head.pos_ in {"ADJ", "ADV"}


def _it_inside(token: Token, clause: Clause) -> bool:
    """Whether "it" is a thing of the same clause: "I wrote a letter and burnt it"."""
    if token.lower_ == "its" or token.dep_ in SUBJECTS:
        return False
    before = [
        t for t in clause.tokens if t.i < token.head.i and t.pos_ == "NOUN" and t.tag_ == "NN" and t.dep_ in {"dobj", "nsubjpass"}
    ]
    return len(before) == 1 and people.gender_of(before[0].lower_) is None and token.head.dep_ == "conj"


def _called_at_end(last: Token) -> bool:
    """Somebody addressed: "I said nobody mum"."""
    before = last.nbor(-1) if last.i else last
    return (
        people.is_bare(last.lower_)
        and before.pos_ in {"NOUN", "PRON", "ADV", "INTJ"}
        and before.lower_ not in {"my", "our", "and"}
    )


def _asks(clause: Clause) -> bool:
    """ "Nobody asks me how I am" is complete."""
    return any(token.tag_ in {"WRB", "WP"} for token in clause.tokens)


def _unfinished(clause: Clause) -> bool:
    """An intention without what became of it ("I was going to call, but ...")."""
    last = clause.tokens[-1].i
    ahead = clause.head.doc[last + 1 : last + 3]
    return _MEANT_TO.search(clause.text.lower()) is not None and any(token.lower_ in _CONTRAST for token in ahead)
