"""Mends the typing of a story before its clauses are read: spellings, elided subjects, full stops that were left out.

What `tidy` does for the reader's patterns is done first; this goes further, since whole clauses are to be said aloud.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from drift_audio.words.understanding.tidy_text import DATA, tidy
from drift_audio.words.understanding.tokens import Doc, Span, Token
from drift_audio.yamlfile import read_mapping

MAX_CHARS: Final = 6_000
"""Characters of a story that are parsed: what comes first and what comes last of it."""
_FIRST: Final = 3_500
_SPLICE_SUBJECTS: Final = frozenset({"i", "he", "she", "we", "they"})
_SYMBOLS: Final = re.compile(r"[^\w\s.,;:!?'\"()/&%£$€+@#-]|_")
_SUBJECT_AHEAD: Final = r"(?=(?:I|I'm|I've|I'd|he|she|he's|she's|we|they|my|it|it's|that|but|and then|so|nobody|everyone)\b)"


def mend(text: str) -> str:
    """The text with its spelling mended, its brackets and fillers left out and its dashes and line breaks made stops."""
    cut = _capped(text)
    cut = (
        re.sub(
            r"(?i)^\W*(?:(?:hi|hello|hey|ok|okay|so|pls|please|help)(?: (?:all|everyone|there|me|guys))?\b[,.!\s]*)+",
            "",
            cut.strip(),
        )
        or cut
    )
    lines = re.sub(r"(?<![.!?,;:\s])[ \t]*\n\s*", ". ", cut.strip())
    lines = re.sub(r"\s*[\u2014\u2013]\s*|\s-+\s|;", " - ", lines)
    mended = tidy(re.sub(r"\([^()]{0,80}\)", " ", lines))
    mended = _SYMBOLS.sub(" ", mended).replace(" & ", " and ")
    mended = re.sub(r"(?<=\d)(?=(?:yrs?|hrs?|mins?|wks?|mths)\b)", " ", mended)
    mended = re.sub(r"(?<![\w'])[\w]+(?![\w'])", _spelt, mended)
    for pattern, written in _joined():
        mended = pattern.sub(written, mended)
    return _stops(mended)


def _stops(text: str) -> str:
    """One stop for several, a full stop for a dash before a new subject, one space between words."""
    text = re.sub(r"\.{2,} *(?=[A-Z]|$)", ". ", re.sub(r"\u2026", "...", text))
    text = re.sub(r"\.{2,} *" + _SUBJECT_AHEAD, ". ", text)
    text = re.sub(r"[!?]*\?[!?]*", "?", re.sub(r"!+", ".", text))
    text = re.sub(r" - " + _SUBJECT_AHEAD, ". ", text)
    text = re.sub(r"\s+([.,?])", r"\1", re.sub(r"\.(?=[A-Za-z]{3,})", ". ", text))
    text = re.sub(r",(?=[A-Za-z])", ", ", text)
    # "I'm fine, I'm fine all day" is said once.
    text = re.sub(r"\b((?:[\w']+ ){1,3}[\w']+), \1\b", r"\1", text, flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", re.sub(r"([.,?])(?:\s*[.,])+", r"\1", text)).strip(" ,")


def _capped(text: str) -> str:
    if len(text) <= MAX_CHARS:
        return text
    first, last = text[:_FIRST], text[-(MAX_CHARS - _FIRST) :]
    # Neither piece may keep half a sentence; where there is no full stop at all, half a word at least.
    ended = re.match(r"(?s).*[.!?\n]", first) or re.match(r"(?s).*\s", first)
    begun = re.search(r"[.!?\n]\s", last) or re.search(r"\s", last)
    return f"{ended[0] if ended else first} \n{last[begun.end() :] if begun else last}"


def _spelt(match: re.Match[str]) -> str:
    word = match[0]
    if word in _shouted():
        return word.lower()
    if word.lower() in _fillers():
        return ""
    written = _spellings().get(word.lower())
    # Two capitals are an abbreviation of the writer's own, HR and DD apart.
    if written is None or (word == "HR"):
        return word
    return written[0].upper() + written[1:] if word[0].isupper() and not word.isupper() else written


def restore(doc: Doc) -> str:
    """The text of a parsed story with full stops between clauses that were run together, and with a left out "I".

    doc: the parsed text of `mend`. The same text comes back where nothing is missing.
    """
    edits = dict(_edits(doc))
    if not edits:
        return str(doc.text)
    return "".join(_edited(token, edits.get(token.i)) for token in doc)


def _edited(token: Token, edit: str | None) -> str:
    if edit is None:
        return str(token.text_with_ws)
    if edit == ".":
        return ". " if token.is_punct else f"{token.text}. "
    lowered = token.text if token.text == "I" else token.text[0].lower() + token.text[1:]
    return f"{edit} {lowered}{token.whitespace_}"


def _edits(doc: Doc) -> Iterator[tuple[int, str]]:
    previous: str | None = None
    for sentence in doc.sents:
        first = sentence.start
        if first > 0 and not doc[first - 1].is_punct and _begins_clause(doc[first]):
            yield first - 1, "."
        if (put := _left_out(sentence, previous)) is not None:
            yield put
        yield from ((place, ".") for place in _splices(sentence))
        yield from _left_out_later(sentence)
        yield from _run_together(sentence)
        previous = _subject_of(sentence)


def _begins_clause(token: Token) -> bool:
    return token.lower_ in _SPLICE_SUBJECTS or token.lower_ in {"my", "our", "it", "nobody", "everyone"}


def _subject_of(sentence: Span) -> str | None:
    """The last grammatical subject of a main clause in a sentence, small."""
    found = [t.lower_ for t in sentence if t.dep_ in {"nsubj", "nsubjpass"} and t.head.dep_ in {"ROOT", "conj", "ccomp"}]
    return found[-1] if found else None


def _left_out(sentence: Span, previous: str | None) -> tuple[int, str] | None:
    """Where the listener's "I" is to be put, and with which verb.

    Not after a sentence on somebody else, of whom it may go on: "She came home. Slammed the door."
    """
    if previous not in {None, "i", "we"} or sentence.text.rstrip().endswith("?"):
        return None
    first = next((token for token in sentence if token.lower_ not in _set("before_left_out")), None)
    if first is None or first.i - sentence.start > 2:
        return None
    ahead = sentence.doc.text[first.idx : sentence.end_char].lower()
    put = next((put for pattern, put in _openings() if pattern.match(ahead)), None)
    if put is None and not (first.tag_ == "VBD" and first.dep_ == "ROOT" and first.i + 1 < sentence.end):
        return None
    if first.dep_ in {"nsubj", "nsubjpass", "expl", "amod", "compound"}:
        return None
    return sentence.start, put or "I"


def _left_out_later(sentence: Span) -> Iterator[tuple[int, str]]:
    """An "I" left out behind a fragment: "panic attack on Monday, had to get off"."""
    comma = next((token for token in sentence if token.text == ","), None)
    if comma is None or comma.i + 2 >= sentence.end or comma.i - sentence.start < 2:
        return
    after = comma.nbor(1)
    fragment = not any(token.tag_ in {"VBD", "VBP", "VBZ", "MD"} for token in sentence.doc[sentence.start : comma.i])
    if fragment and after.tag_ == "VBD" and not any(c.dep_ in {"nsubj", "nsubjpass"} and c.i > comma.i for c in after.children):
        yield comma.i, "."
        yield after.i, "I"


def _run_together(sentence: Span) -> Iterator[tuple[int, str]]:
    """Two clauses with nothing between them: "at nine weeks nobody knew", "I'm not angry I'm just lonely"."""
    for verb in sentence:
        if verb.dep_ not in {"ccomp", "conj"} or verb.head.pos_ not in {"VERB", "AUX"}:
            continue
        joined = verb.dep_ == "conj" and any(t.dep_ == "cc" or t.is_punct for t in sentence.doc[verb.head.i : verb.i])
        if joined:
            continue
        left, right = (verb, verb.head) if verb.i < verb.head.i else (verb.head, verb)
        subject = next((c for c in right.children if c.dep_ in {"nsubj", "nsubjpass"}), None)
        if subject is None or (left == verb and not any(c.dep_ in {"nsubj", "nsubjpass"} for c in verb.children)):
            continue
        place = subject.left_edge.i - 1
        before = sentence.doc[place] if place > sentence.start else None
        described = left == verb.head and not any(c.dep_ == "acomp" and c.i < subject.i for c in left.children)
        marked = any(c.dep_ == "mark" for c in verb.children)
        if before is None or before.is_punct or marked or described or before.tag_ in {"WP", "WRB", "IN", "CC"} or left.i > place:
            continue
        if left == verb or verb.dep_ == "conj" or right.lower_ in {"'m", "am"}:
            yield place, "."


def _splices(sentence: Span) -> Iterator[int]:
    """Commas of a sentence that stand for a full stop: a whole clause before, a subject with its verb behind."""
    begun = sentence.start
    for token in sentence:
        if token.text not in {",", "-"} or token.i + 2 >= sentence.end:
            continue
        if _is_clause(sentence.doc[begun : token.i]) and _subject_behind(token):
            begun = token.i + 1
            yield token.i


def _subject_behind(comma: Token) -> bool:
    after = comma.doc[comma.i + 1]
    if after.lower_ in {"just", "then", "now", "still", "also"} and after.i + 1 < len(comma.doc):
        after = after.doc[after.i + 1]
    if after.lower_ in {"my", "our"}:
        after = after.head
    elif after.lower_ not in _SPLICE_SUBJECTS:
        return False
    verb = after.head
    return after.dep_ in {"nsubj", "nsubjpass"} and verb.i > after.i and verb.pos_ in {"VERB", "AUX"}


def _is_clause(span: Span) -> bool:
    """Whether a stretch of words is a main clause: a subject with its verb, and no subordinator before it."""
    words = [token for token in span if not token.is_punct and token.lower_ not in {"and", "but", "so", "then"}]
    if len(words) < 3 or words[0].lower_ in _set("subordinators") - {"now", "the"} or words[0].tag_ in {"VBG", "VBN"}:
        return False
    if words[0].dep_ == "mark" or words[-1].lower_ in {"said", "says", "think", "know", "mean", "guess", "told"}:
        return False
    inside = {token.i for token in span}
    return any(t.dep_ in {"nsubj", "nsubjpass", "expl"} and t.head.i in inside and t.head.i > t.i for t in words)


def origin(text: str, mended: str) -> Callable[[int, int], tuple[int, int]]:
    """A map of places in the mended text to places (start, end) in the text as it was typed, word by word."""
    from rapidfuzz.distance import Levenshtein

    old, new = [list(re.finditer(r"[\w']+", part)) for part in (text, mended)]
    places: dict[int, tuple[int, int]] = {}
    steps = Levenshtein.opcodes([m[0].lower() for m in old], [m[0].lower() for m in new])
    for step in steps:
        low, high, start = step.src_start, step.src_end, step.dest_start
        for index in range(start, step.dest_end):
            # Words that were written otherwise share the places of what they replace; what was put in stands beside its next.
            here = low + (index - start) if step.tag == "equal" else min(low + (index - start), max(high - 1, low))
            here = min(here, len(old) - 1)
            places[index] = (old[here].start(), old[here].end()) if old else (0, 0)

    def find(start: int, end: int) -> tuple[int, int]:
        inside = [places[i] for i, m in enumerate(new) if m.start() < end and m.end() > start]
        return (min(p[0] for p in inside), max(p[1] for p in inside)) if inside else (0, 0)

    return find


@cache
def _table() -> dict[str, Any]:
    return read_mapping(DATA / "typing.yaml")


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(_table()[name])


@cache
def _spellings() -> dict[str, str]:
    return {str(word): str(written) for word, written in _table()["spellings"].items()}


def _shouted() -> frozenset[str]:
    return _set("shouted")


def _fillers() -> frozenset[str]:
    return _set("fillers")


@cache
def _joined() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(rf"(?<![\w']){row['word']}(?= (?:{row['before']})(?!\w))", re.IGNORECASE), row["written"])
        for row in _table()["joined"]
    )


@cache
def _openings() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(row["begins"]), row["put"]) for row in _table()["left_out"])
