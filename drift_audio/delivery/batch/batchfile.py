"""The batch file: what people write, checked whole before any work starts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, Field, field_validator, model_validator

from drift_audio.errors import BadInput, ConfigError, ScriptError
from drift_audio.inputs import beside, read_input
from drift_audio.near_match import hint
from drift_audio.output_spec import FORMATS, Format
from drift_audio.scenario import DEFAULT_MINUTES, MAX_MINUTES, MAX_SITUATION_CHARS, MIN_MINUTES, Frozen, Scenario, Style
from drift_audio.script.model import Script
from drift_audio.yamlfile import Located, Mistake, read_yaml, validate

MAX_SCRIPT_BYTES: Final = 1_000_000
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def _no_switch(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("is a number of minutes, not yes or no")  # noqa: TRY004 - what pydantic reports is a ValueError
    return value


Minutes = Annotated[float, Field(ge=MIN_MINUTES, le=MAX_MINUTES, allow_inf_nan=False), BeforeValidator(_no_switch)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]


class Defaults(Frozen):
    """What holds for every item that does not say otherwise."""

    style: Style = Field("meditation", description="Shape of the session.")
    minutes: Minutes = Field(DEFAULT_MINUTES, description="Length of the finished file, 1 to 90; decimals allowed.")
    voice: str | None = Field(None, description="A voice (drift-audio voices list).")
    ambience: str | None = Field(None, description="A bed, a mix such as 'rain + fire:-6dB', or a sound file.")
    language: str = Field("en", description="Language of the words (BCP 47).")
    seed: Seed | None = Field(None, description="The same seed gives the same bytes; left out, it follows from the id.")
    format: Format = Field("mp3", description="Kind of file.")
    captions: bool = Field(False, description="Also write WebVTT and LRC beside the audio.")
    steady: bool = Field(False, description="Make the self-steadying session.")
    discreet: bool = Field(False, description="Say nothing back of what was told.")


class Entry(Defaults):
    """One session to make: a situation in plain words, or a script file."""

    id: str = Field("", description="Name of the item, unique in the file; also names the output. Use a neutral one.")
    situation: str | None = Field(None, description="What is going on, in plain words.")
    script: str | None = Field(None, description="A script file (docs/script-format.md), relative to the batch file.")
    output: str | None = Field(None, description="File name in the output folder, with or without its suffix.")

    @field_validator("situation")
    @classmethod
    def _situation(cls, value: str | None) -> str | None:
        if value is None:
            return None
        text = value.strip()
        if not text:
            raise ValueError("is empty; write a sentence or two about what is going on")
        if len(text) > MAX_SITUATION_CHARS:
            raise ValueError(f"has {len(text):,} characters; the limit is {MAX_SITUATION_CHARS:,}")
        return text

    @field_validator("id")
    @classmethod
    def _id(cls, value: str) -> str:
        if value and not _NAME.fullmatch(value):
            raise ValueError("must be 1 to 100 letters, digits, '.', '-' or '_', beginning with a letter or digit")
        return value

    @field_validator("output")
    @classmethod
    def _output(cls, value: str | None) -> str | None:
        if value is not None and not _NAME.fullmatch(value):
            raise ValueError("must be a plain file name (letters, digits, '.', '-', '_'), not a path")
        return value

    @model_validator(mode="after")
    def _one_source(self) -> Entry:
        if (self.situation is None) == (self.script is None):
            raise ValueError("give either a situation or a script, one of them")
        return self


class BatchFile(BaseModel):
    """Sessions to make. A bare list of items is allowed too; keys beginning with x- may hold anchors."""

    defaults: Defaults = Field(Defaults(), description="What holds for every item that does not say otherwise.")
    items: list[Entry] = Field(min_length=1, description="The sessions, in order.")


class Item(Frozen):
    """One session of a batch, ready to be made anywhere: nothing in it points to a file that must be read.

    name: file name of the result, its identity in the output folder. line, column: where it stands in the file.
    """

    id: str
    name: str
    line: int
    column: int
    scenario: Scenario | None = None
    script: Script | None = None
    minutes: Minutes
    format: Format = "mp3"
    captions: bool = False

    @property
    def seed(self) -> int:
        source = self.scenario or self.script
        return 0 if source is None else source.seed

    def discreetly(self) -> Item:
        """The same item with nothing said back of its situation."""
        scenario = self.scenario and self.scenario.model_copy(update={"discreet": True})
        return self.model_copy(update={"scenario": scenario})


@dataclass(frozen=True, slots=True)
class Batch:
    """A checked file: the items that can be made, and every mistake (its item is not among them)."""

    path: str
    items: tuple[Item, ...]
    mistakes: tuple[Mistake, ...]
    bad: int

    @property
    def names(self) -> frozenset[str]:
        return frozenset(item.name for item in self.items)

    def discreetly(self) -> Batch:
        """The same batch with nothing said back in any session."""
        return replace(self, items=tuple(item.discreetly() for item in self.items))


CheckNames = Callable[[str | None, str | None], None]


def load_batch(path: Path | str, *, check_names: CheckNames | None = None) -> Batch:
    """Read and check a whole batch file.

    Args:
        path: the file, or its URL.
        check_names: called with voice and ambience of an item; raises BadInput when the catalogue does not have one.

    Raises:
        ConfigError: the file cannot be read at all, or its defaults or its frame are wrong; every such mistake, one a line.
    """
    located = read_yaml(path)
    before = len(located.mistakes)
    entries, defaults, route = _frame(located)
    # What is not understood there may have been meant as the defaults of every item: nothing is made of such a file.
    refused = len(located.mistakes) > before or (bool(located.mistakes) and not entries)
    reader = _Reader(str(path), located, defaults, check_names)
    for index, entry in enumerate(entries):
        reader.read(entry, (*route, index), index + 1)
    if refused:
        raise ConfigError("\n".join(f"{path}:{mistake}" for mistake in sorted(located.mistakes)))
    return Batch(str(path), tuple(reader.items), tuple(sorted(located.mistakes)), len(entries) - len(reader.items))


def _frame(located: Located) -> tuple[list[object], dict[str, object], tuple[str, ...]]:
    data = located.data
    if isinstance(data, list):
        return data, {}, ()
    if not isinstance(data, dict):
        located.blame((), "a batch file is a list of items, or a mapping with 'items:' and 'defaults:'")
        return [], {}, ()
    for key in (key for key in data if key not in {"items", "defaults"} and not str(key).startswith("x-")):
        near = hint(key, ("items", "defaults"))
        located.blame((key,), f"unknown key {key!r}; {near}; keys of your own begin with x-", key=True)
    items, defaults = data.get("items"), data.get("defaults") or {}
    if not isinstance(items, list) or not items:
        located.blame(("items",), "'items:' must be a list with at least one session")
        return [], {}, ()
    if not isinstance(defaults, dict):
        located.blame(("defaults",), "'defaults:' must be a mapping")
        return [], {}, ()
    if validate(Defaults, defaults, located, ("defaults",)) is None:
        return [], {}, ()
    return items, defaults, ("items",)


class _Reader:
    """Turns entries into items one by one and notes what is wrong with each."""

    def __init__(self, path: str, located: Located, defaults: dict[str, object], check_names: CheckNames | None) -> None:
        self.path, self.located, self.defaults, self.check_names = path, located, defaults, check_names
        self.items: list[Item] = []
        self.lines: dict[str, int] = {}

    def read(self, data: object, route: tuple[str | int, ...], number: int) -> None:
        if not isinstance(data, dict):
            self.located.blame(route, "an item must be a mapping with 'situation:' or 'script:'")
            return
        given = self._as_written(data, route)
        entry = validate(Entry, self.defaults | given, self.located, route)
        if not isinstance(entry, Entry):
            return
        item = self._item(entry, route, number)
        if item is not None and self._is_new(item, route) and not self._is_blamed(route):
            self.items.append(item)

    def _is_blamed(self, route: tuple[str | int, ...]) -> bool:
        return any(mistake.route[: len(route)] == route for mistake in self.located.mistakes)

    def _as_written(self, data: dict[str, object], route: tuple[str | int, ...]) -> dict[str, object]:
        texts = {key: self.located.texts.get((*route, key)) for key in ("id", "output") if isinstance(data.get(key), int | float)}
        return data | {key: text for key, text in texts.items() if text is not None}

    def _item(self, entry: Entry, route: tuple[str | int, ...], number: int) -> Item | None:
        name = entry.id or f"session-{number:03d}"
        script = self._script(entry, route) if entry.script is not None else None
        if entry.script is not None and script is None:
            return None
        kind = self._format(entry, route)
        if kind is None:
            return None
        line, column = self.located.place(route)
        common = {"id": name, "name": _file_name(entry, name, kind), "line": line, "column": column, "format": kind}
        if not self._names_exist(entry, script, route):
            return None
        if script is not None:
            return Item(**common, script=script, minutes=script.minutes, captions=entry.captions)
        scenario = Scenario(
            **entry.model_dump(exclude={"id", "script", "output", "format", "captions", "seed"}), seed=_seed(entry, name)
        )
        return Item(**common, scenario=scenario, minutes=entry.minutes, captions=entry.captions)

    def _format(self, entry: Entry, route: tuple[str | int, ...]) -> Format | None:
        """The format asked for, else the one that the suffix of `output` says; None where the two do not agree."""
        named = PurePosixPath(entry.output or "").suffix.lower().lstrip(".")
        if named not in FORMATS or named == entry.format:
            return entry.format
        if "format" not in entry.model_fields_set:
            return named  # type: ignore[return-value]
        self.located.blame((*route, "output"), f"output: the name says {named} but the format is {entry.format}; make them agree")
        return None

    def _script(self, entry: Entry, route: tuple[str | int, ...]) -> Script | None:
        from drift_audio.script.markup import parse

        file = beside(self.path, str(entry.script))
        where = (*route, "script")
        try:
            return parse(read_input(file, limit=MAX_SCRIPT_BYTES).decode("utf-8-sig"), file=file)
        except UnicodeDecodeError:
            self.located.blame(where, f"script: {file} is not text in UTF-8")
        except (ScriptError, ConfigError) as error:
            self.located.blame(where, f"script: {error}")
        return None

    def _names_exist(self, entry: Entry, script: Script | None, route: tuple[str | int, ...]) -> bool:
        if self.check_names is None:
            return True
        source = script or entry
        fine = True
        for key, pair in {"voice": (source.voice, None), "ambience": (None, source.ambience)}.items():
            try:
                self.check_names(*pair)
            except BadInput as error:
                self.located.blame((*route, "script" if script else key), str(error))
                fine = False
        return fine

    def _is_new(self, item: Item, route: tuple[str | int, ...]) -> bool:
        for key in (f"id {item.id!r}", f"output {item.name!r}"):
            if key in self.lines:
                self.located.blame(route, f"{key} is already used by the item of line {self.lines[key]}; give each its own")
                return False
        self.lines |= {f"id {item.id!r}": item.line, f"output {item.name!r}": item.line}
        return True


def _file_name(entry: Entry, name: str, kind: Format) -> str:
    wanted = PurePosixPath(entry.output or name)
    return str(wanted) if wanted.suffix.lower() == f".{kind}" else f"{wanted}.{kind}"


def _seed(entry: Entry, name: str) -> int:
    if entry.seed is not None:
        return entry.seed
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4])


def schema() -> dict[str, object]:
    """JSON Schema (2020-12) of a batch file, for editors."""
    frame = BatchFile.model_json_schema()
    extras = {"patternProperties": {"^x-": {}}, "additionalProperties": False}
    listed = {"type": "array", "items": {"$ref": "#/$defs/Entry"}, "minItems": 1}
    definitions = frame.pop("$defs")
    definitions["Entry"]["oneOf"] = [{"required": ["situation"]}, {"required": ["script"]}]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Drift Audio batch",
        "$defs": definitions,
        "anyOf": [frame | extras, listed],
    }
