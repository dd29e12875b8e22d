"""The word lists of the script language, read once from `word_lists.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from drift_audio.scenario import Frozen
from drift_audio.yamlfile import read_mapping


class Lexicon(Frozen):
    """See the comments of `word_lists.yaml`."""

    openers: frozenset[str]
    directions: frozenset[str]
    fillers: frozenset[str]
    pauses: frozenset[str]
    abbreviations: frozenset[str]
    numbered: frozenset[str]
    closing: frozenset[str]
    times: frozenset[str]
    after_times: frozenset[str]
    starters: frozenset[str]
    months: tuple[str, ...]
    roles: tuple[str, ...]
    numbers: dict[str, float]
    tags: tuple[str, ...]


@cache
def lexicon() -> Lexicon:
    """The packaged word lists."""
    return Lexicon.model_validate(read_mapping(Path(__file__).with_name("word_lists.yaml")))
