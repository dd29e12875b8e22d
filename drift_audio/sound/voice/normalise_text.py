"""Text as an engine should read it: no markup, numbers, times and units in words, plain punctuation."""

from __future__ import annotations

import re
from typing import Final

from drift_audio.language_tags import primary_language

_MARKUP: Final = re.compile(r"\[[^\]\n]*\]|<[^<>\n]*>|[\[\]<>{}|\\`~^]|\*+|(?<!\w)_+|_+(?!\w)|^\s*#+\s*", re.MULTILINE)
_PLAIN: Final = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " ", "–": "-", "\u2011": "-", "\u200b": None}
)
_DASH: Final = re.compile(r"\s*(?:—|--+)\s*|\s+-\s+")
_AM_PM: Final = re.compile(r"(?<![\d:.])\b(\d{1,2})\s?([ap])\.?m\b\.?", re.IGNORECASE)
_BREATHS: Final = re.compile(r"(?<![\w-])(\d{1,2}(?:-\d{1,2}){2,3})(?![\w-])")
_MONEY: Final = re.compile(r"([$£€])(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d\d))?(?!\d)")
_PERCENT: Final = re.compile(r"(\d)\s?%")
_DECADE: Final = re.compile(r"\b(1[1-9]|20)(\d0)s\b")
_YEAR: Final = re.compile(r"(?<![\d,.$£€])\b(1[1-9]\d\d|20\d\d)\b(?!%|[,.]\d)")
_ORDINAL: Final = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")
_NUMBER: Final = re.compile(r"(?:(?<![\w.])-(?=\d))?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?")
_TITLES: Final = re.compile(r"\b(Mr|Mrs|Ms|Dr)\b\.?(?=\s)")
_TITLE_WORDS: Final = {"Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Dr": "Doctor"}
_COINS: Final = {"$": ("dollar", "cent"), "£": ("pound", "penny"), "€": ("euro", "cent")}
_LONGEST_NUMBER: Final = 15


def spoken_form(text: str, *, language: str = "en") -> str:
    """`text` as it should be spoken: one line, no markup, no digits (English), ending in punctuation.

    Other languages keep their digits: their engines know how to read them. Blank when nothing is left to say.
    """
    plain = " ".join(_MARKUP.sub(" ", text.translate(_PLAIN)).split())
    plain = _DASH.sub(", ", plain).strip(" ,")
    if primary_language(language) == "en":
        plain = _english(plain)
    plain = _DASH.sub(", ", plain).strip(" ,")  # numbers put into words may have set a hyphen free
    plain = re.sub(r"\s+([,.;:!?])", r"\1", " ".join(plain.split()))
    if not any(character.isalnum() for character in plain):
        return ""
    return plain if plain.rstrip("\"')")[-1:] in ".!?;:," else f"{plain}."


def _english(text: str) -> str:
    if not any(character.isdigit() for character in text) and "." not in text[:-1]:
        return text
    from hibari.g2p.normalize import normalize

    text = _TITLES.sub(lambda match: _TITLE_WORDS[match[1]], text)
    text = _BREATHS.sub(lambda match: match[1].replace("-", ", "), text)
    text = _AM_PM.sub(lambda match: f"{_cardinal(match[1])} {match[2].upper()}.M.", text)
    text = normalize(_MONEY.sub(_money, text))
    text = _PERCENT.sub(r"\1 percent", text)
    return _numbers(text)


def _numbers(text: str) -> str:
    text = _DECADE.sub(lambda match: _decade(int(match[1]), int(match[2])), text)
    text = _ORDINAL.sub(lambda match: _ordinal(match[1]), text)
    text = _YEAR.sub(lambda match: _year(match[1]), text)
    return _NUMBER.sub(lambda match: f" {_cardinal(match[0])} ", text)


def _cardinal(digits: str) -> str:
    from hibari.g2p.numbers import ONES, cardinal, decimal

    bare = digits.replace(",", "").lstrip("-")
    whole = bare.partition(".")[0]
    if len(whole) > _LONGEST_NUMBER:
        return " ".join(ONES[int(digit)] for digit in bare if digit.isdigit())
    words = decimal(bare) if "." in bare else cardinal(int(bare))
    return f"minus {words}" if digits.startswith("-") else str(words)


def _ordinal(digits: str) -> str:
    from hibari.g2p.numbers import ordinal

    return str(ordinal(int(digits))) if len(digits) <= _LONGEST_NUMBER else _cardinal(digits)


def _year(digits: str) -> str:
    from hibari.g2p.numbers import year

    return str(year(int(digits)))


def _decade(century: int, decade: int) -> str:
    from hibari.g2p.numbers import cardinal

    last = "hundred" if decade == 0 else cardinal(decade)
    head = "two thousand" if (century, decade) == (20, 0) else f"{cardinal(century)} {last}"
    return f"{head[:-1]}ies" if head.endswith("y") else f"{head}s"


def _money(match: re.Match[str]) -> str:
    whole, cents = match[2].replace(",", ""), match[3]
    unit, coin = _COINS[match[1]]
    spoken = f"{_cardinal(whole)} {unit}{'' if whole == '1' else 's'}"
    if not cents or cents == "00":
        return spoken
    plural = {"penny": "pence"}.get(coin, f"{coin}s")
    return f"{spoken} and {_cardinal(str(int(cents)))} {coin if int(cents) == 1 else plural}"
