"""Scripts by a language model, through any OpenAI-compatible server or a local file; see `docs/llm.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drift_audio.errors import ConfigError
from drift_audio.words.writers.llm.destination import Destination, destination
from drift_audio.words.writers.llm.writer import LlmWriter

if TYPE_CHECKING:
    from drift_audio.config import Settings
    from drift_audio.words.writers.base import Writer

__all__ = ["Destination", "LlmWriter", "build", "destination"]


def build(settings: Settings | None, *, key: bytes, stand_in: Writer | None) -> Writer:
    """See `base.Build`."""
    if settings is None or stand_in is None or not settings.llm.configured:
        raise ConfigError(
            "no language model is configured; name one with --model (and --base-url), DRIFT_AUDIO_MODEL or [llm] in config.toml, "
            "or use --writer offline"
        )
    return LlmWriter(settings.llm, fallback=stand_in, cache_dir=settings.cache_dir / "scripts", key=key)
