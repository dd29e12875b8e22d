"""Help lines and kind words by locale, from the packaged file and the user's own.

The packaged lines are always among those that are shown: a user's come in front of them, and a broken file only adds a warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from drift_audio.words.care.own_files import LINES_FILE, own_file, own_lines
from drift_audio.words.care.report import HelpLine
from drift_audio.words.care.signals import DATA
from drift_audio.yamlfile import read_mapping


@dataclass(frozen=True, slots=True)
class HelpTable:
    """Lines by kind and place, and texts by name. own: the user's lines, shown first. mistakes: what is wrong with their file."""

    packaged: Mapping[str, Any]
    own: Mapping[str, Any]
    mistakes: tuple[str, ...] = ()

    def lines(self, kind: Literal["crisis", "abuse"], locale: str) -> tuple[HelpLine, ...]:
        """Lines for a locale ("en_GB", "de-AT", "fr"): its country's, else its language's, always ending in a world directory."""
        entries, mine = self.packaged[kind], self.own.get(kind, {})
        region = self._region(locale, {**entries, **mine})
        usual = entries.get(region) or entries[self._region(locale, entries)]
        chosen = _without_doubles([*mine.get(region, ()), *usual])
        world = [line for line in entries["world"] if not any(line["contact"] in other["contact"] for other in chosen)]
        return tuple(HelpLine(**line) for line in [*chosen, *world[:1]])

    def text(self, name: str) -> str:
        """The message for a reason or an outcome; "" where there is none."""
        return str(self.own.get("messages", {}).get(name) or self.packaged["messages"].get(name, ""))

    @property
    def grounding(self) -> str:
        """A text of about a minute to read on the screen."""
        return str(self.own.get("grounding") or self.packaged["grounding"]).strip()

    def _region(self, locale: str, entries: Mapping[str, Any]) -> str:
        language, _, rest = locale.replace("_", "-").lower().partition("-")
        country = rest.split("-")[-1].split(".")[0]
        country = {"uk": "gb"}.get(country, country)
        if country in entries and country != "world":
            return country
        if country in (self.own.get("eu_countries") or self.packaged["eu_countries"]):
            return "eu"
        if country:
            return "world"
        if language in entries and language not in {"ca", "at", "ch"}:
            return language
        return str({**self.packaged["languages"], **self.own.get("languages", {})}.get(language, "world"))


def help_table(folder: Path | None = None) -> HelpTable:
    """The packaged table with what can be used of the user's `lines.yaml` in `folder`; never raises for what stands in it."""
    return _table(own_file(folder, LINES_FILE))


@cache
def _table(own: Path | None) -> HelpTable:
    packaged = read_mapping(DATA / "lines.yaml")
    if own is None:
        return HelpTable(packaged, {})
    mine, mistakes = own_lines(own, packaged)
    return HelpTable(packaged, mine, mistakes)


def _without_doubles(lines: list[dict[str, str]]) -> list[dict[str, str]]:
    """Each contact once, the first that names it."""
    found: dict[str, dict[str, str]] = {}
    for line in lines:
        found.setdefault(line["contact"], line)
    return list(found.values())
