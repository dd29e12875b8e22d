"""Random draws and slow curves that several families share; every one takes its generator."""

from __future__ import annotations

import numpy as np

from drift_audio.sound.audio import Curve, Floats, Reals
from drift_audio.sound.beds.spec import Point


def generator_for(seed: int, *path: int | str) -> np.random.Generator:
    """A generator of its own for each place in the declaration; strings count by their bytes, never by hash()."""
    key = [word for part in path for word in (part.encode() if isinstance(part, str) else (part,))]
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence([seed, *key])))


def log_uniform(rng: np.random.Generator, span: tuple[float, float], size: int) -> Floats:
    """Values whose logarithm is uniform over `span`."""
    return np.exp(rng.uniform(np.log(span[0]), np.log(span[1]), size))


def shape_at(hertz: Reals, points: tuple[Point, ...]) -> Curve:
    """Amplitude density of a spectrum of [hertz, dB over pink] points at frequencies above 0; flat beyond the ends."""
    x = np.log2([p[0] for p in points])
    safe = np.maximum(hertz, 1e-3)
    level = np.interp(np.log2(safe), x, [p[1] for p in points])
    density = 10.0 ** (level / 20.0) / np.sqrt(safe)
    density[hertz < 12.0] = 0.0
    result: Curve = density.astype(np.float32)
    return result


def slow_noise(
    rng: np.random.Generator, steps: int, *, rows: int, step_hz: float, rates: tuple[float, float], slope: float
) -> Curve:
    """Circular Gaussian curves of unit variance, (rows, steps), with power between two rates falling by `slope` per decade."""
    hertz = np.fft.rfftfreq(steps, 1 / step_hz)
    weight = np.zeros(len(hertz))
    band = (hertz >= rates[0]) & (hertz <= rates[1])
    band[1] |= not band.any()
    weight[band] = hertz[band] ** (slope / 2)
    weight /= np.sqrt((weight**2).sum())
    z = rng.standard_normal((rows, len(hertz))) + 1j * rng.standard_normal((rows, len(hertz)))
    curve: Curve = (np.fft.irfft(z * weight, steps, axis=1) * (steps / 2)).astype(np.float32)
    return curve
