"""Reads the situation into a `Story`."""

from __future__ import annotations

from drift_audio.words.story import Story
from drift_audio.words.understanding.language import detect
from drift_audio.words.understanding.parser import warm

__all__ = ["read_story", "warm"]


def read_story(text: str, *, language: str = "en") -> Story:
    """What the text surely says, each field with its confidence.

    Only English is understood: of a text in another language, or for a session in one, nothing but `Story.language` is told,
    and the offline writer refuses it by name.
    """
    tongue = detect(text)
    if tongue != "en" or not language.lower().startswith("en"):
        return Story(language=tongue if tongue != "en" else language)
    return Story(language="en")
