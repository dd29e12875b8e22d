"""The contract of an ambient bed: an endless, seeded, stereo stream."""

from __future__ import annotations

from typing import Protocol

from drift_audio.sound.audio import Samples


class Bed(Protocol):
    """An endless stereo stream at the session's rate, nominal level -30 LUFS (the mix sets the real one).

    Same declaration, seed and sequence of reads of any sizes give the same samples: how it is cut into blocks never shows.
    """

    def read(self, frames: int) -> Samples:
        """The next `frames` frames: float32 (frames, 2)."""
        ...
