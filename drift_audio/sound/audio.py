"""Audio as it travels through the sound wing.

Audio is float32 of shape (frames, channels) in [-1, 1] at a rate in hertz; voices are one channel.
The session itself runs at `RATE`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 44_100
CHANNELS: Final = 2
BLOCK: Final = 65_536

Samples = NDArray[np.float32]


def gain(decibels: float) -> float:
    """Linear amplitude factor of a level in dB."""
    return float(10.0 ** (decibels / 20.0))


def decibels(amplitude: float) -> float:
    """Level in dB of a linear amplitude; -inf for silence."""
    return float(20.0 * np.log10(amplitude)) if amplitude > 0 else float("-inf")
