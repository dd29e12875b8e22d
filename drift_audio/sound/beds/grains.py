"""Short sounds laid into a circular bank, each at its place between the ears; and long ones with the echo of a place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heapify, heapreplace
from typing import Final

import numpy as np
from scipy import fft

from drift_audio.sound.audio import RATE, Floats, Indices, Interleaved, Mono, Reals, gain
from drift_audio.sound.beds.streams import Onset, interleave

Events = tuple[Indices, Floats, Floats]  # starts, levels, pans

_EAR_FRAMES: Final = 26  # widest delay between the ears, 0.6 ms
_LONGEST_S: Final = 4.0


def add_grain(ears: list[Mono], grain: Mono, events: Events) -> None:
    """Add a grain to both ears of a circular bank at each event: starts in frames, linear levels, pans from -1 to 1."""
    starts, levels, pans = events
    frames = len(ears[0])
    for ear, side in zip(ears, (-1, 1), strict=True):
        late = np.round(np.maximum(0.0, -side * pans) * _EAR_FRAMES).astype(np.int64)
        loud = (levels * np.sqrt(0.5 * (1 + side * 0.8 * pans))).astype(np.float32)
        places = (starts + late)[:, np.newaxis] + np.arange(len(grain))
        # In one dimension numpy is eight times as fast.
        np.add.at(ear, (places % frames).ravel(), (loud[:, np.newaxis] * grain).ravel())


def panned(sound: Reals, pan: float) -> Interleaved:
    """A mono sound at a place between the ears by level and delay, interleaved."""
    late = round(abs(pan) * _EAR_FRAMES)
    near, far = np.pad(sound, (0, late)), np.pad(sound, (late, 0))
    left, right = (far, near) if pan > 0 else (near, far)
    return interleave(left * np.sqrt(0.5 * (1 - 0.8 * pan)), right * np.sqrt(0.5 * (1 + 0.8 * pan)))


class Room:
    """An open place: dull noise dying by 60 dB over `seconds` after a sound, its own for each ear, unit energy."""

    def __init__(self, rng: np.random.Generator, seconds: float) -> None:
        frames = max(64, int(seconds * RATE))
        decay = np.exp(-6.9 * np.arange(frames) / frames) * np.minimum(1, np.arange(frames) / (0.02 * RATE))
        ears = (rng.standard_normal((2, frames)) * decay).astype(np.float32)
        self._tail = frames
        self._size = int(fft.next_fast_len(frames + int(_LONGEST_S * RATE), real=True))
        hertz = np.arange(self._size // 2 + 1) * RATE / self._size
        colour = 1 / (np.sqrt(1 + (hertz / 3500.0) ** 2) * np.sqrt(1 + (200.0 / np.maximum(hertz, 1.0)) ** 2))
        spectra = fft.rfft(ears, self._size, axis=1) * colour.astype(np.float32)
        energy = 2 * (np.abs(spectra) ** 2).sum(1, keepdims=True) / self._size
        self._spectra = spectra / np.sqrt(energy)

    def around(self, sound: Reals, pan: float, wet_db: float) -> Interleaved:
        """A mono sound of at most four seconds at its place with the echo around it, interleaved."""
        sound = sound[: self._size - self._tail].astype(np.float32)
        wet = fft.irfft(fft.rfft(sound, self._size) * self._spectra, self._size, axis=1) * np.float32(gain(wet_db))
        dry = panned(sound, pan)
        out = interleave(*wet[:, : max(len(sound) + self._tail, len(dry) // 2)])
        out[: len(dry)] += dry
        return out


def steady_rms(grains: Sequence[Interleaved], rates: Sequence[float]) -> float:
    """RMS in the long run of grains that start independently, `rates` of them a second each."""
    energy = sum(rate * float(np.dot(grain, grain)) for grain, rate in zip(grains, rates, strict=True))
    return float(np.sqrt(energy / (2 * RATE)))


def merged(sources: Sequence[Iterator[tuple[float, int, float]]]) -> Iterator[Onset]:
    """One law of onsets out of several that run side by side; each yields (seconds since its last, grain, gain)."""
    heap = []
    for index, source in enumerate(sources):
        gap, grain, level = next(source)
        heap.append((gap, index, grain, level))
    heapify(heap)
    now = 0
    while True:
        at, index, grain, level = heap[0]
        frame = max(now, round(at * RATE))
        yield Onset(frame - now, grain, level)
        now = frame
        gap, grain, level = next(sources[index])
        heapreplace(heap, (at + gap, index, grain, level))
