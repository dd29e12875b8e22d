"""What a bed promises, measured: level, steadiness, no seam, no click, width, speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import fft

from drift_audio.scenario import Frozen
from drift_audio.sound.audio import RATE, Floats, Mono, Samples
from drift_audio.sound.beds.base import Bed
from drift_audio.sound.beds.spec import LEVEL_LUFS
from drift_audio.sound.dsp.loudness import bed_lufs

if TYPE_CHECKING:
    from drift_audio.sound.beds.texture import TextureJudge

WINDOWS: Final = 5
OCTAVES: Final = (63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0)
MOST_SEAM: Final = 0.3
MOST_CLICK: Final = 12.0
MOST_DRIFT_DB: Final = 1.0
MOST_OFF_LU: Final = 1.5
LEAST_SPEED: Final = 150.0
LEAST_NAMED: Final = 0.8
TEXTURE_S: Final = 50.0

_THIN: Final = 8  # the autocorrelation is taken of the bed below RATE / 16 hertz
_NEAR: Final = 16
_BLOCK_S: Final = 60.0
_AUDIBLE_SHARE_DB: Final = -35.0


class Figures(Frozen):
    """One bed, measured over `seconds` of it.

    lufs: loudness. level_db, spectrum_db: farthest that a fifth of the time stands from the mean, as a whole and in any octave
    that matters. seam: highest autocorrelation beyond one second. click: largest jump between two samples against its
    surroundings. ears: correlation of left and right. mono_db: loss when both are summed. speed: times real time, with
    opening. texture: what field recordings take it for most often, texture_share: share of excerpts named rightly.
    """

    name: str
    seconds: float
    lufs: float
    level_db: float
    spectrum_db: float
    seam: float
    click: float
    ears: float
    mono_db: float
    speed: float
    broken: tuple[str, ...] = ()
    texture: str | None = None
    texture_share: float = 0.0


def measure(name: str, open_bed: Callable[[], Bed], *, seconds: float, noise_like: bool) -> Figures:
    """Render `seconds` of a bed and measure it; `broken` names the promises that it does not hold."""
    blocks = max(1, round(seconds / WINDOWS / _BLOCK_S))
    frames = int(seconds * RATE / WINDOWS / blocks)
    started = time.process_time()
    bed = open_bed()
    spent = time.process_time() - started
    tally = _Tally()
    for index in range(WINDOWS * blocks):
        started = time.process_time()
        block = bed.read(frames)
        spent += time.process_time() - started
        tally.add(block, window=index // blocks)
    figures = tally.figures(name, seconds, speed=seconds / max(spent, 1e-9))
    return figures.model_copy(update={"broken": tuple(_broken(figures, noise_like=noise_like))})


def _broken(figures: Figures, *, noise_like: bool) -> Iterator[str]:
    if abs(figures.lufs - LEVEL_LUFS) > MOST_OFF_LU:
        yield "level"
    # Music moves from chord to chord; only what is meant to be even promises an even spectrum.
    if noise_like and max(figures.level_db, figures.spectrum_db) > MOST_DRIFT_DB:
        yield "steadiness"
    if noise_like and figures.seam > MOST_SEAM:
        yield "seam"
    if figures.click > MOST_CLICK:
        yield "click"
    if figures.speed < LEAST_SPEED:
        yield "speed"


def judge(folder: Path) -> Judge:
    """A judge trained on a folder of field recordings.

    Raises:
        CatalogError: no usable recordings there.
    """
    from drift_audio.sound.beds.texture import TextureJudge

    return Judge(TextureJudge(folder))


class Judge:
    """Names beds by field recordings and adds the verdict to their figures."""

    def __init__(self, textures: TextureJudge) -> None:
        self._textures = textures

    def named(self, figures: Figures, bed: Bed, expected: str) -> Figures:
        """The figures with what the recordings say of an unmeasured stretch of the bed."""
        names = self._textures.names(bed.read(round(TEXTURE_S * RATE)))
        share = names.count(expected) / len(names)
        known = expected in self._textures.classes
        broken = (*figures.broken, "texture") if known and share < LEAST_NAMED else figures.broken
        most = max(sorted(set(names)), key=names.count)
        return figures.model_copy(update={"texture": most, "texture_share": share, "broken": broken})


class _Tally:
    def __init__(self) -> None:
        self._loud: list[float] = []
        self._levels = np.zeros(WINDOWS)
        self._octaves = np.zeros((WINDOWS, len(OCTAVES)))
        self._thin: list[Mono] = []
        self._moments = np.zeros(3)
        self._click = 0.0

    def add(self, block: Samples, *, window: int) -> None:
        self._loud.append(bed_lufs([block], RATE))
        self._octaves[window] += octaves(block)
        left, right = np.ascontiguousarray(block.T)
        self._thin.append(thinned((left + right) / 2))
        self._click = max(self._click, jump(left), jump(right))
        self._levels[window] += float(left @ left + right @ right)
        self._moments += np.array([left @ left, right @ right, left @ right])

    def figures(self, name: str, seconds: float, *, speed: float) -> Figures:
        left, right, both = self._moments
        bands = self._octaves
        mean = bands.mean(0)
        matter = mean > mean.max() * 10 ** (_AUDIBLE_SHARE_DB / 10)
        return Figures(
            name=name,
            seconds=seconds,
            lufs=float(10 * np.log10(np.mean(10 ** (np.array(self._loud) / 10)))),
            level_db=_farthest(self._levels),
            spectrum_db=max(_farthest(band) for band in bands.T[matter]),
            seam=seam(np.concatenate(self._thin), RATE / _THIN),
            click=self._click,
            ears=float(both / np.sqrt(left * right)),
            mono_db=float(10 * np.log10((left + right + 2 * both) / (2 * (left + right)))),
            speed=speed,
        )


def _farthest(power: Floats) -> float:
    return float(np.abs(10 * np.log10(power / power.mean())).max())


def octaves(window: Samples) -> Floats:
    """Mean power in each octave of `OCTAVES`, both ears together."""
    size = 8192
    count = len(window) // size
    cut = window[: count * size].reshape(count, size, -1) * np.hanning(size).astype(np.float32)[:, np.newaxis]
    power = sum((np.abs(fft.rfft(cut[k : k + 64], axis=1)) ** 2).sum((0, 2)) for k in range(0, count, 64))
    hertz = np.arange(size // 2 + 1) * RATE / size
    return np.array([np.asarray(power)[(hertz >= f / 2**0.5) & (hertz < f * 2**0.5)].sum() for f in OCTAVES]) / count


def thinned(mono: Mono) -> Mono:
    """Every eighth sample after a low-pass, for long autocorrelations."""
    import soxr

    result: Mono = soxr.resample(mono, RATE, RATE // _THIN, quality="LQ")
    return result


def seam(mono: Mono, rate: float, *, beyond_s: float = 1.0) -> float:
    """Highest normalised autocorrelation at any lag from `beyond_s` to half the length; 1.0 for an exact repeat."""
    centred = mono - mono.mean()
    size = int(fft.next_fast_len(2 * len(centred), real=True))
    power = np.abs(fft.rfft(centred, size)) ** 2
    lagged = fft.irfft(power, size)
    first, last = int(beyond_s * rate), len(centred) // 2
    overlap = 1 - np.arange(first, last) / len(centred)
    return float((lagged[first:last] / overlap).max() / lagged[0])


def jump(ear: Mono) -> float:
    """Largest isolated step between two samples, against the mean step of the 32 around it.

    A click is one step among smooth ones; the onset of a drop or a crackle is many steps of one size.
    """
    steps = np.abs(np.diff(ear))
    if not len(steps) or steps.max() == 0:
        return 0.0
    total = np.concatenate([[0.0], np.cumsum(steps, dtype=np.float64)])
    index = np.flatnonzero(steps > 3 * steps.mean())
    low, high = np.maximum(index - _NEAR, 0), np.minimum(index + _NEAR + 1, len(steps))
    around = (total[high] - total[low] - steps[index]) / (high - low - 1)
    return float((steps[index] / (around + 0.05 * steps.mean())).max()) if len(index) else 0.0
