"""The writer that needs no account, no model and no network: phrase banks, dealt by seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drift_audio.words.writers.offline.writer import OfflineWriter

if TYPE_CHECKING:
    from drift_audio.config import Settings
    from drift_audio.words.writers.base import Writer

__all__ = ["OfflineWriter", "build"]


def build(settings: Settings | None, *, key: bytes, stand_in: Writer | None) -> Writer:  # noqa: ARG001 - it needs none of them
    """See `base.Build`."""
    return OfflineWriter()
