"""One small record beside each session of a folder, from which feed and page are made."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, ValidationError

from drift_audio.delivery.feed.captions import Caption, captions, to_chapters_json, to_lrc, to_vtt
from drift_audio.files import file_digest, make_folder, write_whole
from drift_audio.output_spec import CAPTIONS
from drift_audio.scenario import Frozen
from drift_audio.session import SectionTime, Session
from drift_audio.words.care.report import HelpLine

FEED_FOLDER: Final = "feed"
HELP_FILE: Final = "help.json"
TYPES: Final = {".mp3": "audio/mpeg", ".wav": "audio/wav", ".flac": "audio/flac", ".ogg": "audio/ogg"}
_NAMESPACE: Final = uuid.UUID("b6a3a5f0-3f0d-5c3e-9a51-2f6c5b1f7d10")


class Record(Frozen):
    """What feed and page know of a session.

    file: name of the audio file in the folder. guid: stable for the same audio. created: time zone aware.
    help: lines of help to show beside it, where the care gate was unsure.
    """

    file: str
    title: str
    style: str
    language: str
    seconds: Annotated[float, Field(ge=0)]
    size: Annotated[int, Field(ge=0)]
    guid: str
    created: datetime
    chapters: tuple[SectionTime, ...]
    captions: tuple[Caption, ...]
    help: tuple[HelpLine, ...] = ()

    @property
    def stem(self) -> str:
        return Path(self.file).stem

    @property
    def media_type(self) -> str:
        return TYPES.get(Path(self.file).suffix.lower(), "application/octet-stream")


def record(session: Session, *, created: datetime | None = None) -> Record:
    """The record of a finished session; `created` defaults to now."""
    digest = file_digest(session.path)
    return Record(
        file=session.path.name,
        title=session.script.title,
        style=session.script.style,
        language=session.script.language,
        seconds=session.seconds,
        size=session.path.stat().st_size,
        guid=f"urn:uuid:{uuid.uuid5(_NAMESPACE, digest)}",
        created=created or datetime.now(UTC).replace(microsecond=0),
        chapters=session.sections,
        captions=captions(session.timeline),
        help=session.lines,
    )


def write_sidecars(entry: Record, folder: Path) -> tuple[Path, ...]:
    """Write the record, its captions and chapters into `folder/feed/`; answers the files written."""
    home = folder / FEED_FOLDER
    make_folder(home)
    texts = {
        f"{entry.stem}.vtt": to_vtt(entry.captions),
        f"{entry.stem}.chapters.json": to_chapters_json(entry.chapters),
        f"{entry.stem}.json": entry.model_dump_json(indent=1) + "\n",
    }
    for name, text in texts.items():
        write_whole(home / name, text.encode())
    return tuple(home / name for name in texts)


def write_captions(entry: Record, folder: Path) -> tuple[Path, ...]:
    """Write WebVTT and LRC beside the audio; answers the files written."""
    texts = {".vtt": to_vtt(entry.captions), ".lrc": to_lrc(entry.captions, title=entry.title, seconds=entry.seconds)}
    for suffix, text in texts.items():
        write_whole(folder / f"{entry.stem}{suffix}", text.encode())
    return tuple(folder / f"{entry.stem}{suffix}" for suffix in texts)


def records(folder: Path) -> tuple[Record, ...]:
    """Every session of the folder that still has its audio, newest first. Files that are no record are passed over."""
    found = (_read(path) for path in sorted((folder / FEED_FOLDER).glob("*.json")))
    present = [entry for entry in found if entry is not None and (folder / entry.file).is_file()]
    return tuple(sorted(present, key=lambda entry: (entry.created, entry.file), reverse=True))


def _read(path: Path) -> Record | None:
    if path.name.endswith(".chapters.json") or path.name == HELP_FILE:
        return None
    try:
        entry = Record.model_validate(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, ValidationError):
        return None  # half a record cannot exist (whole writes), so this is somebody else's file
    return entry if entry.stem == path.stem and Path(entry.file).name == entry.file else None


def sidecars(folder: Path, file: str) -> Iterator[Path]:
    """Every file that publishing may have written for the audio file named `file`, present or not."""
    stem = Path(file).stem
    yield from (folder / FEED_FOLDER / f"{stem}{suffix}" for suffix in (".vtt", ".chapters.json", ".json"))
    yield from (folder / f"{stem}{suffix}" for suffix in CAPTIONS)


def note_help(folder: Path, lines: Iterable[HelpLine]) -> None:
    """Keep the lines of help that the folder's page shows for what was stopped; none takes the file away."""
    file = folder / FEED_FOLDER / HELP_FILE
    shown = [line.model_dump(mode="json") for line in lines]
    if shown:
        make_folder(file.parent)
        write_whole(file, (json.dumps(shown, ensure_ascii=False, indent=1) + "\n").encode())
    else:
        file.unlink(missing_ok=True)


def help_of(folder: Path, entries: Iterable[Record]) -> tuple[HelpLine, ...]:
    """Every line of help that belongs on the folder's page, each once."""
    try:
        noted = [HelpLine.model_validate(line) for line in json.loads((folder / FEED_FOLDER / HELP_FILE).read_text("utf-8"))]
    except (OSError, ValueError):
        noted = []
    return tuple(dict.fromkeys([*noted, *(line for entry in entries for line in entry.help)]))
