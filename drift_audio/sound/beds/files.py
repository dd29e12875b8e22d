"""Beds from the user's own files: one file looped where it matches itself best, a folder played through with crossfades.

Files come through the door for foreign sound (`sound/decode.py`), piece by piece at their own rate, and are resampled as they
go, so an hour-long recording costs no more memory than a short one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import soxr

from drift_audio.errors import CatalogError
from drift_audio.sound.audio import CHANNELS, RATE, Floats, Interleaved, Mono, Samples, gain
from drift_audio.sound.beds.random_draws import generator_for
from drift_audio.sound.beds.spec import LEVEL_LUFS
from drift_audio.sound.beds.streams import CHUNK
from drift_audio.sound.decode import SUFFIXES, SoundReader, UnreadableSound, check_finite
from drift_audio.sound.dsp.filters import Filter, high_pass
from drift_audio.sound.dsp.loudness import bed_lufs

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
    return FileStream(_loop(path))


def check(path: Path) -> None:
    """Find out now what would fail later: missing, unreadable, too short or silent.

    Raises:
        CatalogError: one line that names the file and says what to do.
    """
    for file in audio_files(path) if path.is_dir() else (path,):
        _measured(file)
        with _told():
            check_finite(file)


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

    def add(self, out: Interleaved) -> None:
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
        with _told():
            self._file = SoundReader(piece.path)
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
        with _told():
            block = self._file.read(frames)
            if not len(block):  # the file holds less than it says: what it holds goes round, rather than silence
                self._file.seek(self.piece.start)
                block = self._file.read(frames)
        return as_stereo(block)


def _resampler(rate: int) -> soxr.ResampleStream | None:
    return None if rate == RATE else soxr.ResampleStream(rate, RATE, CHANNELS, dtype="float32", quality="HQ")


def as_stereo(block: Samples) -> Samples:
    """Any number of channels as two: mono to both ears, of more the first two."""
    if block.shape[1] == 1:
        return np.repeat(block, CHANNELS, axis=1)
    return np.ascontiguousarray(block[:, :CHANNELS])


def loop_points(path: Path) -> tuple[int, int, int, float]:
    """Where a file repeats itself best: start, end, fade (frames at its rate) and the correlation of the two ends.

    The end is sought in the last seconds of the file by normalised cross-correlation with its beginning; between equally good
    ones the one of like level wins.
    """
    with _told(), SoundReader(path) as file:
        total, rate, decoded = file.frames, file.rate, file.decoded
        fade = int(min(LONGEST_FADE_S * rate, total / 4))
        # The end may move within this much of the file: where it sounds like the beginning, the seam is not heard.
        search = int(min(_SEARCH_S * rate, total / 3)) + fade
        head = _mono(file, 0, fade)
        tail = _mono(file, total - search, search)
        if file.decoded != decoded:
            return loop_points(path)  # damaged near an end: the frames are others in what could be decoded
    score, match = _likeness(head, tail)
    best = int(np.argmax(score))
    return 0, total - search + best + fade, fade, float(match[best])


def _likeness(head: Mono, tail: Mono) -> tuple[Floats, Floats]:
    from scipy.signal import correlate

    # Running sums in double precision give the energy under every place of the window at once.
    energy = np.concatenate([[0.0], np.cumsum(tail.astype(np.float64) ** 2)])
    window = np.maximum(energy[len(head) :] - energy[: -len(head)], 1e-12)
    own = max(float((head.astype(np.float64) ** 2).sum()), 1e-12)
    match = correlate(tail, head, mode="valid", method="fft") / np.sqrt(own * window)
    return match - np.abs(10 * np.log10(window / own)) / 24, match  # 24 dB of difference weigh as much as no likeness at all


def _mono(file: SoundReader, start: int, frames: int) -> Mono:
    file.seek(start)
    block = file.read(frames).mean(axis=1)
    return np.pad(block, (0, frames - len(block)))


def _loop(path: Path) -> Iterator[Piece]:
    level = _measured(path)
    start, end, fade, match = loop_points(path)
    with _told(), SoundReader(path) as file:
        rate = file.rate
    while True:
        yield Piece(path, rate, start, end, fade, gain(LEVEL_LUFS - level), match)


def _playlist(files: tuple[Path, ...], seed: int) -> Iterator[Piece]:
    """Files in an order drawn anew each round, never the same twice in a row."""
    rng = generator_for(seed, "playlist")
    last = -1
    while True:
        order = rng.permutation(len(files))
        if len(order) > 1 and order[0] == last:
            order = np.roll(order, 1)
        for index in order:
            yield _whole(files[index])
        last = int(order[-1])


def _whole(path: Path) -> Piece:
    level = _measured(path)
    with _told(), SoundReader(path) as file:
        fade = int(min(LONGEST_FADE_S * file.rate, file.frames / 4))
        return Piece(path, file.rate, 0, file.frames, fade, gain(LEVEL_LUFS - level))


def _measured(path: Path) -> float:
    """Loudness of a file.

    Raises:
        CatalogError: it does not exist, cannot be read, is too short or silent.
    """
    if not path.exists():
        raise CatalogError(f"ambience file {path}: does not exist; give a name (drift-audio ambience list), a file or a folder")
    return _level(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _level(path: Path, _changed: int) -> float:
    """Loudness over probes spread through the file, so that an hour costs no more than minutes."""
    with _told(), SoundReader(path) as file:
        if file.frames < SHORTEST_S * file.rate:
            seconds = file.frames / file.rate
            raise CatalogError(f"ambience file {path}: {seconds:.2f} s long; a bed needs {SHORTEST_S:g} s or more")
        level = bed_lufs(_probes(file), file.rate)
    if not level > _SILENT_LUFS:
        raise CatalogError(f"ambience file {path}: is silent; choose another file")
    return level


def _probes(file: SoundReader) -> Iterator[Samples]:
    length = int(_PROBE_S * file.rate)
    count = min(_PROBES, max(1, file.frames // length))
    for start in np.linspace(0, max(0, file.frames - length), count).astype(int):
        file.seek(int(start))
        yield as_stereo(file.read(length))


@contextmanager
def _told() -> Iterator[None]:
    """What cannot be read is told as an ambience that cannot be used."""
    try:
        yield
    except UnreadableSound as error:
        raise CatalogError(f"ambience file {error}") from None
