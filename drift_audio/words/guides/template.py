"""The tiny language of the phrase banks: text with `{a|b}` alternatives, `{slot}`s and `{@pool}`s.

A template is parsed once into a tree, pruned to what the story surely has, counted, and expanded by index: every index
below the count gives another text, so a walk through the indices never says the same thing twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from drift_audio.errors import CatalogError

SLOTS: Final = (
    "person",
    "person's",
    "they",
    "them",
    "their",
    "themselves",
    "event",
    "matter",
    "when",
    "wish",
    "feeling",
    "feelings",
    "setting",
    "minutes",
)
PERSON_SLOTS: Final = frozenset(SLOTS[:6])
AGREEING: Final = ("they", "person")
_SLOT = re.compile(r"([A-Za-z][a-z]*(?:'s)?)(?::([a-z']+)/([a-z']+))?\Z")
_POOL = re.compile(r"@([a-z][a-z0-9-]*)\Z")


@dataclass(frozen=True, slots=True)
class Text:
    """Words said as they stand."""

    text: str


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a word of the story; with `forms`, the verb that agrees with it (singular, plural)."""

    name: str
    capital: bool = False
    forms: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """A sentence from a named pool."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences; `sizes`, known once it is pruned, says how many texts each of them can give."""

    options: tuple[tuple[Node, ...], ...]
    sizes: tuple[int, ...] = ()


