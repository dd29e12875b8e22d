"""Turns a clause of the listener's to the listener: "my sister told me" is "your sister told you"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from drift_audio.words.understanding import people
from drift_audio.words.understanding.antecedents import PRONOUNS, SURE, Antecedents, Meant, Someone
from drift_audio.words.understanding.clauses import MAX_WORDS, MIN_WORDS, SUBJECTS, Clause, subject_of, table
from drift_audio.words.understanding.tokens import Token

_SHIFTED: Final = {
    "i": "you",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
    "we": "you",
    "us": "you",
    "our": "your",
    "ours": "yours",
    "ourselves": "yourselves",
}
_BE: Final = {"am": "are", "'m": "'re", "was": "were"}
_MINE: Final = frozenset({"i", "we"})
_TWO: Final = "the two of you"
_OWNING: Final = frozenset({"det", "poss", "nummod", "amod", "compound", "nmod"})
_OWN_PLURALS: Final = frozenset({"kids", "children", "twins", "parents"})
_POSSESSIVE: Final = frozenset({"his", "their"})
_SAID: Final = re.compile(r"\b(?:i|me|my|mine|myself|we|us|our|ours|ourselves|idk|u|im)\b", re.IGNORECASE)
_WRONG: Final = re.compile(
    r"(?<!of )\byou (?:was|am|is|has|does|isn't|hasn't|doesn't)\b|\byour your\b|\byour the\b|\bthe your\b|\ba your\b"
    r"|\byou (?:and )?you and\b"
    r"|\b(\w+) \1\b(?<!had had)(?<!that that)(?<!you you)|\bthe two of you (?:both|was|is)\b| ,|\byour you\b"
    # A pronoun that was understood as the wrong one.
    r"|\b(?:husband|boyfriend|fiancé)'s (?:wife|widow|girlfriend|husband)\b"
    r"|\b(?:wife|girlfriend|fiancée)'s (?:husband|widower|boyfriend|wife)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Turned:
    """A clause as it is said. text: without capital and full stop; after: where the line before has named the same person,
    with the pronoun that was told, else None; about: who is named in place of a pronoun; sure: 0 to 1."""

    text: str
    after: str | None
    about: str | None
    sure: float


@dataclass
class _Turning:
    """One clause being turned, token by token; `written` holds what each token becomes."""

    clause: Clause
    people: Antecedents
    named: bool = True
    sure: float = 1.0
    about: Someone | None = None
    known: set[str] = field(default_factory=set)
    written: dict[int, str] = field(default_factory=dict)


def turn(clause: Clause, antecedents: Antecedents) -> Turned | None:
    """The clause in the second person, or None where a pronoun in it has no sure owner or its words would come out wrong."""
    full = _Turning(clause, antecedents)
    text = _said(full)
    if text is None or not _reads_well(text):
        return None
    short = _said(_Turning(clause, antecedents, named=False)) if full.about is not None else None
    about = full.about.phrase if full.about is not None else None
    return Turned(text, short, about, round(clause.sure * full.sure, 2))


def _reads_well(text: str) -> bool:
    words = text.split()
    return MIN_WORDS <= len(words) <= MAX_WORDS and not _SAID.search(text) and not _WRONG.search(text)


def _said(turning: _Turning) -> str | None:
    tokens = turning.clause.tokens
    for token in tokens:
        if token.i in turning.written:
            continue
        if token.lower_ in PRONOUNS:
            if not _pronoun(token, turning):
                return None
        elif token.lower_ in {"we", "us", "our", "ourselves"}:
            if not _plural(token, turning):
                return None
        elif token.lower_ in {"'ll", "'d", "'s", "'ve", "'re"} and _after_noun(token, turning):
            turning.written[token.i] = _opened(token)
        elif not _coordinated(token, turning):
            turning.written[token.i] = _shifted(token, turning)
    return _joined(tokens, turning)


def _after_noun(token: Token, turning: _Turning) -> bool:
    """Whether a noun now stands where the short verb leaned on a pronoun."""
    before = token.doc[token.i - 1] if token.i else token
    written = turning.written.get(before.i)
    return (
        token.dep_ != "case" and written is not None and before.pos_ == "PRON" and written.lower() not in {before.lower_, "you"}
    )


def _opened(token: Token) -> str:
    """ "Your mum'll be", "the two of you've": written out, as they are hard to say."""
    main = token.head if token.dep_ in {"aux", "auxpass"} else token
    if token.lower_ == "'s":
        been = main.lower_ == "been" or any(c.lower_ == "been" for c in main.children)
        perfect = been or main.lower_ == "got" or (main.tag_ == "VBN" and token.dep_ == "aux")
        return " has" if perfect else " is"
    if token.lower_ == "'d":
        return " had" if main.tag_ == "VBN" else " would"
    return {"'ll": " will", "'ve": " have", "'re": " are"}[token.lower_]


def _joined(tokens: Sequence[Token], turning: _Turning) -> str:
    out: list[str] = []
    for index, token in enumerate(tokens):
        word = turning.written[token.i]
        # A space where something between the two was dropped.
        space = token.whitespace_ or (" " if index + 1 < len(tokens) and tokens[index + 1].i > token.i + 1 else "")
        out.append(word + space if word else "")
    text = re.sub(r"\s+", " ", "".join(out)).replace(" ,", ",").strip(" ,.-")
    text = re.sub(
        r"\b(told|tell|tells|said to|saying to|asked|reminded|promised|showed|warned) you you\b", r"\1 you that you", text
    )
    return _lower_first(_with_comma(text), tokens[0])


def _with_comma(text: str) -> str:
    """A comma behind an opening clause of time, as one would speak it."""
    return re.sub(
        r"^((?:every time|whenever|each time) [^,]{6,60}?) (you (?!and)|the two of you )",
        r"\1, \2",
        text,
        count=1,
        flags=re.IGNORECASE,
    )


def _lower_first(text: str, first: Token) -> str:
    keep = (first.pos_ == "PROPN" and not people.gender_of(first.lower_)) or (len(first.text) > 1 and first.text.isupper())
    return text if keep or not text else text[0].lower() + text[1:]


def _shifted(token: Token, turning: _Turning) -> str:
    word = token.lower_
    if word in _SHIFTED:
        return _SHIFTED[word]
    if _bare_kin(token):
        return f"your {word}"
    if word in _BE and _is_mine(token) and not (token.i and token.nbor(-1).like_num):
        return _BE[word]
    if token.i in turning.people.named:
        return _named(token, turning)
    return str(token.text)


def _bare_kin(token: Token) -> bool:
    """ "Mum", "ex", without an owner, which the parser now and then takes for another word's part."""
    if not (people.is_bare(token.lower_) or token.lower_ == "ex") or token.pos_ not in {"NOUN", "PROPN"}:
        return False
    before = token.doc[token.i - 1] if token.i else None
    owned = any(child.dep_ in _OWNING and child.i < token.i for child in token.children)
    free = before is None or before.is_punct or before.tag_ in {"CC", "IN", "VBD", "VBZ", "VBP", "VB", "VBG", "TO", "RB"}
    return free and not owned and token.dep_ != "conj" and (token.i + 1 >= len(token.doc) or token.nbor(1).text != "-")


