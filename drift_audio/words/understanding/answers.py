"""What answers the sentence that hurts: by a precise cue, or in words that honour any line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.yamlfile import read_mapping


@dataclass(frozen=True)
class Answer:
    """What may be said right after a line.

    ache: the name of what was heard, None where nothing was surely heard. wordings: two or three sentences each, equal in sense.
    """

    ache: str | None
    wordings: tuple[str, ...]


def answer_for(line: str) -> Answer:
    """What answers a told line (a clause in the second person); the writer chooses among the wordings."""
    told = line.lower().replace("\u2019", "'")
    return next((answer for cues, answer in _aches() if any(cue.search(told) for cue in cues)), _general())


def aches() -> tuple[Answer, ...]:
    """Every answer that stands in the data, the general ones last."""
    return (*(answer for _, answer in _aches()), _general())


@cache
def _aches() -> tuple[tuple[tuple[re.Pattern[str], ...], Answer], ...]:
    return tuple(
        (tuple(re.compile(cue) for cue in row["cues"]), Answer(row["ache"], tuple(row["say"]))) for row in _table()["aches"]
    )


@cache
def _general() -> Answer:
    return Answer(None, tuple(_table()["general"]))


@cache
def _table() -> dict[str, Any]:
    return read_mapping(DATA / "answers.yaml")
