"""Splits a text into the pieces that the sentence model knows (uncased WordPiece, as BERT has it)."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

from drift_audio.words.understanding.tidy_text import DATA

_LONGEST: Final = 100


def pieces(text: str, *, most: int = 256) -> list[int]:
    """Ids of the pieces between the opening and the closing mark, at most `most` in all."""
    known = _vocabulary()
    inner = [known[piece] for word in _words(text) for piece in _split(word)]
    return [known["[CLS]"], *inner[: most - 2], known["[SEP]"]]


def _words(text: str) -> list[str]:
    """Words and single marks of the text, in lower case and without accents."""
    folded = unicodedata.normalize("NFD", text.lower())
    kept = (" " if char.isspace() else char for char in folded if char.isspace() or not _dropped(char))
    return "".join(f" {char} " if _is_mark(char) else char for char in kept).split()


def _dropped(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Cc", "Cf", "Co"} or char == "\ufffd"


def _is_mark(char: str) -> bool:
    """Punctuation, or an ASCII sign such as "+"; an ideograph stands alone as well."""
    if char.isascii():
        return not char.isalnum() and not char.isspace()
    return unicodedata.category(char).startswith("P") or "\u4e00" <= char <= "\u9fff"


def _split(word: str) -> list[str]:
    """The longest known pieces from the left; one unknown piece where none fits."""
    known, found, start = _vocabulary(), [], 0
    if len(word) > _LONGEST:
        return ["[UNK]"]
    while start < len(word):
        mark = "##" if start else ""
        end = next((end for end in range(len(word), start, -1) if mark + word[start:end] in known), None)
        if end is None:
            return ["[UNK]"]
        found.append(mark + word[start:end])
        start = end
    return found


@cache
def _vocabulary() -> dict[str, int]:
    lines = (DATA / "vocab.txt").read_text("utf-8").splitlines()
    return {piece: number for number, piece in enumerate(lines)}
