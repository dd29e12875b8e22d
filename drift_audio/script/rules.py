"""The word rules of the style grammar, read from `rules.yaml` and compiled once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from drift_audio.language_tags import primary_language
from drift_audio.yamlfile import read_mapping

_UNITS: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A phrasing no session may hold, and why."""

    name: str
    reason: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class WordRules:
    """What the words of one language must and must not say.

    minutes: set where numbers are not read, so that any mention of minutes tells the length.
    """

    forbidden: tuple[Forbidden, ...]
    agency: re.Pattern[str]
    driving: re.Pattern[str]
    waking: re.Pattern[str]
    counting: tuple[re.Pattern[str], ...]
    closed_eyes: re.Pattern[str]
    endings: re.Pattern[str]
    hours: dict[str, float]
    minutes: re.Pattern[str] | None


@cache
def word_rules(language: str) -> WordRules | None:
    """The rules of a language (BCP 47; the first subtag counts), or None when there is no table for it."""
    table = _data().get(primary_language(language))
    if table is None:
        return None
    return WordRules(
        forbidden=tuple(Forbidden(row["name"], row["reason"], _any([row["pattern"]])) for row in table["forbidden"]),
        agency=_any(table["agency"]),
        driving=_any(table["driving"]),
        waking=_any(table["waking"]),
        counting=tuple(_any([pattern]) for pattern in table["counting"]),
        closed_eyes=_any(table["closed_eyes"]),
        endings=_any(table["endings"]),
        hours=table.get("hours", {}),
        minutes=_any([table["minutes"]]) if "minutes" in table else None,
    )


def other_language(text: str, language: str) -> str | None:
    """The language a text seems to be in when that is surely not the one asked for; None otherwise."""
    asked = primary_language(language)
    tables: dict[str, list[str]] = _data()["common"]
    words = re.findall(r"[^\W\d_]+", text.lower())
    if len(words) < 25 or asked not in tables:
        return None
    share = {name: sum(word in set(known) for word in words) / len(words) for name, known in tables.items()}
    best = max(share, key=lambda name: share[name])
    return best if share[best] > 0.12 and share[best] > 1.8 * share[asked] else None


def spoken_minutes(text: str, rules: WordRules) -> list[float]:
    """Every length in minutes that a text names: "twelve minutes", "seven and a half minutes", "half an hour", "20 minutes"."""
    low = re.sub(r"[-‐]", " ", text.lower())
    found = [float(number) for number in re.findall(r"(\d+(?:\.\d+)?) minutes?", low)]
    tens, units = "|".join(_TENS), "|".join(_UNITS)
    pattern = rf"\b((?:{tens})(?: (?:{units}))?|{units})(?: or so)?( and a half)? minutes?\b"
    for words, half in re.findall(pattern, low):
        found.append(sum(_value(word) for word in words.split()) + (0.5 if half else 0))
    for phrase, value in rules.hours.items():
        # Taken out once found, or "half an hour" would also be "an hour".
        low, times = re.subn(rf"\b{phrase}\b", " ", low)
        found += [value] * times
    return found


def number_words(value: int) -> str:
    """0..99 in English words."""
    if value < len(_UNITS):
        return _UNITS[value]
    tens = next(word for word, number in _TENS.items() if number == value // 10 * 10)
    return tens if value % 10 == 0 else f"{tens}-{_UNITS[value % 10]}"


def _value(word: str) -> int:
    return _TENS[word] if word in _TENS else _UNITS.index(word)


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


@cache
def _data() -> dict[str, Any]:
    return read_mapping(Path(__file__).with_name("rules.yaml"))
