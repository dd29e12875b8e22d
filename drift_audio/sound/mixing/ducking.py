"""The bed's gain over the session, computed from the timeline alone: duck, lift, breath, changes and fades.

Curves are arrays at the control rate, one value every `STEP` frames; the mix draws straight lines between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from drift_audio.script.model import NO_BED
from drift_audio.script.shapes import Duck, Fades
from drift_audio.sound.audio import RATE, Floats, Samples
from drift_audio.sound.score import BedChange, BreathCycle, Timeline

STEP: Final = 441
"""Frames between two values of a curve: ten milliseconds."""


_PER_SECOND = RATE / STEP


def steps(frames: int) -> int:
    """Values of a curve over `frames` frames; the last one stands at or behind the end."""
    return -(-frames // STEP) + 1


def raised_cosine(x: Floats) -> Floats:
    """Raised cosine from 0 at x <= 0 to 1 at x >= 1; its steepest slope is pi / 2."""
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip(x, 0.0, 1.0)))


def speaking(timeline: Timeline, duck: Duck) -> Floats:
    """How much of the duck holds, 0..1: one while the voice speaks and in short gaps."""
    before, after = _distances(timeline, duck.hold_s)
    return np.maximum(raised_cosine(1 - before / duck.lead_s), raised_cosine(1 - after / duck.release_s))


def _distances(timeline: Timeline, hold: float) -> tuple[Floats, Floats]:
    """Seconds to the next word and since the last one, at every step; zero while speaking. Gaps up to `hold` are closed."""
    count = steps(timeline.frames)
    times = np.arange(count) / _PER_SECOND
    runs = _runs(timeline, hold)
    if not runs:
        return np.full(count, np.inf), np.full(count, np.inf)
    starts, ends = np.array(runs).T
    inside = np.zeros(count, bool)
    for start, end in runs:
        inside[int(start * _PER_SECOND) : int(np.ceil(end * _PER_SECOND)) + 1] = True
    following = np.searchsorted(starts, times)
    until = np.append(starts, np.inf)[following] - times
    since = times - np.insert(ends, 0, -np.inf)[np.searchsorted(ends, times)]
    return np.where(inside, 0.0, until), np.where(inside, 0.0, since)


def _runs(timeline: Timeline, hold: float) -> list[tuple[float, float]]:
    """Stretches of speech in seconds, those with less than `hold` between them joined."""
    runs: list[tuple[float, float]] = []
    for speech in timeline.speech():
        start, end = speech.start / RATE, (speech.start + speech.frames) / RATE
        if runs and start - runs[-1][1] < hold:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return runs


def lift(timeline: Timeline, duck: Duck) -> Floats:
    """Decibels that long silences gain: up over four seconds, and down again before the voice returns."""
    before, after = _distances(timeline, duck.hold_s)
    silence = np.minimum(before, after)
    silence[~np.isfinite(before) | ~np.isfinite(after)] = 0.0  # neither the opening nor the end is a silence between words
    return duck.lift_db * raised_cosine((silence - duck.lift_after_s / 2) / 4.0)


def swell(timeline: Timeline, duck: Duck) -> Floats:
    """Decibels that the bed rises with an inhalation and falls with an exhalation."""
    curve = np.zeros(steps(timeline.frames))
    times = np.arange(curve.shape[0]) * STEP
    for cycle in (event for event in timeline.events if isinstance(event, BreathCycle)):
        full = cycle.start + cycle.in_frames
        out = full + cycle.hold_frames
        first, last = cycle.start // STEP, min(curve.shape[0], (out + cycle.out_frames) // STEP + 1)
        here = times[first:last]
        curve[first:last] = raised_cosine((here - cycle.start) / cycle.in_frames) - raised_cosine((here - out) / cycle.out_frames)
    return duck.swell_db * np.clip(curve, 0.0, 1.0)


def level_changes(timeline: Timeline, ramp: float) -> Floats:
    """Decibels of the `[bed]` markers, each reached over `ramp` seconds."""
    times = np.arange(steps(timeline.frames)) / _PER_SECOND
    curve, level = np.zeros_like(times), 0.0
    for event in timeline.events:
        if isinstance(event, BedChange) and event.bed_db is not None:
            curve += (event.bed_db - level) * raised_cosine((times - event.start / RATE) / ramp)
            level = event.bed_db
    return curve


def fade(timeline: Timeline, fades: Fades) -> Floats:
    """Amplitude 0..1 of the way in and out; the last value is zero, so that no session ends on a cut.

    The bed stays whole until the last word has been said.
    """
    seconds = timeline.frames / RATE
    last = max(((speech.start + speech.frames) / RATE for speech in timeline.speech()), default=0.0)
    times = np.minimum(np.arange(steps(timeline.frames)) / _PER_SECOND, seconds)
    way_in, way_out = min(fades.in_s, seconds / 4), min(fades.out_s, max(3.0, seconds - last), seconds / 3)
    return raised_cosine(times / max(way_in, 0.01)) * raised_cosine((seconds - times) / max(way_out, 0.01))


def voice_level(timeline: Timeline) -> Floats:
    """Decibels by which the delivery arc takes the voice down or up: the bed goes with it, or a voice that sinks would drown."""
    times = np.arange(steps(timeline.frames)) * float(STEP)
    levels = sorted((speech.start + speech.frames / 2, speech.clip.gain_db) for speech in timeline.speech())
    if not levels:
        return np.zeros_like(times)
    middles, decibels = zip(*levels, strict=True)
    return np.asarray(np.interp(times, middles, decibels))


def bed_db(timeline: Timeline, duck: Duck, fades: Fades) -> Floats:
    """Decibels of the bed relative to its level while nobody speaks, fades apart."""
    moving = lift(timeline, duck) + swell(timeline, duck) + level_changes(timeline, fades.change_s / 2) + voice_level(timeline)
    return moving - duck.depth_db * speaking(timeline, duck)


def gain_by_frame(curve: Floats, start: int, frames: int) -> Samples:
    """Straight lines between the values: (frames,) from frame `start`, a multiple of `STEP`; (1,) where the curve is level."""
    first = start // STEP
    count = -(-frames // STEP)
    values = curve[first : first + count + 1].astype(np.float32)
    if values.min() == values.max():
        return values[:1]
    ramp = np.arange(STEP, dtype=np.float32) / np.float32(STEP)
    return (values[:-1, np.newaxis] + np.diff(values)[:, np.newaxis] * ramp).reshape(-1)[:frames]


def bed_plan(timeline: Timeline, ambience: str) -> Sequence[tuple[int, int, str]]:
    """Which bed sounds when: (start, end, expression) without the crossfades; neighbours differ."""
    plan = [(0, ambience)]
    for event in timeline.events:
        if isinstance(event, BedChange) and event.ambience is not None:
            name = "" if event.ambience == NO_BED else event.ambience
            plan += [(event.start, name)] if name != plan[-1][1] else []
    edges = [*plan, (timeline.frames, "")]
    return [(start, end, name) for (start, name), (end, _) in pairwise(edges) if end > start]
