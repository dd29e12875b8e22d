"""The story told back: its own clauses in the second person, in its own order, and which of them are said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from drift_audio.words.understanding import line_kinds, parser, skeleton, told_times
from drift_audio.words.understanding.antecedents import Antecedents
from drift_audio.words.understanding.clauses import Clause, Options, options
from drift_audio.words.understanding.second_person import Turned, turn
from drift_audio.words.understanding.standing_alone import stands_alone
from drift_audio.words.understanding.story import ToldLine
from drift_audio.words.understanding.tokens import Doc
from drift_audio.words.understanding.typing_repair import mend, origin, restore

_SURE: Final = 0.7
_FEWEST: Final = 2
_ROUNDS: Final = 2
_GOOD_ENOUGH: Final = 2.0
# What speaks for the sentence that hurts: a not, of anybody; a feeling or a thing that goes on, of the listener.
_NOT: Final = re.compile(
    r"\b(?:can't|cannot|couldn't|don't|doesn't|didn't|won't|isn't|nobody|no one|never|nothing|nowhere|weren't|haven't|hasn't)\b"
)
_GOES_ON: Final = re.compile(
    r"\b(?:keep|still|miss|alone|lonely|scared|afraid|ashamed|guilty|numb|empty|hate"
    r"|should have|shouldn't have|fine all day|always say)\b"
)
_PAST: Final = re.compile(
    r"^\w+ (?:\w+ly |just |also )?(?:\w+ed|were|had|did|said|told|went|got|made|took|saw|came|gave|left|lost|found"
    r"|sat|stood|put|ran|met|wrote"
    r"|sent|read|heard|felt|thought|knew|kept|broke|fell|woke|ate|bit|hit|rang|spoke|forgave|didn't|couldn't|weren't|hadn't)\b"
)
_BARE_FACT: Final = re.compile(
    r"^you(?:'re| are) (?:\d+|an? \w+|from|the eldest|the youngest)\b|\byears? old\b|\b(?:is|was) \d+$"
)
_WANT: Final = re.compile(
    r"^you(?:'d| would)? (?:(?:just|only|really|still|do) )?(?:want|like|love)"
    r"(?= (?:to|your|someone|somebody|him|her|them|a|the)\b)"
)
_WEIGHTS: Final = {"done": 2.0, "dealt": 2.0, "good": 1.9, "fact": 1.2, "feeling": 1.3, "fear": 0.9, "wish": 0.3}
_DEMAND: Final = re.compile(r"you (?:\w+ )?(?:should|shouldn't|ought|must|could have|couldn't have)\b")
_OWN_NAME: Final = re.compile(r"\b(?:I'm|I am|name is|name's|call me|this is|regards|thanks|love),? ([A-Z][a-z]+)(?=[ .,!]|$)")


@dataclass(frozen=True)
class _Candidate:
    clause: Clause
    turned: Turned


def told_lines(text: str, *, same_day: bool = False, discreet: bool = False, doc: Doc | None = None) -> tuple[ToldLine, ...]:
    """The lines that may be said of a story, in its order; none where fewer than two are sure.

    text: as it was typed. same_day: whether the session is heard on the day of the telling, so that "last night" stays true.
    discreet: nothing is said back. doc: a parse of the tidied text that exists already, used where the mended text is the same.

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


def _parsed(text: str, doc: Doc | None) -> Doc:
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


def chosen_told(lines: Sequence[ToldLine], *, night: bool, count: int = 3) -> tuple[ToldLine, ...]:
    """The lines that are said at the beginning, in story order: decisive and not the worst, the good beside the bad.

    night: at bedtime nothing harsh is read back. count: how many at most. Two at least are said, or none. A line that goes on
    about the person of the line before it has the pronoun again.
    """
    open_to = [line for line in lines if not (night and line.harsh)]
    picked: list[ToldLine] = []
    while len(picked) < count and (left := [line for line in open_to if line not in picked]):
        picked.append(max(left, key=lambda line: (_value(line, picked), -line.start)))
    if len(picked) < _FEWEST:
        return ()
    good = [line for line in open_to if line.kind == "good"]
    if good and not any(line.kind == "good" for line in picked):
        picked[-1] = max(good, key=lambda line: _value(line, ()))
    return tuple(_woven(sorted(picked, key=lambda line: line.start)))


def _value(line: ToldLine, beside: Sequence[ToldLine]) -> float:
    """How much a line tells, less for a second harsh one, for one of a kind that is there already and for a bare fact."""
    words = line.text.split()
    named = sum(word[0].isupper() or word[0].isdigit() for word in words[1:])
    value = _WEIGHTS[line.kind] + 0.3 * min(named, 2) + 0.08 * min(len(words), 10) + line.sure - 0.06 * max(0, len(words) - 14)
    value -= 1.0 * bool(_BARE_FACT.search(line.text)) + 0.5 * line.harsh
    value -= 0.9 * (line.harsh and any(other.harsh for other in beside))
    return value - 0.4 * any(other.kind == line.kind for other in beside)


def _woven(lines: Sequence[ToldLine]) -> Iterator[ToldLine]:
    before = ""
    for line in lines:
        follows = line.about is not None and line.after is not None and line.about in before
        yield line.model_copy(update={"text": line.after}) if follows else line
        before = line.text


def kept_line(lines: Sequence[ToldLine]) -> str | None:
    """The sentence that hurts, as a clause ("you can't stop seeing her face"); None where no line sounds like one.

    Preferred is what is said last, of the listener, in the present, with a feeling or a "not".
    """
    ranked = [(_ache(line, place / max(1, len(lines) - 1)), place) for place, line in enumerate(lines)]
    best = max(ranked, default=(0.0, 0))
    return lines[best[1]].text if best[0] >= _GOOD_ENOUGH else None


def _ache(line: ToldLine, place: float) -> float:
    """place: 0 for what was told first, 1 for what was told last."""
    mine = line.text.startswith(("you ", "you'", "nobody ", "no one ")) and not line.text.startswith("you and ")
    value = (
        1.5 * bool(_NOT.search(line.text) or (mine and _GOES_ON.search(line.text)))
        + 1.0 * (line.kind in {"feeling", "fear"})
        + 0.8 * mine
        + place
    )
    value -= (
        0.7 * bool(_PAST.search(line.text)) + 2.0 * (line.kind in {"wish", "good"}) + 2.0 * bool(_BARE_FACT.search(line.text))
    )
    return value


def wish_line(lines: Sequence[ToldLine]) -> str | None:
    """The listener's wish as a clause "you want to ...", the last that was told; None where none was."""
    wishes = [line for line in lines if line.kind == "wish" and _WANT.match(line.text)]
    return _WANT.sub("you want", wishes[-1].text) if wishes else None
