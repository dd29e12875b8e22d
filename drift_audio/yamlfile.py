"""YAML that people write, read safely, with line and column for everything that is wrong in it.

Only plain values are made (no tags, no objects). Aliases and merge keys work; a file that would grow without bound
through them is refused before it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ValidationError

from drift_audio.errors import BadInput, ConfigError
from drift_audio.inputs import read_input
from drift_audio.near_match import near_matches

MAX_BYTES: Final = 16_000_000
MAX_NODES: Final = 400_000
MAX_DEPTH: Final = 40
Route = tuple[str | int, ...]

_SCALARS: Final = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "timestamp")}
_MERGE: Final = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """Something wrong in a file. line, column: counted from 1. route: where in the data, for whoever must leave it out."""

    line: int
    column: int
    message: str
    route: Route = field(default=(), compare=False)

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message}"


@dataclass(slots=True)
class Located:
    """Plain data with the place of every key and value, and the mistakes found so far.

    values, keys: route from the root -> (line, column) of the value, and of the key it stands under.
    texts: route -> a scalar as it was written (so that an id of 007 stays 007).
    """

    data: Any = None
    values: dict[Route, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Route, tuple[int, int]] = field(default_factory=dict)
    texts: dict[Route, str] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def place(self, route: Route, *, key: bool = False) -> tuple[int, int]:
        """Where `route` stands, or the nearest thing around it that stands in the file."""
        if key and route in self.keys:
            return self.keys[route]
        while route and route not in self.values:
            route = route[:-1]
        return self.values.get(route, (1, 1))

    def blame(self, route: Route, message: str, *, key: bool = False) -> None:
        """Note a mistake at `route`."""
        self.mistakes.append(Mistake(*self.place(route, key=key), message, route))


def read_yaml(path: Path | str) -> Located:
    """Read and place a file, of this machine or behind a URL.

    Raises:
        ConfigError: it cannot be read, is too large, is not text, or is not YAML (with line and column).
    """
    raw = read_input(str(path), limit=MAX_BYTES)
    try:
        return parse_yaml(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not text in UTF-8") from None
    except Unreadable as error:
        raise ConfigError(f"{path}:{error}") from None


class Unreadable(ConfigError):
    """Not YAML at all, and where that shows; line, column: counted from 1."""

    def __init__(self, reason: str, line: int = 1, column: int = 1) -> None:
        self.reason, self.line, self.column = reason, line, column
        super().__init__(f"{line}:{column}: {reason}")


def parse_yaml(text: str) -> Located:
    """Place everything in `text`.

    Raises:
        Unreadable: not YAML.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise _unreadable(error) from None
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    builder = _Builder()
    if node is not None:
        builder.located.data = builder.build(node, ())
    return builder.located


def _unreadable(error: yaml.YAMLError) -> Unreadable:
    if not isinstance(error, yaml.MarkedYAMLError):
        return Unreadable(f"not valid YAML ({type(error).__name__}: a character that may not stand in it)")
    mark = error.problem_mark or error.context_mark
    where = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Unreadable(f"not valid YAML ({error.problem or error.context})", *where)


class _Builder:
    """Turns composed nodes into plain data and notes where everything stood."""

    def __init__(self) -> None:
        self.located = Located()
        self.scalars = yaml.SafeLoader("")
        self.left = MAX_NODES

    def build(self, node: yaml.Node, route: Route) -> Any:
        place = (node.start_mark.line + 1, node.start_mark.column + 1)
        self.located.values[route] = place
        self.left -= 1
        if self.left < 0 or len(route) > MAX_DEPTH:
            raise Unreadable("nested too deeply, or grows without bound through its aliases", *place)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, route)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*route, index)) for index, child in enumerate(node.value)]
        return self._scalar(node, route)

    def _scalar(self, node: yaml.Node, route: Route) -> Any:
        if node.tag not in _SCALARS:
            self.located.blame(route, f"the tag {node.tag} is not allowed here; write plain values")
            return None
        self.located.texts[route] = node.value
        try:
            return self.scalars.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            self.located.blame(route, "this value cannot be read; put it in quotes")
            return None

    def _mapping(self, node: yaml.MappingNode, route: Route) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for value in (value for key, value in node.value if key.tag == _MERGE):
            for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                merged = self._merge(source, route) | merged
        for key, value in ((key, value) for key, value in node.value if key.tag != _MERGE):
            name = self._key(key, route, own)
            if name and name not in own:
                own[name] = self.build(value, (*route, name))
        return merged | own

    def _key(self, key: yaml.Node, route: Route, known: dict[str, Any]) -> str:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        place = (key.start_mark.line + 1, key.start_mark.column + 1)
        if not name:
            self.located.mistakes.append(Mistake(*place, "a key must be a plain word", route))
        if name in known:
            self.located.mistakes.append(Mistake(*place, f"{name!r} stands twice", (*route, name)))
        self.located.keys.setdefault((*route, name), place)
        return name

    def _merge(self, source: yaml.Node, route: Route) -> dict[str, Any]:
        if not isinstance(source, yaml.MappingNode):
            self.located.blame(route, "<< must merge a mapping (an alias of one)")
            return {}
        here = self.located.values[route]
        built = self.build(source, route)
        self.located.values[route] = here
        return built if isinstance(built, dict) else {}


