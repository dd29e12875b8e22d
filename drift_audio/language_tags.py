"""Language tags (BCP 47): "en", "en-GB", "zh-Hant-TW"."""

from __future__ import annotations


def primary_language(tag: str) -> str:
    """The first subtag in small letters: "en" of "en-GB"."""
    return tag.partition("-")[0].lower()
