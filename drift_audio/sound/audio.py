"""Audio as it travels through the sound wing, and the one gate that validates arrays.

Audio is float32 of shape (frames, channels) in [-1, 1] at a rate in hertz; voices are one channel.
The session itself runs at `RATE`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NewType

import numpy as np
from numpy.typing import NDArray

Frames = NewType("Frames", int)
Seconds = NewType("Seconds", float)
Decibels = NewType("Decibels", float)

RATE: Final = 44_100
CHANNELS: Final = 2
BLOCK: Final = 65_536

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Audio:
    """Samples at a rate. samples: float32 (frames, channels), finite; rate: hertz."""

    samples: Samples
    rate: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "samples", valid_samples(self.samples))
        if self.rate <= 0:
            raise ValueError(f"rate must be positive hertz, not {self.rate}")

    @property
    def frames(self) -> int:
        return int(self.samples.shape[0])

    @property
    def channels(self) -> int:
        return int(self.samples.shape[1])

    @property
    def seconds(self) -> float:
        return self.frames / self.rate


def valid_samples(samples: NDArray[np.generic]) -> Samples:
    """Return `samples` as float32 (frames, channels); one-dimensional input becomes one channel.

    Raises:
        ValueError: not floating point, more than two dimensions, or not finite.
    """
    array = np.asarray(samples)
    if not np.issubdtype(array.dtype, np.floating):
        raise ValueError(f"samples must be floating point, not {array.dtype}")
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.ndim != 2:
        raise ValueError(f"samples must be (frames, channels), not of shape {array.shape}")
    result = np.ascontiguousarray(array, dtype=np.float32)
    if not np.isfinite(result).all():
        raise ValueError("samples must be finite: there is a NaN or an infinity among them")
    return result


def gain(decibels: float) -> float:
    """Linear amplitude factor of a level in dB."""
    return float(10.0 ** (decibels / 20.0))


def decibels(amplitude: float) -> float:
    """Level in dB of a linear amplitude; -inf for silence."""
    return float(20.0 * np.log10(amplitude)) if amplitude > 0 else float("-inf")