Node = Text | Slot | Pool | Choice
Seq = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Fill:
    """What the story surely has: slot values, which of "they" and "person" take a plural verb, and the pools at hand.

    banned: words that would be out of place here (sitting, on a walk); an alternative that holds one is not chosen.
    brief: shorter words for a slot that stands amid a sentence, where a long phrase would trip the tongue.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    plural: frozenset[str] = frozenset()
    pools: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    banned: re.Pattern[str] | None = None
    brief: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=8192)
def parse(template: str) -> Seq:
    """Read a template.

    Raises:
        CatalogError: an unclosed brace, an unknown slot, or agreement on a slot that has no verb.
    """
    sequence, end = _sequence(template, 0, inside=False)
    if end != len(template):
        raise CatalogError(f"template has a stray '}}' at {end}: {template[:60]!r}")
    return sequence


def _sequence(template: str, at: int, *, inside: bool) -> tuple[Seq, int]:
    nodes: list[Node] = []
    start = at
    while at < len(template):
        char = template[at]
        if char == "{":
            _flush(nodes, template[start:at])
            node, at = _brace(template, at + 1)
            nodes.append(node)
            start = at
        elif char == "}" or (inside and char == "|"):
            break
        else:
            at += 1
    _flush(nodes, template[start:at])
    return tuple(nodes), at


def _flush(nodes: list[Node], text: str) -> None:
    if text:
        nodes.append(Text(text))


def _brace(template: str, at: int) -> tuple[Node, int]:
    options: list[Seq] = []
    start = at
    while True:
        sequence, at = _sequence(template, at, inside=True)
        if at >= len(template):
            raise CatalogError(f"template has an unclosed '{{': {template[:60]!r}")
        options.append(sequence)
        if template[at] == "}":
            break
        at += 1
    if len(options) > 1:
        if (Text("person"),) in options or (Text("Person"),) in options:
            raise CatalogError(f"template says the word 'person' where {{{{person}}}} is meant: {template[start - 1 : at + 1]!r}")
        return Choice(tuple(options)), at + 1
    return _single(template[start:at], template), at + 1


def _single(inner: str, template: str) -> Node:
    if pool := _POOL.match(inner):
        return Pool(pool[1])
    match = _SLOT.match(inner)
    name = match[1][0].lower() + match[1][1:] if match else ""
    if not match or name not in SLOTS:
        raise CatalogError(f"template has an unknown slot {{{inner}}} in {template[:60]!r}; slots are {', '.join(SLOTS)}")
    forms = (match[2], match[3]) if match[2] else None
    if forms and name not in AGREEING:
        raise CatalogError(f"template asks {{{inner}}} for a verb; only {' and '.join(AGREEING)} have one")
    return Slot(name, capital=match[1][0].isupper(), forms=forms)


def prune(sequence: Seq, fill: Fill) -> Seq | None:
    """The sequence without what the fill cannot say; None when nothing whole is left."""
    kept: list[Node] = []
    for at, node in enumerate(sequence):
        pruned = _prune_node(node, fill, amid=_goes_on(sequence[at + 1 :]))
        if pruned is None:
            return None
        kept.append(pruned)
    return tuple(kept)


def _goes_on(rest: Seq) -> bool:
    """Whether the sentence goes on with a word, rather than with a stop or a comma."""
    return bool(rest) and isinstance(rest[0], Text) and re.match(r" (?:\w|\Z)", rest[0].text) is not None


def _prune_node(node: Node, fill: Fill, *, amid: bool) -> Node | None:
    if isinstance(node, Text):
        return None if fill.banned and fill.banned.search(node.text) else node
    if isinstance(node, Slot):
        return _prune_slot(node, fill, amid=amid)
    if isinstance(node, Pool):
        options = [prune(parse(text), fill) for text in fill.pools.get(node.name, ())]
    else:
        options = [prune(option, fill) for option in node.options]
    whole = tuple(option for option in options if option is not None)
    return Choice(whole, tuple(count(option) for option in whole)) if whole else None


def _prune_slot(node: Slot, fill: Fill, *, amid: bool) -> Node | None:
    value = fill.values.get(node.name)
    value = fill.brief.get(node.name, value) if amid else value
    if value is None:
        return None
    if node.forms:
        return Text(node.forms[node.name in fill.plural])
    return Text(value[:1].upper() + value[1:] if node.capital else value)


def count(sequence: Seq) -> int:
    """How many texts a pruned sequence can give."""
    total = 1
    for node in sequence:
        if isinstance(node, Choice):
            total *= sum(node.sizes)
    return total


def expand(sequence: Seq, index: int) -> str:
    """Text number `index` (taken modulo the count) of a pruned sequence, tidied for speaking."""
    return tidy(_expand(sequence, index)[0])


def _expand(sequence: Seq, index: int) -> tuple[str, int]:
    said: list[str] = []
    for node in sequence:
        if isinstance(node, Text):
            said.append(node.text)
        elif isinstance(node, Choice):
            text, index = _choose(node, index)
            said.append(text)
    return "".join(said), index


def _choose(node: Choice, index: int) -> tuple[str, int]:
    index, own = divmod(index, sum(node.sizes))
    for option, size in zip(node.options, node.sizes, strict=True):
        if own < size:
            return _expand(option, own)[0], index
        own -= size
    raise AssertionError("unreachable: an index below the sum falls into an option")


def slots_named(sequence: Seq) -> frozenset[str]:
    """Every slot that a parsed sequence may use, whichever alternative is taken."""
    names: set[str] = set()
    for node in sequence:
        if isinstance(node, Slot):
            names.add(node.name)
        elif isinstance(node, Choice):
            names.update(*(slots_named(option) for option in node.options))
    return frozenset(names)


_TIDY = (
    (re.compile(r"[ \t]*\n[ \t]*\n\s*"), "\n\n"),
    (re.compile(r"(?<!\n)[ \t]*\n[ \t]*(?!\n)"), " "),
    (re.compile(r"[ \t]{2,}"), " "),
    (re.compile(r"[ \t]+([,.;:?])"), r"\1"),
    (re.compile(r",{2,}"), ","),
)


def tidy(text: str) -> str:
    """One space between words, none before a stop, a blank line between paragraphs, a capital after each full stop."""
    for pattern, into in _TIDY:
        text = pattern.sub(into, text)
    return _capitals(text.strip())


def _capitals(text: str) -> str:
    out: list[str] = []
    expect = True
    depth = 0
    for at, char in enumerate(text):
        depth += (char == "[") - (char == "]")
        if depth == 0 and char.isalpha():
            out.append(char.upper() if expect else char)
            expect = False
            continue
        if depth == 0 and ((char in ".?" and text[at + 1 : at + 2] in {" ", "\n", "", "”"}) or char == "\n"):
            expect = True
        elif depth == 0 and char.isdigit():
            expect = False
        out.append(char)
    return "".join(out)
