"""Plain speech out of marked-up text: cleaning, and splitting into sentences."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

from drift_audio.script.word_lists import lexicon

_MARK_CHARACTERS: Final = re.compile(r"[\[\]<>{}*_`#|~^\\=@$•·▪●→←⇒]+")
_SPACE: Final = re.compile(r"\s+")
_END: Final = re.compile(r"(?:[.!?…]+[\"'”’»)]*\s+)|(?:[。！？]+[」』”’]*\s*)")
_ASIDE: Final = re.compile(r"\(([^()]*)\)")
_SPOKEN: Final = re.compile(r"[^\W_]")
_UNSPEAKABLE: Final = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Zl", "Zp"))


def is_direction(text: str) -> bool:
    """Whether a short aside tells how to speak rather than what to say."""
    known = lexicon()
    words = re.findall(r"[^\W\d_]+", text.lower())
    if not words:
        return True
    alone = known.directions | known.openers | known.fillers | set(known.numbers)
    return len(words) <= 6 and (words[0] in known.openers or set(words) <= alone)


def plain(text: str) -> str:
    """Speech without markup: no brackets, Markdown, emoji, control characters or double spaces; may be empty."""
    text = unicodedata.normalize("NFC", text)
    text = _ASIDE.sub(lambda found: " " if is_direction(found[1]) else found[0], text)
    text = re.sub(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])", lambda found: " " if is_direction(found[1]) else found[1], text)
    text = re.sub(r"(?<![_\w])_([^_\n]+)_(?![_\w])", lambda found: " " if is_direction(found[1]) else found[1], text)
    text = _MARK_CHARACTERS.sub(" ", text)
    text = "".join(" " if unicodedata.category(char) in _UNSPEAKABLE else char for char in text)
    return re.sub(r"\s+([,.;:!?…])", r"\1", _SPACE.sub(" ", text)).strip()


def sentences(text: str) -> tuple[str, ...]:
    """Split prose into the sentences to be spoken; `sentences(" ".join(result)) == result`.

    Keeps abbreviations, initials, numbers, ellipses before a small letter and quoted questions whole.
    """
    for _ in range(50):
        cleaned = plain(text)
        parts = tuple(part for part in (_strip(piece) for piece in _split(cleaned)) if part)
        joined = " ".join(parts)
        if joined == text:
            return parts
        text = joined
    return (text,) if text else ()


def _strip(sentence: str) -> str:
    bare = _leader().sub("", sentence).strip()
    return bare if _SPOKEN.search(bare) else ""


def _split(text: str) -> list[str]:
    pieces: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if _ends(text[start : end.start()], end[0], text[end.end() :]):
            pieces.append(text[start : end.end()].strip())
            start = end.end()
    pieces.append(text[start:].strip())
    return pieces


def _ends(before: str, mark: str, after: str) -> bool:
    if not after or mark[0] in "。！？":
        return True
    first = after.lstrip("\"'“‘«(¿¡–—- ")[:1]
    if first.islower():
        return False
    word = before.rsplit(maxsplit=1)[-1].lower().lstrip("\"'“‘«(") if before.split() else ""
    if mark.strip() != ".":
        return True
    initial = len(word) == 1 and word.isalpha() and word not in "iay"
    return not (initial or word in lexicon().abbreviations or _ordinal(word, after))


def _ordinal(word: str, after: str) -> bool:
    return word.isdigit() and after.lower().startswith(lexicon().months)


@cache
def _leader() -> re.Pattern[str]:
    # What may stand before a sentence without being part of it: a list mark, a number, a speaker's name.
    roles = "|".join(map(re.escape, lexicon().roles))
    return re.compile(rf"^\s*(?:[-+–—>]\s+|\d{{1,2}}[.)]\s+|(?:{roles})(?: \d+)?\s*:\s*)", re.IGNORECASE)
