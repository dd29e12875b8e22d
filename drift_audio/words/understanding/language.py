"""Which language a text is in, told by its commonest small words; enough to say "English only" honestly."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from drift_audio.language_tags import primary_language
from drift_audio.yamlfile import read_mapping

DATA: Final = Path(__file__).parent / "data"

_NAMES: Final = {
    "de": "German",
    "es": "Spanish",
    "fr": "French",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "other": "another language",
}


def detect(text: str) -> str:
    """Language tag of a text: "en" when there is too little to tell, "other" for a text in no Latin script."""
    letters = [c for c in text if c.isalpha()]
    if letters and sum(not _latin(c) for c in letters) > len(letters) / 2:
        return "other"
    scores = small_words(text)
    best = max(scores, key=lambda tongue: (scores[tongue], tongue == "en"))
    return best if scores[best] >= max(2, 1.5 * scores["en"]) and best != "en" else "en"


def small_words(text: str) -> dict[str, int]:
    """How many small words of each language stand in the text."""
    folded = unicodedata.normalize("NFD", text.casefold().replace("’", "'"))
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    words = re.findall(r"[a-z]+(?:'t)?", plain)
    return {tongue: sum(word in known for word in words) for tongue, known in _sets().items()}


def language_name(tag: str) -> str:
    """Name of a language tag in English, the tag itself when it is not known."""
    return _NAMES.get(primary_language(tag), tag)


@cache
def _sets() -> dict[str, frozenset[str]]:
    return {tongue: frozenset(words.split()) for tongue, words in read_mapping(DATA / "small_words.yaml").items()}


def _latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith("LATIN")
