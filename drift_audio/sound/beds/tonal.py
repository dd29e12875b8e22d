"""Sustained chords: every partial a narrow band of random phases on the bins of one long transform (PADsynth, Paul Nasca 2006).

Bands beat slowly within themselves, both ears draw their own phases, and the result is circular by construction.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from scipy import fft

from drift_audio.sound.audio import RATE, Curve, Interleaved
from drift_audio.sound.beds.noise import drift_of, gaussian, set_stereo_width
from drift_audio.sound.beds.spec import PadLayer
from drift_audio.sound.beds.streams import BankStream, Stream, interleave, unit_rms

_STEPS: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_NOTE: Final = re.compile(r"^([A-G])([#b]?)(-?\d)$")
_NARROWEST_HZ: Final = 0.06


def note_hz(name: str) -> float:
    """Frequency of an equal-tempered note, A4 = 440 Hz.

    Raises:
        ValueError: not a note name such as A2, C#3 or Eb4.
    """
    match = _NOTE.match(name)
    if not match:
        raise ValueError(f"{name!r} is not a note; write A2, C#3 or Eb4")
    letter, sign, octave = match.groups()
    step = _STEPS[letter] + {"#": 1, "b": -1, "": 0}[sign] + 12 * (int(octave) + 1)
    return float(440.0 * 2 ** ((step - 69) / 12))


def build(layer: PadLayer, rng: np.random.Generator) -> Stream:
    """The endless stream of a pad layer at its level."""
    return BankStream(bank(layer, rng), rng, stretch_s=(14.0, 26.0), fade_s=5.0, drift=drift_of(layer, rng))


def bank(layer: PadLayer, rng: np.random.Generator) -> Interleaved:
    """A circular stretch of the chord, interleaved stereo."""
    frames = int(fft.next_fast_len(int(layer.seconds * RATE), real=True))
    bin_hz = RATE / frames
    density = np.zeros(frames // 2 + 1, np.float32)
    for note in layer.notes:
        for hertz, level, spread in partials(layer, note_hz(note)):
            _add_band(density, (hertz / bin_hz, max(spread, _NARROWEST_HZ) / bin_hz), level)
    ears = [gaussian(rng, density.shape) for _ in range(2)]
    set_stereo_width(ears, np.arange(len(density)) * bin_hz, layer.width)
    left, right = (fft.irfft(ear * density, frames) for ear in ears)
    return unit_rms(interleave(left, right), layer.level_db)


def partials(layer: PadLayer, base: float) -> list[tuple[float, float, float]]:
    """(hertz, amplitude, bandwidth in hertz) of each partial below 12 kHz."""
    found = []
    for number in range(1, layer.partials + 1):
        hertz = base * number
        if hertz > 12_000:
            break
        level = layer.tilt_db * np.log2(number) + (layer.even_db if number % 2 == 0 else 0.0)
        spread = hertz * (2 ** (layer.spread_cents / 1200) - 1)
        found.append((hertz, float(10 ** (level / 20)), float(spread)))
    return found


def _add_band(density: Curve, band: tuple[float, float], level: float) -> None:
    centre, width = band
    first, last = max(1, int(centre - 4 * width)), min(len(density) - 1, int(centre + 4 * width) + 1)
    bins = np.arange(first, last)
    shape = np.exp(-0.25 * ((bins - centre) / width) ** 2)
    density[first:last] = np.hypot(density[first:last], level * shape / np.sqrt((shape**2).sum()))
