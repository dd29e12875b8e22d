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
_OPENING: Final = "\"'“‘«(¿¡–—- "
_INITIAL: Final = re.compile(r"[A-Z]\.")
_INITIALS: Final = re.compile(r"[^\W\d_](?:\.[^\W\d_])*")
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
        parts = tuple(part for part in (_strip(piece) for piece in split(cleaned)) if part)
        joined = " ".join(parts)
        if joined == text:
            return parts
        text = joined
    return (text,) if text else ()


def _strip(sentence: str) -> str:
    bare = _leader().sub("", sentence).strip()
    return bare if _SPOKEN.search(bare) else ""


def split(text: str) -> list[str]:
    """The sentences of a line of clean prose, as they stand in it: abbreviations, initials and numbers stay whole."""
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
    first = after.lstrip(_OPENING)[:1]
    if first.islower():
        return False
    return mark.strip() != "." or _full_stop_ends([word.lstrip(_OPENING) for word in before.split()], after.lstrip(_OPENING))


def _full_stop_ends(words: list[str], after: str) -> bool:
    """Whether a full stop between some words and a capital, a digit or a mark ends a sentence."""
    known, word = lexicon(), words[-1] if words else ""
    following = re.sub(r"\W+$", "", after.split(maxsplit=1)[0]).lower() if after else ""
    if _listed(word, known.abbreviations) or (word.isdigit() and after.lower().startswith(known.months)):
        return False
    if _listed(word, known.times):
        return following not in known.after_times
    if _listed(word, known.numbered) and after[:1].isdigit():
        return False
    if len(word) == 1 and word.lower() in "iay":
        return not _INITIAL.match(after) and len(words) > 1 and not _INITIAL.match(words[-2]) and not words[-2].endswith(",")
    if _listed(word, known.closing) or _INITIALS.fullmatch(word):
        return following in known.starters and not _INITIAL.match(after)
    return True


def _listed(word: str, among: frozenset[str]) -> bool:
    return word in among or word.lower() in among


@cache
def _leader() -> re.Pattern[str]:
    # What may stand before a sentence without being part of it: a list mark, a number, a speaker's name.
    roles = "|".join(map(re.escape, lexicon().roles))
    return re.compile(rf"^\s*(?:[-+–—>]\s+|\d{{1,2}}[.)]\s+|(?:{roles})(?: \d+)?\s*:\s*)", re.IGNORECASE)
