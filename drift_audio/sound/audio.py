"""Audio as it travels through the sound wing: the session's rate, the arrays by what they hold, and decibels.

What crosses a stage is `Samples`: float32 of shape (frames, channels), full scale at 1.0, at `RATE` unless a rate is named
beside it. Inside a stage the other shapes occur, each under its name here, so that a signature says what it takes.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 44_100
"""Frames a second of a session."""

CHANNELS: Final = 2

BLOCK: Final = 65_536
"""Frames that flow at a time: a second and a half."""

Samples = NDArray[np.float32]
"""Sound: (frames, channels)."""

Mono = NDArray[np.float32]
"""Sound of one channel: (frames,)."""

Channels = NDArray[np.float32]
"""Sound for filters and meters, each channel in one piece: (channels, frames)."""

Interleaved = NDArray[np.float32]
"""Sound of two channels, left and right in turn: (2 * frames,)."""

Curve = NDArray[np.float32]
"""Values over time or frequency in single precision; where there are several, a row each."""

Matrix = NDArray[np.float32]
"""Coefficients in single precision: rows of taps, weights or windows."""

Floats = NDArray[np.float64]
"""Figures in double precision: levels, powers, frequencies, times."""

Reals = NDArray[np.floating]
"""The same in whichever precision they come."""

Spectrum = NDArray[np.complexfloating]
"""Complex values by frequency, that along the last axis."""

Mask = NDArray[np.bool_]
"""What holds where."""

Indices = NDArray[np.int64]
"""Places in another array, or frames."""


def gain(decibels: float) -> float:
    """Linear amplitude factor of a level in dB."""
    return float(10.0 ** (decibels / 20.0))


def decibels(amplitude: float) -> float:
    """Level in dB of a linear amplitude; -inf for silence."""
    return float(20.0 * np.log10(amplitude)) if amplitude > 0 else float("-inf")
