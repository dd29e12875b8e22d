"""Which circumstances are told beside the event: small patterns of words, held against one clause at a time.

What is found is met by the offline writer in words of its own (`guides/_strands`), so a strand is told only where it is sure:
a session that says what was never the case is worse than one that says nothing of it.

A pattern is groups of words, `strong|brave|calm & for everyone|for the others`: every group must stand in the clause, with `&`
anywhere, with `>` behind the group before it and not far from it; none of a group with `!` may. A star stands for any ending, a
group in angle brackets for a list in the file's `words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypedDict

from drift_audio.errors import CatalogError
from drift_audio.words.understanding.people import Mention
from drift_audio.words.understanding.story import Person, Role, Strand, Theme
from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.yamlfile import read_mapping

MOST: Final = 3
_NEAR: Final = 7
_KEY: Final = 3
_MOST_UNITS: Final = 40
_SENTENCE: Final = re.compile(r"(?<=[.!?])[\"')]*\s+|\n+|; | - ")
_CLAUSE: Final = re.compile(
    r",? (?:and|but|so|because|although|though|yet|then) (?=(?:i|i'm|i've|i'd|he|he's|she|she's|they|we|it|it's|my|our|his|her"
    r"|the|now|that|there|nobody|no|everyone|then)\b)|, ",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[\w']+(?:-[\w']+)*")
_OWN: Final = frozenset({"i", "i'm", "i've", "i'd", "i'll", "we", "we've", "we're"})
_OTHERS: Final = frozenset({"he", "he's", "he'd", "she", "she's", "she'd", "they", "they've", "they're", "they'd"})
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Words, stems and phrases of which one must stand in a clause (or none, where `absent`). behind: near the group before."""

    plain: frozenset[str]
    stems: Words
    phrases: tuple[Words, ...]
    behind: bool = False
    absent: bool = False

    @property
    def others_subjects(self) -> frozenset[str]:
        """Where it names who does something: the words with which somebody else begins to do something."""
        own, others = "i" in self.plain, "she" in self.plain
        return frozenset() if own == others else _OTHERS if own else _OWN

    def beginnings(self) -> frozenset[str]:
        """First letters of everything that one of its options may begin with."""
        firsts = (*self.plain, *self.stems, *(phrase[0].removesuffix("*") for phrase in self.phrases))
        return frozenset(first[:_KEY] for first in firsts)

    def places(self, clause: Words) -> Iterator[tuple[int, int]]:
        """First word of every hit and the place after its last."""
        for at, word in enumerate(clause):
            if word in self.plain or (self.stems and word.startswith(self.stems)):
                yield at, at + 1
            for phrase in self.phrases:
                if _stands(phrase, clause[at : at + len(phrase)]):
                    yield at, at + len(phrase)


@dataclass(frozen=True, slots=True)
class Kind:
    """One strand: by which patterns it is heard, by which it is not, and in which themes and parts (all, where none is named)."""

    name: str
    heard: tuple[tuple[Group, ...], ...]
    unless: tuple[tuple[Group, ...], ...]
    themes: frozenset[str]
    parts: frozenset[str]

    def fits(self, theme: Theme, part: Role) -> bool:
        return (not self.themes or theme in self.themes) and (not self.parts or part in self.parts)


class _Entry(TypedDict, total=False):
    """A strand as a file of `data/strands` has it; theme, part: names with a slash between."""

    heard: list[str]
    unless: list[str]
    theme: str
    part: str


def told(text: str, theme: Theme, part: Role, *, everyone: Sequence[Mention], known: Person | None) -> tuple[Strand, ...]:
    """The strands that a tidied text tells, at most `MOST`: those that more of it speaks for first, then in its own order.

    theme, part: as read; most strands belong to some of them. everyone: who is spoken of. known: the one concerned.
    """
    found: dict[str, list[str]] = {}
    for unit in units(text):
        for kind in heard_in(unit):
            if kind.fits(theme, part):
                found.setdefault(kind.name, []).append(unit)
    ranked = sorted(found, key=lambda name: -len(found[name]))
    return tuple(Strand(name=name, person=_told_of(found[name][-1], text, everyone, known)) for name in ranked[:MOST])


def heard_in(unit: str) -> list[Kind]:
    """The strands that one clause or sentence tells."""
    words = tuple(_WORD.findall(unit.lower()))
    opened = {(number, at) for word in words for number, at in _openings().get(word[:_KEY], ())}
    kinds = _kinds()
    hit = {number for number, at in sorted(opened) if _holds(kinds[number].heard[at], words)}
    return [
        kinds[number] for number in sorted(hit) if not any(_holds(excuse, words, strict=False) for excuse in kinds[number].unless)
    ]


def units(text: str) -> list[str]:
    """The sentences of a text and, where one has several, its clauses."""
    return list(dict.fromkeys(_units(text)))[:_MOST_UNITS]


