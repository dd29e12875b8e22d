"""Reads guides and banks from their folders; only what is asked for, once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from drift_audio.errors import CatalogError
from drift_audio.near_match import hint
from drift_audio.words.guides.model import DIMENSIONS, GOAL_SLOTS, Banks, Entry, Goal, Guide
from drift_audio.yamlfile import read_mapping

FOLDER: Final = Path(__file__).parent
SHARED: Final = "_shared"
STRANDS: Final = "_strands"
_RELATED = re.compile(r"^- `([a-z-]+)`", re.MULTILINE)
_COMMAND = re.compile(r"^```sh\n(.*?)\n```", re.MULTILINE | re.DOTALL)


@cache
def load_guides() -> dict[str, Guide]:
    """Every guide by name, in the order of their names."""
    return {folder.name: _read_guide(folder) for folder in sorted(FOLDER.iterdir()) if (folder / "article.md").is_file()}


def guide(name: str) -> Guide:
    """One guide.

    Raises:
        CatalogError: no guide has this name; the nearest ones are told.
    """
    found = load_guides().get(name)
    if found is None:
        told = hint(name, sorted(load_guides()))
        raise CatalogError(f"unknown guide {name!r}; {told} (list them with: drift-audio guides list)")
    return found


def _read_guide(folder: Path) -> Guide:
    article = (folder / "article.md").read_text(encoding="utf-8")
    heading = article.partition("\n")[0]
    if not heading.startswith("# "):
        raise CatalogError(f"guide {folder.name}: the article must begin with '# Title: summary'")
    title, _, summary = heading[2:].partition(": ")
    tail = article.rpartition("## Related guides")[2]
    command = _COMMAND.search(article)
    return Guide(
        name=folder.name,
        title=title.strip(),
        summary=summary.strip(),
        article=article,
        command=command[1].strip() if command else "",
        related=tuple(_RELATED.findall(tail)),
    )


@cache
def load_banks(name: str) -> Banks:
    """The banks of one theme, or of `SHARED`; an unknown or empty theme gives empty banks.

    Raises:
        CatalogError: a bank file cannot be read; names file and key.
    """
    return _banks(name, sorted((FOLDER / name).glob("*.yaml")))


@cache
def load_strand(name: str) -> Banks:
    """What is said of one strand of a story, in the slots `meet`, `turn` and `night`; of an unknown one, nothing.

    Raises:
        CatalogError: the file cannot be read.
    """
    return _banks(STRANDS, [path for path in [FOLDER / STRANDS / f"{name}.yaml"] if path.is_file()])


def _banks(name: str, paths: Sequence[Path]) -> Banks:
    slots: dict[str, list[Entry]] = {}
    pools: dict[str, list[str]] = {}
    plans: dict[str, tuple[str, ...]] = {}
    goals: list[Goal] = []
    for path in paths:
        where = f"guide {name}/{path.name}"
        for key, value in read_mapping(path, error=CatalogError).items():
            if key == "pools":
                for pool, texts in value.items():
                    pools.setdefault(pool, []).extend(texts)
            elif key == "goals":
                goals.extend(_goal(item, where) for item in value)
            elif key == "plans":
                plans.update({phase: tuple(names) for phase, names in value.items()})
            else:
                slots.setdefault(key, []).extend(_entries(value, f"{where}: {key}"))
    return Banks(
        name=name,
        slots={key: tuple(value) for key, value in slots.items()},
        pools={key: tuple(value) for key, value in pools.items()},
        goals=tuple(goals),
        plans=plans,
    )


def _goal(item: Mapping[str, object], where: str) -> Goal:
    name = item.get("name")
    unknown = sorted(set(item) - {"name", "for", *GOAL_SLOTS})
    if not name or unknown:
        raise CatalogError(f"{where}: goal {name!r} has unknown keys {unknown}; allowed: name, for, {', '.join(GOAL_SLOTS)}")
    slots = {key: tuple(_entries(item[key], f"{where}: goal {name}: {key}")) for key in GOAL_SLOTS if key in item}
    return Goal(name=str(name), slots=slots, conditions=conditions(str(item.get("for", "")), where))


def _entries(value: object, where: str) -> Iterator[Entry]:
    if not isinstance(value, list):
        raise CatalogError(f"{where}: expected a list of paragraphs, got {type(value).__name__}")
    for item in value:
        if isinstance(item, str):
            yield Entry(item.strip())
        elif isinstance(item, dict) and set(item) == {"for", "say"}:
            said = item["say"] if isinstance(item["say"], list) else [item["say"]]
            yield from (Entry(text.strip(), conditions(item["for"], where)) for text in said)
        else:
            raise CatalogError(f"{where}: a paragraph is a text or a mapping of exactly `for` and `say`, not {str(item)[:60]!r}")


@cache
def conditions(text: str, where: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Read "caused/both minor past kind:exam/interview" into (dimension, values) pairs."""
    return tuple(_condition(word, where) for word in text.split())


def _condition(word: str, where: str) -> tuple[str, frozenset[str]]:
    named, colon, rest = word.partition(":")
    values = frozenset((rest if colon else word).split("/"))
    if colon:
        if named not in DIMENSIONS or (DIMENSIONS[named] and not values <= set(DIMENSIONS[named])):
            raise CatalogError(f"{where}: unknown condition {word!r}; dimensions are {', '.join(DIMENSIONS)}")
        return named, values
    # "hurt" is a part before it is a feeling; "feeling:hurt" says the other.
    fitting = [
        key for key, allowed in DIMENSIONS.items() if values <= set(allowed) and not (key == "feeling" and values == {"hurt"})
    ]
    if len(fitting) != 1:
        hint = f"write {' or '.join(f'{key}:{word}' for key in fitting)}" if fitting else "see docs/guides-format.md"
        raise CatalogError(f"{where}: unclear condition {word!r}; {hint}")
    return fitting[0], values
