"""Writes a script in its canonical form; `parse(format_script(script))` gives the same script back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from drift_audio.script.front_matter import KEYS
from drift_audio.script.model import Atom, Bell, Breath, Cue, Optional, Part, Pause, Script, Section, Utterance
from drift_audio.script.sentences import plain, sentences
from drift_audio.script.shapes import shape
from drift_audio.yamlfile import dump_yaml

Row = Atom | str


def format_script(script: Script) -> str:
    """The script as a file: front matter, headings with their phase, one sentence a line, markers on lines of their own.

    Two sentences in one utterance come back as two; markup inside an utterance does not come back at all.
    """
    paragraph = shape(script.style).palette.paragraph
    blocks = [_front(script), *(_section(section, paragraph) for section in script.sections)]
    return "\n\n".join(blocks) + "\n"


def _front(script: Script) -> str:
    defaults = Script.model_fields
    lines = ["---"]
    for key in KEYS:
        value = getattr(script, key)
        if value is None or (key in ("language", "seed") and value == defaults[key].default):
            continue
        lines.append(_entry(key, value))
    return "\n".join([*lines, "---"])


def _entry(key: str, value: object) -> str:
    if isinstance(value, float) and value == int(value):
        value = int(value)
    return dump_yaml({key: value}).rstrip("\n")


def _section(section: Section, paragraph: float) -> str:
    phase = f" <!-- phase: {section.phase} -->" if section.phase and re.fullmatch(r"[a-z][a-z0-9-]*", section.phase) else ""
    return f"## {plain(section.name)}{phase}\n\n{_body(section.parts, paragraph)}"


def _body(parts: tuple[Part, ...], paragraph: float) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_lines(parts, paragraph))).strip("\n")


def _lines(parts: tuple[Part, ...], paragraph: float) -> Iterator[str]:
    rows = [row for part in parts for row in _rows(part)]
    last: Atom | None = None
    for index, row in enumerate(rows):
        if isinstance(row, str):
            yield row
            continue
        if isinstance(row, Utterance):
            yield from sentences(row.text)
        elif _is_blank_line(row, last, rows[index + 1 : index + 2], paragraph):
            yield ""
        elif isinstance(row, Cue) or _is_inside(row, last, rows[index + 1 : index + 2]):
            yield _tag(row)
        else:
            yield from ("", _tag(row), "")
        last = row


def _rows(part: Part) -> tuple[Row, ...]:
    return ("[optional]", *part.parts, "[/optional]") if isinstance(part, Optional) else (part,)


def _is_blank_line(row: Atom, last: Atom | None, after: list[Row], paragraph: float) -> bool:
    if not isinstance(row, Pause) or row.role != "paragraph" or row.seconds != paragraph or not row.elastic:
        return False
    return isinstance(last, Utterance) and bool(after) and isinstance(after[0], Utterance | Cue)


def _is_inside(row: Atom, last: Atom | None, after: list[Row]) -> bool:
    """A written pause between two sentences stays in their paragraph, so that a paragraph reads as one block."""
    inside = isinstance(row, Pause) and row.role == "nominal" and isinstance(last, Utterance)
    return inside and bool(after) and isinstance(after[0], Utterance)


def _tag(atom: Atom) -> str:
    match atom:
        case Pause(role="paragraph"):
            return f"[paragraph {_number(atom.seconds)}s]"
        case Pause():
            return f"[{'pause' if atom.elastic else 'silence'} {_number(atom.seconds)}s]"
        case Breath():
            return _breath(atom)
        case Bell():
            return "[bell]" if atom.count == 1 else f"[bell x{atom.count}]"
        case Cue():
            return _cue(atom)
    raise AssertionError("an utterance is not a tag")


def _breath(breath: Breath) -> str:
    parts = [breath.in_s, breath.hold_s, breath.out_s, breath.rest_s]
    if not breath.rest_s:
        parts.pop()
        if not breath.hold_s:
            parts.pop(1)
    times = f" x{breath.cycles}" if breath.cycles > 1 else ""
    return f"[breath {'/'.join(map(_number, parts))}{times}]"


def _cue(cue: Cue) -> str:
    if cue.ambience is not None:
        return f"[ambience {cue.ambience}]"
    if cue.voice is not None:
        return f"[voice {cue.voice}]"
    if cue.bed_db is not None:
        return f"[bed {'+' if cue.bed_db > 0 else ''}{_number(cue.bed_db)}dB]"
    return f"[speed {_number(cue.speed or 1.0)}]"


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".") or "0"