def _units(text: str) -> Iterator[str]:
    for sentence in filter(None, _SENTENCE.split(text)):
        yield sentence
        clauses = [clause for clause in _CLAUSE.split(sentence) if clause]
        if len(clauses) > 1:
            yield from clauses


def _holds(pattern: tuple[Group, ...], clause: Words, *, strict: bool = True) -> bool:
    """Whether every group stands there. strict: who does it must be who is named; an excuse counts either way."""
    ends: list[int] = []
    barred: frozenset[str] = frozenset()
    for group in pattern:
        places = list(group.places(clause))
        if group.behind and ends:
            places = [place for place in places if any(_leads(clause[end : place[0]], end, place[0], barred) for end in ends)]
        if bool(places) is group.absent:
            return False
        if not group.absent:
            ends, barred = [end for _, end in places], group.others_subjects if strict else frozenset()
    return True


def _leads(between: Words, end: int, start: int, barred: frozenset[str]) -> bool:
    """Whether a hit belongs to the one before it: near behind it, and nobody else's doing in between ("she asked and I said")."""
    return 0 <= start - end <= _NEAR and barred.isdisjoint(between)


def _stands(phrase: Words, words: Words) -> bool:
    return len(words) == len(phrase) and all(
        word.startswith(part[:-1]) if part.endswith("*") else word == part for part, word in zip(phrase, words, strict=True)
    )


def _told_of(unit: str, text: str, everyone: Sequence[Mention], known: Person | None) -> Person | None:
    """The one concerned, where the clause names them, or nobody, and no other is spoken of; another is left unsaid."""
    start = text.find(unit)
    named = {mention.noun for mention in everyone if start <= mention.start < start + len(unit)}
    spoken_of = named or {mention.noun for mention in everyone}
    return known if known is not None and spoken_of == {known.noun} else None


@cache
def _openings() -> dict[str, list[tuple[int, int]]]:
    """By the first letters of a word, the patterns (number of the kind, place in it) that may hold where such a word stands."""
    found: dict[str, list[tuple[int, int]]] = {}
    for number, kind in enumerate(_kinds()):
        for at, pattern in enumerate(kind.heard):
            fewest = min((group.beginnings() for group in pattern if not group.absent), key=len)
            for key in fewest:
                found.setdefault(key, []).append((number, at))
    return found


@cache
def _kinds() -> tuple[Kind, ...]:
    kinds: dict[str, _Entry] = {}
    words: dict[str, str] = {}
    for file in sorted((DATA / "strands").glob("*.yaml")):
        table = read_mapping(file)
        words |= table.pop("words", {})
        kinds |= table
    return tuple(_kind(name, kind, words) for name, kind in kinds.items())


def _kind(name: str, kind: _Entry, words: dict[str, str]) -> Kind:
    heard, unless = (
        tuple(tuple(_groups(text, words, name)) for text in texts) for texts in (kind.get("heard", ()), kind.get("unless", ()))
    )
    themes, parts = (frozenset(names.split("/")) - {""} for names in (kind.get("theme", ""), kind.get("part", "")))
    return Kind(name, heard, unless, themes, parts)


def _groups(text: str, words: dict[str, str], name: str) -> Iterator[Group]:
    for mark, group in re.findall(r"(?:^|([&>]))\s*([^&>]+)", _listed(text)):
        options = [option.strip() for option in _spelt(group, words, name).removeprefix("!").split("|")]
        if not all(options) or any(len(first) <= _KEY and first.endswith("*") for first, *_ in map(str.split, options)):
            raise CatalogError(f"strand {name}: an empty or too short word in {text!r}; write groups as: strong|brav* & everyone")
        split = [tuple(option.lower().split()) for option in options]
        yield Group(
            plain=frozenset(option[0] for option in split if len(option) == 1 and not option[0].endswith("*")),
            stems=tuple(option[0][:-1] for option in split if len(option) == 1 and option[0].endswith("*")),
            phrases=tuple(option for option in split if len(option) > 1),
            behind=mark == ">",
            absent=group.strip().startswith("!"),
        )


def _listed(text: str) -> str:
    """The text with the names of lists in marks that no pattern uses for anything else."""
    return re.sub(r"<(\w+)>", r"«\1»", text)


def _spelt(group: str, words: dict[str, str], name: str) -> str:
    """A group with its lists of words written out; a list inside a phrase stands for each of its words there."""
    group = group.strip()
    while listed := re.search(r"«(\w+)»", group):
        if listed[1] not in words:
            raise CatalogError(f"strand {name}: unknown list <{listed[1]}>; known: {', '.join(sorted(words))}")
        start, end = group.rfind("|", 0, listed.start()) + 1, group.find("|", listed.end())
        end = len(group) if end < 0 else end
        option, bang = group[start:end], "!" if group[start:end].startswith("!") else ""
        spelt = "|".join(option.removeprefix("!").replace(listed[0], word, 1) for word in _listed(words[listed[1]]).split("|"))
        group = group[:start] + bang + spelt + group[end:]
    return group
