"""What `daily.yaml` says and which session a date gets: pure, from the file, the date and what was made before."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator

from drift_audio.errors import ConfigError
from drift_audio.output_spec import Format
from drift_audio.scenario import MAX_MINUTES, MAX_SITUATION_CHARS, MIN_MINUTES, Frozen, Style
from drift_audio.yamlfile import read_yaml, validate

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Season = Literal["spring", "summer", "autumn", "winter"]
WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NORTH: Final[tuple[Season, ...]] = ("winter", "spring", "summer", "autumn")
_SOUTH: Final[tuple[Season, ...]] = ("summer", "autumn", "winter", "spring")


class Look(Frozen):
    """How a session is to be; None leaves it to whoever speaks more generally."""

    style: Style | None = None
    minutes: Annotated[float, Field(ge=MIN_MINUTES, le=MAX_MINUTES, allow_inf_nan=False)] | None = None
    voice: str | None = None
    ambience: str | None = None

    def over(self, other: Look) -> Look:
        """This look, what it leaves open taken from `other`."""
        mine = {name: getattr(self, name) for name in Look.model_fields}
        return Look(**{name: getattr(other, name) if value is None else value for name, value in mine.items()})


class DayRule(Look):
    """What holds on a weekday or in a season. off: no session on that day."""

    off: bool = False


class Theme(Look):
    """A theme of the rotation with its situations, used in turn.

    weight: how often it comes up in random order, relative to the others. weekdays, seasons: only then, when given.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]{0,39}$")]
    situations: Annotated[tuple[str, ...], Field(min_length=1)]
    weight: Annotated[float, Field(gt=0, le=100)] = 1.0
    weekdays: tuple[Weekday, ...] = ()
    seasons: tuple[Season, ...] = ()

    @field_validator("situations")
    @classmethod
    def _situations(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        texts = tuple(text.strip() for text in value)
        if not all(texts):
            raise ValueError("one of them is empty; write a sentence or two")
        if any(len(text) > MAX_SITUATION_CHARS for text in texts):
            raise ValueError(f"one of them is longer than {MAX_SITUATION_CHARS:,} characters")
        return texts


class Daily(Frozen):
    """A whole `daily.yaml`. Fields are explained in the file that `daily init` writes (`template.yaml`)."""

    output: Path
    themes: Annotated[tuple[Theme, ...], Field(min_length=1)]
    order: Literal["random", "rotate"] = "random"
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    rest_days: Annotated[int, Field(ge=0, le=60)] = 3
    keep: Annotated[int, Field(ge=1, le=3650)] | None = None
    catch_up: Literal["skip", "make"] = "skip"
    catch_up_days: Annotated[int, Field(ge=1, le=14)] = 3
    hemisphere: Literal["north", "south"] = "north"
    language: str = "en"
    discreet: bool = False
    format: Format = "mp3"
    captions: bool = False
    look: Look = Look()
    weekdays: dict[Weekday, DayRule] = Field(default_factory=dict)
    seasons: dict[Season, DayRule] = Field(default_factory=dict)

    @field_validator("themes")
    @classmethod
    def _unique(cls, value: tuple[Theme, ...]) -> tuple[Theme, ...]:
        names = [theme.name for theme in value]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"the theme {min(twice)!r} is given twice")
        return value


class Made(Frozen):
    """A day of the past: which theme and technique it had. Never what it was about."""

    day: date
    theme: str
    situation: Annotated[int, Field(ge=0)] = 0
    technique: str = ""


class Plan(Frozen):
    """A day to come. theme and situation are None when that day has no session; `why` says so."""

    day: date
    theme: Theme | None = None
    situation: int = 0
    look: Look = Look()
    seed: int = 0
    why: str = ""


