"""A chorus of crickets: every singer a train of tone pulses with its own pitch, pulse rate and chirp."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from drift_audio.sound.audio import RATE, Floats, Indices, Mono
from drift_audio.sound.beds.grains import add_grain
from drift_audio.sound.beds.noise import drift_of
from drift_audio.sound.beds.random_draws import log_uniform
from drift_audio.sound.beds.spec import InsectsLayer
from drift_audio.sound.beds.streams import BankStream, Stream, interleave, unit_rms


@dataclass(frozen=True, slots=True)
class _Singer:
    pitch: float
    pulse_s: float
    pulses: int
    chirp_s: float
    level: float
    pan: float


def build(layer: InsectsLayer, rng: np.random.Generator) -> Stream:
    """The endless stream of a chorus at its level."""
    frames = int(layer.seconds * RATE)
    ears = [np.zeros(frames, np.float32) for _ in range(2)]
    for singer in _singers(layer, rng):
        starts, levels = _pulses(singer, layer, rng)
        pans = np.full(len(starts), singer.pan)
        add_grain(ears, _pulse(singer), (starts, levels * singer.level, pans))
    bank = unit_rms(interleave(*ears), layer.level_db)
    return BankStream(bank, rng, stretch_s=(16.0, 30.0), fade_s=3.0, drift=drift_of(layer, rng))


def _singers(layer: InsectsLayer, rng: np.random.Generator) -> list[_Singer]:
    count = layer.singers
    pitch, rate = log_uniform(rng, layer.pitch_hz, count), log_uniform(rng, layer.pulse_hz, count)
    pulses, chirp = log_uniform(rng, layer.pulses, count), log_uniform(rng, layer.chirp_s, count)
    level = np.exp(-np.abs(rng.normal(0, layer.spread_db, count)) / 8.686)
    pan = np.linspace(-0.9, 0.9, count)[rng.permutation(count)] * layer.width if count > 1 else np.zeros(1)
    return [
        _Singer(float(pitch[i]), float(1 / rate[i]), max(1, round(pulses[i])), float(chirp[i]), float(level[i]), float(pan[i]))
        for i in range(count)
    ]


def _pulses(singer: _Singer, layer: InsectsLayer, rng: np.random.Generator) -> tuple[Indices, Floats]:
    length = singer.pulses * singer.pulse_s
    period = max(singer.chirp_s, length + singer.pulse_s)
    chirps = max(1, round(layer.seconds / period))
    step = layer.seconds / chirps
    first = (np.arange(chirps) + rng.normal(0, 0.04, chirps)) * step + rng.uniform(0, step)
    first = first[rng.uniform(0, 1, chirps) >= layer.strays]
    order = np.arange(singer.pulses)
    swell = np.minimum(1.0, 0.45 + 0.3 * order)  # the first pulses of a chirp are the softest
    starts = first[:, np.newaxis] + order * singer.pulse_s
    levels = swell * np.exp(rng.normal(0, 0.08, starts.shape))
    return (starts.ravel() * RATE).astype(np.int64), levels.ravel()


def _pulse(singer: _Singer) -> Mono:
    t = np.arange(int(singer.pulse_s * 0.75 * RATE)) / RATE
    x = t / t[-1]
    envelope = np.sin(np.pi * x**0.7) ** 2
    phase = 2 * np.pi * singer.pitch * (t * 1.01 - 0.01 * t * x)
    result: Mono = ((np.sin(phase) + 0.04 * np.sin(2 * phase)) * envelope).astype(np.float32)
    return result
