"""The word lists of the script language, read once from `lexicon.yaml`."""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml

from drift_audio.scenario import Frozen


class Lexicon(Frozen):
    """See the comments of `lexicon.yaml`."""

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
    text = resources.files("drift_audio.words.script").joinpath("lexicon.yaml").read_text("utf-8")
    return Lexicon.model_validate(yaml.safe_load(text))
