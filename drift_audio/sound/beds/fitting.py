"""Which bed fits when nobody named one: by the theme of the session and its style (`fitting.yaml`)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from drift_audio.catalog import load_yaml
from drift_audio.scenario import Frozen

_FILE: Final = Path(__file__).with_name("fitting.yaml")


class Fitting(Frozen):
    """Beds by style, and by theme and style; values are mix expressions."""

    styles: dict[str, str]
    themes: dict[str, dict[str, str]]


def default_for(theme: str | None, style: str) -> str:
    """The bed for a theme in a style; a theme that says nothing of the style leaves it to the style.

    Raises:
        KeyError: a style that has no bed (every style of `scenario.STYLES` has one).
    """
    table = fitting()
    return table.themes.get(theme or "", {}).get(style) or table.styles[style]


@lru_cache(maxsize=1)
def fitting() -> Fitting:
    """The table as data."""
    return Fitting.model_validate(load_yaml(_FILE))
