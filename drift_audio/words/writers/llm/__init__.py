"""Scripts by a language model, through any OpenAI-compatible server or a local file; see `docs/llm.md`."""

from drift_audio.words.writers.llm.destination import Destination, destination
from drift_audio.words.writers.llm.writer import LlmWriter

__all__ = ["Destination", "LlmWriter", "destination"]
