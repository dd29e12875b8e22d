"""True peak by four-fold oversampling, and a look-ahead limiter that touches nothing but the neighbourhood of a peak."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

import numpy as np

from drift_audio.sound.audio import RATE, Curve, Matrix, Mono, Samples, decibels, gain

OVERSAMPLING: Final = 4
TAPS: Final = 24
ATTACK: Final = round(0.004 * RATE)
"""Frames over which the gain comes down before a peak, and goes back up after it."""

_SEGMENT: Final = 64
_REACH: Final = TAPS - 1
_ROWS: Final = 12


@cache
def phases() -> Matrix:
    """Interpolating filters for the three points between two samples: (TAPS, 3), each summing to one.

    A Kaiser-windowed sinc, of the kind that annex 2 of ITU-R BS.1770-4 describes.
    """
    offsets = np.arange(TAPS) - (TAPS // 2 - 1)
    columns = []
    for step in range(1, OVERSAMPLING):
        distance = offsets - step / OVERSAMPLING
        window = np.i0(7.0 * np.sqrt(np.clip(1 - (distance / (TAPS / 2)) ** 2, 0, None)))
        taps = np.sinc(distance) * window
        columns.append(taps / taps.sum())
    return np.stack(columns, axis=1).astype(np.float32)


@cache
def _bank() -> Matrix:
    """The same filters as one matrix, (SEGMENT + TAPS - 1, 3 * SEGMENT): a segment's points by one product."""
    bank = np.zeros((_SEGMENT + _REACH, OVERSAMPLING - 1, _SEGMENT), np.float32)
    for place in range(_SEGMENT):
        bank[place : place + TAPS, :, place] = phases()
    return bank.reshape(_SEGMENT + _REACH, -1)


@cache
def overshoot() -> float:
    """How far, at most, a point between samples can stand above the highest sample around it (a factor)."""
    return float(np.abs(phases()).sum(axis=0).max())


def reaches(samples: Mono, above: float) -> bool:
    """Whether a true peak of these samples may exceed `above`; the quick look that spares a closer one."""
    highest = max(float(samples.max(initial=0.0)), -float(samples.min(initial=0.0)))
    return highest * overshoot() > above


