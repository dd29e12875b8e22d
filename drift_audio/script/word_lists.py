"""The word lists of the script language, read once from `word_lists.yaml`."""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml

from drift_audio.scenario import Frozen


class Lexicon(Frozen):
    """See the comments of `word_lists.yaml`."""

    openers: frozenset[str]
    directions: frozenset[str]
    fillers: frozenset[str]
    pauses: frozenset[str]
    abbreviations: frozenset[str]
    months: tuple[str, ...]
    roles: tuple[str, ...]
    numbers: dict[str, float]
    tags: tuple[str, ...]


@cache
def lexicon() -> Lexicon:
    """The packaged word lists."""
    text = resources.files("drift_audio.script").joinpath("word_lists.yaml").read_text("utf-8")
    return Lexicon.model_validate(yaml.safe_load(text))
