"""The story told back: its own clauses in the second person, in its own order, and which of them are said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from drift_audio.words.understanding import line_kinds, parser, skeleton, told_times
from drift_audio.words.understanding.antecedents import Antecedents
from drift_audio.words.understanding.clauses import Clause, Options, options, stands_alone
from drift_audio.words.understanding.second_person import Turned, turn
from drift_audio.words.understanding.story import ToldLine
from drift_audio.words.understanding.typing_repair import mend, origin, restore

_SURE: Final = 0.7
_FEWEST: Final = 2
_ROUNDS: Final = 2
_DEMAND: Final = re.compile(r"you (?:\w+ )?(?:should|shouldn't|ought|must|could have|couldn't have)\b")
_OWN_NAME: Final = re.compile(r"\b(?:I'm|I am|name is|name's|call me|this is|regards|thanks|love),? ([A-Z][a-z]+)(?=[ .,!]|$)")


@dataclass(frozen=True)
class _Candidate:
    clause: Clause
    turned: Turned


def told_lines(text: str, *, same_day: bool = False, discreet: bool = False, doc: Any = None) -> tuple[ToldLine, ...]:
    """The lines that may be said of a story, in its order; none where fewer than two are sure.

    text: as it was typed. same_day: whether the session is heard on the day of the telling, so that "last night" stays true.
    discreet: nothing is said back. doc: a parse of the tidied text that exists already; it is used where the mended text is the same.

    Raises:
        ModuleNotFoundError: no English pipeline is installed.
    """
    if discreet or not text.strip():
        return ()
    story = _parsed(text, doc)
    antecedents = Antecedents(story)
    groups = [_said_of(option, antecedents, same_day=same_day) for option in options(story)]
    checked = _checked(groups)
    find = origin(text, story.text)
    lines = _unrepeated([_line(one, find) for one in checked])
    own = {match[1] for match in _OWN_NAME.finditer(text)}
    lines = [line for line in lines if line.sure >= _SURE and not any(re.search(rf"\b{name}\b", line.text) for name in own)]
    return tuple(lines) if len(lines) >= _FEWEST else ()


def _parsed(text: str, doc: Any) -> Any:
    nlp = parser.parser()
    mended = mend(text)
    parsed = doc if doc is not None and doc.text == mended else nlp(mended)
    for _ in range(_ROUNDS):
        # What was mended is read better, and shows what else is missing.
        restored = restore(parsed)
        if restored == parsed.text:
            break
        parsed = nlp(restored)
    return parsed


def _said_of(option: Options, antecedents: Antecedents, *, same_day: bool) -> list[list[list[_Candidate]]]:
    """Ways to say a sentence, the best first; each way is a list of clauses, and each clause a list of forms."""
    ways = []
    if option.whole is not None:
        ways.append([list(_forms([option.whole], antecedents, same_day=same_day))])
    ways.append([list(_forms(part, antecedents, same_day=same_day)) for part in option.parts])
    return ways


def _forms(clauses: Sequence[Clause], antecedents: Antecedents, *, same_day: bool) -> Iterator[_Candidate]:
    for clause in clauses:
        timed = clause if same_day else told_times.undated(clause)
        if timed is None or not stands_alone(timed) or line_kinds.unsayable(timed.text):
            continue
        turned = turn(timed, antecedents)
        if turned is not None:
            yield _Candidate(timed, _as_said(turned))


def _as_said(turned: Turned) -> Turned:
    """What the listener demands of themselves stays their word: "you say you should have known"."""
    if not _DEMAND.match(turned.text):
        return turned
    return replace(turned, text=f"you say {turned.text}", after=f"you say {turned.after}" if turned.after else None)


def _checked(groups: list[list[list[list[_Candidate]]]]) -> list[_Candidate]:
    """Those whose turned words, parsed anew, have the bones of the clause; the first form of each that has."""
    every = {one.turned.text for ways in groups for way in ways for forms in way for one in forms}
    docs = dict(zip(every, parser.parser().pipe([f"{text[0].upper()}{text[1:]}." for text in every]), strict=True))
    kept: list[_Candidate] = []
    for ways in groups:
        for way in ways:
            passed = [next((one for one in forms if skeleton.same(one.clause, docs[one.turned.text])), None) for forms in way]
            found = [one for one in passed if one is not None]
            if found:
                kept += found
                break
    return kept


def _line(one: _Candidate, find: Any) -> ToldLine:
    first, last = one.clause.tokens[0], one.clause.tokens[-1]
    start, end = find(first.idx, last.idx + len(last))
    return ToldLine(
        text=one.turned.text, kind=line_kinds.kind_of(one.clause), start=start, end=end, sure=one.turned.sure,
        about=one.turned.about, after=one.turned.after, harsh=line_kinds.is_harsh(one.clause.text),
    )  # fmt: skip


def _unrepeated(lines: list[ToldLine]) -> list[ToldLine]:
    seen: set[str] = set()
    return [line for line in lines if not (line.text.lower() in seen or seen.add(line.text.lower()))]  # type: ignore[func-returns-value]