def peaks(channel: Mono, above: float) -> Mono:
    """Largest magnitude at every sample and at the points up to the next one.

    Args:
        channel: (n + TAPS - 1,): the n samples with TAPS / 2 - 1 before and TAPS / 2 behind them.
        above: only what exceeds it is wanted; a segment that cannot reach it is left at zero, which saves nearly all of the work.
    """
    frames = channel.shape[0] - _REACH
    count = -(-frames // _SEGMENT)
    spare = count * _SEGMENT - frames
    padded = np.pad(channel, (0, spare)) if spare else channel
    found = np.zeros((count, _SEGMENT), np.float32)
    heights = np.maximum.reduceat(np.abs(padded), np.arange(0, padded.shape[0], _SEGMENT))
    near = np.maximum(heights[:-1], heights[1:]) * overshoot() > above
    if near.any():
        windows = np.lib.stride_tricks.sliding_window_view(padded, _SEGMENT + _REACH)[::_SEGMENT]
        chosen = windows[near]
        points = np.abs(_product(chosen))
        centre = TAPS // 2 - 1
        highest = np.abs(chosen[:, centre : centre + _SEGMENT])
        for first in range(0, points.shape[1], _SEGMENT):
            np.maximum(highest, points[:, first : first + _SEGMENT], out=highest)
        found[near] = highest
    return found.reshape(-1)[:frames]


def _product(windows: Matrix) -> Matrix:
    """`windows @ _bank()` in products too small for the BLAS library to start its threads, which cost more than they give."""
    rows = -(-windows.shape[0] // _ROWS) * _ROWS
    padded = np.zeros((rows, windows.shape[1]), np.float32)
    padded[: windows.shape[0]] = windows
    points = padded.reshape(-1, _ROWS, windows.shape[1]) @ _bank()
    return np.asarray(points.reshape(rows, -1)[: windows.shape[0]])


class PeakMeter:
    """Running true peak of a stream. Interpolates only where a new maximum is possible, which changes nothing in the result."""

    def __init__(self, channels: int) -> None:
        self._peak = 0.0
        self._context = np.zeros((channels, _REACH), np.float32)

    def add(self, block: Samples) -> None:
        """Take in (frames, channels)."""
        joined = np.concatenate([self._context, block.T], axis=1)
        self._context = joined[:, joined.shape[1] - _REACH :].copy()
        for channel in joined:
            if reaches(channel, self._peak):
                self._peak = max(self._peak, float(peaks(channel, self._peak).max(initial=0.0)))

    def finish(self) -> float:
        """True peak as a factor of full scale, with the stream's last samples in."""
        self.add(np.zeros((TAPS, self._context.shape[0]), np.float32))
        return self._peak


class Limiter:
    """Static gain, then a true-peak ceiling, over a stream of blocks.

    The gain curve is the running minimum of what each peak needs, smoothed by a window of the same length: it reaches
    every peak exactly in time and leaves everything further than `2 * ATTACK` from a peak alone, bit for bit.
    """

    def __init__(self, *, gain_db: float, ceiling_dbtp: float) -> None:
        self._gain = np.float32(gain(gain_db))
        self._ceiling_dbtp = ceiling_dbtp
        self._ceiling = gain(ceiling_dbtp - 0.1)  # what the moving gain itself adds between samples stays inside this margin
        self._peaks: PeakMeter | None = None
        self.touched = 0

    @property
    def true_peak_dbtp(self) -> float:
        """True peak of the result, when all of it has run: the ceiling where something had to be limited, else what was found."""
        if self.touched:
            return self._ceiling_dbtp
        return decibels(self._peaks.finish()) if self._peaks else float("-inf")

    def run(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """Limited blocks; the same frames in all, cut elsewhere."""
        # A gain is known only when everything within two attacks and a filter's length of it is: so much is held back on
        # either side, as context for the frames between.
        margin = 2 * ATTACK + TAPS
        held: Samples | None = None
        for block in blocks:
            louder = block * self._gain
            if not self.touched:
                self._peaks = self._peaks or PeakMeter(block.shape[1])
                self._peaks.add(louder)
            if held is None:
                held = np.zeros((margin, block.shape[1]), np.float32)
            joined = np.concatenate([held, louder])
            held = joined
            if joined.shape[0] > 2 * margin:
                yield self._shape(joined, margin)
                held = joined[joined.shape[0] - 2 * margin :]
        if held is not None and held.shape[0] > margin:
            yield self._shape(np.concatenate([held, np.zeros((margin, held.shape[1]), np.float32)]), margin)

    def _shape(self, joined: Samples, margin: int) -> Samples:
        """The frames between the margins of `joined`, limited; the margins show what came before and what comes."""
        inner = joined[margin:-margin]
        curve = self._curve(joined)
        if curve is None:
            return inner
        part = curve[margin:-margin]
        self.touched += int(np.count_nonzero(part < 1))
        return inner * part[:, np.newaxis]

    def _curve(self, joined: Samples) -> Curve | None:
        """Gain at every frame, or None where nothing comes near the ceiling."""
        needed = self._needed(joined)
        if needed is None:
            return None
        window = np.hanning(2 * ATTACK + 1)
        over = np.flatnonzero(needed < 1)
        first, last = max(0, over[0] - 2 * ATTACK), min(needed.shape[0], over[-1] + 2 * ATTACK + 1)
        wide = np.pad(needed[first:last], 2 * ATTACK, mode="edge")
        # The minimum over as many frames as the smoothing window: the smoothed gain is then never above what a peak needs.
        low = np.lib.stride_tricks.sliding_window_view(wide, 2 * ATTACK + 1).min(axis=1)
        curve = np.ones(joined.shape[0], np.float32)
        curve[first:last] = np.minimum(np.convolve(low, window / window.sum(), mode="valid"), 1)
        return curve

    def _needed(self, joined: Samples) -> Curve | None:
        """The gain that each frame needs; None when no true peak is above the ceiling."""
        # The outermost frames lack their neighbours; they are margin, and too far from what is used to matter.
        if not reaches(joined, self._ceiling):
            return None
        centre = TAPS // 2 - 1
        tops = np.zeros(joined.shape[0], np.float32)
        inner = tops[centre : centre + joined.shape[0] - _REACH]
        for channel in np.ascontiguousarray(joined.T):
            if reaches(channel, self._ceiling):
                np.maximum(inner, peaks(channel, self._ceiling), out=inner)
        over = tops > self._ceiling
        if not over.any():
            return None
        needed = np.ones(joined.shape[0], np.float32)
        needed[over] = self._ceiling / tops[over]
        needed[1:] = np.minimum(needed[1:], needed[:-1])  # a peak between two samples asks the same of both
        return needed
