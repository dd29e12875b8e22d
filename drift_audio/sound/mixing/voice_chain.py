"""What a voice goes through on its way into the mix: level, high-pass, warmth, de-essing and a small room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import numpy as np
from scipy import fft

from drift_audio.sound.audio import RATE, Mono, Reals, Samples, Spectrum, gain
from drift_audio.sound.clip import Clip
from drift_audio.sound.dsp.filters import filtered, high_pass, low_pass, low_shelf

Preset = Literal["close", "room", "dry"]

VOICE_LUFS: Final = -22.0
"""Loudness of the voice in the mix, both sides together; leaves headroom before mastering."""

LEVELLING: Final = 0.7
MAX_LEVELLING_DB: Final = 5.0

_REFLECTIONS = 40
_TRANSFORM = 16_384
_BOTH_SIDES_DB = 3.01
_MAKE_UP_DB = 0.4
_CELL = RATE // 400
_HISS_DB = 7.0

KNEE_DB: Final = 12.0
"""Where syllable tops begin to be brought down, above the loudness of the voice on one side."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """A preset.

    high_pass_hz: corner of each of two first-order stages (together 3 dB down at 1.55 times that). warmth_db: below
    `warmth_hz`. de_ess_db: most that sibilants lose. room_db: reflections relative to the voice, None for no room.
    room_seconds: how long they last.
    """

    high_pass_hz: float
    warmth_db: float
    warmth_hz: float
    de_ess_db: float
    room_db: float | None
    room_seconds: float


TREATMENTS: Final[dict[Preset, Treatment]] = {
    "close": Treatment(48.0, 1.5, 200.0, 5.0, -19.0, 0.045),
    "room": Treatment(54.0, 1.0, 200.0, 5.0, -14.0, 0.085),
    "dry": Treatment(30.0, 0.0, 200.0, 0.0, None, 0.0),
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
    treatment = TREATMENTS[preset]
    mono = _equalised(samples[:, 0] * np.float32(gain(gain_db)), treatment)
    if preset != "dry":
        mono = compress_peaks(de_ess(mono, treatment.de_ess_db), VOICE_LUFS - _BOTH_SIDES_DB + KNEE_DB)
        mono = mono * np.float32(gain(_MAKE_UP_DB))
    if treatment.room_db is None:
        return np.repeat(mono[:, np.newaxis], 2, axis=1)
    return _in_room(mono, treatment)


def _equalised(mono: Mono, treatment: Treatment) -> Mono:
    low_cut = high_pass(treatment.high_pass_hz)
    warmth = [low_shelf(treatment.warmth_hz, treatment.warmth_db)] if treatment.warmth_db else []
    return filtered(mono, low_cut, low_cut, *warmth)


def de_ess(mono: Mono, most_db: float) -> Mono:
    """Turn the band above 5 kHz down where it stands out against the rest of the voice, by `most_db` at the most."""
    band = filtered(mono, high_pass(5000.0), high_pass(5000.0))
    hiss, whole = (_smooth(np.sqrt(np.square(_rows_of_cells(sound)).mean(axis=1)), 5) for sound in (band, mono))
    share_db = 20 * np.log10((hiss + 1e-7) / (whole + 1e-6))
    cut_db = np.where(whole > whole.max(initial=0.0) * 0.02, np.clip((share_db + _HISS_DB) * 0.8, 0.0, most_db), 0.0)
    return np.asarray(mono - (1 - _gain_by_frame(-_smooth(cut_db, 5), mono.shape[0])) * band)


def compress_peaks(mono: Mono, knee_db: float, share: float = 0.7) -> Mono:
    """Bring the tops of syllables that stand above `knee_db` (of full scale) down by `share` of what is above it.

    It looks ahead and moves over 25 ms, slower than the voice's own vibration, so that a later limiter finds little to do.
    """
    tops = np.abs(_rows_of_cells(mono)).max(axis=1)
    cut_db = np.maximum(20 * np.log10(tops + 1e-9) - knee_db, 0.0) * share
    if not cut_db.any():
        return mono
    wide = np.lib.stride_tricks.sliding_window_view(np.pad(cut_db, 4), 9).max(axis=1)
    return np.asarray(mono * _gain_by_frame(-_smooth(wide, 9), mono.shape[0]))


def _smooth(values: Reals, width: int) -> Reals:
    """Running mean of odd width; the ends count on."""
    return np.convolve(np.pad(values, width // 2, mode="edge"), np.full(width, 1 / width), mode="valid")


def _rows_of_cells(mono: Mono) -> Mono:
    """The sound in rows of 2.5 ms, filled up with silence."""
    rows = max(1, -(-mono.shape[0] // _CELL))
    return np.pad(mono, (0, rows * _CELL - mono.shape[0])).reshape(rows, _CELL)


def _gain_by_frame(gains_db: Reals, frames: int) -> Mono:
    """A factor for every frame from one value in dB a cell."""
    factors = np.pad(10 ** (gains_db / 20), 1, mode="edge").astype(np.float32)
    ramp = np.arange(_CELL, dtype=np.float32) / np.float32(_CELL)
    lines = factors[:-1, np.newaxis] + np.diff(factors)[:, np.newaxis] * ramp
    return lines.reshape(-1)[_CELL // 2 :][:frames]  # a value stands in the middle of its cell


def _in_room(mono: Mono, treatment: Treatment) -> Samples:
    """The voice in the middle, and its reflections around it, by convolution in pieces that stay in the processor's cache."""
    responses = _responses(treatment.room_seconds, treatment.room_db or 0.0)
    tail = round(treatment.room_seconds * RATE) - 1
    hop = _TRANSFORM - tail
    pieces = -(-mono.shape[0] // hop)
    spectra = fft.rfft(np.pad(mono, (0, pieces * hop - mono.shape[0])).reshape(pieces, hop), _TRANSFORM, axis=1)
    wet = np.empty((mono.shape[0] + tail, 2), np.float32)
    for side, response in enumerate(responses):
        sound = fft.irfft(spectra * response, _TRANSFORM, axis=1)
        rows = np.zeros((pieces + 1, hop), np.float32)
        rows[:-1] = sound[:, :hop]
        rows[1:, :tail] += sound[:, hop:]
        rows.reshape(-1)[: mono.shape[0]] += mono
        wet[:, side] = rows.reshape(-1)[: wet.shape[0]]
    return wet


@cache
def _responses(seconds: float, level_db: float) -> Spectrum:
    """The room's two spectra."""
    return np.asarray(fft.rfft(room(seconds, level_db).T, _TRANSFORM, axis=1))


@cache
def room(seconds: float, level_db: float) -> Samples:
    """Early reflections of a small furnished room: (frames, 2), energy `level_db` relative to the direct sound.

    Sparse arrivals from 4 ms on, denser and darker with time, other ones on either side; a generated impulse with a fixed seed.
    """
    rng = np.random.default_rng(7)
    frames = round(seconds * RATE)
    impulse = np.zeros((frames, 2), np.float32)
    for side in (0, 1):
        times = 0.004 + (seconds - 0.006) * np.sort(rng.random(_REFLECTIONS)) ** 1.3
        signs = rng.choice([-1.0, 1.0], _REFLECTIONS)
        raw = np.zeros(frames, np.float32)
        raw[np.minimum((times * RATE).astype(int), frames - 1)] += (signs * 10 ** (-1.6 * times / seconds)).astype(np.float32)
        impulse[:, side] = filtered(raw, high_pass(400.0), low_pass(6000.0))
    impulse *= np.linspace(1, 0, frames)[:, np.newaxis] ** 0.5
    return np.asarray(impulse * gain(level_db) / np.sqrt(np.square(impulse).sum(axis=0)), np.float32)
