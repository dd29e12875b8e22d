"""Reads journey files; every mistake is told with its file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NoReturn, get_args

from pydantic import ValidationError

from drift_audio.errors import CatalogError
from drift_audio.near_match import hint
from drift_audio.words.journeys.model import SECTIONS, Asked, Breaths, Item, Journey, Line, Need, Section, Silence, Slot
from drift_audio.words.understanding.facts import FACTS
from drift_audio.yamlfile import Unreadable, parse_mapping

FOLDER: Final = Path(__file__).parent
SLOTS: Final[tuple[str, ...]] = get_args(Slot)
_ASKED: Final[tuple[str, ...]] = get_args(Asked)
_KEYS: Final = (
    "matter",
    "gloss",
    "tellings",
    "styles",
    "part",
    "gravity",
    "tone",
    "needs",
    "not",
    "image",
    "technique",
    "person",
)
_ALONE: Final = frozenset({"told1", "told2", "told3", "answer"})
_ASKS_OF: Final[dict[str, Asked]] = {"keep": "keep", "answer": "keep", "wish": "wish"}
_PAUSE: Final = re.compile(r"\[pause (\d+(?:\.\d+)?)s\]")
_BREATH: Final = re.compile(r"\[breath (\d+(?:\.\d+)?(?:/\d+(?:\.\d+)?){1,3})(?: x(\d+))?\]")
_FLAG: Final = re.compile(r"(~|\?\w*) *")
_BRACE: Final = re.compile(r"\{([^{}]*)\}")


@cache
def load_journeys() -> dict[str, Journey]:
    """Every packaged journey by name, in the order of their names.

    Raises:
        CatalogError: a file is not as it must be; file, line and what is allowed are told.
    """
    return {path.stem: read_journey(path) for path in sorted(FOLDER.glob("*.md"))}


def read_journey(path: Path) -> Journey:
    """One journey from its file.

    Raises:
        CatalogError: as `load_journeys`.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path}: cannot be read ({type(error).__name__})") from None
    return parse_journey(text, path.name)


def parse_journey(text: str, name: str) -> Journey:
    """A journey from the text of its file; `name` is the file's.

    Raises:
        CatalogError: as `load_journeys`.
    """
    return _File(name, text.splitlines()).journey()


