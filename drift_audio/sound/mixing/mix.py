"""Timeline + bed + clips -> stereo blocks. Streaming: what is held is a few seconds, however long the session is."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from drift_audio.script.shapes import Duck, Fades
from drift_audio.sound.audio import BLOCK, CHANNELS, RATE, Samples, gain
from drift_audio.sound.beds.base import Bed
from drift_audio.sound.dsp.filters import Filter, bell, high_pass
from drift_audio.sound.dsp.read_ahead import read_ahead
from drift_audio.sound.memory import release_freed_memory
from drift_audio.sound.mixing import ducking
from drift_audio.sound.mixing.bells import DEFAULT_KEY, cue, strike
from drift_audio.sound.mixing.ducking import STEP
from drift_audio.sound.mixing.voice_chain import VOICE_LUFS, Preset, levels, treat
from drift_audio.sound.score import BreathCycle, Speech, Strike, Timeline

BED_LUFS: Final = -30.0
"""Nominal loudness of what a bed reads as."""

CHUNK: Final = BLOCK // STEP * STEP

Part = Literal["all", "voice", "bed"]

_KNEE: Final = gain(VOICE_LUFS + 4.0)
_KNEE_TO_TOP: Final = gain(3.0)
_LOWER_DB: Final = 8.0
"""How much lower the knee lies while the voice speaks: a click in a consonant costs a word."""
_BELL_DB = -17.0
_CUE_DB = -27.0


@dataclass(frozen=True, slots=True)
class MixOptions:
    """How a timeline becomes sound.

    ambience: bed from the start, an expression for `open_bed`; None means no bed.
    bed_level_db: bed under the speaking voice, in dB. bells: whether strikes and breath tones sound.
    processing: preset of the voice chain. key_hz: what bells are tuned to. part: the whole mix, or one stem of it.
    """

    ambience: str | None = None
    bed_level_db: float = -15.0
    bells: bool = True
    duck: Duck = field(default_factory=Duck)
    fades: Fades = field(default_factory=Fades)
    processing: Preset = "close"
    key_hz: float = DEFAULT_KEY
    part: Part = "all"


OpenBed = Callable[[str], Bed]


def mix(timeline: Timeline, open_bed: OpenBed, options: MixOptions) -> Generator[Samples, None, None]:
    """Stereo float32 blocks of at most `BLOCK` frames at `RATE`, exactly `timeline.frames` frames in all.

    The bed's gain comes from the timeline, which knows when the voice speaks; nothing listens and nothing pumps. Voice
    and bed are made ahead in threads of their own; the result does not depend on them.

    Args:
        timeline: what sounds when.
        open_bed: gives the stream for a bed expression, from its beginning.
        options: see `MixOptions`.
    """
    release_freed_memory()
    with closing(_sounds(timeline, options)) as made, closing(_beds(timeline, open_bed, options)) as beds:
        sounds = _Overlay(made)
        for start, block in zip(range(0, timeline.frames, CHUNK), beds, strict=True):
            sounds.add_to(block, start)
            _fade_ending(block, timeline.frames - start)
            yield block


def _fade_ending(block: Samples, left: int) -> None:
    """Fade what is still sounding within the last half second of a session, `left` frames before its end, in place."""
    ending = RATE // 2
    if left - block.shape[0] < ending:
        remaining = np.arange(left, left - block.shape[0], -1) - 1
        block *= ducking.raised_cosine(remaining / ending).astype(np.float32)[:, np.newaxis]


def _sounds(timeline: Timeline, options: MixOptions) -> Generator[tuple[int, Samples], None, None]:
    """Voice, bells and tones, made ahead; none of them in the bed's stem."""
    if options.part != "bed":
        yield from read_ahead(_make(timeline, options), depth=3)


def _beds(timeline: Timeline, open_bed: OpenBed, options: MixOptions) -> Generator[Samples, None, None]:
    """The bed, made ahead, in blocks that the sounds are added to; silence where there is none."""
    sizes = [min(CHUNK, timeline.frames - start) for start in range(0, timeline.frames, CHUNK)]
    plan = ducking.bed_plan(timeline, options.ambience or "")
    if options.part == "voice" or not any(name for _, _, name in plan):
        yield from (np.zeros((size, CHANNELS), np.float32) for size in sizes)
    else:
        yield from read_ahead(_bed_blocks(timeline, open_bed, options))


def _bed_blocks(timeline: Timeline, open_bed: OpenBed, options: MixOptions) -> Iterator[Samples]:
    """The bed at its level: read, made room in for the voice's consonants, and turned up and down."""
    duck = options.duck
    depth = ducking.speaking(timeline, duck)
    resting_db = VOICE_LUFS + options.bed_level_db + duck.depth_db - BED_LUFS
    amplitude = 10 ** ((resting_db + ducking.bed_db(timeline, duck, options.fades)) / 20) * ducking.fade(timeline, options.fades)
    knee = 10 ** (-_LOWER_DB / 20 * depth)
    stream = _BedStream(timeline, open_bed, options)
    cut, clipper = _PresenceCut(duck.presence_db), SoftClipper()
    for start in range(0, timeline.frames, CHUNK):
        frames = min(CHUNK, timeline.frames - start)
        block = cut.apply(stream.read(start, frames), ducking.gain_by_frame(depth, start, frames))
        lower = ducking.gain_by_frame(knee, start, frames)[:, np.newaxis]
        yield clipper.apply(block * ducking.gain_by_frame(amplitude, start, frames)[:, np.newaxis], lower)


