"""What is known of each theme: a readable article and the phrase banks that sessions are written from."""

from drift_audio.words.guides.load import guide, load_banks, load_guides
from drift_audio.words.guides.model import Banks, Guide

__all__ = ["Banks", "Guide", "guide", "load_banks", "load_guides"]
