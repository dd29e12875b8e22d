"""Beds from the user's own files: one file looped where it matches itself best, a folder played through with crossfades.

Files are read piece by piece at their own rate and resampled as they go, so an hour-long recording costs no more memory than a
short one. What libsndfile cannot read is turned into a temporary FLAC by ffmpeg.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from drift_audio.errors import CatalogError
from drift_audio.sound.audio import CHANNELS, RATE, Samples, gain
from drift_audio.sound.beds.random_draws import child
from drift_audio.sound.beds.spec import LEVEL_LUFS
from drift_audio.sound.beds.streams import CHUNK, Flat
from drift_audio.sound.dsp.filters import Filter, high_pass
from drift_audio.sound.dsp.loudness import bed_lufs

SUFFIXES: Final = frozenset(
    "wav flac ogg oga opus mp3 aif aiff aifc au caf w64 rf64 m4a aac mp4 m4b wma webm mka".split()  # noqa: SIM905 - reads better
)
SHORTEST_S: Final = 0.5
RUMBLE_HZ: Final = 28.0
LONGEST_FADE_S: Final = 3.0
_PROBES: Final = 24
_PROBE_S: Final = 4.0
_SILENT_LUFS: Final = -65.0
_SEARCH_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a file to be played: frames [start, end) at its own rate, `gain` to bring it to a bed's level.

    fade: frames of its end that overlap the next piece. match: correlation of that end with what comes next (0 for strangers).
    """

    path: Path
    rate: int
    start: int
    end: int
    fade: int
    gain: float
    match: float = 0.0


def open_files(path: Path, *, seed: int) -> FileStream:
    """The endless stream of one file or of a folder of files, at -30 LUFS.

    Raises:
        CatalogError: as `check`.
    """
    if path.is_dir():
        return FileStream(_playlist(audio_files(path), seed))
    return FileStream(_loop(readable(path)))


def check(path: Path) -> None:
    """Find out now what would fail later: missing, unreadable, too short or silent.

    Raises:
        CatalogError: one line that names the file and says what to do.
    """
    for file in audio_files(path) if path.is_dir() else (path,):
        _measured(readable(file), file)


def audio_files(folder: Path) -> tuple[Path, ...]:
    """Audio files of a folder by name.

    Raises:
        CatalogError: none in it, or it cannot be listed.
    """
    try:
        found = tuple(sorted(f for f in folder.iterdir() if f.suffix[1:].lower() in SUFFIXES and f.is_file()))
    except OSError as error:
        raise CatalogError(f"ambience folder {folder}: cannot be listed ({error.strerror})") from None
    if not found:
        raise CatalogError(f"ambience folder {folder}: no audio file in it; put wav, flac, ogg or mp3 files there")
    return found


class FileStream:
    """Pieces one after another, each fading into the next by an equal-power crossfade."""

    def __init__(self, pieces: Iterator[Piece]) -> None:
        self._pieces = pieces
        self._now = _Reader(next(pieces))
        self._filter = _rumble_filter()
        self._tail = np.zeros((0, CHANNELS), np.float32)

    def add(self, out: Flat) -> None:
        view = out.reshape(-1, CHANNELS)
        done = 0
        while done < len(view):
            if not len(self._tail):
                self._tail = self._more()
            take = min(len(view) - done, len(self._tail))
            view[done : done + take] += self._tail[:take]
            self._tail = self._tail[take:]
            done += take

    def _more(self) -> Samples:
        block = self._now.read(min(CHUNK, self._now.until_fade))
        if not len(block):
            block = self._join()
        return np.ascontiguousarray(self._filter.apply_block(block))

    def _join(self) -> Samples:
        old, piece = self._now, next(self._pieces)
        self._now = _Reader(piece)
        frames = old.left
        line = np.linspace(0, np.pi / 2, frames, endpoint=False, dtype=np.float32)[:, np.newaxis]
        rise, fall = np.sin(line), np.cos(line)
        power = np.sqrt(1 + 2 * max(0.0, old.piece.match) * rise * fall)  # alike ends add up to more than their power
        return np.asarray((old.read(frames) * fall + self._now.read(frames) * rise) / power, np.float32)


