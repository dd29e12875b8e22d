"""The fake engine: a soft tone of a known length. It ships, is chosen by tests and `--voice tone`, and needs nothing.

Its length is exactly `seconds(text, speed)`: (0.35 s + 0.06 s a character) / speed, at 24 kHz; its pitch (160-320 Hz) follows
from a checksum of the text, its colour from the seed.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Final

import numpy as np

from drift_audio.errors import EngineError
from drift_audio.sound.audio import Mono
from drift_audio.sound.engines.base import Engine, EngineState, Voice

READS_IPA: Final = False
RATE: Final = 24_000
HEAD_S: Final = 0.35
CHARACTER_S: Final = 0.06
LEVEL: Final = 0.1


def seconds(text: str, speed: float = 1.0) -> float:
    """Length in seconds of what `ToneEngine` makes of `text`."""
    return (HEAD_S + CHARACTER_S * len(text)) / speed


class ToneEngine:
    """Speaks tones; safe in any number of threads."""

    rate = RATE
    threads = 4

    def __init__(self, version: str = "1") -> None:
        self.version = version
        self.calls = 0

    def synthesize(self, text: str, *, speed: float, seed: int) -> Mono:
        if not text.strip():
            raise EngineError("tone: there is nothing to say")
        self.calls += 1
        frames = round(seconds(text, speed) * RATE)
        pitch = 160 + zlib.crc32(text.encode()) % 160
        phase = 2 * np.pi * pitch * np.arange(frames) / RATE
        colour = 0.2 + (seed % 8) / 40
        return (LEVEL * (np.sin(phase) + colour * np.sin(2 * phase))).astype(np.float32)

    def close(self) -> None:
        """There is nothing to let go of."""


def state(voice: Voice, *, data_dir: Path) -> EngineState:  # noqa: ARG001 - the contract's arguments
    """Always ready."""
    return EngineState(state="ready")


def version(voice: Voice, *, data_dir: Path) -> str:  # noqa: ARG001 - the contract's arguments
    """Changes with the formula above."""
    return "1"


def build(voice: Voice, *, data_dir: Path) -> Engine:
    """A new tone engine."""
    return ToneEngine(version(voice, data_dir=data_dir))