def _named(token: Token, turning: _Turning) -> str:
    """A noun or name for somebody: "Mum" is "your mum", "Dan" is "your coworker Dan" until he was named."""
    who = turning.people.named[token.i]
    first = who.key not in turning.known
    turning.known.add(who.key)
    before = token.doc[token.i - 1] if token.i else None
    owned = any(child.dep_ in _OWNING and child.i < token.i for child in token.children)
    if token.pos_ == "PROPN" and token.text == who.name:
        apposed = token.dep_ in {"appos", "compound"} or (before is not None and _names(before))
        alone = first and not apposed and not owned and turning.named
        if alone:
            turning.about = turning.about or who
        return who.phrase if alone else str(token.text)
    bare = token.tag_ != "NNS" or (token.lower_ in _OWN_PLURALS and token.dep_ in SUBJECTS)
    led = before is not None and (before.lower_ in {"my", "our"} or before.tag_ in {"JJ", "CD", "DT", "PRP$", "POS"})
    # "Mum and Dad" are "your mum and dad".
    second = (
        token.dep_ == "conj" and before is not None and before.lower_ in {"and", "or"} and token.head.i in turning.people.named
    )
    own = people.is_bare(token.lower_) or token.lower_ in {*_OWN_PLURALS, "ex"}
    theirs = not who.phrase.startswith("your ") and not own
    if owned or led or second or not bare or token.dep_ == "compound" or theirs:
        return _small(token)
    return f"your {_small(token)}"


def _names(before: Token) -> bool:
    return people.gender_of(before.lower_) is not None or before.text == ","


def _small(token: Token) -> str:
    return str(token.lower_) if people.gender_of(token.lower_) is not None else str(token.text)


def _is_mine(verb: Token) -> bool:
    """Whether a form of "be" belongs to "I": by the grammar, or because "I" stands right before it."""
    main = verb if verb.dep_ not in {"aux", "auxpass"} else verb.head
    subject = subject_of(main)
    before = next((t for t in reversed(verb.doc[max(0, verb.i - 3) : verb.i]) if t.pos_ != "ADV"), None)
    if before is not None and before.lower_ == "i":
        return True
    if subject is None or (subject.i > verb.i and verb.lower_ != "am"):
        return verb.lower_ in {"am", "'m"}
    # "Nobody was", "half of me was": the subject is another, even where "I" stands near.
    return subject.lower_ == "i" or any(c.lower_ == "i" for c in subject.conjuncts)