def _rumble_filter() -> Filter:
    """Takes out what no ear hears: wind on a microphone, a steady offset. It would eat the head-room of the session."""
    return Filter(high_pass(RUMBLE_HZ), high_pass(RUMBLE_HZ), channels=CHANNELS)


class _Reader:
    """One piece at the session's rate: float32 (frames, 2), beginning anew should the file end early."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self._file = soundfile.SoundFile(piece.path)
        self._file.seek(piece.start)
        self._source_left = piece.end - piece.start
        self._resample = _resampler(piece.rate)
        self._ready = np.zeros((0, CHANNELS), np.float32)
        self.left = round(self._source_left * RATE / piece.rate)
        self._fade = round(piece.fade * RATE / piece.rate)

    @property
    def until_fade(self) -> int:
        return max(0, self.left - self._fade)

    def read(self, frames: int) -> Samples:
        blocks, have = [self._ready], len(self._ready)
        while have < frames:
            block = self._decode()
            blocks.append(block)
            have += len(block)
        joined = np.concatenate(blocks)
        self._ready = joined[frames:]
        self.left -= frames
        if self.left <= 0:
            self._file.close()
        return joined[:frames]

    def _decode(self) -> Samples:
        if self._source_left <= 0:
            return np.zeros((CHUNK, CHANNELS), np.float32)
        block = self._next_frames(min(CHUNK, self._source_left))
        self._source_left -= len(block)
        if self._resample is not None:
            block = self._resample.resample_chunk(block, last=self._source_left <= 0)
        result: Samples = block * np.float32(self.piece.gain)
        return result

    def _next_frames(self, frames: int) -> Samples:
        block = _frames_of(self._file, frames)
        if not len(block):  # the file holds less than it says: what it holds goes round, rather than silence
            self._file.seek(self.piece.start)
            block = _frames_of(self._file, frames)
        if not len(block):
            raise CatalogError(f"ambience file {self.piece.path}: is damaged; nothing can be read from its beginning")
        return block


def _frames_of(file: soundfile.SoundFile, frames: int) -> Samples:
    try:
        return two_ears(file.read(frames, dtype="float32", always_2d=True))
    except soundfile.LibsndfileError:
        return np.zeros((0, CHANNELS), np.float32)


def _resampler(rate: int) -> soxr.ResampleStream | None:
    return None if rate == RATE else soxr.ResampleStream(rate, RATE, CHANNELS, dtype="float32", quality="HQ")


def two_ears(block: NDArray[np.float32]) -> Samples:
    """Any number of channels as two: mono to both ears, of more the first two."""
    if block.shape[1] == 1:
        return np.repeat(block, CHANNELS, axis=1)
    return np.ascontiguousarray(block[:, :CHANNELS])


def loop_points(path: Path) -> tuple[int, int, int, float]:
    """Where a file repeats itself best: start, end, fade (frames at its rate) and the correlation of the two ends.

    The end is sought in the last seconds of the file by normalised cross-correlation with its beginning; between equally good
    ones the one of like level wins.
    """
    with soundfile.SoundFile(path) as file:
        total, rate = len(file), file.samplerate
        fade = int(min(LONGEST_FADE_S * rate, total / 4))
        search = int(min(_SEARCH_S * rate, total / 3)) + fade
        head = _mono(file, 0, fade)
        tail = _mono(file, total - search, search)
    score, match = _likeness(head, tail)
    best = int(np.argmax(score))
    return 0, total - search + best + fade, fade, float(match[best])


def _likeness(head: NDArray[np.float32], tail: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from scipy.signal import correlate

    energy = np.concatenate([[0.0], np.cumsum(tail.astype(np.float64) ** 2)])
    window = np.maximum(energy[len(head) :] - energy[: -len(head)], 1e-12)
    own = max(float((head.astype(np.float64) ** 2).sum()), 1e-12)
    match = correlate(tail, head, mode="valid", method="fft") / np.sqrt(own * window)
    return match - np.abs(10 * np.log10(window / own)) / 24, match


def _mono(file: soundfile.SoundFile, start: int, frames: int) -> NDArray[np.float32]:
    file.seek(start)
    block: NDArray[np.float32] = file.read(frames, dtype="float32", always_2d=True).mean(axis=1)
    return np.pad(block, (0, frames - len(block)))


def _loop(path: Path) -> Iterator[Piece]:
    level, rate = _measured(path, path), soundfile.info(path).samplerate
    start, end, fade, match = loop_points(path)
    while True:
        yield Piece(path, rate, start, end, fade, gain(LEVEL_LUFS - level), match)


def _playlist(files: tuple[Path, ...], seed: int) -> Iterator[Piece]:
    """Files in an order drawn anew each round, never the same twice in a row."""
    rng = child(seed, "playlist")
    last = -1
    while True:
        order = rng.permutation(len(files))
        if len(order) > 1 and order[0] == last:
            order = np.roll(order, 1)
        for index in order:
            yield _whole(files[index])
        last = int(order[-1])


def _whole(file: Path) -> Piece:
    path = readable(file)
    info = soundfile.info(path)
    fade = int(min(LONGEST_FADE_S * info.samplerate, info.frames / 4))
    return Piece(path, info.samplerate, 0, info.frames, fade, gain(LEVEL_LUFS - _measured(path, file)))


@lru_cache(maxsize=64)
def _measured(path: Path, named: Path) -> float:
    """Loudness over probes spread through the file, so that an hour costs no more than minutes."""
    try:
        with soundfile.SoundFile(path) as file:
            if len(file) < SHORTEST_S * file.samplerate:
                seconds = len(file) / file.samplerate
                raise CatalogError(f"ambience file {named}: {seconds:.2f} s long; a bed needs {SHORTEST_S:g} s or more")
            level = bed_lufs(_probes(file), file.samplerate)
    except (soundfile.LibsndfileError, OSError) as error:
        raise CatalogError(f"ambience file {named}: cannot be read as audio ({_short(error)})") from None
    if not level > _SILENT_LUFS:
        raise CatalogError(f"ambience file {named}: is silent; choose another file")
    return level


def _probes(file: soundfile.SoundFile) -> Iterator[Samples]:
    length = int(_PROBE_S * file.samplerate)
    count = min(_PROBES, max(1, len(file) // length))
    for start in np.linspace(0, max(0, len(file) - length), count).astype(int):
        file.seek(int(start))
        yield two_ears(file.read(length, dtype="float32", always_2d=True))


def readable(path: Path) -> Path:
    """The file itself when libsndfile reads it, else a temporary FLAC of it."""
    if not path.exists():
        raise CatalogError(f"ambience file {path}: does not exist; give a name (drift-audio ambience list), a file or a folder")
    try:
        with soundfile.SoundFile(path) as file:
            if not file.seekable():
                raise CatalogError(f"ambience file {path}: cannot be read from its middle; copy it to a plain file first")
    except (soundfile.LibsndfileError, OSError):
        return _converted(path, path.stat().st_mtime_ns)
    return path


@lru_cache(maxsize=32)
def _converted(path: Path, _changed: int) -> Path:
    tool = shutil.which("ffmpeg")
    if tool is None:
        advice = "with ffmpeg installed more formats can be, or convert it to FLAC"
        raise CatalogError(f"ambience file {path}: not audio that can be read here; {advice}")
    target = Path(_scratch().name) / f"{len(list(Path(_scratch().name).iterdir()))}.flac"
    command = [tool, "-v", "error", "-nostdin", "-i", str(path), "-vn", "-ac", str(CHANNELS), "-ar", str(RATE), "-y", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not target.exists():
        reason = (done.stderr.strip().splitlines() or ["unknown format"])[-1]
        raise CatalogError(f"ambience file {path}: cannot be read as audio ({reason})")
    return target


@lru_cache(maxsize=1)
def _scratch() -> tempfile.TemporaryDirectory[str]:
    # Removed when the interpreter ends; 0700 as all temporary directories are.
    return tempfile.TemporaryDirectory(prefix="drift-audio-bed-")


def _short(error: Exception) -> str:
    return str(error).rpartition(": ")[2] or type(error).__name__
