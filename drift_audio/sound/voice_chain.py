"""What a voice goes through on its way into the mix: level, high-pass, warmth, de-essing and a small room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from drift_audio.sound.audio import RATE, Samples, gain
from drift_audio.sound.score import Clip

Preset = Literal["close", "room", "dry"]

VOICE_LUFS: Final = -22.0
"""Loudness of the voice before mastering; leaves headroom for any clip."""

LEVELLING: Final = 0.7
MAX_LEVELLING_DB: Final = 5.0

_REFLECTIONS = 40

Sections = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Treatment:
    """A preset. high_pass_hz; warmth_db at `warmth_hz` and below; de_ess_db: most that sibilants lose; room_db: reflections
    relative to the voice; room_seconds: how long they last; 0 dB and None mean not at all."""

    high_pass_hz: float
    warmth_db: float
    warmth_hz: float
    de_ess_db: float
    room_db: float | None
    room_seconds: float


TREATMENTS: Final[dict[Preset, Treatment]] = {
    "close": Treatment(70.0, 1.5, 200.0, 5.0, -19.0, 0.045),
    "room": Treatment(80.0, 1.0, 200.0, 5.0, -14.0, 0.085),
    "dry": Treatment(60.0, 0.0, 200.0, 0.0, None, 0.0),
}


def levels(clips: Sequence[Clip]) -> dict[Clip, float]:
    """Gain in dB of every clip: the session's median comes to `VOICE_LUFS`, and each clip most of the way to the median.

    What the delivery arc asked for (`Clip.gain_db`) is left as it is.
    """
    known = [clip for clip in clips if np.isfinite(clip.level_lufs)]
    if not known:
        return dict.fromkeys(clips, 0.0)
    natural = {clip: clip.level_lufs - clip.gain_db for clip in known}
    middle = _weighted_median([natural[clip] for clip in known], [clip.frames for clip in known])
    found = {}
    for clip in clips:
        away = middle - natural.get(clip, middle)
        found[clip] = VOICE_LUFS - middle + float(np.clip(LEVELLING * away, -MAX_LEVELLING_DB, MAX_LEVELLING_DB))
    return found


def _weighted_median(values: Sequence[float], weights: Sequence[int]) -> float:
    order = np.argsort(values, kind="stable")
    running = np.cumsum(np.asarray(weights)[order])
    return float(np.asarray(values)[order][np.searchsorted(running, running[-1] / 2)])


def treat(samples: Samples, preset: Preset, *, gain_db: float = 0.0) -> Samples:
    """Send a clip through the chain.

    Args:
        samples: float32 (frames, 1) at `RATE`.
        preset: name in `TREATMENTS`.
        gain_db: level, from `levels`.

    Returns:
        float32 (frames + tail, 2), the voice in the centre and the reflections around it.
    """
    from scipy.signal import sosfilt

    treatment = TREATMENTS[preset]
    mono = sosfilt(_equaliser(treatment).astype(np.float32), samples[:, 0] * np.float32(gain(gain_db)))
    if treatment.de_ess_db:
        mono = de_ess(mono, treatment.de_ess_db)
    if treatment.room_db is None:
        return np.repeat(mono[:, np.newaxis], 2, axis=1)
    return _in_room(mono, treatment)


@cache
def _equaliser(treatment: Treatment) -> Sections:
    from scipy.signal import butter

    sections = butter(2, treatment.high_pass_hz, "highpass", fs=RATE, output="sos")
    if treatment.warmth_db:
        sections = np.vstack([sections, _low_shelf(treatment.warmth_hz, treatment.warmth_db)])
    return np.asarray(sections)


def _low_shelf(hertz: float, decibels: float) -> Sections:
    """Second-order low shelf of slope one, after the Audio EQ Cookbook of R. Bristow-Johnson."""
    a, w = 10 ** (decibels / 40), 2 * np.pi * hertz / RATE
    cos, alpha = np.cos(w), np.sin(w) / np.sqrt(2)
    root = 2 * np.sqrt(a) * alpha
    b = [a * (a + 1 - (a - 1) * cos + root), 2 * a * (a - 1 - (a + 1) * cos), a * (a + 1 - (a - 1) * cos - root)]
    c = [a + 1 + (a - 1) * cos + root, -2 * (a - 1 + (a + 1) * cos), a + 1 + (a - 1) * cos - root]
    return np.asarray(np.array([[*b, *c]]) / c[0])


def de_ess(mono: NDArray[np.float32], most_db: float) -> NDArray[np.float32]:
    """Turn the band above 5 kHz down where it stands out against the rest of the voice, by `most_db` at the most."""
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import sosfilt

    if mono.shape[0] < RATE // 50:
        return mono
    band = sosfilt(_sibilance(), mono)
    step = RATE // 400
    frames = mono.shape[0] // step * step
    hiss, whole = (np.sqrt(np.square(x[:frames]).reshape(-1, step).mean(axis=1)) for x in (band, mono))
    share_db = 20 * np.log10((uniform_filter1d(hiss, 5) + 1e-7) / (uniform_filter1d(whole, 5) + 1e-6))
    loud = whole > whole.max() * 0.02
    cut_db = np.where(loud, np.clip((share_db + 7.0) * 0.8, 0.0, most_db), 0.0)
    kept = 10 ** (-uniform_filter1d(cut_db, 5) / 20)
    times = (np.arange(kept.shape[0]) + 0.5) * step
    curve = np.interp(np.arange(mono.shape[0]), times, kept).astype(np.float32)
    return np.asarray(mono - (1 - curve) * band)


@cache
def _sibilance() -> NDArray[np.float32]:
    from scipy.signal import butter

    return np.asarray(butter(2, 5000, "highpass", fs=RATE, output="sos"), np.float32)


def _in_room(mono: NDArray[np.float32], treatment: Treatment) -> Samples:
    from scipy.signal import oaconvolve

    impulse = room(treatment.room_seconds, treatment.room_db or 0.0)
    wet = oaconvolve(mono[:, np.newaxis], impulse, axes=0)
    wet[: mono.shape[0]] += mono[:, np.newaxis]
    return np.ascontiguousarray(wet, dtype=np.float32)


@cache
def room(seconds: float, level_db: float) -> Samples:
    """Early reflections of a small furnished room: (frames, 2), energy `level_db` relative to the direct sound.

    Sparse arrivals from 4 ms on, denser and darker with time, other ones on either side; a generated impulse with a fixed seed.
    """
    from scipy.signal import butter, sosfilt

    rng = np.random.default_rng(7)
    frames = round(seconds * RATE)
    impulse = np.zeros((frames, 2))
    for side in (0, 1):
        times = 0.004 + (seconds - 0.006) * np.sort(rng.random(_REFLECTIONS)) ** 1.3
        signs = rng.choice([-1.0, 1.0], _REFLECTIONS)
        impulse[np.minimum((times * RATE).astype(int), frames - 1), side] += signs * 10 ** (-1.6 * times / seconds)
    impulse = sosfilt(butter(1, [400, 6000], "bandpass", fs=RATE, output="sos"), impulse, axis=0)
    impulse *= np.linspace(1, 0, frames)[:, np.newaxis] ** 0.5
    return np.asarray(impulse * gain(level_db) / np.sqrt(np.square(impulse).sum(axis=0)), np.float32)