def validate(model: type[BaseModel], data: Mapping[str, Any], located: Located, route: Route = ()) -> BaseModel | None:
    """`data` as a `model`, or None with every mistake noted in `located`. Never quotes a situation."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for problem in error.errors():
            at_key = problem["type"] == "extra_forbidden" or "[key]" in problem["loc"]
            inner = tuple(part for part in problem["loc"] if part != "[key]")
            located.blame((*route, *inner), describe(problem, model), key=at_key)
        return None


def describe(problem: Any, model: type[BaseModel]) -> str:
    """One pydantic problem in words: field, what is allowed, and what was given unless it may be private."""
    names = [str(part) for part in problem["loc"] if not isinstance(part, int) and part != "[key]"]
    name = names[-1] if names else "value"
    given = problem["input"]
    if problem["type"] == "extra_forbidden":
        return f"unknown key {name!r}{_meant(name, _fields(model, names))}"
    if problem["type"] == "missing":
        return f"{name!r} is missing"
    message = problem["msg"].removeprefix("Value error, ")
    private = any(word.startswith(("situation", "script")) for word in names) or not isinstance(given, str | int | float)
    return f"{name}: {message}" if private or given is None else f"{name}: {message} (got {str(given)[:60]!r})"


def _fields(model: type[BaseModel], names: list[str]) -> list[str]:
    # Of nested models only the outermost is known here; naming its fields would mislead.
    return sorted(model.model_fields) if len(names) == 1 else []


def _meant(name: str, choices: list[str]) -> str:
    """ "; did you mean ...", or the choices, or nothing when there are none."""
    if not choices:
        return ""
    near = near_matches(name, choices, limit=1)
    return f"; did you mean {near[0]!r}?" if near else f"; allowed are {', '.join(choices)}"


# libyaml where there is one: it reads the large tables of the package in a tenth of the time.
_FASTEST: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _QuickLoader(_FASTEST):  # type: ignore[misc]
    """A safe loader with a bound on depth: libyaml's own recursion would end the process."""

    depth = 0

    def descend_resolver(self, node: yaml.Node | None, _index: Any) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH and node is not None:
            raise Unreadable("nested too deeply", node.start_mark.line + 1, node.start_mark.column + 1)

    def ascend_resolver(self) -> None:
        self.depth -= 1


def read_mapping(file: Path, *, error: type[BadInput] = ConfigError) -> dict[str, Any]:
    """A YAML mapping without places, for data of the package and declarations; an empty file is an empty mapping.

    error: the kind of error to raise, with a message as its only argument.

    Raises:
        BadInput: unreadable, not YAML (with line and column), or no mapping.
    """
    try:
        return parse_mapping(file.read_bytes())
    except OSError as problem:
        raise error(f"{file}: cannot be read ({problem.strerror})") from None
    except Unreadable as problem:
        raise error(f"{file}:{problem}") from None


def parse_mapping(text: str | bytes) -> dict[str, Any]:
    """As `read_mapping`, of a text.

    Raises:
        Unreadable: not YAML, or no mapping.
    """
    try:
        table = yaml.load(text, Loader=_QuickLoader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise _unreadable(error) from None
    except (ValueError, OverflowError) as error:  # a date or a number that is none
        raise Unreadable(f"a value cannot be read ({error}); put it in quotes") from None
    if not isinstance(table, dict | None):
        raise Unreadable("must be a mapping")
    return table or {}


def dump_yaml(fields: Mapping[str, Any]) -> str:
    """A mapping as YAML in the order given, each plain value on one line."""
    return str(yaml.safe_dump(dict(fields), sort_keys=False, allow_unicode=True, width=10**9))
