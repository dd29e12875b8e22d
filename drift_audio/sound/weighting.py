"""The K-weighting of ITU-R BS.1770-4 as products of matrices, four times faster than filtering sample by sample.

A recursive filter over a stretch of L samples is one product: what comes out is the stretch times the filter's response, plus
what its state at the start still gives. Only the states depend on one another, four numbers a stretch.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

_LONGEST: Final = 64
_STATES: Final = 4
_FORGOTTEN: Final = 1e-9
_NOTHING: Final = 1e-12
_ROWS: Final = 42
"""Rows of one product: too small for the BLAS library to start its threads, which cost more than they give."""

Single = NDArray[np.float32]
Double = NDArray[np.float64]


def sections(rate: int) -> Double:
    """The two biquads, rows of b0, b1, b2, 1, a1, a2: the shelf and high-pass of BS.1770-4, bilinear at `rate` hertz."""
    k, q = np.tan(np.pi * 1681.974450955533 / rate), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    unit = 1 + k / q + k * k
    feedback = [2 * (k * k - 1) / unit, (1 - k / q + k * k) / unit]
    shelf = [(high + band * k / q + k * k) / unit, 2 * (k * k - high) / unit, (high - band * k / q + k * k) / unit, 1, *feedback]
    k, q = np.tan(np.pi * 38.13547087602444 / rate), 0.5003270373238773
    unit = 1 + k / q + k * k
    return np.array([shelf, [1, -2, 1, 1, 2 * (k * k - 1) / unit, (1 - k / q + k * k) / unit]])


def _run(biquads: Double, samples: Double, states: Double) -> tuple[Double, Double]:
    """Both biquads over every row of samples (n, frames), transposed direct form II; their states (n, 4) before and after."""
    states, out = states.copy(), np.empty_like(samples)
    for at in range(samples.shape[1]):
        value = samples[:, at]
        for index, (b0, b1, b2, _, a1, a2) in enumerate(biquads):
            first, second = states[:, 2 * index].copy(), states[:, 2 * index + 1].copy()
            value, fed = b0 * value + first, value
            states[:, 2 * index] = b1 * fed - a1 * value + second
            states[:, 2 * index + 1] = b2 * fed - a2 * value
        out[:, at] = value
    return out, states


@cache
def _matrices(rate: int, length: int) -> tuple[Single, Single, tuple[Single, ...]]:
    """What a stretch gives (itself and a state), what a state gives, and what is left of a state 1, 2, 4 ... stretches later."""
    biquads = sections(rate)
    response, reached = _run(biquads, np.eye(length), np.zeros((length, _STATES)))
    ringing, later = _run(biquads, np.zeros((_STATES, length)), np.eye(_STATES))
    even = _evening(reached, later)
    uneven = np.linalg.inv(even)
    powers = [uneven @ later @ even]
    while np.abs(powers[-1]).max() > _FORGOTTEN:
        powers.append(powers[-1] @ powers[-1])
    stretch = np.concatenate([response, reached @ even], axis=1)
    return _single(stretch), _single(uneven @ ringing), tuple(_single(power) for power in powers)


def _evening(reached: Double, later: Double) -> Double:
    """A change of basis, (4, 4), in which noise moves all four states alike, so that single precision is enough."""
    spread, power = reached.T @ reached, later
    while np.abs(power).max() > _FORGOTTEN:
        spread = spread + power.T @ spread @ power
        power = power @ power
    return np.asarray(np.linalg.inv(np.linalg.cholesky(spread)).T)


def _single(matrix: Double) -> Single:
    """In single precision; what is next to nothing becomes nothing, for processors are slow with the smallest of numbers."""
    return np.ascontiguousarray(np.where(np.abs(matrix) < _NOTHING, 0, matrix), np.float32)


class KWeighting:
    """The weighting over a stream of `channels` channels, in hops of `hop` frames."""

    def __init__(self, channels: int, *, rate: int, hop: int) -> None:
        self._length = next(length for length in range(min(_LONGEST, hop), 0, -1) if hop % length == 0)
        self._stretch, self._ringing, self._later = _matrices(rate, self._length)
        self._state = np.zeros((channels, _STATES), np.float32)

    def apply(self, samples: Single) -> Single:
        """The next frames weighted: (channels, frames), whole hops of them."""
        channels = samples.shape[0]
        given = _product(np.ascontiguousarray(samples).reshape(-1, self._length), self._stretch)
        states = given[:, self._length :].reshape(channels, -1, _STATES)
        before = self._states(np.ascontiguousarray(states)).reshape(-1, _STATES)
        return np.asarray((given[:, : self._length] + _product(before, self._ringing)).reshape(samples.shape))

    def _states(self, reached: Single) -> Single:
        """The state before every stretch, from what each stretch alone would have left: sums over twice as many at every step."""
        reached[:, 0] += self._state @ self._later[0]
        ahead = 1
        for later in self._later:
            if ahead >= reached.shape[1]:
                break
            reached[:, ahead:] += reached[:, :-ahead] @ later
            ahead *= 2
        before = np.concatenate([self._state[:, np.newaxis], reached[:, :-1]], axis=1)
        self._state = reached[:, -1].copy()
        return before


def _product(rows: Single, matrix: Single) -> Single:
    """`rows @ matrix`, a few rows at a time."""
    count = rows.shape[0]
    whole = count // _ROWS * _ROWS
    many = (rows[:whole].reshape(-1, _ROWS, rows.shape[1]) @ matrix).reshape(whole, matrix.shape[1])
    return many if whole == count else np.concatenate([many, rows[whole:] @ matrix])