class SoftClipper:
    """Bends the peaks of a bed's upper range, so that a crackle does not startle; an encoder would throw it further still.

    Crackles last a millisecond. What is steady lies under the knee, and what is deep (surf, brown noise) under the filter.
    """

    def __init__(self) -> None:
        self._filter = Filter(high_pass(200.0), channels=CHANNELS)

    def apply(self, block: Samples, lower: Samples | float = 1.0) -> Samples:
        """The block with its upper range bent above the knee, untouched below it; `lower` is a factor of the knee."""
        knee = _KNEE * np.asarray(lower, np.float32)
        if np.abs(block).max(initial=0.0) <= knee.min():
            return block
        upper = self._filter.apply_block(block)
        above = np.nonzero(np.abs(upper) > knee)
        peaks, limits = upper[above], np.broadcast_to(knee, upper.shape)[above]
        over, room = np.abs(peaks) / limits - 1, _KNEE_TO_TOP - 1
        bent = block.copy()
        bent[above] += np.sign(peaks) * limits * (np.tanh(over / room) * room - over)
        return bent


class _PresenceCut:
    """Less presence (2-4 kHz) while the voice speaks, by blending towards a filtered copy."""

    def __init__(self, depth_db: float) -> None:
        self._filter = Filter(bell(2900.0, -abs(depth_db), 0.8), channels=CHANNELS) if depth_db else None

    def apply(self, block: Samples, amount: Samples) -> Samples:
        if self._filter is None:
            return block
        if amount.max() <= 0.0:
            return block  # the filter has settled again long before the blend is heard
        dipped = self._filter.apply_block(block)
        if amount.min() >= 1.0:
            return dipped
        block += amount[:, np.newaxis] * (dipped - block)
        return block


class _BedStream:
    """The beds of a session one after another, with equal-power crossfades at the changes."""

    def __init__(self, timeline: Timeline, open_bed: OpenBed, options: MixOptions) -> None:
        self._plan = list(ducking.bed_plan(timeline, options.ambience or ""))
        self._change = round(options.fades.change_s * RATE)
        self._open = open_bed
        self._now: Bed | None = None
        self._next: tuple[int, Bed | None] | None = None

    def read(self, start: int, frames: int) -> Samples:
        if start == 0:
            self._now = self._opened(self._plan.pop(0)[2])
        block = self._from(self._now, frames)
        if self._next is None and self._plan and self._plan[0][0] < start + frames:
            begin, _, name = self._plan.pop(0)
            self._next = begin, self._opened(name)
        if self._next is None:
            return block
        return self._cross(block, start)

    def _cross(self, block: Samples, start: int) -> Samples:
        assert self._next is not None  # noqa: S101 - for the type checker
        begin, bed = self._next
        skip = max(0, begin - start)
        incoming = self._from(bed, block.shape[0] - skip)
        place = (np.arange(start + skip, start + block.shape[0]) - begin) / max(1, self._change)
        # Sine and cosine: two beds that know nothing of each other keep their joint power at every point of the change.
        angle = np.clip(place, 0, 1).astype(np.float32)[:, np.newaxis] * np.float32(np.pi / 2)
        block[skip:] = block[skip:] * np.cos(angle) + incoming * np.sin(angle)
        if start + block.shape[0] >= begin + self._change:
            self._now, self._next = bed, None
        return block

    def _opened(self, name: str) -> Bed | None:
        return self._open(name) if name else None

    @staticmethod
    def _from(bed: Bed | None, frames: int) -> Samples:
        return np.zeros((frames, CHANNELS), np.float32) if bed is None else np.array(bed.read(frames), np.float32)


class _Overlay:
    """Voice, bells and tones laid over the bed; each is made shortly before it is heard and let go behind its end."""

    def __init__(self, source: Iterator[tuple[int, Samples]]) -> None:
        self._source = source
        self._ready: tuple[int, Samples] | None = next(self._source, None)
        self._sounding: list[tuple[int, Samples]] = []

    def add_to(self, block: Samples, start: int) -> None:
        """Add what sounds in [start, start + frames) to `block`, in place."""
        end = start + block.shape[0]
        while self._ready is not None and self._ready[0] < end:
            self._sounding.append(self._ready)
            self._ready = next(self._source, None)
        for begin, samples in self._sounding:
            first, last = max(begin, start), min(begin + samples.shape[0], end)
            block[first - start : last - start] += samples[first - begin : last - begin]
        self._sounding = [sound for sound in self._sounding if sound[0] + sound[1].shape[0] > end]


def _make(timeline: Timeline, options: MixOptions) -> Iterator[tuple[int, Samples]]:
    """Every sound with its first frame, in order of time."""
    gains = levels([speech.clip for speech in timeline.speech()])
    spoken = {speech.start for speech in timeline.speech()}
    preset: Preset = "dry" if options.part == "voice" else options.processing
    bells = options.bells and options.part == "all"
    for event in timeline.events:
        if isinstance(event, Speech):
            yield event.start, treat(event.clip.load(), preset, gain_db=gains[event.clip])
        elif isinstance(event, Strike) and bells:
            yield event.start, strike(options.key_hz) * np.float32(gain(_BELL_DB))
        elif isinstance(event, BreathCycle) and bells:
            yield from _tones(event, spoken, options.key_hz)


def _tones(cycle: BreathCycle, spoken: Iterable[int], key: float) -> Iterator[tuple[int, Samples]]:
    """Soft tones at the phases that no spoken cue marks."""
    full = cycle.start + cycle.in_frames
    phases = [("in", cycle.start, cycle.in_frames), ("hold", full, cycle.hold_frames), ("out", full + cycle.hold_frames, 1)]
    for name, start, frames in phases:
        if frames and start not in spoken:
            yield start, cue(name, key) * np.float32(gain(_CUE_DB))
