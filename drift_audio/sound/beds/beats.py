"""Binaural and monaural beats: optional, never on by themselves, only over a bed, and without any claim.

The evidence for effects is mixed (Ingendoh 2023). Binaural beats exist only in headphones: each ear hears one steady tone.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from drift_audio.sound.audio import CHANNELS, RATE, Interleaved
from drift_audio.sound.beds.streams import CHUNK

BANDS_HZ: Final = {"delta": 2.5, "theta": 6.0, "alpha": 10.0}
CARRIER_HZ: Final = 180.0
HEADPHONE_NOTE: Final = "binaural beats are only heard over headphones; no effect is claimed"
_KINDS: Final = ("binaural", "monaural")
_LEVEL: Final = 0.036  # a pair of tones at -30 LUFS, like any bed


def is_beats(source: str) -> bool:
    """Whether a part of a mix names beats: binaural-theta, monaural-alpha ..."""
    kind, _, band = source.partition("-")
    return kind in _KINDS and band in BANDS_HZ


class Beats:
    """Two steady tones, one to an ear (binaural) or both to both (monaural)."""

    def __init__(self, beat_hz: float, *, together: bool) -> None:
        self._hertz = np.array([CARRIER_HZ - beat_hz / 2, CARRIER_HZ + beat_hz / 2])
        self._together = together
        self._frame = 0

    @classmethod
    def named(cls, source: str) -> Beats:
        kind, _, band = source.partition("-")
        return cls(BANDS_HZ[band], together=kind == "monaural")

    def add(self, out: Interleaved) -> None:
        # Whole turns are taken off before the sine, so that hours in the phase is still exact.
        turns = (self._frame * self._hertz / RATE) % 1.0
        line = np.arange(CHUNK)[:, np.newaxis] * self._hertz / RATE
        tones = np.sin(2 * np.pi * (turns + line)) * (_LEVEL * (1 / np.sqrt(2) if self._together else 1.0))
        if self._together:
            tones = np.repeat(tones.sum(1, keepdims=True), CHANNELS, axis=1)
        out += tones.astype(np.float32).reshape(-1)
        self._frame += CHUNK
