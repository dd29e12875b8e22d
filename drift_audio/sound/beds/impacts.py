"""Small impacts by a Poisson process: rain drops, bubbles, crackles.

A drop or a crack is a short ring or burst; its size follows a heavy-tailed law, its times a Poisson process, optionally in bursts
and with a wandering rate. Bubbles ring at the Minnaert frequency and climb while they decay (van den Doel 2005).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import fft

from drift_audio.sound.audio import RATE, Floats, Indices, Interleaved, Mono
from drift_audio.sound.beds.grains import add_grain
from drift_audio.sound.beds.noise import drift_of
from drift_audio.sound.beds.random_draws import log_uniform, slow_noise
from drift_audio.sound.beds.spec import ImpactsLayer
from drift_audio.sound.beds.streams import BankStream, Stream, interleave, unit_rms

KINDS: Final = 48
_LOUDEST: Final = 8.0  # of heavy tails, and
_SIGMAS: Final = 1.8  # of log-normal ones: an event may stand out, it must not startle


def build(layer: ImpactsLayer, rng: np.random.Generator) -> Stream:
    """The endless stream of an impacts layer at its level."""
    return BankStream(bank(layer, rng), rng, drift=drift_of(layer, rng))


def bank(layer: ImpactsLayer, rng: np.random.Generator) -> Interleaved:
    """A circular stretch of impacts, interleaved stereo."""
    frames = int(layer.seconds * RATE)
    starts = _times(layer, frames, rng)
    levels = _levels(layer, len(starts), rng)
    kinds = rng.integers(KINDS, size=len(starts))
    pans = rng.uniform(-1, 1, len(starts)) * layer.width
    ears = [np.zeros(frames, np.float32) for _ in range(2)]
    for kind, grain in enumerate(_grains(layer, rng)):
        chosen = kinds == kind
        add_grain(ears, grain, (starts[chosen], levels[chosen], pans[chosen]))
    return unit_rms(interleave(*ears), layer.level_db)


def _times(layer: ImpactsLayer, frames: int, rng: np.random.Generator) -> Indices:
    groups = rng.poisson(layer.rate * frames / RATE / layer.burst)
    first = rng.uniform(0, 1, groups)
    if layer.wander_db:
        first = _bunched(first, layer, rng, frames / RATE)
    size = rng.geometric(1 / layer.burst, groups)
    gap = layer.burst_ms * RATE / 1000
    within = np.concatenate([np.zeros(0), *(np.cumsum(rng.exponential(gap, n)) for n in size)])
    result: Indices = (np.repeat(first * frames, size) + within).astype(np.int64) % frames
    return result


def _bunched(places: Floats, layer: ImpactsLayer, rng: np.random.Generator, seconds: float) -> Floats:
    # A wandering rate: uniform places mapped through the integral of the rate.
    steps = int(seconds * 20)
    curve = slow_noise(rng, steps, rows=1, step_hz=20.0, rates=(0.06, 3.0), slope=-1.0)[0]
    total = np.concatenate([[0.0], np.cumsum(10 ** (curve * layer.wander_db / 10))])
    result: Floats = np.interp(places, total / total[-1], np.linspace(0, 1, steps + 1))
    return result


def _levels(layer: ImpactsLayer, count: int, rng: np.random.Generator) -> Floats:
    if layer.tail is not None:
        size = np.minimum((1 - rng.uniform(0, 1, count)) ** (-1 / layer.tail), _LOUDEST)
    else:
        size = np.exp(np.minimum(rng.normal(0, 1, count), _SIGMAS) * layer.spread_db / 8.686)
    result: Floats = size * rng.choice((-1.0, 1.0), count)
    return result


def _grains(layer: ImpactsLayer, rng: np.random.Generator) -> list[Mono]:
    pitch = log_uniform(rng, layer.pitch_hz, KINDS)
    decay = log_uniform(rng, layer.decay_ms, KINDS) / 1000
    return [_grain(layer, float(p), float(d), rng) for p, d in zip(pitch, decay, strict=True)]


def _grain(layer: ImpactsLayer, pitch: float, decay: float, rng: np.random.Generator) -> Mono:
    t = np.arange(int(decay * 6.0 * RATE) + 32) / RATE
    envelope = np.exp(-t / decay) * np.minimum(1.0, t / min(0.0004, decay / 3))
    phase = 2 * np.pi * pitch * (t + layer.rise * np.log(2) * t**2 / (2 * 6 * decay))
    ring = np.sin(phase + rng.uniform(0, 2 * np.pi))
    noise = _band_noise(len(t), pitch, rng)
    grain = (layer.tone * ring + (1 - layer.tone) * noise) * envelope
    result: Mono = (grain / np.sqrt((grain**2).sum() + 1e-12)).astype(np.float32)
    return result


def _band_noise(frames: int, centre: float, rng: np.random.Generator) -> Floats:
    # About three octaves around the centre, unit RMS.
    size = int(fft.next_fast_len(frames, real=True))
    spectrum = rng.standard_normal((size // 2 + 1, 2)) @ np.array([1, 1j])
    hertz = np.maximum(fft.rfftfreq(size, 1 / RATE), 1.0)
    spectrum *= np.exp(-0.5 * (np.log2(hertz / centre) / 1.1) ** 2) / np.sqrt(hertz)
    noise = fft.irfft(spectrum, size)[:frames]
    result: Floats = noise / (np.sqrt((noise**2).mean()) + 1e-12)
    return result
