"""Bells and tone cues by modal synthesis: decaying partials in the ratios of a struck bowl."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from drift_audio.sound.audio import RATE, Floats, Samples

DEFAULT_KEY: Final = 220.0

_HEARD = 1.5  # of its decay: after that a partial is 90 dB down


@dataclass(frozen=True, slots=True)
class Mode:
    """A partial.

    ratio: to the fundamental. level: amplitude. decay: seconds to fall by 60 dB. beat: hertz between its two halves.
    """

    ratio: float
    level: float
    decay: float
    beat: float


BOWL: Final = (
    Mode(1.0, 1.0, 11.0, 0.6),
    Mode(2.71, 0.55, 7.5, 0.9),
    Mode(5.15, 0.22, 4.2, 1.3),
    Mode(8.43, 0.08, 2.2, 1.9),
    Mode(12.2, 0.03, 1.2, 2.6),
)
"""Flexural modes of a hand-hammered bowl, each split in two by its uneven wall, which makes it beat."""

CHIME: Final = (Mode(1.0, 1.0, 2.6, 0.3), Mode(2.0, 0.12, 1.4, 0.5), Mode(2.76, 0.05, 0.8, 0.0))


def tuned(note: str | None) -> float:
    """Hertz of the bell for a tonic such as "A2" or "Eb3", moved by octaves to where a bowl sounds best; A when there is none."""
    if note is None:
        return DEFAULT_KEY
    letter, rest = note[0].upper(), note[1:]
    semitone = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}[letter] + rest.count("#") - rest.count("b")
    return float(440.0 * 2 ** ((semitone % 12 - 9) / 12 - (1 if semitone % 12 >= 5 else 0)))


@cache
def strike(key: float = DEFAULT_KEY) -> Samples:
    """One stroke of the bowl with its fundamental at `key` hertz, peak 1: float32 (frames, 2), ending in silence."""
    return _ring(BOWL, key, seconds=12.0, onset=0.004)


@cache
def cue(phase: str, key: float = DEFAULT_KEY) -> Samples:
    """A soft tone for the start of a breath phase: a fifth above the key for "in", an octave for "hold", the key for "out"."""
    ratio = {"in": 1.5, "hold": 2.0, "out": 1.0}[phase]
    return _ring(CHIME, key * ratio, seconds=2.6, onset=0.09)


def _ring(modes: tuple[Mode, ...], key: float, *, seconds: float, onset: float) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    sides = [sum(_partial(mode, key, time, side) for mode in modes if mode.ratio * key < RATE / 3) for side in (0, 1)]
    sound = np.stack([np.asarray(side) for side in sides], axis=1)
    sound *= (np.clip(time / onset, 0, 1) * np.clip((seconds - time) / (seconds / 6), 0, 1) ** 2)[:, np.newaxis]
    result = np.asarray(sound / np.abs(sound).max(), np.float32)
    result.setflags(write=False)  # every caller gets the same one
    return result


def _partial(mode: Mode, key: float, time: Floats, side: int) -> Floats:
    """Two near frequencies under one decay; the sides hear them in slightly different phase, which gives width."""
    heard = np.zeros_like(time)
    time = time[: round(mode.decay * _HEARD * RATE)]
    frequency, phase = mode.ratio * key, 0.35 * side * mode.ratio
    envelope = mode.level * 10 ** (-3.0 * time / mode.decay)
    low = np.sin(2 * np.pi * (frequency - mode.beat / 2) * time + phase)
    high = np.sin(2 * np.pi * (frequency + mode.beat / 2) * time - phase)
    heard[: time.shape[0]] = envelope * (0.6 * low + 0.4 * high)
    return heard
