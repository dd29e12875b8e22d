"""The writer that needs no account, no model and no network: phrase banks, dealt by seed."""

from drift_audio.words.writers.offline.writer import OfflineWriter

__all__ = ["OfflineWriter"]
