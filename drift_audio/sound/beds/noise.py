"""Noise of a given spectrum: still (one long transform), or moving (short transforms under a plane of levels).

The moving kind draws complex Gaussian short-time spectra, sets their level in time and frequency and overlaps them under sine
windows, whose squares add up to one: Gaussian noise with any slow envelope in any band (McDermott & Simoncelli 2011 name these
envelopes, their depths, rates and correlations, as what the ear takes a sound texture for).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import fft

from drift_audio.sound.audio import RATE, Curve, Interleaved, Mono, Reals, Spectrum
from drift_audio.sound.beds.random_draws import shape_at, slow_noise
from drift_audio.sound.beds.spec import Layer, Modulation, NoiseLayer
from drift_audio.sound.beds.streams import BankStream, Drift, Stream, interleave, unit_rms

WINDOW: Final = 2048
HOP: Final = WINDOW // 2
BINS: Final = WINDOW // 2 + 1
BIN_HZ: Final = np.arange(BINS) * RATE / WINDOW
STEP_HZ: Final = RATE / HOP
_TOGETHER_HZ: Final = (80.0, 300.0)  # below both ears hear the same, above `width` holds


def build(layer: NoiseLayer, rng: np.random.Generator) -> Stream:
    """The endless stream of a noise layer at its level."""
    bank = moving_bank(layer, rng) if layer.modulations else still_bank(layer, rng)
    slow = min((m.rate_hz[0] for m in layer.modulations), default=1.0)
    fade = 0.75 if slow > 0.3 else 2.2
    return BankStream(bank, rng, stretch_s=(9.0, 17.0), fade_s=fade, drift=drift_of(layer, rng))


def drift_of(layer: Layer, rng: np.random.Generator) -> Drift | None:
    """The slow wandering that the layer asks for."""
    return Drift(layer.drift_db, layer.drift_s, rng) if layer.drift_db else None


def still_bank(layer: NoiseLayer, rng: np.random.Generator) -> Interleaved:
    """Stationary noise: one transform over the whole bank, exact down to 12 Hz."""
    frames = int(fft.next_fast_len(int(layer.seconds * RATE), real=True))
    hertz = np.arange(frames // 2 + 1) * (RATE / frames)
    shape = shape_at(hertz, layer.spectrum)
    ears = [gaussian(rng, shape.shape) for _ in range(2)]
    set_stereo_width(ears, hertz, layer.width)
    left, right = (fft.irfft(ear * shape, frames) for ear in ears)
    return unit_rms(interleave(left, right), layer.level_db)


def moving_bank(layer: NoiseLayer, rng: np.random.Generator) -> Interleaved:
    """Noise whose bands rise and fall as the modulations say."""
    steps = int(layer.seconds * RATE / HOP)
    shape = shape_at(BIN_HZ, layer.spectrum)
    gains = [np.zeros((steps, BINS), np.float32) for _ in range(2)]  # in place from here on: a plane weighs ten megabytes
    for modulation in layer.modulations:
        for plane, move in zip(gains, movement(modulation, steps, rng), strict=True):
            plane += move
    for plane in gains:
        np.exp(plane, out=plane)
        plane *= shape
    return overlapped(gains, layer, rng)


def movement(modulation: Modulation, steps: int, rng: np.random.Generator) -> tuple[Curve, Curve]:
    """Natural log of the amplitude for each ear, (steps, BINS)."""
    rows = modulation.bands
    centres = np.geomspace(60.0, 14_000.0, rows) if rows > 1 else np.array([1000.0])

    def curves(count: int) -> Curve:
        return slow_noise(rng, steps, rows=count, step_hz=STEP_HZ, rates=modulation.rate_hz, slope=modulation.slope)

    together, apart = curves(1), curves(rows)
    share = np.sqrt(modulation.coherence)
    both = share * together + np.sqrt(1 - modulation.coherence) * apart
    left, right = (_mix(both, curves(rows), 1 - modulation.stereo) for _ in range(2))
    spread = _spread(centres, modulation.low_hz)
    depth = modulation.depth_db / 8.686
    return tuple(depth * _bent(ear, modulation.skew).T @ spread for ear in (left, right))  # type: ignore[return-value]


def overlapped(gains: list[Curve], layer: Layer, rng: np.random.Generator) -> Interleaved:
    """Circular noise under two (steps, BINS) planes of amplitude, at the layer's level and width."""
    shape = gains[0].shape
    ears = [gaussian(rng, shape) for _ in range(2)]
    set_stereo_width(ears, BIN_HZ, layer.width)
    for ear, level in zip(ears, gains, strict=True):
        ear *= level
    gains.clear()
    return unit_rms(interleave(*(_overlap(ears.pop(0)) for _ in range(2))), layer.level_db)


def gaussian(rng: np.random.Generator, shape: tuple[int, ...]) -> Spectrum:
    """Complex standard normal values."""
    pairs = rng.standard_normal((*shape, 2), dtype=np.float32)
    result: Spectrum = pairs.view(np.complex64)[..., 0]
    return result


def set_stereo_width(ears: list[Spectrum], hertz: Reals, width: float) -> None:
    """Make the right ear partly the left one: wholly below 80 Hz, by 1 - width above 300 Hz. Power stays."""
    high = np.interp(hertz, _TOGETHER_HZ, (0.0, width))
    same = (1.0 - high).astype(np.float32)
    ears[1] *= np.sqrt(1.0 - same**2)
    reach = int(np.flatnonzero(same)[-1]) + 1 if same.any() else 0
    ears[1][..., :reach] += ears[0][..., :reach] * same[:reach]


def _overlap(spectra: Spectrum) -> Mono:
    window = np.sin(np.pi * (np.arange(WINDOW) + 0.5) / WINDOW).astype(np.float32)
    frames = fft.irfft(spectra, WINDOW, axis=1)
    frames *= window
    out = frames[:, :HOP]
    out += np.roll(frames[:, HOP:], 1, axis=0)
    result: Mono = out.reshape(-1)
    return result


def _mix(shared: Curve, own: Curve, share: float) -> Curve:
    result: Curve = shared * np.float32(np.sqrt(1 - share)) + own * np.float32(np.sqrt(share))
    return result


def _spread(centres: Reals, low_hz: float) -> Curve:
    # Each band's curve reaches over to its neighbours linearly in log frequency: (bands, BINS).
    place = np.interp(np.log(np.maximum(BIN_HZ, 20.0)), np.log(centres), np.arange(len(centres)))
    rows = np.maximum(0.0, 1.0 - np.abs(place[np.newaxis] - np.arange(len(centres))[:, np.newaxis]))
    rows /= np.sqrt((rows**2).sum(0))
    if low_hz:
        rows *= np.clip(np.log2(np.maximum(BIN_HZ, 1.0) / low_hz) + 0.5, 0.0, 1.0)
    result: Curve = rows.astype(np.float32)
    return result


def _bent(curve: Curve, skew: float) -> Curve:
    # A quadratic bend keeps the mean at zero and the variance at one and moves the third moment.
    if not skew:
        return curve
    c = np.float32(skew / 2.5)
    bent: Curve = (curve + c * (curve**2 - 1)) / np.sqrt(1 + 2 * c * c)
    return bent