def load_daily(path: Path) -> Daily:
    """Read and check `daily.yaml`; a relative output stands beside it.

    Raises:
        ConfigError: not there, or every mistake with line and column, one a line.
    """
    if not path.exists():
        raise ConfigError(f"{path}: no such file; write one with: drift-audio daily init")
    located = read_yaml(path)
    if not isinstance(located.data, dict):
        raise ConfigError(f"{path}:1:1: must be a mapping; see: drift-audio daily init")
    made = validate(Daily, located.data, located)
    if not isinstance(made, Daily) or located.mistakes:
        raise ConfigError("\n".join(f"{path}:{mistake}" for mistake in sorted(located.mistakes)))
    return made.model_copy(update={"output": path.parent / made.output.expanduser()})


def season_of(day: date, hemisphere: str) -> Season:
    """Meteorological season: December to February is winter in the north."""
    return (_NORTH if hemisphere == "north" else _SOUTH)[day.month % 12 // 3]


def plan_day(daily: Daily, day: date, history: Sequence[Made]) -> Plan:
    """The session of `day`, given the days made before it; the same for the same file, date and past."""
    weekday, season = WEEKDAYS[day.weekday()], season_of(day, daily.hemisphere)
    rules = (daily.weekdays.get(weekday, DayRule()), daily.seasons.get(season, DayRule()))
    for rule, name in zip(rules, (weekday, season), strict=True):
        if rule.off:
            return Plan(day=day, why=f"no session on {name}")
    fitting = [t for t in daily.themes if weekday in (t.weekdays or (weekday,)) and season in (t.seasons or (season,))]
    if not fitting:
        return Plan(day=day, why=f"no theme fits {weekday} in {season}")
    past = [made for made in history if made.day < day]
    theme, why = _choose(daily, day, fitting, past)
    look = theme.over(rules[0]).over(rules[1]).over(daily.look)
    used = sum(made.theme == theme.name for made in past)
    # Days count up from a base of the file's own: the offline writer deals its paragraphs so that neighbouring seeds share none.
    base = int.from_bytes(hashlib.sha256(f"{daily.seed}/sessions".encode()).digest()[:4])
    seed = (base + day.toordinal()) % 2**32
    return Plan(day=day, theme=theme, situation=used % len(theme.situations), look=look, seed=seed, why=why)


def _choose(daily: Daily, day: date, fitting: Sequence[Theme], past: Sequence[Made]) -> tuple[Theme, str]:
    recent = {made.theme for made in past if (day - made.day).days <= daily.rest_days}
    rested = [theme for theme in fitting if theme.name not in recent]
    last = {made.theme: made.day for made in sorted(past, key=lambda made: made.day)}
    if not rested:
        # Too few themes for so long a rest: the one that rested longest comes, and the plan says so.
        return min(
            fitting, key=lambda theme: last.get(theme.name, date.min)
        ), f"every theme was used within {daily.rest_days} days"
    if daily.order == "rotate":
        return min(rested, key=lambda theme: last.get(theme.name, date.min)), ""
    rng = random.Random(_digest(daily, day, "theme"))
    return rng.choices(rested, weights=[theme.weight for theme in rested])[0], ""


def _digest(daily: Daily, day: date, purpose: str) -> bytes:
    return hashlib.sha256(f"{daily.seed}/{day.isoformat()}/{purpose}".encode()).digest()


def plan_days(daily: Daily, first: date, days: int, history: Sequence[Made]) -> tuple[Plan, ...]:
    """What will come if every day is made, from `first` on. Days that were made already are shown as they were."""
    known = {made.day: made for made in history}
    past = list(history)
    plans = []
    for day in (first + timedelta(days=offset) for offset in range(days)):
        if day in known:
            theme = next((theme for theme in daily.themes if theme.name == known[day].theme), None)
            plans.append(Plan(day=day, theme=theme, situation=known[day].situation, why="made"))
            continue
        plan = plan_day(daily, day, past)
        if plan.theme is not None:
            past.append(Made(day=day, theme=plan.theme.name, situation=plan.situation))
        plans.append(plan)
    return tuple(plans)