def _coordinated(token: Token, turning: _Turning) -> bool:
    """Writes "my wife and I" as "you and my wife": the listener first, as one is addressed."""
    head = next((t for t in (token, token.head) if t.left_edge.i == token.i and t.pos_ in {"NOUN", "PROPN"}), None)
    if head is None or head.i + 2 >= len(token.doc):
        return False
    joint, partner = token.doc[head.i + 1], token.doc[head.i + 2]
    inside = {t.i for t in turning.clause.tokens}
    if (
        head.i not in turning.people.named
        or joint.lower_ != "and"
        or partner.lower_ not in {"i", "me", "myself"}
        or not {joint.i, partner.i, head.i} <= inside
    ):
        return False
    turning.written[joint.i] = turning.written[partner.i] = ""
    turning.written[token.i] = f"you and {_shifted(token, turning)}"
    return True


def _pronoun(token: Token, turning: _Turning) -> bool:
    """Writes a pronoun of the third person: itself where its owner stands in the clause, else the owner."""
    if token.lower_ in {"himself", "herself", "themselves"}:
        turning.written[token.i] = str(token.text)
        return True
    meant: Meant | None = turning.people.meant.get(token.i)
    if meant is None:
        return _everyones(token, turning) or _impersonal(token, turning)
    inside = any(t.i == meant.place for t in turning.clause.tokens) and meant.place < token.i
    if inside or meant.who.key in turning.known:
        turning.written[token.i] = str(token.lower_)
        turning.sure = min(turning.sure, max(meant.sure, 0.85) if inside else meant.sure)
        return True
    if meant.sure < SURE or not meant.who.phrase or (turning.about is not None and turning.about.key != meant.who.key):
        return False
    turning.known.add(meant.who.key)
    turning.about = turning.about or meant.who
    turning.sure = min(turning.sure, meant.sure)
    turning.written[token.i] = _owner(token, meant.who) if turning.named else str(token.lower_)
    return True


def _owner(token: Token, who: Someone) -> str:
    possessive = token.lower_ in _POSSESSIVE or (token.lower_ == "her" and token.tag_ == "PRP$")
    if not possessive:
        return who.phrase
    return f"{who.phrase}'" if who.gender == "plural" and who.phrase.endswith("s") else f"{who.phrase}'s"


def _everyones(token: Token, turning: _Turning) -> bool:
    """ "They" of a plural or of "everyone" that stands before it in the clause."""
    if token.lower_ not in {"they", "them", "their"}:
        return False
    plurals = [
        t
        for t in turning.clause.tokens
        if t.i < token.i and (t.lower_ in {"everyone", "everybody", "nobody", "people", "someone"} or t.tag_ in {"NNS", "NNPS"})
    ]
    if len(plurals) != 1:
        return False
    turning.written[token.i] = str(token.lower_)
    turning.sure = min(turning.sure, 0.85)
    return True


def _impersonal(token: Token, turning: _Turning) -> bool:
    """ "They found a tumour": whoever does such things, where the story has named no several."""
    several = any(who.gender == "plural" for who in turning.people.everyone.values())
    if token.lower_ != "they" or token.dep_ not in SUBJECTS or several or token.head != turning.clause.head:
        return False
    if token.head.lemma_.lower() not in table()["impersonal_they"] or token.head.tag_ not in {"VBD", "VBN"}:
        return False
    turning.written[token.i] = "they"
    turning.sure = min(turning.sure, 0.8)
    return True


def _plural(token: Token, turning: _Turning) -> bool:
    """ "We" is "you"; where two act on each other, or the listener alone stands beside it, "the two of you" if two are known."""
    tokens = turning.clause.tokens
    pair = turning.people.pair(token.i)
    alone = any(t.lower_ in {"i", "me", "myself"} for t in tokens)
    mutual = token.dep_ in SUBJECTS and token.head.lemma_.lower() in table()["mutual"]
    both = next((t for t in tokens if t.lower_ == "both" and t.i == token.i + 1), None)
    if (alone and token.lower_ in {"we", "us"}) or mutual or any(t.lower_ in {"other", "together"} for t in tokens):
        if pair is None:
            return not alone and not any(t.lower_ == "other" for t in tokens) and _plainly(token, turning)
        turning.written[token.i] = {"our": "your", "ourselves": "yourselves"}.get(token.lower_, _TWO)
        if both is not None and turning.written[token.i] == _TWO:
            turning.written[both.i] = ""
        return True
    return _plainly(token, turning)


def _plainly(token: Token, turning: _Turning) -> bool:
    turning.written[token.i] = _SHIFTED[token.lower_]
    return True
