"""Loudness of bed material after ITU-R BS.1770-4: K-weighted mean power, gated by block."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import fft

from drift_audio.sound.audio import Samples

_BLOCK_S = 0.4


def k_weighted_lufs(blocks: Iterable[Samples], rate: int) -> float:
    """Gated loudness of stretches of stereo audio in LUFS; -inf for silence or none."""
    powers = np.concatenate([_powers(block, rate) for block in blocks] or [np.zeros(0)])
    powers = powers[powers > 10 ** ((-70 + 0.691) / 10)]
    if len(powers):
        powers = powers[powers > powers.mean() / 10]
    return float(-0.691 + 10 * np.log10(powers.mean())) if len(powers) else float("-inf")


def _powers(block: Samples, rate: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    # Beds have no transients to speak of, so the weighting may be applied to each block's spectrum.
    size = int(_BLOCK_S * rate)
    count = len(block) // size
    if count == 0:
        block, count = np.pad(block, ((0, size - len(block)), (0, 0))), 1
    cut = block[: count * size].reshape(count, size, -1)
    power = np.abs(fft.rfft(cut, axis=1)) ** 2
    power[:, 1:] *= 2
    weight = k_weighting(np.arange(power.shape[1]) * rate / size)
    result: np.ndarray[tuple[int], np.dtype[np.float64]] = (power * weight[np.newaxis, :, np.newaxis]).sum((1, 2)) / size**2
    return result.astype(np.float64)


def k_weighting(hertz: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Power response of the K filter: the analogue prototypes of BS.1770's two biquads (shelf 1682 Hz +4 dB, high-pass 38 Hz)."""
    f = np.maximum(hertz, 1e-6)
    w = 1j * f / 1681.974
    vh, vb = 10 ** (3.999843853973347 / 20), (10 ** (3.999843853973347 / 20)) ** 0.4996667741545416
    q = 0.7071752369554196
    shelf = (vh * w**2 + vb / q * w + 1) / (w**2 + w / q + 1)
    v = 1j * f / 38.13547
    high_pass = v**2 / (v**2 + v / 0.5003270373238773 + 1)
    return np.asarray(np.abs(shelf * high_pass) ** 2, np.float64)
