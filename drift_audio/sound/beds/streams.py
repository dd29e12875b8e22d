"""Endless streams in chunks: what the families return, and the bed that cuts chunks into reads of any size.

Inside this folder audio is interleaved stereo, float32 of shape (2 * frames,): both ears move under one gain without copies.
A stream adds its next `CHUNK` frames to what is there; all randomness is drawn per chunk, so how a bed is read never shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np

from drift_audio.sound.audio import CHANNELS, RATE, Interleaved, Reals, Samples, gain

CHUNK: Final = 32_768
CHUNK_SAMPLES: Final = CHUNK * CHANNELS


class Stream(Protocol):
    """An endless source that is heard chunk by chunk."""

    def add(self, out: Interleaved) -> None:
        """Add the next CHUNK frames to `out`, interleaved float32 (CHUNK_SAMPLES,)."""
        ...


@dataclass
class StreamBed:
    """A `Bed` of streams under one gain."""

    streams: Sequence[Stream]
    gain: float = 1.0
    _left: Interleaved = field(default_factory=lambda: np.zeros(0, np.float32))

    def read(self, frames: int) -> Samples:
        out = np.empty(frames * CHANNELS, np.float32)
        done = 0
        while done < len(out):
            if not len(self._left):
                self._left = self._next()
            take = min(len(out) - done, len(self._left))
            out[done : done + take] = self._left[:take]
            self._left = self._left[take:]
            done += take
        return out.reshape(frames, CHANNELS)

    def _next(self) -> Interleaved:
        chunk = np.zeros(CHUNK_SAMPLES, np.float32)
        for stream in self.streams:
            stream.add(chunk)
        chunk *= np.float32(self.gain)
        return chunk


@dataclass(frozen=True)
class GainStream:
    """Streams together under one gain, as one stream (a part of a mix)."""

    streams: Sequence[Stream]
    gain: float

    def add(self, out: Interleaved) -> None:
        chunk = np.zeros(CHUNK_SAMPLES, np.float32)
        for stream in self.streams:
            stream.add(chunk)
        chunk *= np.float32(self.gain)
        out += chunk


class Drift:
    """A slow wandering of a level: three sines of unrelated periods, read once a chunk and joined by straight lines."""

    def __init__(self, depth_db: float, period_s: float, rng: np.random.Generator) -> None:
        self._depth = depth_db
        self._rates = CHUNK / RATE / (period_s * np.array([0.618, 1.0, 1.732]) * rng.uniform(0.9, 1.1, 3))
        self._phases = rng.uniform(0, 1, 3)
        self._now = self._gain(0)
        self._chunk = 0

    def step(self) -> tuple[float, float]:
        """Gain at the start and at the end of the next chunk."""
        start = self._now
        self._chunk += 1
        self._now = self._gain(self._chunk)
        return start, self._now

    def _gain(self, chunk: int) -> float:
        wave = np.sin(2 * np.pi * (self._phases + self._rates * chunk)).sum() / 3
        return gain(self._depth * float(wave))


_RAMP: Final = (np.arange(CHUNK_SAMPLES, dtype=np.float32) + 0.5) / np.float32(CHUNK_SAMPLES)


class BankStream:
    """An endless stream from a finite, circular bank: random stretches of it, joined by equal-power crossfades.

    Every joint jumps to a sample drawn by chance, so no lag of the stream lines up with itself for longer than one stretch,
    and the fades keep the power of uncorrelated material steady.

    bank: interleaved, circular. stretch_s: range of stretches. fade_s: length of a crossfade, in whole chunks.
    """

    def __init__(
        self, bank: Interleaved, rng: np.random.Generator, *, stretch_s: tuple[float, float] = (9.0, 17.0), fade_s: float = 0.75,
        drift: Drift | None = None,
    ) -> None:  # fmt: skip
        self._frames = len(bank) // CHANNELS
        self._bank = np.concatenate([bank, bank[:CHUNK_SAMPLES]])  # its beginning once more, so that no chunk has to wrap around
        self._rng = rng
        self._drift = drift
        self._fade_chunks = max(1, round(fade_s * RATE / CHUNK))
        self._stretch = tuple(max(self._fade_chunks + 1, round(s * RATE / CHUNK)) for s in stretch_s)
        line = np.linspace(0, np.pi / 2, CHUNK_SAMPLES * self._fade_chunks, endpoint=False, dtype=np.float32)
        self._rise, self._fall = np.sin(line), np.cos(line)
        self._here = self._anywhere()
        self._next = 0
        self._left = self._length()
        self._fading = 0

    def add(self, out: Interleaved) -> None:
        # A fade lasts whole chunks, so that a chunk is either plain or within one fade, never cut in the middle.
        if self._left == 0 and not self._fading:
            self._next, self._fading = self._anywhere(), self._fade_chunks
        piece = self._faded() if self._fading else self._plain()
        if self._drift is not None:
            first, last = self._drift.step()
            piece = piece * (_RAMP * np.float32(last - first) + np.float32(first))
        out += piece

    def _plain(self) -> Interleaved:
        self._left -= 1
        piece, self._here = self._take(self._here)
        return piece

    def _faded(self) -> Interleaved:
        part = slice((self._fade_chunks - self._fading) * CHUNK_SAMPLES, (self._fade_chunks - self._fading + 1) * CHUNK_SAMPLES)
        old, self._here = self._take(self._here)
        new, self._next = self._take(self._next)
        self._fading -= 1
        piece = old * self._fall[part] + new * self._rise[part]
        if not self._fading:
            self._here, self._left = self._next, self._length()
        return piece

    def _take(self, frame: int) -> tuple[Interleaved, int]:
        return self._bank[frame * CHANNELS : frame * CHANNELS + CHUNK_SAMPLES], (frame + CHUNK) % self._frames

    def _anywhere(self) -> int:
        return int(self._rng.integers(self._frames))

    def _length(self) -> int:
        return int(self._rng.integers(self._stretch[0], self._stretch[1] + 1))


@dataclass(frozen=True, slots=True)
class Onset:
    """One event to come: frames after the one before, which grain, how loud (linear)."""

    after: int
    grain: int
    gain: float


class GrainStream:
    """Grains laid over each other at the times of an endless law of onsets; memory holds the grains and what still sounds."""

    def __init__(self, grains: Sequence[Interleaved], onsets: Iterator[Onset]) -> None:
        self._grains = grains
        self._onsets = onsets
        self._now = 0
        self._ahead = next(onsets)
        self._at = self._ahead.after
        self._sounding: list[tuple[int, Interleaved, np.float32]] = []

    def add(self, out: Interleaved) -> None:
        end = self._now + CHUNK
        while self._at < end:
            self._sounding.append((self._at, self._grains[self._ahead.grain], np.float32(self._ahead.gain)))
            self._ahead = next(self._onsets)
            self._at += self._ahead.after
        for start, grain, level in self._sounding:
            offset = (start - self._now) * CHANNELS
            target = out[max(0, offset) :]
            source = grain[max(0, -offset) :][: len(target)]
            target[: len(source)] += source * level
        self._now = end
        self._sounding = [item for item in self._sounding if item[0] + len(item[1]) // CHANNELS > end]


def interleave(left: Reals, right: Reals) -> Interleaved:
    """Two ears of shape (frames,) as one interleaved float32 array."""
    out = np.empty(2 * len(left), np.float32)
    out[0::2], out[1::2] = left, right
    return out


def unit_rms(bank: Interleaved, level_db: float = 0.0) -> Interleaved:
    """The bank at RMS 1, then moved by `level_db` (silence stays silence)."""
    level = float(np.sqrt(np.dot(bank, bank) / max(1, len(bank))))
    return bank * np.float32(gain(level_db) / level) if level > 0 else bank
