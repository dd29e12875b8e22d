"""Help lines and kind words by locale, from the packaged file and the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from drift_audio.errors import ConfigError
from drift_audio.words.care.report import HelpLine
from drift_audio.words.care.signals import DATA, own_file
from drift_audio.yamlfile import read_mapping


def help_lines(kind: Literal["crisis", "abuse"], locale: str, *, folder: Path | None = None) -> tuple[HelpLine, ...]:
    """Lines for a locale ("en_GB", "de-AT", "fr"): its country's, else its language's, always ending in a world directory.

    Raises:
        ConfigError: the user's `lines.yaml` in `folder` is broken.
    """
    table = _table(_own(folder))
    entries = table[kind]
    chosen = entries[_region(locale, table, entries)]
    world = [line for line in entries["world"] if not any(line["contact"] in other["contact"] for other in chosen)]
    try:
        return tuple(HelpLine(**line) for line in [*chosen, *world[:1]])
    except (TypeError, ValidationError):
        raise ConfigError(f"{_own(folder)}: each help line needs name and contact, and may have hours and source") from None


def kind_words(name: str, *, folder: Path | None = None) -> str:
    """The message for a reason or an outcome; "" where there is none."""
    return str(_table(_own(folder))["messages"].get(name, ""))


def grounding(*, folder: Path | None = None) -> str:
    """A text of about a minute to read on the screen."""
    return str(_table(_own(folder))["grounding"]).strip()


def _region(locale: str, table: Mapping[str, Any], entries: Mapping[str, Any]) -> str:
    language, _, rest = locale.replace("_", "-").lower().partition("-")
    country = rest.split("-")[-1].split(".")[0]
    country = {"uk": "gb"}.get(country, country)
    if country in entries and country != "world":
        return country
    if country in table["eu_countries"]:
        return "eu"
    if country:
        return "world"
    if language in entries and language not in {"ca", "at", "ch"}:
        return language
    return str(table["languages"].get(language, "world"))


def _own(folder: Path | None) -> Path | None:
    return own_file(folder, "lines.yaml")


@cache
def _table(own: Path | None) -> dict[str, Any]:
    table = read_mapping(DATA / "lines.yaml")
    if own is None:
        return table
    mine = read_mapping(own)
    if unknown := sorted(set(mine) - set(table)):
        raise ConfigError(f"{own}: unknown entry {unknown[0]!r}; allowed are {', '.join(table)}")
    for name, value in mine.items():
        if type(value) is not type(table[name]):
            raise ConfigError(f"{own}: {name} must be a {type(table[name]).__name__}")
        table[name] = {**table[name], **value} if isinstance(value, dict) else value
    return table
