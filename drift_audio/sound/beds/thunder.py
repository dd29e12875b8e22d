"""Far thunder: peals of low noise, the high end long lost in the air between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from drift_audio.sound.audio import Curve, Floats, Interleaved
from drift_audio.sound.beds.grains import merged
from drift_audio.sound.beds.noise import BIN_HZ, STEP_HZ, overlapped
from drift_audio.sound.beds.random_draws import log_uniform
from drift_audio.sound.beds.spec import ThunderLayer
from drift_audio.sound.beds.streams import GrainStream, Stream

PEALS: Final = 7


def build(layer: ThunderLayer, rng: np.random.Generator) -> Stream:
    """The endless stream of peals; a mean peal stands at the layer's level."""
    lengths, cuts = log_uniform(rng, layer.length_s, PEALS), log_uniform(rng, layer.cut_hz, PEALS)
    grains = [peal(layer, float(length), float(cut), rng) for length, cut in zip(lengths, cuts, strict=True)]
    return GrainStream(grains, merged([_storm(layer, rng.spawn(1)[0])]))


def _storm(layer: ThunderLayer, rng: np.random.Generator) -> Iterator[tuple[float, int, float]]:
    gap = layer.every_s * float(rng.uniform(0.2, 0.6))
    while True:
        for index in rng.permutation(PEALS):  # every peal once a round, so that an hour is as loud as the next
            yield gap, int(index), float(np.exp(rng.normal(0, layer.spread_db / 8.686)))
            gap = layer.every_s * (0.6 + float(rng.gamma(2.0, 0.2)))


def peal(layer: ThunderLayer, seconds: float, cut: float, rng: np.random.Generator) -> Interleaved:
    """One roll of thunder: a few overlapping rumbles, each darker than the one before, fading to nothing."""
    steps = int(seconds * STEP_HZ)
    t = np.arange(steps) / STEP_HZ
    planes = []
    at = np.sort(rng.gamma(1.6, seconds / 9.0, 7)) + 0.4
    size = np.exp(rng.normal(0, 0.7, 7) - 2.2 * at / seconds)
    rise, fall = rng.uniform(0.08, 0.6, 7), rng.uniform(0.5, 1.8, 7)
    end = np.clip((seconds - t) / (0.35 * seconds), 0, 1) * np.clip(t / 0.3, 0, 1)
    for _ in range(2):
        level = sum(s * _rumble(t - a - rng.normal(0, 0.03), r, f) for s, a, r, f in zip(size, at, rise, fall, strict=True))
        planes.append(_low_passed(np.asarray(level) * end, cut * np.exp(-0.5 * t / seconds)))
    return overlapped(planes, layer, rng) * np.float32(1.0)


def _rumble(t: Floats, rise: float, fall: float) -> Floats:
    return np.where(t < 0, np.exp(t / rise), np.exp(-np.maximum(t, 0) / fall))


def _low_passed(level: Floats, cut: Floats) -> Curve:
    ratio = BIN_HZ[np.newaxis] / cut[:, np.newaxis]
    plane: Curve = (level[:, np.newaxis] / (1 + ratio**2.4) * (BIN_HZ > 25)).astype(np.float32)
    return plane
