"""Which bed fits a theme and a style when nobody named one (`defaults.yaml`)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from drift_audio.scenario import Frozen, Style
from drift_audio.script.shapes import shape
from drift_audio.yamlfile import read_mapping

_FILE: Final = Path(__file__).with_name("defaults.yaml")


class Fitting(Frozen):
    """Beds by theme and style; values are mix expressions."""

    themes: dict[str, dict[Style, str]]


def default_ambience(theme: str | None, style: Style) -> str:
    """The bed when nobody named one: that of the theme in this style, else the style's own."""
    return default_for(theme, style) or shape(style).ambience


def default_for(theme: str | None, style: Style) -> str | None:
    """The bed for a theme in a style; None leaves it to the style."""
    return fitting().themes.get(theme or "", {}).get(style)


@lru_cache(maxsize=1)
def fitting() -> Fitting:
    """The table as data."""
    return Fitting.model_validate(read_mapping(_FILE))
