"""The clip guard: what an engine made is trimmed to the voice, checked, and refused rather than passed on wrong. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from drift_audio.sound.audio import Mask, Mono

WINDOW_S: Final = 0.005
FADE_S: Final = 0.005
HEAD_S: Final = 0.015
TAIL_S: Final = 0.04
QUIET_DB: Final = -44.0
SILENCE_DB: Final = -60.0
CEILING: Final = 0.98
TYPICAL_S: Final = 0.065
LONGEST_HOLE_S: Final = 2.5


@dataclass(frozen=True, slots=True)
class Verdict:
    """samples: the clip trimmed, faded and under full scale. fault: None, or in a few words why it must not be used."""

    samples: Mono
    fault: str | None


def inspect(samples: Mono, rate: int, *, text: str, speed: float) -> Verdict:
    """Trim and judge what an engine made of `text`.

    samples: mono float32 (frames,) at `rate` hertz, any level. A fault is one of: nothing audible, not finite, clipped,
    far too short, far too long, a hole of silence inside. Bounds are wide: they catch failure, not taste.
    """
    if samples.size == 0:
        return Verdict(samples, "it is empty")
    if not np.isfinite(samples).all():
        return Verdict(samples, "it holds NaN or infinity")
    if is_clipped(samples):
        return Verdict(samples, "it is clipped")
    voiced = _voiced(samples, rate)
    if not voiced.any():
        return Verdict(samples, "nothing can be heard")
    clip = fade(_within_scale(_cut(samples, voiced, rate)), rate)
    return Verdict(clip, _wrong_length(clip.size / rate, text, speed) or _hole(voiced))


def trim(samples: Mono, rate: int) -> Mono:
    """Cut silence off both ends, leaving 15 ms before and 40 ms behind the voice; silence comes back empty."""
    voiced = _voiced(samples, rate)
    return _cut(samples, voiced, rate) if voiced.any() else samples[:0]


def fade(samples: Mono, rate: int) -> Mono:
    """5 ms linear ramps at both ends; shorter clips share what there is. Returns a copy."""
    frames = min(round(FADE_S * rate), samples.size // 2)
    result = samples.copy()
    if frames:
        ramp = np.linspace(0.0, 1.0, frames, endpoint=False, dtype=np.float32)
        result[:frames] *= ramp
        result[-frames:] *= ramp[::-1]
    return result


def is_clipped(samples: Mono) -> bool:
    """Whether the loudest peaks are flat: several runs of at least 4 equal samples at the top near or over full scale."""
    magnitude = np.abs(samples)
    peak = float(magnitude.max())
    if peak < CEILING:
        return False
    flat = magnitude >= peak * 0.9999
    runs = flat[:-3] & flat[1:-2] & flat[2:-1] & flat[3:]
    return int(runs.sum()) > 8


def typical_seconds(text: str, speed: float) -> float:
    """How long `text` takes at an ordinary pace: 65 ms a letter or digit plus a third of a second, by `speed`."""
    return (0.3 + TYPICAL_S * sum(character.isalnum() for character in text)) / speed


def _voiced(samples: Mono, rate: int) -> Mask:
    """For every 5 ms window whether the voice sounds in it: over -60 dBFS and within 44 dB of the loudest."""
    window = max(1, round(WINDOW_S * rate))
    padded = np.pad(samples, (0, -samples.size % window)).reshape(-1, window)
    level = np.sqrt(np.einsum("ij,ij->i", padded, padded) / window)
    loudest = float(level.max(initial=0.0))
    floor = max(loudest * 10 ** (QUIET_DB / 20), 10 ** (SILENCE_DB / 20))
    return np.asarray(level >= floor)


def _cut(samples: Mono, voiced: Mask, rate: int) -> Mono:
    window = max(1, round(WINDOW_S * rate))
    heard = np.flatnonzero(voiced)
    start = max(0, int(heard[0]) * window - round(HEAD_S * rate))
    stop = min(samples.size, (int(heard[-1]) + 1) * window + round(TAIL_S * rate))
    return samples[start:stop]


def _within_scale(samples: Mono) -> Mono:
    peak = float(np.abs(samples).max())
    return samples if peak <= CEILING else samples * np.float32(CEILING / peak)


def _wrong_length(seconds: float, text: str, speed: float) -> str | None:
    typical = typical_seconds(text, speed)
    if seconds < 0.3 * typical - 0.05:
        return f"it is far too short ({seconds:.1f} s where about {typical:.1f} s would do)"
    if seconds > 2.4 * typical + 1.2:
        return f"it is far too long ({seconds:.1f} s where about {typical:.1f} s would do)"
    return None


def _hole(voiced: Mask) -> str | None:
    heard = np.flatnonzero(voiced)
    gap = int(np.diff(heard).max(initial=1)) - 1
    return f"it falls silent inside for {gap * WINDOW_S:.1f} s" if gap * WINDOW_S > LONGEST_HOLE_S else None
