"""Times that are true only on the day of the telling ("last night", "in two days"), and clauses without them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from drift_audio.words.understanding.clauses import Clause
from drift_audio.words.understanding.tokens import Span, Token

_DAY: Final = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_NUMBER: Final = r"(?:\d+|a|an|one|two|three|four|five|six|seven|eight|nine|ten|a few|a couple(?: of)?|several|half an)"
_PART: Final = r"(?: (?:morning|afternoon|evening|night|lunchtime|teatime))?"
_RELATIVE: Final = re.compile(
    rf"(?<!every )\b(?:"
    rf"(?:late |early )?(?:yesterday|today|tomorrow){_PART}(?: at [\w:]+)?|tonight"
    rf"|this (?:very )?(?:morning|afternoon|evening|week|weekend|month|time)(?: at [\w:]+)?"
    rf"|(?<!the )(?:last|next|this|this coming|this past|the other) (?:night|day|week|weekend|month|fortnight|{_DAY}){_PART}"
    rf"|(?:about |just |only |over |nearly |almost )?{_NUMBER}"
    rf" (?:minutes?|hours?|days?|nights?|weeks?|fortnights?) (?:ago|back|from now|to go|left)"
    rf"|in (?:about |just |only |less than )?{_NUMBER} (?:minutes?|hours?|days?|weeks?)(?:' time)?"
    rf"|(?:on |last |next |this )?{_DAY}{_PART}(?: at [\w:]+)?|on the \d+(?:st|nd|rd|th)"
    rf"|(?:right|just) now|at the moment|just|again tonight|recently|earlier"
    r"|the day (?:before yesterday|after tomorrow)"
    r")\b",
    re.IGNORECASE,
)
_MANNER: Final = re.compile(
    r"\b(?:just|only) (?:want|wanted|need|about|like|as|keep|can|can't|a|an|one|the|sit|sits|lie|lay|stare|cry|let)\b",
    re.IGNORECASE,
)
_HOLLOW: Final = frozenset(
    {"back", "go", "start", "leave", "come", "be", "return", "happen", "begin", "end", "that", "until", "since", "by"}
)
_ADJUNCTS: Final = frozenset({"npadvmod", "advmod", "prep", "nmod", "pcomp"})


def undated(clause: Clause) -> Clause | None:
    """The clause without its relative times; None where one belongs to the bones of it ("I'm dreading tomorrow")."""
    gone: set[int] = set()
    text, offset = clause.head.doc.text, clause.tokens[0].idx
    inside = {token.i for token in clause.tokens}
    for match in _RELATIVE.finditer(text[: clause.tokens[-1].idx + len(clause.tokens[-1])], offset):
        span = clause.head.doc.char_span(*match.span(), alignment_mode="expand")
        if span is None or not any(token.i in inside for token in span):
            continue
        if match[0].lower().startswith("in ") and any(c.dep_ == "neg" for c in span.root.head.children):
            # "Haven't visited in five weeks" is how long, not when.
            continue
        if match[0].lower() == "just":
            if _temporal_just(span[0]):
                gone.add(span[0].i)
            continue
        if not _loose(span, inside):
            return None
        gone |= {token.i for token in span}
    if not gone:
        return clause
    kept = [token for token in clause.tokens if token.i not in gone]
    while kept and (kept[-1].is_punct or kept[-1].dep_ == "cc"):
        kept.pop()
    while kept and (kept[0].is_punct or kept[0].dep_ == "cc"):
        kept.pop(0)
    # "You go back on Monday" says nothing without its day.
    hollow = bool(kept) and kept[-1].i + 1 in gone and kept[-1].lemma_.lower() in _HOLLOW
    return replace(clause, tokens=tuple(kept)) if len(kept) >= 3 and not hollow else None


def _temporal_just(token: Token) -> bool:
    """ "She just told me" is a time; "he just keeps quiet" is none."""
    return token.dep_ == "advmod" and token.head.tag_ in {"VBD", "VBN"}


def _loose(span: Span, inside: set[int]) -> bool:
    """Whether a time hangs on the clause as an adjunct, with nothing hanging on it in turn."""
    root, own = span.root, {token.i for token in span}
    if root.dep_ not in _ADJUNCTS or root.head.pos_ not in {"VERB", "AUX"}:
        return False
    return not any(
        token.i in inside and token.i not in own and token.head.i in own and not token.is_punct
        for token in span.doc[span.start - 4 if span.start > 4 else 0 : span.end + 6]
    )
