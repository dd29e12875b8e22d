"""The front matter of a script file: a small YAML block with line numbers in its errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from drift_audio.errors import ScriptError
from drift_audio.near_match import near_matches
from drift_audio.yamlfile import Located, Mistake, Unreadable, parse_yaml

KEYS: Final = ("title", "style", "minutes", "voice", "ambience", "language", "seed", "theme")
_FENCE: Final = re.compile(r"^---\s*$")


class Front:
    """Fields as strings with the line of each; `body_line` is the first line (from 1) after the block."""

    def __init__(self, fields: dict[str, str], lines: dict[str, int], body_line: int) -> None:
        self.fields = fields
        self.lines = lines
        self.body_line = body_line


def read_front(lines: list[str], *, file: str | None, strict: bool) -> Front:
    """Read the block at the top; an empty one when a lenient text has none.

    Raises:
        ScriptError: no block (strict), not closed, not valid YAML, unknown or doubled key, a value that is not plain.
    """
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None or not _FENCE.match(lines[first]):
        if strict:
            raise ScriptError(
                "no front matter; a script begins with ---, title: ..., style: ..., minutes: ..., ---", line=1, file=file
            )
        return Front({}, {}, 1)
    close = next((number for number in range(first + 1, len(lines)) if _FENCE.match(lines[number])), None)
    if close is None:
        if strict:
            raise ScriptError("the front matter is not closed; end it with a line of ---", line=first + 1, file=file)
        return Front({}, {}, first + 2)
    try:
        fields, where = _mapping("\n".join(lines[first + 1 : close]), first + 2, file, strict)
    except ScriptError:
        if strict:
            raise
        fields, where = {}, {}
    return Front(fields, where, close + 2)


def _mapping(text: str, offset: int, file: str | None, strict: bool) -> tuple[dict[str, str], dict[str, int]]:
    """Fields and their lines; offset: line of the first of `text`."""
    try:
        located = parse_yaml(text)
    except Unreadable as error:
        raise ScriptError(f"front matter: {error.reason}", line=offset + error.line - 1, file=file) from None
    if not isinstance(located.data, dict | None):
        raise ScriptError("front matter must be lines of `key: value`", line=offset, file=file)
    mistakes = sorted(_mistakes(located))
    if mistakes and strict:
        raise ScriptError(f"front matter: {mistakes[0].message}", line=offset + mistakes[0].line - 1, file=file)
    # As they were written rather than as values: a title "yes" stays a word.
    fields = {name: located.texts[(name,)] for name in located.data or () if name in KEYS and (name,) in located.texts}
    return fields, {name: offset + located.place((name,), key=True)[0] - 1 for name in fields}


def _mistakes(located: Located) -> Iterator[Mistake]:
    yield from located.mistakes
    for name in located.data or ():
        place = located.place((name,), key=True)
        if name not in KEYS:
            near = near_matches(name, KEYS, limit=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            yield Mistake(*place, f"unknown key {name[:40]!r}; {hint}allowed: {', '.join(KEYS)}")
        elif (name,) not in located.texts:
            yield Mistake(*place, f"{name!r} must be one plain value")
