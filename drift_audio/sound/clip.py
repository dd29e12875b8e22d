"""A voiced sentence as a file, and its samples at the session's rate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from drift_audio.errors import SpeechError
from drift_audio.sound.audio import RATE, Mono, Samples, gain

_AGAIN: Final = "run the same command again to voice it anew"


def load_clip(clip: Clip) -> Samples:
    """The clip at `RATE`: float32 (frames, 1), exactly `clip.frames` long, with the clip's gain.

    Raises:
        SpeechError: the file is gone or damaged; it is removed, so that the next run voices it anew.
    """
    import soundfile
    import soxr

    try:
        samples, rate = soundfile.read(clip.path, dtype="float32")
    except (soundfile.LibsndfileError, OSError) as error:
        clip.path.unlink(missing_ok=True)
        raise SpeechError(f"a cached clip cannot be read ({type(error).__name__}); {_AGAIN}") from None
    if frames_at_session_rate(samples.size, rate) != clip.frames:
        clip.path.unlink(missing_ok=True)
        raise SpeechError(f"a cached clip is not as long as it says; {_AGAIN}")
    if rate != RATE:
        samples = _fit(soxr.resample(samples, rate, RATE, quality="HQ"), clip.frames)
    if clip.gain_db:
        samples = samples * np.float32(gain(clip.gain_db))
    return np.ascontiguousarray(samples[:, np.newaxis], dtype=np.float32)


def frames_at_session_rate(frames: int, rate: int) -> int:
    """How many frames at `RATE` a clip of `frames` at `rate` hertz has: rounded half up, in integers."""
    return (2 * frames * RATE + rate) // (2 * rate)


def _fit(samples: Mono, frames: int) -> Mono:
    if samples.size >= frames:
        return samples[:frames]
    return np.pad(samples, (0, frames - samples.size))


@dataclass(frozen=True, slots=True)
class Clip:
    """A voiced sentence, trimmed to the voice with short fades, kept on disk; never all of a session in memory.

    text: what was spoken. frames: its exact length at `RATE`. path: the cached file at the engine's own rate.
    rate: hertz of that file. gain_db: what `load` adds to the file (the delivery arc's level at this place).
    level_lufs: loudness of what `load` returns, for the levelling over the session.
    """

    text: str
    frames: int
    path: Path
    rate: int
    level_lufs: float
    gain_db: float = 0.0

    def load(self) -> Samples:
        """Samples at `RATE`: float32 (frames, 1), exactly `self.frames` long."""
        from drift_audio.sound.clip import load_clip  # the cache's file format is that module's business

        return load_clip(self)
