"""Reads the script language: Markdown with a front matter, section headings and markers in brackets.

`docs/script-format.md` is the description for people; `format` writes what this reads.
"""

from __future__ import annotations

import re
from typing import Final

from pydantic import ValidationError

from drift_audio.errors import ScriptError
from drift_audio.scenario import STYLES
from drift_audio.script.front_matter import Front, read_front
from drift_audio.script.markers import Fence, TagError, read_tag, unknown
from drift_audio.script.model import Atom, Breath, Cue, Optional, Part, Pause, Script, Section, Utterance
from drift_audio.script.sentences import is_direction, plain, sentences
from drift_audio.script.shapes import Palette, shape

DEFAULT_STYLE: Final = "meditation"
DEFAULT_MINUTES: Final = "12"
_COMMENT: Final = re.compile(r"<!--(.*?)(?:-->|\Z)", re.DOTALL)
_PHASE: Final = re.compile(r"<!--\s*phase:\s*([a-z][a-z0-9-]*)\s*-->", re.IGNORECASE)
_HEADING: Final = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$|^\s{0,3}(#{1,6})\s*$")
_RULE: Final = re.compile(r"^\s*(?:-{3,}|\*{3,}|_{3,}|={3,})\s*$")
_FENCED: Final = re.compile(r"^\s*(?:```|~~~)")
_BULLET: Final = re.compile(r"^\s*(?:[-*+•]|\d{1,2}[.)])\s+(.+)$")
_THINK: Final = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_BREAK: Final = re.compile(r"^break\b(?:.*?time\s*=\s*[\"']?([^\"'/>]+))?", re.IGNORECASE)
_TIMED: Final = re.compile(r"\b(pause|pauses|pausing|silence|wait|break)\b", re.IGNORECASE)
_RUNG: Final = re.compile(r"(?:rings?|strikes?|sounds?) (?:the |a )?(?:bell|chime|gong)s?\b", re.IGNORECASE)
# Brackets as East Asian keyboards write them.
_WIDE: Final = str.maketrans("（）［］", "()[]")
_EMPHASIS: Final = re.compile(r"\*\*(.+?)\*\*|__(.+?)__|(?<![\w_])_([^_\n]{3,60})_(?![\w_])")
# A marker: [..], <..>, {..}, a pause in parentheses or asterisks; or a bracket that never closes.
_MARK: Final = re.compile(
    r"!?\[(?P<square>[^\[\]\n]*)\](?:\((?P<link>[^()\s]*)\))?|<(?P<angle>/?[A-Za-z][^<>\n]*)>|\{+(?P<brace>[^{}\n]*)\}+"
    r"|\((?P<round>[^()\n]{3,60})\)|(?<![*\w])\*(?P<star>[^*\n]{3,60})\*(?![*\w])|(?P<stray>[\[\]{}])"
)


def parse(text: str, *, file: str | None = None, strict: bool = True) -> Script:
    """Read a script.

    Args:
        text: the whole file. file: name to show in errors.
        strict: False for what a model wrote: unknown tags are dropped instead of refused, missing fields get defaults.

    Raises:
        ScriptError: with the line, what is wrong there, what is allowed and the nearest known name.
    """
    text = _prepare(text, file=file, strict=strict)
    lines = text.split("\n")
    front = read_front(lines, file=file, strict=strict)
    style = front.fields.get("style", DEFAULT_STYLE)
    if style not in STYLES:
        if strict:
            where = front.lines["style"]
            raise ScriptError(f"unknown style {style[:40]!r}; choose one of {', '.join(STYLES)}", line=where, file=file)
        style = DEFAULT_STYLE
    reader = _Reader(shape(style).palette, title=front.fields.get("title", ""), file=file, strict=strict)
    for number, line in enumerate(lines[front.body_line - 1 :], front.body_line):
        reader.line(line, number)
    sections = reader.finish(len(lines))
    return _script(front, style, sections, file=file, strict=strict)


def parse_body(text: str, *, style: str, name: str, phase: str | None = None) -> Section | None:
    """Read the text of one section as a model wrote it (leniently); None when nothing in it is spoken."""
    reader = _Reader(shape(style).palette, title=name, file=None, strict=False)
    for number, line in enumerate(_prepare(text, file=None, strict=False).split("\n"), 1):
        if not _HEADING.match(line):
            reader.line(line, number)
    parts = tuple(part for section in reader.finish(0, allow_empty=True) for part in section.parts)
    if not any(isinstance(part, Utterance) for part in parts):
        return None
    return Section(name=name, parts=parts, phase=phase)


def _prepare(text: str, *, file: str | None, strict: bool) -> str:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").translate(_WIDE)
    if strict:
        if "\x00" in text:
            line = text.count("\n", 0, text.index("\x00")) + 1
            raise ScriptError("this is a binary file, not a script", line=line, file=file)
        if not text.strip():
            raise ScriptError("the script is empty", line=1, file=file)
    else:
        text = _THINK.sub(_blank, text)
    # A phase comment belongs to its heading; every other comment is the author's own and goes, its line breaks stay.
    return _COMMENT.sub(lambda found: found[0] if _PHASE.fullmatch(found[0]) else _blank(found), text)


def _plain_or_marker(found: re.Match[str]) -> str:
    """What is emphasised without its marks; a pause stays a marker, and single underscores that hold none stay as they are."""
    inner = found[1] or found[2] or found[3]
    if _TIMED.match(inner) or _RUNG.match(inner):
        return f"*{inner}*"
    return found[0] if found[3] else inner


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n") or " "


def _script(front: Front, style: str, sections: tuple[Section, ...], *, file: str | None, strict: bool) -> Script:
    fields: dict[str, object] = {key: value for key, value in front.fields.items() if value.strip()}
    if "title" not in fields and strict:
        raise ScriptError("front matter: title is missing", line=max(1, front.body_line - 1), file=file)
    fields = {"title": "Session", "minutes": DEFAULT_MINUTES} | fields | {"style": style, "sections": sections}
    try:
        return Script.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        if not strict and key in front.fields:
            kept = {name: value for name, value in front.fields.items() if name != key}
            return _script(Front(kept, front.lines, front.body_line), style, sections, file=file, strict=False)
        message = f"front matter: {key} {front.fields.get(key, '')[:40]!r}: {first['msg'].lower()}"
        raise ScriptError(message, line=front.lines.get(key, 1), file=file) from None


class _Reader:
    """Takes lines, gives sections. A paragraph's words wait in `words` until a marker, blank line or heading ends them."""

    def __init__(self, palette: Palette, *, title: str, file: str | None, strict: bool) -> None:
        self.palette, self.title, self.file, self.strict = palette, title, file, strict
        self.sections: list[Section] = []
        self.name: str | None = None
        self.phase: str | None = None
        self.heading_line = 1
        self.parts: list[Part] = []
        self.inside: list[Atom] | None = None
        self.open_line = 0
        self.words: list[str] = []
        self.last: Atom | None = None
        self.gap = False

    def line(self, line: str, number: int) -> None:
        if heading := _HEADING.match(line):
            self._heading(heading[2] or "", number)
        elif not line.strip() or _RULE.match(line):
            self._flush()
            self.gap = self.gap or isinstance(self.last, Utterance)
        elif not _FENCED.match(line):
            self._text(_PHASE.sub(" ", line), number)

    def finish(self, last_line: int, *, allow_empty: bool = False) -> tuple[Section, ...]:
        self._close_section()
        if not allow_empty and not any(_speaks(section) for section in self.sections):
            reason = "nothing is spoken in this script; write at least one sentence"
            raise ScriptError(reason, line=max(1, last_line), file=self.file)
        return tuple(self.sections)

    def _heading(self, text: str, number: int) -> None:
        self._close_section()
        phase = _PHASE.search(text)
        name = plain(re.sub(r"[\[({<].*?[\])}>]", " ", _PHASE.sub(" ", text)))[:120].strip()
        if not name:
            self._wrong("a heading without a name", number)
            name = f"Part {len(self.sections) + 1}"
        self.name, self.phase, self.heading_line = name, phase[1].lower() if phase else None, number

    def _close_section(self) -> None:
        self._flush()
        if self.inside is not None:
            self._wrong("[optional] is not closed before the section ends; add [/optional]", self.open_line)
            self._close_optional()
        if self.parts:
            name = self.name or plain(self.title)[:120].strip() or "Session"
            self.sections.append(Section(name=name, parts=tuple(self.parts), phase=self.phase))
        elif self.name is not None:
            self._wrong(f"section {self.name[:40]!r} has nothing in it; write a line or remove the heading", self.heading_line)
        self.parts, self.name, self.phase = [], None, None
        self.last, self.gap = None, False

    def _text(self, line: str, number: int) -> None:
        if bullet := _BULLET.match(line):
            # Points of a list are sentences of their own even without a full stop.
            point = bullet[1].strip()
            line = point[:1].upper() + point[1:] + ("" if re.search(r"[.!?…\])}>]$", point) else ".")
        line = _EMPHASIS.sub(_plain_or_marker, line)
        at = 0
        for mark in _MARK.finditer(line):
            if self._keeps(mark):
                continue
            self.words.append(line[at : mark.start()])
            at = mark.end()
            self._mark(mark, number)
        self.words.append(line[at:])

    def _keeps(self, mark: re.Match[str]) -> bool:
        # Asides in parentheses and emphasised words are speech, unless they tell how to speak.
        aside = mark["round"] or mark["star"]
        return aside is not None and not is_direction(aside) and not _TIMED.match(aside) and not _RUNG.match(aside)

    def _mark(self, mark: re.Match[str], number: int) -> None:
        aside = mark["round"] or mark["star"]
        if aside is not None:
            self._aside(aside)
        elif mark["square"] is not None:
            if mark["link"] is not None and not self.strict:
                self.words.append("" if mark[0].startswith("!") else mark["square"])
            else:
                self._tag(mark["square"], number)
        elif mark["angle"] is not None:
            self._angle(mark["angle"], number)
        elif mark["brace"] is not None:
            self._wrong(f"{mark[0][:40]} looks like an unfilled placeholder; replace it with words", number)
        else:
            self._wrong(f"a {mark['stray']!r} without its other half; brackets are for markers and are never spoken", number)

    def _aside(self, text: str) -> None:
        try:
            self._add(read_tag(text, self.palette))
        except TagError:
            self.words.append(" ")

    def _angle(self, text: str, number: int) -> None:
        if found := _BREAK.match(text):
            self._tag(f"pause {found[1] or ''}", number)
        elif not text.startswith("/"):
            self._wrong(unknown(text).replace("[", "<", 1).replace("]", ">", 1), number)

    def _tag(self, text: str, number: int) -> None:
        try:
            self._add(read_tag(text, self.palette), number)
        except TagError as error:
            self._wrong(str(error), number)
            self.words.append(" ")

    def _add(self, found: Atom | Fence, number: int = 0) -> None:
        self._flush()
        if found == "open":
            if self.inside is not None:
                self._wrong("[optional] inside [optional]; close the first with [/optional]", number)
                return
            self.inside, self.open_line = [], number
        elif found == "close":
            if self.inside is None:
                self._wrong("[/optional] without [optional]", number)
                return
            self._close_optional()
        else:
            self._put(found)

    def _close_optional(self) -> None:
        if self.inside:
            self.parts.append(Optional(parts=tuple(self.inside)))
        self.inside = None

    def _flush(self) -> None:
        text, self.words = " ".join(self.words), []
        before = self.parts if self.inside is None else self.inside
        if before and isinstance(before[-1], Utterance) and not self.gap and text.strip():
            # Only a dropped marker stood between: what it cut may be one sentence.
            text = f"{before.pop().text} {text}"  # type: ignore[union-attr]  # just seen to be an utterance
        for sentence in sentences(text):
            self._put(Utterance(text=sentence))

    def _put(self, atom: Atom) -> None:
        if self.gap and isinstance(atom, Utterance | Cue):
            self._append(Pause(seconds=self.palette.paragraph, role="paragraph"))
        self.gap = False
        self._append(atom)

    def _append(self, atom: Atom) -> None:
        (self.parts if self.inside is None else self.inside).append(atom)
        self.last = atom

    def _wrong(self, message: str, number: int) -> None:
        if self.strict:
            raise ScriptError(message, line=max(1, number), file=self.file)


def _speaks(section: Section) -> bool:
    atoms = [atom for part in section.parts for atom in (part.parts if isinstance(part, Optional) else (part,))]
    return any(isinstance(atom, Utterance | Breath) for atom in atoms)
