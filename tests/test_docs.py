"""Every path and module that the documents name is there."""

from __future__ import annotations

import importlib
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "drift_audio"
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
BASES = (ROOT, PACKAGE, ROOT / "docs")
#: Endings of files that are ours alone; a bare `.yaml`, `.toml` or `.md` may well be a file of the reader's.
OURS = (".py", ".npz", ".j2")
#: The group of entry points for engines: a name, no module.
NO_MODULE = {"drift_audio.engines"}
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def code(text: str) -> list[str]:
    """What stands in the text between backticks, fenced blocks aside."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


@cache
def names() -> frozenset[str]:
    folders = (PACKAGE, ROOT / "tests", ROOT / "scripts")
    return frozenset(file.name for folder in folders for file in folder.rglob("*.*"))


def is_path(word: str) -> bool:
    """Whether a word names a place in this project: it begins with a folder of ours, or is the bare name of a file of ours."""
    if not re.fullmatch(r"[\w./*-]+", word) or word.startswith("/"):
        return False
    first, slash, _ = word.partition("/")
    return any((base / first).is_dir() for base in BASES) if slash else word.endswith(OURS)


def is_there(word: str) -> bool:
    if "/" not in word:
        return word in names()
    pattern = word.rstrip("/").replace("NAME", "*").replace("PHASE", "*")
    return any(next(base.glob(pattern), None) for base in BASES)


def is_module(dotted: str) -> bool:
    """Whether a dotted name is a module of ours, or something in one."""
    try:
        importlib.import_module(dotted)
    except ModuleNotFoundError:
        home, _, last = dotted.rpartition(".")
        return home.startswith("drift_audio") and hasattr(importlib.import_module(home), last)
    return True


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_and_module_named_is_there(document: Path) -> None:
    text = document.read_text("utf-8")
    missing = [word for word in code(text) if is_path(word) and not is_there(word)]
    dotted = set(re.findall(r"\bdrift_audio(?:\.[a-z_]\w*)+", re.sub(r"https?://\S+", "", text))) - NO_MODULE
    assert missing + sorted(name for name in dotted if not is_module(name)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", re.sub(r"```.*?```", "", document.read_text("utf-8"), flags=re.DOTALL))
    assert [link for link in links if not (document.parent / link).exists()] == []


ROWS = re.findall(r"^\| (.+) \| (.+) \|$", ARCHITECTURE.partition("## To change X")[2], re.MULTILINE)[1:]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row_of_what_to_change_names_a_place_that_holds_it(row: tuple[str, str]) -> None:
    """`NAME` in `FILE` is a name that stands in the file."""
    assert any(is_path(word) for word in code(row[1])), row[0]
    for name, place in re.findall(r"`(\w+)` in `([^`]+)`", row[1]):
        files = [file for base in BASES for file in base.glob(place)]
        assert files, place
        assert all(re.search(rf"\b{name}\b", file.read_text("utf-8")) for file in files), f"{name} in {place}"


def test_every_decision_stands_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\]\(([\w-]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    assert sorted(listed) == sorted(file.name for file in folder.glob("*.md") if file.name != "README.md")
