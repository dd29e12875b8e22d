"""Recursive filters as products of matrices, four times faster than running them sample by sample.

Over a stretch of L samples a filter is one product: what comes out is the stretch times the filter's response, plus what its
state at the start still gives. Only the states depend on one another, a few numbers a stretch.

Shelf and bell are those of Bristow-Johnson's cookbook; the K-weighting is that of ITU-R BS.1770-4, bilinear at any rate.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from drift_audio.sound.audio import RATE, Channels, Floats, Matrix, Mono, Reals, Samples

_LENGTH: Final = 63
_ROWS: Final = 42
"""Rows of one product: too small for the BLAS library to start its threads, which cost more than they give."""
_DECAYED: Final = 1e-9
_NEGLIGIBLE: Final = 1e-12

Section = tuple[tuple[float, ...], tuple[float, ...]]
"""Coefficients of a section of first or second order: of what goes in, and of what came out (the first is 1)."""
Sections = tuple[Section, ...]


def _section(ahead: tuple[float, ...], behind: tuple[float, ...]) -> Section:
    return tuple(value / behind[0] for value in ahead), tuple(value / behind[0] for value in behind)


def high_pass(hertz: float, *, rate: int = RATE) -> Section:
    """First order: 3 dB down at `hertz`, 6 dB an octave."""
    k = np.tan(np.pi * hertz / rate)
    return _section((1.0, -1.0), (k + 1, k - 1))


def low_pass(hertz: float, *, rate: int = RATE) -> Section:
    """First order: 3 dB down at `hertz`, 6 dB an octave."""
    k = np.tan(np.pi * hertz / rate)
    return _section((k, k), (k + 1, k - 1))


def low_shelf(hertz: float, db: float, *, q: float = 0.7071, rate: int = RATE) -> Section:
    """`db` below `hertz`."""
    amplitude, angle = 10 ** (db / 40), 2 * np.pi * hertz / rate
    less, more, cosine = amplitude - 1, amplitude + 1, np.cos(angle)
    slope = np.sin(angle) * np.sqrt(amplitude) / q
    ahead = (more - less * cosine + slope, 2 * (less - more * cosine), more - less * cosine - slope)
    behind = (more + less * cosine + slope, -2 * (less + more * cosine), more + less * cosine - slope)
    return _section(tuple(amplitude * value for value in ahead), behind)


def bell(hertz: float, db: float, q: float, *, rate: int = RATE) -> Section:
    """`db` around `hertz`."""
    amplitude, angle = 10 ** (db / 40), 2 * np.pi * hertz / rate
    wide, middle = np.sin(angle) / (2 * q), -2 * np.cos(angle)
    ahead, behind = (1 + wide * amplitude, middle, 1 - wide * amplitude), (1 + wide / amplitude, middle, 1 - wide / amplitude)
    return _section(ahead, behind)


# The analogue prototypes of the two stages of BS.1770-4: a shelf of 4 dB and a high-pass, each with its corner and quality.
_SHELF_HZ: Final = 1681.974450955533
_SHELF_Q: Final = 0.7071752369554196
_SHELF_HIGH: Final = 10 ** (3.999843853973347 / 20)
_SHELF_BAND: Final = _SHELF_HIGH**0.4996667741545416
_HIGH_PASS_HZ: Final = 38.13547087602444
_HIGH_PASS_Q: Final = 0.5003270373238773


@cache
def k_weighting(rate: int) -> Sections:
    """The shelf and the high-pass through which loudness is measured."""
    k, q = np.tan(np.pi * _SHELF_HZ / rate), _SHELF_Q
    high, band = _SHELF_HIGH, _SHELF_BAND
    ahead = (high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k)
    shelf = _section(ahead, (1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k))
    k, q = np.tan(np.pi * _HIGH_PASS_HZ / rate), _HIGH_PASS_Q
    gain = 1 + k / q + k * k
    return shelf, ((1.0, -2.0, 1.0), _section((1.0,), (gain, 2 * (k * k - 1), 1 - k / q + k * k))[1])


def k_power_response(hertz: Reals) -> Floats:
    """How much power the K-weighting passes at each frequency, for measuring on a spectrum instead of filtering.

    That of the analogue prototypes, which the sections above follow to within their rate.
    """
    shelf_at = 1j * hertz / _SHELF_HZ
    shelf = (_SHELF_HIGH * shelf_at**2 + _SHELF_BAND / _SHELF_Q * shelf_at + 1) / (shelf_at**2 + shelf_at / _SHELF_Q + 1)
    pass_at = 1j * hertz / _HIGH_PASS_HZ
    passed = pass_at**2 / (pass_at**2 + pass_at / _HIGH_PASS_Q + 1)
    return np.asarray(np.abs(shelf * passed) ** 2, np.float64)


class Filter:
    """Sections one after another over a stream, in blocks of any size: how it is cut never shows."""

    def __init__(self, *sections: Section, channels: int = 1) -> None:
        self._sections = sections
        self._state = np.zeros((channels, _order(sections)), np.float32)

    def apply(self, samples: Channels) -> Channels:
        """The next frames filtered: (channels, frames)."""
        whole = samples.shape[1] // _LENGTH * _LENGTH
        out = np.empty(samples.shape, np.float32)
        for start, end in ((0, whole), (whole, samples.shape[1])):
            if end > start:
                out[:, start:end] = self._stretches(samples[:, start:end], min(_LENGTH, end - start))
        return out

    def apply_block(self, block: Samples) -> Samples:
        """The next frames filtered: (frames, channels)."""
        return np.asarray(self.apply(block.T).T)

    def _stretches(self, samples: Channels, length: int) -> Channels:
        stretch, ringing, later = _matrices(self._sections, length)
        given = _product(np.ascontiguousarray(samples).reshape(-1, length), stretch)
        states = given[:, length:].reshape(samples.shape[0], -1, self._state.shape[1])
        before = self._states(np.ascontiguousarray(states), later).reshape(-1, self._state.shape[1])
        return np.asarray((given[:, :length] + _product(before, ringing)).reshape(samples.shape))

    def _states(self, reached: Matrix, later: tuple[Matrix, ...]) -> Matrix:
        """The state before every stretch, from what each stretch alone would have left: sums over twice as many at every step."""
        reached[:, 0] += self._state @ later[0]
        ahead = 1
        for power in later:
            if ahead >= reached.shape[1]:
                break
            reached[:, ahead:] += reached[:, :-ahead] @ power
            ahead *= 2
        before = np.concatenate([self._state[:, np.newaxis], reached[:, :-1]], axis=1)
        self._state = reached[:, -1].copy()
        return before


def filtered(sound: Mono, *sections: Section) -> Mono:
    """One sound (frames,) filtered from silence."""
    return np.asarray(Filter(*sections).apply(sound[np.newaxis])[0])


def _order(sections: Sections) -> int:
    return sum(len(behind) - 1 for _, behind in sections)


@cache
def _matrices(sections: Sections, length: int) -> tuple[Matrix, Matrix, tuple[Matrix, ...]]:
    """What a stretch gives (itself and a state), what a state gives, and what is left of a state 1, 2, 4 ... stretches later."""
    order = _order(sections)
    even = _balanced_basis(sections)
    uneven = np.linalg.inv(even)
    response, reached = _run(sections, np.eye(length), np.zeros((length, order)))
    ringing, later = _run(sections, np.zeros((order, length)), np.eye(order))
    powers = [uneven @ later @ even]
    while np.abs(powers[-1]).max() > _DECAYED:
        powers.append(powers[-1] @ powers[-1])
    stretch = np.concatenate([response, reached @ even], axis=1)
    return _single(stretch), _single(uneven @ ringing), tuple(_single(power) for power in powers)


def _run(sections: Sections, samples: Floats, states: Floats) -> tuple[Floats, Floats]:
    """The sections over every row of samples (n, frames), transposed direct form II; states (n, order) before and after."""
    states, out = states.copy(), np.empty_like(samples)
    for at in range(samples.shape[1]):
        value = samples[:, at]
        first = 0
        for ahead, behind in sections:
            last = first + len(behind) - 1
            held = np.concatenate([states[:, first:last], np.zeros((len(states), 1))], axis=1)
            fed, value = value, ahead[0] * value + held[:, 0]
            for index in range(first, last):
                power = index - first + 1
                states[:, index] = ahead[power] * fed - behind[power] * value + held[:, power]
            first = last
        out[:, at] = value
    return out, states


@cache
def _balanced_basis(sections: Sections) -> Floats:
    """A change of basis in which noise moves all states alike, so that single precision is enough: (order, order)."""
    order = _order(sections)
    _, reached = _run(sections, np.ones((1, 1)), np.zeros((1, order)))
    _, power = _run(sections, np.zeros((order, 1)), np.eye(order))
    spread = reached.T @ reached
    while np.abs(power).max() > _DECAYED:
        spread = spread + power.T @ spread @ power
        power = power @ power
    return np.asarray(np.linalg.inv(np.linalg.cholesky(spread)).T)


def _single(matrix: Floats) -> Matrix:
    """In single precision; what is next to nothing becomes nothing, for processors are slow with the smallest of numbers."""
    return np.ascontiguousarray(np.where(np.abs(matrix) < _NEGLIGIBLE, 0, matrix), np.float32)


def _product(rows: Matrix, matrix: Matrix) -> Matrix:
    """`rows @ matrix`, a few rows at a time."""
    count = rows.shape[0]
    if rows.shape[1] == 1:
        return rows * matrix
    whole = count // _ROWS * _ROWS
    many = (rows[:whole].reshape(-1, _ROWS, rows.shape[1]) @ matrix).reshape(whole, matrix.shape[1])
    return many if whole == count else np.concatenate([many, rows[whole:] @ matrix])
