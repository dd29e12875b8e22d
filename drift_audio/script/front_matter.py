"""The front matter of a script file: a small YAML block with line numbers in its errors."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any, Final

import yaml

from drift_audio.errors import ScriptError

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
    try:
        # Nodes rather than values: they know their lines, and a title "yes" stays a word.
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark: Any = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise ScriptError(f"front matter: {problem}", line=offset + (mark.line if mark else 0), file=file) from None
    except RecursionError:
        raise ScriptError("front matter: nested too deeply", line=offset, file=file) from None
    if node is None:
        return {}, {}
    if not isinstance(node, yaml.MappingNode):
        raise ScriptError("front matter must be lines of `key: value`", line=offset, file=file)
    fields: dict[str, str] = {}
    where: dict[str, int] = {}
    for key, value in node.value:
        line = offset + key.start_mark.line
        name = str(key.value)
        problem = _problem(name, value, fields)
        if problem is None:
            fields[name], where[name] = value.value, line
        elif strict:
            raise ScriptError(problem, line=line, file=file)
    return fields, where


def _problem(name: str, value: Any, seen: dict[str, str]) -> str | None:
    if name not in KEYS:
        near = get_close_matches(name, KEYS, 1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return f"front matter: unknown key {name[:40]!r}; {hint}allowed: {', '.join(KEYS)}"
    if name in seen:
        return f"front matter: {name!r} stands twice"
    if not isinstance(value, yaml.ScalarNode):
        return f"front matter: {name!r} must be one plain value"
    return None