class _File:
    """The lines of one file on their way to a journey."""

    def __init__(self, name: str, lines: Sequence[str]) -> None:
        self.name = name
        self.lines = lines

    def fail(self, number: int, message: str) -> NoReturn:
        raise CatalogError(f"{self.name}:{number}: {message}")

    def journey(self) -> Journey:
        ends = [at for at, line in enumerate(self.lines) if line.rstrip() == "---"]
        if len(ends) < 2 or ends[0] != 0:
            self.fail(1, "a journey begins with its front matter between two lines of ---")
        front = self.front(self.lines[1 : ends[1]])
        style = self.style(front)
        fields = {key: value for key, value in front.items() if key not in {"styles", "needs", "not", "person"}}
        fields |= {
            "name": self.name.removesuffix(".md"),
            "style": style,
            "needs": tuple(self.needs(front.get("needs") or ())),
            "rules_out": tuple(self.fact(str(fact), "not") for fact in self.listed(front, "not")),
            "person": None if str(front.get("person", "none")).lower() == "none" else front["person"],
            "sections": tuple(self.sections(style, ends[1] + 1)),
        }
        try:
            return Journey.model_validate(fields)
        except ValidationError as error:
            first = error.errors()[0]
            field = str(first["loc"][0]) if first["loc"] else "front matter"
            self.fail(self.at(field), f"{field}: {first['msg']}")

    def at(self, key: str) -> int:
        """The line on which a key of the front matter stands."""
        return next((at for at, line in enumerate(self.lines, 1) if line.startswith(f"{key}:")), 1)

    def front(self, lines: Sequence[str]) -> dict[str, Any]:
        try:
            found = parse_mapping("\n".join(lines))
        except Unreadable as error:
            self.fail(1 + error.line, f"front matter, a mapping of {', '.join(_KEYS)}: {error.reason}")
        for key in found:
            if key not in _KEYS:
                self.fail(self.at(str(key)), f"unknown key {key!r}; {hint(str(key), _KEYS)}")
        return found

    def listed(self, front: dict[str, Any], key: str) -> Sequence[Any]:
        value = front.get(key) or ()
        if not isinstance(value, list | tuple):
            self.fail(self.at(key), f"{key} is a list of facts in square brackets")
        return value

    def style(self, front: dict[str, Any]) -> str:
        styles = front.get("styles")
        if not isinstance(styles, list) or len(styles) != 1 or styles[0] not in SECTIONS:
            self.fail(self.at("styles"), f"styles names exactly one of {', '.join(SECTIONS)}")
        return str(styles[0])

    def needs(self, wanted: Any) -> Iterator[Need]:
        for text in self.listed({"needs": wanted}, "needs"):
            fact = str(text).removeprefix("no ")
            yield Need.model_validate({"fact": self.fact(fact, "needs"), "known": fact == text})

    def fact(self, name: str, key: str) -> str:
        if name not in FACTS:
            self.fail(self.at(key), f"unknown fact {name!r}; {hint(name, FACTS)}")
        return name

    def sections(self, style: str, begin: int) -> Iterator[Section]:
        names = SECTIONS[style]
        found: list[tuple[str, list[Item]]] = []
        for number, raw in enumerate(self.lines[begin:], begin + 1):
            line = raw.strip()
            if line.startswith("## "):
                self.heading(line[3:].strip(), names, len(found), number)
                found.append((line[3:].strip(), []))
            elif line and not found:
                self.fail(number, f"text before the first section; it is '## {names[0]}'")
            elif line:
                found[-1][1].append(self.item(line, number))
        if len(found) < len(names):
            self.fail(len(self.lines), f"section '## {names[len(found)]}' is missing; a {style} has {', '.join(names)}")
        return (Section(name=name, items=tuple(items)) for name, items in found)

    def heading(self, name: str, names: Sequence[str], at: int, number: int) -> None:
        if at >= len(names) or name != names[at]:
            wanted = f"here stands '## {names[at]}'" if at < len(names) else "there are five sections"
            self.fail(number, f"unexpected section {name!r}; {wanted} ({', '.join(names)})")

    def item(self, line: str, number: int) -> Item:
        if pause := _PAUSE.fullmatch(line):
            return Silence(seconds=float(pause[1]), number=number)
        if breath := _BREATH.fullmatch(line):
            return self.breaths(breath, number)
        if "[" in line or "]" in line:
            self.fail(number, "a pause or a breath stands on a line of its own: [pause 4s] or [breath 4/6 x3]")
        return self.spoken(line, number)

    def breaths(self, found: re.Match[str], number: int) -> Breaths:
        parts = [float(part) for part in found[1].split("/")]
        cycles = int(found[2] or 1)
        if not all(0 < part <= 20 for part in (parts[0], parts[-1])) or not 1 <= cycles <= 12:
            self.fail(number, "breaths last up to twenty seconds each way and are counted up to twelve times")
        holds = {"hold_s": parts[1]} if len(parts) > 2 else {}
        out = parts[2] if len(parts) > 2 else parts[1]
        return Breaths(
            in_s=parts[0], out_s=out, rest_s=parts[3] if len(parts) > 3 else 0.0, cycles=cycles, number=number, **holds
        )

    def spoken(self, line: str, number: int) -> Line:
        flags: list[str] = []
        while flag := _FLAG.match(line):
            flags.append(flag[1])
            line = line[flag.end() :]
        asks = {self.flag(flag[1:], number) for flag in flags if flag != "~"}
        pieces = tuple(self.pieces(line, number))
        slots = {slot for wordings in pieces for wording in wordings for slot in self.slots(wording, number)}
        for slot in slots & _ALONE:
            if line != f"{{{slot}}}":
                self.fail(number, f"{{{slot}}} stands alone on its line")
        asks |= {_ASKS_OF[slot] for slot in slots if slot in _ASKS_OF}
        return Line.model_validate(
            {"pieces": pieces, "number": number, "spare": "~" in flags, "asks": frozenset(asks), "slots": frozenset(slots)}
        )

    def flag(self, name: str, number: int) -> Any:
        if name not in _ASKED:
            self.fail(number, f"unknown flag ?{name}; {hint(name, _ASKED)}")
        return name

    def pieces(self, line: str, number: int) -> Iterator[tuple[str, ...]]:
        """Plain text and wordings of a line, in their order."""
        if not line:
            self.fail(number, "a flag with nothing behind it")
        plain, end = "", 0
        for brace in _BRACE.finditer(line):
            plain += line[end : brace.start()]
            end = brace.end()
            if "|" not in brace[1]:
                plain += brace[0]
                continue
            if plain.strip():
                yield (plain.strip(),)
            plain = ""
            wordings = tuple(part.strip() for part in brace[1].split("|"))
            if not all(wordings):
                self.fail(number, "a wording is empty; write {first wording|second wording}")
            yield wordings
        plain += line[end:]
        if any(mark in _BRACE.sub("", plain) for mark in "{}|"):
            self.fail(number, "a brace is not closed, or wordings are nested; write {first wording|second wording}")
        if plain.strip():
            yield (plain.strip(),)

    def slots(self, text: str, number: int) -> Iterator[str]:
        for brace in _BRACE.finditer(text):
            if brace[1] not in SLOTS:
                self.fail(number, f"unknown slot {{{brace[1]}}}; {hint(brace[1], SLOTS)}")
            yield brace[1]
