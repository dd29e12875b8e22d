"""The user's own `lines.yaml` and `signals.yaml`: what of them can be used, and what is wrong with the rest.

Nothing here raises for what a person wrote into such a file. A mistake in it must never stand between somebody in danger and
the packaged lines, so every bad entry is left out, named with line and column, and the packaged one stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from drift_audio.errors import ConfigError
from drift_audio.yamlfile import Located, Mistake, Route, read_yaml

LINES_FILE: Final = "lines.yaml"
SIGNALS_FILE: Final = "signals.yaml"
_LINE_KEYS: Final = ("name", "contact", "hours", "source")
_NEEDED: Final = ("name", "contact")


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A user's file as far as it can be used. data: whatever YAML made of it. mistakes: "PATH:LINE:COLUMN: what is wrong"."""

    data: Any = None
    located: Located = field(default_factory=Located)
    mistakes: tuple[str, ...] = ()


def own_file(folder: Path | None, name: str) -> Path | None:
    """The user's file of that name, in `folder` or its `care` folder, where there is one."""
    if folder is None:
        return None
    return next((file for file in (folder / "care" / name, folder / name) if file.is_file()), None)


def read_own(file: Path) -> OwnFile:
    """Read a user's file, whatever is in it."""
    try:
        located = read_yaml(file)
    except ConfigError as error:
        return OwnFile(mistakes=(str(error),))
    if located.data is None:
        return OwnFile(data={}, located=located)
    if not isinstance(located.data, dict):
        return OwnFile(mistakes=(f"{file}:1:1: must be a mapping of names to entries",))
    return OwnFile(located.data, located, tuple(f"{file}:{mistake}" for mistake in located.mistakes))


def own_lines(file: Path, packaged: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The usable entries of a user's `lines.yaml`, in the packaged table's own form, and one line for each mistake."""
    own = read_own(file)
    if own.data is None:
        return {}, own.mistakes
    checked = _LinesCheck(own, packaged)
    table = checked.table()
    return table, (*own.mistakes, *(f"{file}:{mistake}" for mistake in checked.mistakes))


class _LinesCheck:
    """Takes over what can be used of a table of lines, and notes what cannot."""

    def __init__(self, own: OwnFile, packaged: Mapping[str, Any]) -> None:
        self._data, self._located = own.data, own.located
        self._packaged = packaged
        self.mistakes: list[Mistake] = []

    def table(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in self._data.items():
            if name not in self._packaged:
                self._blame((name,), f"unknown entry {name!r}; allowed are {', '.join(self._packaged)}", key=True)
            elif name in {"crisis", "abuse"}:
                found[name] = dict(self._by_place(name, value))
            elif name == "grounding":
                found |= {name: text} if (text := self._text((name,), value)) else {}
            elif name == "eu_countries":
                found |= {name: self._texts((name,), value)} if isinstance(value, list) else self._not_a((name,), "list")
            else:
                found[name] = dict(self._named_texts(name, value))
        return found

    def _by_place(self, name: str, value: object) -> Iterator[tuple[str, list[dict[str, str]]]]:
        if not isinstance(value, dict):
            self._not_a((name,), "mapping of countries or languages to lists of lines")
            return
        for place, lines in value.items():
            if not isinstance(lines, list):
                self._not_a((name, place), "list of lines, each with name and contact")
                continue
            read = [self._line((name, place, number), line) for number, line in enumerate(lines)]
            if usable := [line for line in read if line]:
                yield str(place).lower(), usable

    def _line(self, route: Route, line: object) -> dict[str, str]:
        if not isinstance(line, dict):
            self._not_a(route, 'line such as {name: "Aunt May", contact: "12345"}')
            return {}
        for key in line:
            if key not in _LINE_KEYS:
                self._blame((*route, key), f"unknown key {key!r}; a line has {', '.join(_LINE_KEYS)}", key=True)
        texts = {key: self._text((*route, key), line[key]) for key in _LINE_KEYS if key in line}
        missing = [key for key in _NEEDED if not texts.get(key)]
        if missing and all(key not in line for key in missing):
            self._blame(route, f"{missing[0]!r} is missing; a line needs name and contact")
        return {} if missing else {key: text for key, text in texts.items() if text}

    def _named_texts(self, name: str, value: object) -> Iterator[tuple[str, str]]:
        if not isinstance(value, dict):
            self._not_a((name,), "mapping of names to texts")
            return
        for key, text in value.items():
            if read := self._text((name, key), text):
                yield str(key), read

    def _texts(self, route: Route, values: list[object]) -> list[str]:
        return [text for number, value in enumerate(values) if (text := self._text((*route, number), value))]

    def _text(self, route: Route, value: object) -> str:
        """A scalar as it was written: a number needs no quotes here, and 0800 keeps its nought."""
        written = "" if isinstance(value, dict | list) or value is None else self._located.texts.get(route, str(value)).strip()
        if not written:
            self._blame(route, "must be a text that is not empty")
        return written

    def _not_a(self, route: Route, what: str) -> dict[str, Any]:
        self._blame(route, f"must be a {what}")
        return {}

    def _blame(self, route: Route, message: str, *, key: bool = False) -> None:
        self.mistakes.append(Mistake(*self._located.place(route, key=key), message, route))
