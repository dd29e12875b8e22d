"""Reads what a model answered, however it is wrapped, into sections of our script; keeps only words and pauses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from drift_audio.script.budget import PhasePlan
from drift_audio.script.markup import parse_body
from drift_audio.script.model import Atom, Optional, Pause, Section, Utterance
from drift_audio.words.writers.llm.schema import Line, SectionAnswer, WholeAnswer

_THINK: Final = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_LATE_THINK: Final = re.compile(r"\A.*</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
_FENCE: Final = re.compile(r"^\s*(?:```|~~~)[\w-]*\s*$", re.MULTILINE)
_PIECE: Final = re.compile(r'"(phase|say|pause)"\s*:\s*(?:"((?:[^"\\]|\\.)*)"|(-?\d+(?:\.\d+)?))')
_HEADING: Final = re.compile(r"^\s{0,3}#{1,6}\s+(.+?)\s*$", re.MULTILINE)
_LABEL: Final = re.compile(
    r"^\s*(?:\*\*[^*\n]{1,80}\*\*:?|"
    r"(?:title|section|phase|part|chapter|script|duration|total|word count)\b[^.?!\n]{0,70})\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_SPOKEN_PAUSE: Final = re.compile(
    r"^(?:a )?(?:short |long |brief )?(?:pause|silence|wait)\b(?: for)?[\w\s]{0,30}[.…]*$", re.IGNORECASE
)

A = TypeVar("A", bound=BaseModel)


def unwrap(text: str) -> str:
    """The answer without thinking, code fences and byte order marks."""
    text = _THINK.sub(" ", text.removeprefix("\ufeff"))
    text = _LATE_THINK.sub("", text)
    return _FENCE.sub("", text).strip()


def read_section(text: str, phase: PhasePlan, style: str) -> Section | None:
    """One section from JSON, cut-off JSON or plain script text; None when nothing in it can be spoken."""
    text = unwrap(text)
    if "{" in text and '"say"' in text:
        answer = _json(text)
        found = _validated(SectionAnswer, answer) or _first_section(answer)
        lines = found.lines if found else _salvage(text).get("", ())
        return _section(_markup(lines), phase, style)
    return _section(text, phase, style)


def read_whole(text: str, phases: tuple[PhasePlan, ...], style: str) -> dict[str, Section]:
    """All sections that can be found, by phase."""
    text = unwrap(text)
    bodies = _json_bodies(text) if "{" in text and '"say"' in text else _headed_bodies(text, phases)
    known = {phase.key: phase for phase in phases}
    read = {key: _section(body, known[key], style) for key, body in bodies.items() if key in known}
    return {key: section for key, section in read.items() if section is not None}


def _json_bodies(text: str) -> dict[str, str]:
    whole = _validated(WholeAnswer, _json(text))
    if whole is None:
        return {key: _markup(lines) for key, lines in _salvage(text).items()}
    bodies: dict[str, str] = {}
    for section in whole.sections:
        bodies.setdefault(section.phase, _markup(section.lines))
    return bodies


def _headed_bodies(text: str, phases: tuple[PhasePlan, ...]) -> dict[str, str]:
    marks = list(_HEADING.finditer(text))
    bodies: dict[str, str] = {}
    for index, mark in enumerate(marks):
        end = marks[index + 1].start() if index + 1 < len(marks) else len(text)
        key = next((phase.key for phase in phases if _names(mark[1], phase)), None)
        if key is not None:
            bodies.setdefault(key, text[mark.end() : end])
    return bodies


def _names(heading: str, phase: PhasePlan) -> bool:
    low = heading.lower()
    return f"phase: {phase.key}" in low or phase.title.lower() in low or re.search(rf"\b{phase.key}\b", low) is not None


def _json(text: str) -> object:
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=0)
    try:
        return json.JSONDecoder(strict=False).raw_decode(text[start:])[0]
    except (ValueError, RecursionError):
        return None


def _validated(kind: type[A], value: object) -> A | None:
    try:
        return kind.model_validate(value)
    except (ValidationError, RecursionError):
        return None


def _first_section(value: object) -> SectionAnswer | None:
    if isinstance(value, list):
        return _validated(SectionAnswer, {"lines": value})
    whole = _validated(WholeAnswer, value)
    return whole.sections[0] if whole else None


def _salvage(text: str) -> dict[str, tuple[Line, ...]]:
    # Whole lines of a document that was cut off or is bad JSON; what came after the break is lost.
    found: dict[str, list[Line]] = {}
    phase = ""
    for name, words, number in _PIECE.findall(text):
        if name == "phase":
            phase = words
        elif name == "say" and words.strip():
            found.setdefault(phase, []).append(Line(say=_unescape(words)[:1200] or " "))
        elif name == "pause" and number and found.get(phase):
            found[phase][-1] = found[phase][-1].model_copy(update={"pause": min(120.0, max(0.0, float(number)))})
    return {key: tuple(lines) for key, lines in found.items()}


def _unescape(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text.replace("\\", " ")


def _markup(lines: Iterable[Line]) -> str:
    return "\n".join(f"{line.say} [pause {line.pause:g}s]" if line.pause >= 0.1 else line.say for line in lines)


def _section(text: str, phase: PhasePlan, style: str) -> Section | None:
    read = parse_body(_LABEL.sub("", text), style=style, name=phase.title, phase=phase.key)
    if read is None:
        return None
    parts: list[Atom] = []
    for atom in (atom for part in read.parts for atom in (part.parts if isinstance(part, Optional) else (part,))):
        if isinstance(atom, Utterance) and not _SPOKEN_PAUSE.match(atom.text):
            parts.append(atom)
        elif isinstance(atom, Pause) and parts:
            parts.append(Pause(seconds=min(atom.seconds, 60.0)))
    if not any(isinstance(atom, Utterance) for atom in parts):
        return None
    return read.model_copy(update={"parts": tuple(parts)})
