"""What a finished file says of itself: title, artist, date, the safety note and its chapters."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from drift_audio.sound.audio import RATE
from drift_audio.sound.score import Span, Timeline

if TYPE_CHECKING:
    from mutagen.id3 import Frame, TextFrame

#: A silence longer than this clears the line in players that keep showing the last one.
CLEAR_AFTER_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Line:
    """A spoken line and when it begins, in milliseconds; an empty one ends the line before it."""

    at_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class Tags:
    """Words shown by players. date: ISO day or year. lines: what is spoken, for players that show it in time.

    Nothing of the situation belongs here.
    """

    title: str
    artist: str = "Drift Audio"
    album: str = "Drift Audio"
    genre: str = "Meditation"
    date: str = ""
    encoder: str = "drift-audio"
    comment: str = ""
    language: str = "eng"
    chapters: tuple[Span, ...] = field(default=())
    lines: tuple[Line, ...] = field(default=())


def lines_of(timeline: Timeline) -> tuple[Line, ...]:
    """The spoken lines of a session at their places; where a longer silence follows, the line ends with the voice."""
    spoken = sorted(timeline.speech(), key=lambda event: event.start)
    following = [event.start for event in spoken[1:]] + [timeline.frames]
    lines: list[Line] = []
    for event, limit in zip(spoken, following, strict=True):
        lines.append(Line(round(event.start * 1000 / RATE), " ".join(event.clip.text.split())))
        end = event.start + event.frames
        if limit - end > CLEAR_AFTER_S * RATE:
            lines.append(Line(round(end * 1000 / RATE), ""))
    return tuple(lines)


def id3_bytes(tags: Tags) -> bytes:
    """A whole ID3v2.4 tag with one CHAP frame a chapter, in order, and the CTOC that players need."""
    from mutagen.id3 import CHAP, COMM, CTOC, TALB, TCON, TDRC, TENC, TIT2, TPE1, TSSE, CTOCFlags

    texts = {TIT2: tags.title, TPE1: tags.artist, TALB: tags.album, TCON: tags.genre, TDRC: tags.date, TENC: tags.encoder}
    kinds: dict[type[TextFrame], str] = {**texts, TSSE: tags.encoder}
    frames: list[Frame] = [kind(encoding=3, text=[text]) for kind, text in kinds.items() if text]
    if tags.comment:
        frames.append(COMM(encoding=3, lang=tags.language, desc="", text=[tags.comment]))
    names = [f"chp{number}" for number in range(len(tags.chapters))]
    for name, chapter in zip(names, tags.chapters, strict=True):
        title = TIT2(encoding=3, text=[chapter.name])
        frames.append(CHAP(element_id=name, start_time=chapter.start_ms, end_time=chapter.end_ms, sub_frames=[title]))
    if names:
        flags, title = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED, TIT2(encoding=3, text=["Chapters"])
        frames.append(CTOC(element_id="toc", flags=flags, child_element_ids=names, sub_frames=[title]))
    frames.extend(_lyrics(tags))
    body = b"".join(_frame_bytes(frame) for frame in frames) + bytes(256)
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + size + body


def _lyrics(tags: Tags) -> list[Frame]:
    """The words in time (SYLT, milliseconds) and without (USLT)."""
    from mutagen.id3 import SYLT, USLT

    if not tags.lines:
        return []
    timed = [(line.text, line.at_ms) for line in tags.lines]
    plain = "\n".join(line.text for line in tags.lines if line.text)
    return [
        SYLT(encoding=3, lang=tags.language, format=2, type=1, desc="", text=timed),
        USLT(encoding=3, lang=tags.language, desc="", text=plain),
    ]


def _frame_bytes(frame: Frame) -> bytes:
    """One frame by itself: saved together they would be sorted by size, and chapters stand in the order of time."""
    from mutagen.id3 import ID3

    id3, buffer = ID3(), BytesIO()
    id3.add(frame)
    id3.save(buffer, v2_version=4, padding=lambda _info: 0)
    return buffer.getvalue()[10:]


def comments(tags: Tags) -> list[tuple[str, str]]:
    """Vorbis comments of a FLAC or OGG file, chapters in the CHAPTERxxx convention."""
    plain = {
        "title": tags.title,
        "artist": tags.artist,
        "album": tags.album,
        "genre": tags.genre,
        "date": tags.date,
        "encoder": tags.encoder,
        "comment": tags.comment,
    }
    found = [(key, text) for key, text in plain.items() if text]
    for number, chapter in enumerate(tags.chapters):
        found += [(f"chapter{number:03}", _clock(chapter.start_ms)), (f"chapter{number:03}name", chapter.name)]
    if tags.lines:
        found.append(("lyrics", "\n".join(f"[{_stamp(line.at_ms)}]{line.text}" for line in tags.lines)))
    return found


def _stamp(milliseconds: int) -> str:
    hundredths = round(milliseconds / 10)
    return f"{hundredths // 6000:02}:{hundredths // 100 % 60:02}.{hundredths % 100:02}"


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def write_tags(path: Path, tags: Tags, *, suffix: str) -> None:
    """Put `tags` into a finished FLAC, OGG or WAV file; the same tags give the same bytes."""
    from mutagen.flac import FLAC
    from mutagen.oggvorbis import OggVorbis

    if suffix == "wav":
        return
    file: Any = FLAC(path) if suffix == "flac" else OggVorbis(path)
    file.delete() if suffix == "flac" else None
    if file.tags is None:
        file.add_tags()
    for key, text in comments(tags):
        file.tags[key] = text
    file.save()
