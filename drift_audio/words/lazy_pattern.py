"""Regular expressions that are compiled when a text first holds what they cannot match without.

Compiling one costs a millisecond, and a situation is held against a thousand of them; sixty of these have a chance to match. What
an expression needs is read off its text. The reading is careful, not complete: what it does not understand asks for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

Pieces = tuple[tuple[str, ...], ...]
"""Of each set at least one stands in whatever the pattern matches."""

_LOOKING = ("(?=", "(?!", "(?<=", "(?<!")
_COUNTS = ("?", "*", "+", "{")
_PLAIN = re.compile("[a-z' ]+")
_CLASSES = "wWdDsSbB"
_SHORTEST = 2


class LazyPattern:
    """A regular expression over lower-case text, or with another notation in a class built on this one."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.text)

    @cached_property
    def pieces(self) -> Pieces:
        return pieces_of(self.text)

    def possible(self, text: str) -> bool:
        """False only where the expression cannot match."""
        return all(any(piece in text for piece in one_of) for one_of in self.pieces)

    def search(self, text: str) -> re.Match[str] | None:
        return self.compiled.search(text) if self.possible(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self.compiled.finditer(text) if self.possible(text) else iter(())

    def sub(self, replacement: str, text: str) -> str:
        return self.compiled.sub(replacement, text) if self.possible(text) else text


def _no_macro(name: str) -> Pieces:
    raise KeyError(name)


def pieces_of(pattern: str, macro: Callable[[str], Pieces] = _no_macro) -> Pieces:
    """What a pattern cannot match without, the smallest set first; `macro` gives the same of a macro (`<name>`)."""
    try:
        found, end = _Reader(pattern, macro).alternatives(0)
    except (ValueError, IndexError, KeyError):
        return ()  # of a kind that is not read here, or broken: for the compiler to judge
    if end < len(pattern):
        return ()
    return tuple(sorted(found, key=lambda one: (len(one), -min(map(len, one)))))


@dataclass
class _Sequence:
    """One branch as it is read. run: plain letters in a row."""

    sets: list[tuple[str, ...]] = field(default_factory=list)
    run: str = ""

    def cut(self) -> None:
        word = self.run.strip()
        if len(word) >= _SHORTEST:
            self.sets.append((word,))
        self.run = ""


@dataclass(frozen=True)
class _Reader:
    text: str
    macro: Callable[[str], Pieces]

    def alternatives(self, at: int) -> tuple[list[tuple[str, ...]], int]:
        """Sets of a pattern or group from `at` on, and where its closing bracket stands."""
        branches = [_Sequence()]
        while at < len(self.text) and self.text[at] != ")":
            if self.text[at] == "|":
                branches[-1].cut()
                branches.append(_Sequence())
                at += 1
            else:
                at = self._one(branches[-1], at)
        branches[-1].cut()
        return _either([branch.sets for branch in branches]), at

    def _one(self, branch: _Sequence, at: int) -> int:
        """Read one letter, class, macro or group with what counts it."""
        char = self.text[at]
        if char == "(":
            return self._group(branch, at)
        if char == "<":
            end = self.text.index(">", at)
            return self._counted(branch, list(self.macro(self.text[at + 1 : end])), end + 1)
        if char == "[":
            return self._counted(branch, [], self._class_end(at))
        if char == "\\":
            return self._counted(branch, [], self._escape_end(at))
        if char in ".^$":
            return self._counted(branch, [], at + 1)
        return self._letters(branch, at)

    def _letters(self, branch: _Sequence, at: int) -> int:
        plain = _PLAIN.match(self.text, at)
        end = plain.end() if plain else at + 1
        if end - at > 1 and self.text[end : end + 1] in _COUNTS:
            end -= 1  # the count is about the last letter alone
        optional, after = self._count(end)
        if not optional:
            branch.run += self.text[at:end]
        if after > end:
            branch.cut()
        return after

    def _class_end(self, at: int) -> int:
        end = self.text.index("]", at + 2) + 1
        if "\\]" in self.text[at:end] or self.text.startswith("[^]", at):
            raise ValueError("a class that holds its own bracket")
        return end

    def _escape_end(self, at: int) -> int:
        if self.text[at + 1] not in _CLASSES and self.text[at + 1].isalnum():
            raise ValueError("an escape that is longer than its letter")
        return at + 2

    def _group(self, branch: _Sequence, at: int) -> int:
        looks = next((start for start in _LOOKING if self.text.startswith(start, at)), None)
        opening = looks or ("(?:" if self.text.startswith("(?:", at) else "(")
        if opening == "(" and self.text.startswith("(?", at):
            raise ValueError("a group of a kind that is not read here")
        inner, end = self.alternatives(at + len(opening))
        return self._counted(branch, [] if looks else inner, end + 1)

    def _counted(self, branch: _Sequence, sets: list[tuple[str, ...]], at: int) -> int:
        branch.cut()
        optional, after = self._count(at)
        branch.sets += [] if optional else sets
        return after

    def _count(self, at: int) -> tuple[bool, int]:
        """Whether what stands before `at` may be missing, and where the next thing begins."""
        sign = self.text[at : at + 1]
        if sign not in _COUNTS:
            return False, at
        end = self.text.index("}", at) + 1 if sign == "{" else at + 1
        optional = sign in "?*" or self.text[at : at + 2] in ("{0", "{,")
        return optional, end + (self.text[end : end + 1] in ("?", "+"))


def _either(branches: list[list[tuple[str, ...]]]) -> list[tuple[str, ...]]:
    """What holds whichever branch matches: one of the best set of each."""
    if len(branches) == 1:
        return branches[0]
    if not all(branches):
        return []
    best = [max(sets, key=lambda one: (min(map(len, one)), -len(one))) for sets in branches]
    return [tuple(dict.fromkeys(word for one in best for word in one))]
