"""Struck modes now and then: singing bowls, a soft piano-like string, chimes, each a sum of decaying partials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from drift_audio.sound.audio import RATE, Floats, Interleaved, Mono, decibels
from drift_audio.sound.beds.grains import merged, steady_rms
from drift_audio.sound.beds.spec import StrikesLayer
from drift_audio.sound.beds.streams import GrainStream, Stream, interleave
from drift_audio.sound.beds.tonal import note_hz

Pair = tuple[tuple[float, float, float], tuple[float, float, float]]  # (hertz, level, phase) twice
Modes = list[tuple[float, float, float]]  # ratio to the lowest, level in dB, share of the lowest one's decay

# Bowls: measured ratios of Himalayan bowls (Inacio, Henrique & Antunes 2006). Chimes: free-free bar (Fletcher & Rossing).
_BOWL: Final[Modes] = [(1.0, 0, 1.0), (2.76, -6, 0.55), (5.13, -15, 0.3), (8.06, -25, 0.16), (11.5, -33, 0.1)]
_CHIME: Final[Modes] = [(1.0, 0, 1.0), (2.756, -8, 0.5), (5.404, -18, 0.25), (8.933, -28, 0.12)]
_STIFFNESS: Final = 0.00035


def build(layer: StrikesLayer, rng: np.random.Generator) -> Stream:
    """The endless stream of strikes; their long-term RMS is about the layer's level."""
    grains = [strike(layer, note, rng) for note in layer.notes]
    often = (1 + layer.chord) / 2 / (len(grains) * layer.every_s)
    level = layer.level_db - decibels(steady_rms(grains, [often] * len(grains)))
    return GrainStream(grains, merged([_player(layer, level, rng.spawn(1)[0])]))


def _player(layer: StrikesLayer, level_db: float, rng: np.random.Generator) -> Iterator[tuple[float, int, float]]:
    count = len(layer.notes)
    note = int(rng.integers(count))
    gap = float(rng.uniform(0.5, layer.every_s))
    while True:
        for index in range(int(rng.integers(1, layer.chord + 1))):
            yield gap, note, 10 ** ((level_db + float(rng.normal(0, layer.spread_db))) / 20)
            note, gap = _next_note(note, count, layer.walk, rng), float(rng.uniform(0.02, 0.5)) * (index + 1)
        gap = layer.every_s * (layer.regular + (1 - layer.regular) * float(rng.gamma(2.0, 0.5)))


def _next_note(note: int, count: int, walk: float, rng: np.random.Generator) -> int:
    if count == 1:
        return 0
    if rng.uniform() < walk:
        return int(np.clip(note + rng.choice((-2, -1, 1, 2)), 0, count - 1))
    return int((note + rng.integers(1, count)) % count)


def strike(layer: StrikesLayer, note: str, rng: np.random.Generator) -> Interleaved:
    """One struck note, interleaved, RMS 1 over its first half second."""
    base = note_hz(note)
    decay = float(np.exp(rng.uniform(*np.log(layer.decay_s)))) * float(np.clip((220 / base) ** 0.25, 0.5, 1.4))
    frames = int((decay * 1.1 + 0.5) * RATE)
    pan = float(rng.uniform(-0.5, 0.5)) * layer.width
    ears = [np.zeros(frames, np.float32) for _ in range(2)]
    for ratio, level, share in _modes(layer, base):
        pair = _pair(base * ratio, rng, split=layer.instrument == "bowl")
        for ear, side in zip(ears, (-1, 1), strict=True):
            loud = 10 ** (level / 20) * np.sqrt(0.5 * (1 + side * 0.7 * pan))
            _add_mode(ear, pair, loud, decay * share, 0.5 * side * layer.width)
    fade = np.clip((frames - np.arange(frames)) / (0.3 * RATE), 0, 1).astype(np.float32)
    attack = np.clip(np.arange(frames) / ((0.002 + 0.018 * layer.soft) * RATE), 0, 1).astype(np.float32)
    sound = interleave(*(ear * fade * attack for ear in ears))
    first = sound[:RATE]
    return sound / np.float32(np.sqrt((first**2).mean()) + 1e-9)


def _modes(layer: StrikesLayer, base: float) -> Modes:
    if layer.instrument == "string":
        harmonics = range(1, max(2, min(14, int(7_000 / base))) + 1)
        steep = 4.0 + 9.0 * layer.soft
        modes = [(n * np.sqrt(1 + _STIFFNESS * n * n), -steep * np.log2(n), 1 / n**0.6) for n in harmonics]
    else:
        table = _BOWL if layer.instrument == "bowl" else _CHIME
        modes = [(ratio, level - 10 * layer.soft * np.log2(ratio), share) for ratio, level, share in table]
    return [mode for mode in modes if base * mode[0] < 9_000]


def _pair(hertz: float, rng: np.random.Generator, *, split: bool) -> Pair:
    # A bowl is never quite round: each mode is a pair a fraction of a hertz apart, and it sings by their beating.
    shift = float(rng.uniform(0.15, 0.7)) * (hertz / 200) ** 0.5 if split else float(rng.uniform(0.02, 0.15))
    phases = rng.uniform(0, 2 * np.pi, 2)
    return ((hertz, 1.0, float(phases[0])), (hertz + shift, 0.55 if split else 0.4, float(phases[1])))


def _add_mode(ear: Mono, pair: Pair, level: float, decay: float, turn: float) -> None:
    # `turn` radians apart, the two ears hear the mode as wide as it is and still add up in mono.
    count = min(len(ear), int(decay * 1.2 * RATE))
    for sign, (hertz, part, phase) in zip((1, -1), pair, strict=True):
        step = np.exp(2j * np.pi * hertz / RATE - 6.9 / (decay * RATE))
        ear[:count] += (part * level * _powers(step, count, phase + sign * turn)).astype(np.float32)


def _powers(turn: complex, count: int, phase: float) -> Floats:
    """Real part of exp(i phase) * turn ** n for n in 0..count-1, as an outer product of two short runs."""
    inner = 1024
    outer = -(-count // inner)
    rows = np.exp(1j * phase) * turn ** (inner * np.arange(outer))
    run = turn ** np.arange(inner)
    product = rows.real[:, np.newaxis] * run.real - rows.imag[:, np.newaxis] * run.imag
    result: Floats = product.ravel()[:count]
    return result
