"""Imports point one way, start-up is light, and engine names stay in their table."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "drift_audio"
MODULES = sorted(PACKAGE.rglob("*.py"))

GROUND = {
    *("errors", "scenario", "catalog", "config", "files", "yamlfile", "inputs", "output_spec", "progress"),
    *("near_match", "language_tags", "machine"),
}
LINE = {"session", "studio", "render_options", "preflight", "pipeline"}
WINGS = {"script", "words", "sound"}
ALLOWED = {
    "errors": set(),
    "scenario": {"errors"},
    "progress": {"scenario"},
    "files": {"errors"},
    "inputs": {"errors"},
    "near_match": set(),
    "language_tags": set(),
    "machine": set(),
    "yamlfile": {"errors", "inputs", "near_match"},
    "catalog": {"errors", "yamlfile", "near_match"},
    "config": {"errors", "scenario", "files", "yamlfile"},
    "output_spec": {"errors", "scenario", "files"},
    "script": GROUND | {"script"},
    "words": GROUND | {"script", "words"},
    "sound": GROUND | {"script", "sound"},
    "session": GROUND | WINGS,
    "studio": GROUND | WINGS,
    "render_options": GROUND | WINGS,
    "preflight": GROUND | WINGS | {"studio", "render_options"},
    "pipeline": GROUND | WINGS | LINE,
    "api": GROUND | WINGS | LINE,
    "delivery": GROUND | WINGS | LINE | {"delivery"},
    "cli": GROUND | WINGS | LINE | {"delivery", "cli"},
    "__init__": {"api", "scenario", "session"},
    "__main__": {"cli"},
}


def wing(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("drift_audio"):
            tail = node.module.removeprefix("drift_audio").lstrip(".")
            found |= {f"{tail}.{alias.name}" if tail else alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.removeprefix("drift_audio.") for alias in node.names if alias.name.startswith("drift_audio.")}
    return found - {"__version__"}


def allowed(name: str, choices: set[str]) -> bool:
    return any(name == choice or name.startswith(choice + ".") for choice in choices)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    wrong = {name for name in imports(path) if not allowed(name, ALLOWED[wing(path)])}
    assert not wrong, f"{path.relative_to(ROOT)} looks up: {sorted(wrong)}"


def test_the_page_shows_the_same_table() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8").partition("## Who may import whom")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (.+) \|$", page, re.MULTILINE)
    groups = {"the ground": GROUND, "the wings": WINGS, "the line": LINE}
    told = {
        name: set(re.findall(r"`(\w+)`", cell)).union(*(members for group, members in groups.items() if group in cell))
        for name, cell in rows
    }
    assert told == ALLOWED


def test_only_config_reads_the_environment() -> None:
    core = [p for p in MODULES if wing(p) not in ("config", "studio", "cli")]
    readers = [p for p in core if re.search(r"os\.(environ|getenv)", p.read_text("utf-8"))]
    assert readers == []


@pytest.mark.parametrize(
    ("home", "pattern"),
    [
        ("files", r"\bos\.(fsync|fdopen|replace|link)\b|\.write_(bytes|text)\("),
        ("files", r"hashlib\.file_digest"),
        ("yamlfile", r"\byaml\.(safe_)?(load|compose|dump|parse)"),
        ("near_match", r"\bget_close_matches\b|\btoken_set_ratio\b"),
        ("machine", r"\bcpu_count\b|sched_getaffinity|\.is_loopback\b"),
    ],
)
def test_what_every_wing_needs_is_made_in_one_place(home: str, pattern: str) -> None:
    makers = {wing(path) for path in MODULES if re.search(pattern, path.read_text("utf-8"), re.MULTILINE)}
    assert makers == {home}


def test_the_core_never_prints() -> None:
    core = [path for path in MODULES if wing(path) != "cli"]
    assert [where for path in core for where in prints(path)] == []


def prints(path: Path) -> list[str]:
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    return [f"{path.relative_to(ROOT)}:{c.lineno}" for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"]


def test_engine_names_stay_in_their_table() -> None:
    names = re.compile(r"['\"](hibari|kokoro|piper|coqui|openai-speech)['\"]")
    engines = PACKAGE / "sound" / "engines"
    outside = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in MODULES
        if engines not in path.parents
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if names.search(line)
    ]
    assert outside == []


def test_no_name_of_a_machine_or_registry_in_the_project() -> None:
    if shutil.which("git") is None:
        pytest.skip("no git here, so there is no list of the project's files")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout, so there is no list of the project's files")
    forbidden = re.compile(r"/work/|\.\./shared|\.library|farm-bench|/opt/pypi|files\.pythonhosted|registry\.npmjs")
    wrong = []
    for name in listed.stdout.split():
        path = ROOT / name
        if path.suffix in {".mp3", ".wav", ".ogg", ".png"} or path == Path(__file__) or not path.is_file():
            continue
        if forbidden.search(path.read_text("utf-8", errors="replace")):
            wrong.append(name)
    assert wrong == []


HEAVY = ("numpy", "scipy", "spacy", "onnxruntime", "openai", "pedalboard", "soundfile", "mutagen", "dask", "jinja2", "hibari")


def test_start_up_imports_nothing_heavy() -> None:
    code = "import sys\nfrom drift_audio.cli.main import main_code\nmain_code(['--help'])\nprint('LOADED', *sorted(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    loaded = set(out.rsplit("LOADED", 1)[1].split())
    assert not loaded & set(HEAVY)


def test_the_process_for_the_words_begins_before_anything_is_imported() -> None:
    code = "import sys\nimport drift_audio.words.process\nprint(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert not set(out.split()) & {*HEAVY, "pydantic", "typer", "yaml"}


def test_no_circle_of_imports_stands() -> None:
    """Modules may know each other one way only, imports inside functions and for types counted."""
    names = {module_name(path): path for path in MODULES}
    edges = {
        name: {target for found in imports(path) if (target := module_of(found, names))} - {name} for name, path in names.items()
    }
    waiting = dict(edges)
    while free := [name for name, needs in waiting.items() if not needs & waiting.keys()]:
        for name in free:
            del waiting[name]
    assert not waiting, f"modules in or behind a circle: {sorted(waiting)}"


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def module_of(found: str, names: dict[str, Path]) -> str | None:
    """The module that an imported name stands in: itself, or what is before its last dot."""
    return found if found in names else (head if (head := found.rpartition(".")[0]) in names else None)
