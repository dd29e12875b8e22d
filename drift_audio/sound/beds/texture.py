"""A judge of sound textures: trained on field recordings, it names what it hears.

The statistics are those of McDermott & Simoncelli (2011): levels, spread, skew and peakedness of sub-band envelopes, the power of
their modulations, and how far the bands move together. The classifier is a penalised multinomial logistic regression.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from drift_audio.errors import CatalogError
from drift_audio.sound.audio import RATE, Floats, Indices, Mono, Samples
from drift_audio.sound.decode import SoundReader, UnreadableSound

RATE_HZ: Final = 22_050
EXCERPT_S: Final = 4.0
LONGEST_S: Final = 120.0
_MOST_EXCERPTS: Final = 24
_EDGES: Final = np.geomspace(60, 10_000, 25)
_MODULATIONS: Final = np.geomspace(0.5, 50, 8)
_WINDOW: Final = 1024
_HOP: Final = 220
_PENALTY: Final = 50.0


class TextureJudge:
    """Trained on a folder of recordings named CLASS__anything.(ogg|mp3|wav|flac).

    Raises:
        CatalogError: fewer than two classes of recordings in it.
    """

    def __init__(self, folder: Path) -> None:
        found = [(file.name.partition("__")[0], file) for file in sorted(folder.glob("*__*")) if file.is_file()]
        taught = [(name, row) for name, file in found for row in excerpts(*_recording(file))]
        self.classes = tuple(sorted({name for name, _ in taught}))
        if len(self.classes) < 2:
            raise CatalogError(f"{folder}: needs recordings of at least two classes, named like rain__garden.ogg")
        rows = np.array([row for _, row in taught])
        labels = np.array([self.classes.index(name) for name, _ in taught])
        self._mean, self._spread = rows.mean(0), rows.std(0) + 1e-9
        self._weights = _fit(self._scaled(rows), labels, len(self.classes))

    def names(self, samples: Samples, rate: int = RATE) -> list[str]:
        """What each four-second excerpt is taken for."""
        rows = self._scaled(np.array(list(excerpts(samples, rate))))
        return [self.classes[index] for index in (rows @ self._weights).argmax(1)]

    def _scaled(self, rows: Floats) -> Floats:
        scaled = (rows - self._mean) / self._spread
        return np.hstack([scaled, np.ones((len(rows), 1))])


def _recording(file: Path) -> tuple[Samples, int]:
    try:
        with SoundReader(file) as sound:
            return sound.read(int(LONGEST_S * sound.rate)), sound.rate
    except UnreadableSound as error:
        raise CatalogError(str(error)) from None


def excerpts(samples: Samples, rate: int) -> list[Floats]:
    """Statistics of overlapping four-second stretches, silent ones left out."""
    import soxr

    mono = soxr.resample(samples.mean(axis=1), rate, RATE_HZ)
    size = int(EXCERPT_S * RATE_HZ)
    step = max(size // 2, (len(mono) - size) // _MOST_EXCERPTS)
    stretches = (mono[start : start + size] for start in range(0, len(mono) - size + 1, step))
    return [statistics(stretch) for stretch in stretches if np.abs(stretch).max() > 1e-4]


def statistics(mono: Mono) -> Floats:
    """The texture statistics of a stretch at 22,050 Hz, as one vector."""
    levels = np.log(_envelopes(mono / (np.sqrt((mono**2).mean()) + 1e-9)) + 1e-6)
    mean = levels.mean(0)
    moved = levels - mean
    spread = moved.std(0) + 1e-6
    skew, peaked = (moved**3).mean(0) / spread**3, (moved**4).mean(0) / spread**4
    rates = _modulations(moved)
    alike = np.corrcoef(moved.T)
    together = [np.diag(alike, apart).mean() for apart in (1, 2, 4, 8, 16)]
    parts = [mean - mean.mean(), spread, skew, np.log(peaked), rates.mean(0), rates.std(0), rates[::4].ravel(), together]
    return np.concatenate([np.asarray(part, np.float64) for part in parts])


def _envelopes(mono: Mono) -> Floats:
    frames = np.lib.stride_tricks.sliding_window_view(mono, _WINDOW)[::_HOP] * np.hanning(_WINDOW)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    hertz = np.fft.rfftfreq(_WINDOW, 1 / RATE_HZ)
    bands = [(hertz >= low) & (hertz < max(high, low + 25)) for low, high in pairwise(_EDGES)]
    return np.stack([power[:, band].sum(1) for band in bands], 1)


def _modulations(moved: Floats) -> Floats:
    power = np.abs(np.fft.rfft(moved, axis=0)) ** 2
    hertz = np.fft.rfftfreq(len(moved), _HOP / RATE_HZ)
    total = power[1:].sum(0)
    bands = [(hertz >= low) & (hertz < high) for low, high in pairwise(_MODULATIONS)]
    return np.stack([np.log(power[band].sum(0) / total + 1e-4) for band in bands], 1)


def _fit(rows: Floats, labels: Indices, classes: int) -> Floats:
    from scipy.optimize import minimize

    counts = np.bincount(labels, minlength=classes)
    weight = (len(labels) / (classes * counts))[labels]  # every class weighs the same, however long its recordings are
    wanted = np.eye(classes)[labels]

    def loss(flat: Floats) -> tuple[float, Floats]:
        matrix = flat.reshape(rows.shape[1], classes)
        scores = rows @ matrix
        scores -= scores.max(1, keepdims=True)
        likely = np.exp(scores)
        likely /= likely.sum(1, keepdims=True)
        cost = (
            -(weight * np.log(likely[np.arange(len(labels)), labels] + 1e-12)).sum() + 0.5 * _PENALTY * (matrix[:-1] ** 2).sum()
        )
        slope = rows.T @ ((likely - wanted) * weight[:, np.newaxis])
        slope[:-1] += _PENALTY * matrix[:-1]
        return float(cost), slope.ravel()

    found = minimize(loss, np.zeros(rows.shape[1] * classes), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    weights: Floats = found.x.reshape(rows.shape[1], classes)
    return weights
