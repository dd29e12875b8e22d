"""Breaking waves: each lifts the low bands first, breaks in the middle ones and leaves foam hissing in the high ones."""

from __future__ import annotations

import numpy as np

from drift_audio.sound.audio import RATE, Curve
from drift_audio.sound.beds.noise import BIN_HZ, HOP, STEP_HZ, drift_of, overlapped
from drift_audio.sound.beds.random_draws import log_uniform, shape_at, slow_noise
from drift_audio.sound.beds.spec import WavesLayer
from drift_audio.sound.beds.streams import BankStream, Stream

_BANDS = np.geomspace(40.0, 16_000.0, 14)


def build(layer: WavesLayer, rng: np.random.Generator) -> Stream:
    """The endless stream of a waves layer at its level."""
    steps = int(layer.seconds * RATE / HOP)
    shape = shape_at(BIN_HZ, layer.spectrum)
    place = np.interp(np.log(np.maximum(BIN_HZ, 20.0)), np.log(_BANDS), np.arange(len(_BANDS)))
    lower = np.minimum(place.astype(int), len(_BANDS) - 2)
    part = (place - lower).astype(np.float32)
    planes = []
    for ear in _swells(layer, steps, rng):
        log_level = 0.5 * np.log(ear).astype(np.float32)
        planes.append(np.exp(log_level[:, lower] * (1 - part) + log_level[:, lower + 1] * part) * shape)
    bank = overlapped(planes, layer, rng)
    period = layer.period_s
    return BankStream(bank, rng, stretch_s=(3.5 * period, 6 * period), fade_s=min(4.0, period / 2), drift=drift_of(layer, rng))


def _swells(layer: WavesLayer, steps: int, rng: np.random.Generator) -> tuple[Curve, Curve]:
    """Power of the bands over time for each ear, (steps, bands); the wash between the waves is 1."""
    waves = max(2, round(layer.seconds / layer.period_s))
    gaps = rng.gamma(12.0, 1.0, waves)
    times = np.cumsum(gaps) / gaps.sum() * steps / STEP_HZ
    strength = 10 ** ((layer.depth_db + rng.normal(0, layer.spread_db, waves)) / 10)
    rise, fall = log_uniform(rng, layer.rise_s, waves), log_uniform(rng, layer.fall_s, waves)
    pan = rng.uniform(-0.6, 0.6, waves) * layer.width
    ears = [np.ones((steps, len(_BANDS)), np.float32) for _ in range(2)]
    for index in range(waves):
        wave = strength[index] * _wave(layer, steps, (times[index], rise[index], fall[index]))
        for ear, side in zip(ears, (-1, 1), strict=True):
            ear += wave * (1 + side * pan[index])
    rough = np.exp(layer.roughness_db / 4.343 * _roughness(steps, rng))
    return ears[0] * rough, ears[1] * rough


def _wave(layer: WavesLayer, steps: int, wave: tuple[float, float, float]) -> Curve:
    at, rise, fall = wave
    octave = np.log2(_BANDS / 1000.0)
    peak = at + 0.06 * octave * rise + 0.05 * octave  # the crest travels up the spectrum as it breaks
    t = np.arange(steps)[:, np.newaxis] / STEP_HZ
    length = steps / STEP_HZ
    t = (t - peak + length / 2) % length - length / 2
    rising = rise * (1.0 - 0.12 * np.minimum(octave, 2.0))
    falling = fall * np.maximum(0.5, 1.0 + 0.1 * octave) + layer.foam * np.maximum(0.0, octave) / 4.0 * 0.5
    up = np.exp(-0.5 * (np.minimum(t, 0.0) / (0.55 * rising)) ** 2)
    down = 1.0 / (1.0 + (np.maximum(t, 0.0) / (0.6 * falling)) ** 2.2)
    return (up * down).astype(np.float32)


def _roughness(steps: int, rng: np.random.Generator) -> Curve:
    apart = slow_noise(rng, steps, rows=len(_BANDS), step_hz=STEP_HZ, rates=(0.5, 12.0), slope=-0.7)
    together = slow_noise(rng, steps, rows=1, step_hz=STEP_HZ, rates=(0.5, 8.0), slope=-0.7)
    return (0.7 * together + 0.7 * apart).T
