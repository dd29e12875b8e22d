"""Which guide the situation belongs to: cues by weight, helped by what was found between people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final, cast

from drift_audio.words.lazy_pattern import LazyPattern
from drift_audio.words.understanding.story import THEMES, Theme
from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.yamlfile import read_mapping

_VET: Final = "had to put him down at the vet"
# Idioms that say the opposite of their words, and what is meant by them.
_TRAPS: Final = (
    (r"\b(?:(?:had|have|has|having|got|getting) to )?(?:put (?:\w+ ){1,4}to sleep|(?:be|being|was|were) put to sleep)\b", _VET),
    (r"\b(?:ha[sd]|have|having) (?:\w+ ){1,4}put to sleep\b", _VET),
    (
        r"\bslept with (?=(?:a|an|my|his|her|their|another|someone|somebody|the)\b(?! (?:light|lamp|window|door|radio)))",
        "cheated with ",
    ),
    (
        r"\bsle(?:ep|eping|pt) (?:through|past) (?=(?:\w+ ){0,2}(?:calls?|alarms?|messages?|birthday|meeting|appointment))",
        "missed ",
    ),
    (
        r"\bslee?pt? (?:in (?:our|the same) bed|in the (?:spare|other|guest) (?:room|bed)|on the (?:sofa|couch)|in separate)\b",
        "stay apart",
    ),
    (r"\bpassed (?:his|her|their) (?:driving )?test\b", "drives now"),
)


def scores(text: str) -> dict[str, float]:
    """Sum of the cues of each theme in a tidied text; a cue that comes again counts half."""
    lower = text.lower()
    return {theme: _sum(patterns, lower) for theme, patterns in _cues().items()}


def without_traps(text: str) -> str:
    """The text with the idioms said plainly that mean the opposite of their words: an animal "put to sleep"."""
    for idiom, plain in _TRAPS:
        text = re.sub(idiom, plain, text)
    return text


def best(sums: dict[str, float]) -> tuple[Theme, float]:
    """The strongest theme and its confidence (its share of the two strongest)."""
    order = [theme for theme in sums if theme in THEMES]
    ranked = sorted(order, key=lambda theme: (-sums[theme], order.index(theme)))
    first, second = ranked[0], ranked[1]
    if sums[first] < 1:
        return "everyday-calm", 0.3
    return first, round(min(0.98, sums[first] / (sums[first] + sums[second])), 2)  # type: ignore[return-value]


def kind_of(theme: str, text: str) -> str | None:
    """What sort within the theme, where the text tells one."""
    kinds = cast("dict[str, dict[str, str]]", _table()["kinds"]).get(theme, {})
    return next((kind for kind, pattern in kinds.items() if re.search(rf"\b(?:{pattern})\b", text.lower())), None)


def _sum(patterns: list[tuple[float, LazyPattern]], lower: str) -> float:
    total = 0.0
    for weight, pattern in patterns:
        hits = len({match[0] for match in pattern.finditer(lower)})
        total += weight * (1 + 0.5 * min(hits - 1, 3)) if hits else 0.0
    return total


@cache
def _cues() -> dict[str, list[tuple[float, LazyPattern]]]:
    table = {name: cast("dict[float, list[str]]", cues) for name, cues in _table().items() if name != "kinds"}
    return {
        name: [
            (float(weight), LazyPattern(rf"(?<!\w)(?:{pattern})(?!\w)"))
            for weight, patterns in cues.items()
            for pattern in patterns
        ]
        for name, cues in table.items()
    }


@cache
def _table() -> Mapping[str, object]:
    return read_mapping(DATA / "themes.yaml")
