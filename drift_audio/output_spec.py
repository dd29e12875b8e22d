"""Where a session goes and how it is delivered: the output path, decided before any work is done."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain, count
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from drift_audio.errors import OutputError
from drift_audio.files import check_free, check_writable, make_folder, slug
from drift_audio.scenario import Frozen

Format = Literal["mp3", "wav", "flac", "ogg"]
FORMATS: Final[tuple[str, ...]] = get_args(Format)
Loudness = Literal[-16, -19, -23]
CAPTIONS: Final = (".vtt", ".lrc")
STEMS: Final[tuple[Literal["voice", "bed"], ...]] = ("voice", "bed")


class OutputSpec(Frozen):
    """What to make of a script.

    output: a file, or a folder (existing, or written with a trailing slash) in which the file is named for date and title.
    format: None means the suffix of `output`, else mp3. bitrate: kbit/s of MP3. force: overwrite an existing file.
    bed_level_db: level of the bed under the voice in dB. loudness: LUFS of the whole file, None leaves it as mixed.
    stems: folder for the dry voice and the bed as WAV. script_out: file for the words. captions: write VTT and LRC
    beside, and the words into the tags. bed: False leaves the voice alone, whatever bed the script names.
    """

    output: Path = Path()
    format: Format | None = None
    bitrate: Literal[64, 80, 96, 112, 128, 160, 192, 224, 256, 320] = 128
    force: bool = False
    bed_level_db: Annotated[float, Field(ge=-60, le=0)] = -15.0
    bed: bool = True
    bells: bool = True
    loudness: Loudness | None = -16
    stems: Path | None = None
    script_out: Path | None = None
    captions: bool = False

    @property
    def is_folder(self) -> bool:
        return self.output.is_dir() or str(self.output).endswith(os.sep)

    @property
    def suffix(self) -> Format:
        """The format that will be written: asked for, or told by the file's suffix, or mp3."""
        named = self.output.suffix.lower().lstrip(".")
        if self.format:
            return self.format
        return named if not self.is_folder and named in FORMATS else "mp3"  # type: ignore[return-value]


def check_target(target: OutputSpec, *, is_folder: bool) -> None:
    """Refuse an output that cannot be used, before any work.

    Raises:
        OutputError: a file that exists (without `force`), a suffix that is no format or another than asked,
            a folder that is missing or not writable.
    """
    if not is_folder:
        _check_file(target)
    for file in (target.script_out, None if is_folder else target.output):
        if file is not None:
            check_writable(file.parent)
    if target.script_out is not None and target.script_out.is_dir():
        raise OutputError(f"{target.script_out}: is a folder; give a file name for the script")
    if target.script_out is not None and not is_folder and target.script_out.resolve() == target.output.resolve():
        raise OutputError(f"{target.script_out}: is the session itself; give the script a name of its own, such as session.md")
    for file in _beside(target, is_folder=is_folder):
        check_free(file, force=target.force)


def _beside(target: OutputSpec, *, is_folder: bool) -> Iterator[Path]:
    """What is written with a session besides, as far as its names are known beforehand."""
    if target.script_out is not None:
        yield target.script_out
    if is_folder:
        return
    if target.captions:
        yield from (target.output.with_suffix(suffix) for suffix in CAPTIONS)
    if target.stems is not None:
        yield from stem_files(target.stems, target.output.stem).values()


def stem_files(folder: Path, name: str) -> dict[Literal["voice", "bed"], Path]:
    """Where the parts of a session's mix go, by part; name: of the session's file without its suffix."""
    return {part: folder / f"{name}-{part}.wav" for part in STEMS}


def _check_file(target: OutputSpec) -> None:
    path, named = target.output, target.output.suffix.lower().lstrip(".")
    if named not in FORMATS:
        raise OutputError(f"{path}: a session file must end in {_listed()}; for a folder write {path}{os.sep}")
    if target.format and target.format != named:
        raise OutputError(f"{path}: the name says {named} but the format asked for is {target.format}; make them agree")
    check_free(path, force=target.force)


def _listed() -> str:
    return ", ".join(f".{name}" for name in FORMATS[:-1]) + f" or .{FORMATS[-1]}"


def prepare(target: OutputSpec) -> OutputSpec:
    """Check `target` and make its own folders (a folder target, the stems folder).

    Raises:
        OutputError: see `check_target`; or a folder cannot be made.
    """
    is_folder = target.is_folder
    if is_folder:
        make_folder(target.output)
    if target.stems is not None:
        make_folder(target.stems)
    check_target(target, is_folder=is_folder)
    return target


def name_output(target: OutputSpec, title: str, *, today: Callable[[], date]) -> Path:
    """Final path of the session: the file asked for, or a free `<date>-<title>.<format>` in the folder.

    A name is free when nothing else bears it in any format: captions, stems and the feed go by the name without its suffix.
    """
    if not target.is_folder:
        return target.output
    stem = f"{today().isoformat()}-{slug(title)}"
    names = chain((stem,), (f"{stem}-{number}" for number in count(2)))
    return next(target.output / f"{name}.{target.suffix}" for name in names if target.force or _is_free(name, target))


def _is_free(name: str, target: OutputSpec) -> bool:
    beside = [target.output / f"{name}{suffix}" for suffix in (*(f".{kind}" for kind in FORMATS), *CAPTIONS)]
    beside += stem_files(target.stems, name).values() if target.stems is not None else ()
    return not any(path.exists() for path in beside)
