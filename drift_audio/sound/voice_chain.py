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
"""Loudness of the voice in the mix, both sides together; leaves headroom before mastering."""

LEVELLING: Final = 0.7
MAX_LEVELLING_DB: Final = 5.0

_REFLECTIONS = 40
_BOTH_SIDES_DB = 3.01
_MAKE_UP_DB = 0.4
_CELL = RATE // 400

KNEE_DB: Final = 12.0
"""Where syllable tops begin to be brought down, above the loudness of the voice on one side."""

Mono = NDArray[np.float32]
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
        found[clip] = VOICE_LUFS - _BOTH_SIDES_DB - middle + float(np.clip(LEVELLING * away, -MAX_LEVELLING_DB, MAX_LEVELLING_DB))
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
    if preset != "dry":
        mono = calm(de_ess(mono, treatment.de_ess_db), VOICE_LUFS - _BOTH_SIDES_DB + KNEE_DB) * np.float32(gain(_MAKE_UP_DB))
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


def de_ess(mono: Mono, most_db: float) -> Mono:
    """Turn the band above 5 kHz down where it stands out against the rest of the voice, by `most_db` at the most."""
    from scipy.ndimage import uniform_filter1d
    from scipy.signal import sosfilt

    band = sosfilt(_sibilance(), mono)
    hiss, whole = (uniform_filter1d(np.sqrt(np.square(_cells(sound)).mean(axis=1)), 5) for sound in (band, mono))
    share_db = 20 * np.log10((hiss + 1e-7) / (whole + 1e-6))
    cut_db = np.where(whole > whole.max(initial=0.0) * 0.02, np.clip((share_db + 7.0) * 0.8, 0.0, most_db), 0.0)
    return np.asarray(mono - (1 - _drawn(-uniform_filter1d(cut_db, 5), mono.shape[0])) * band)


def calm(mono: Mono, knee_db: float, share: float = 0.7) -> Mono:
    """Bring the tops of syllables that stand above `knee_db` (of full scale) down by `share` of what is above it.

    It looks ahead and moves over 25 ms, slower than the voice's own vibration, so that a later limiter finds little to do.
    """
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    tops = np.abs(_cells(mono)).max(axis=1)
    cut_db = np.maximum(20 * np.log10(tops + 1e-9) - knee_db, 0.0) * share
    if not cut_db.any():
        return mono
    return np.asarray(mono * _drawn(-uniform_filter1d(maximum_filter1d(cut_db, 9), 9), mono.shape[0]))


def _cells(mono: Mono) -> Mono:
    """The sound in rows of 2.5 ms, filled up with silence."""
    rows = -(-mono.shape[0] // _CELL)
    return np.pad(mono, (0, rows * _CELL - mono.shape[0])).reshape(rows, _CELL)


def _drawn(gains_db: NDArray[np.floating], frames: int) -> Mono:
    """A factor for every frame from one value in dB a cell."""
    places = (np.arange(gains_db.shape[0]) + 0.5) * _CELL
    return np.interp(np.arange(frames), places, 10 ** (gains_db / 20)).astype(np.float32)


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
