"""The built wheel carries its data and runs from a clean environment, in any working directory."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[1]
TOP = {
    "drift_audio",
    "voices",
    "ambience",
    "corpora",
    "tests",
    "docs",
    "scripts",
    "pyproject.toml",
    "README.md",
    "CONTRIBUTING.md",
    "Makefile",
    "LICENSE",
    "CHANGELOG.md",
}
TOP |= {"requirements.txt", "requirements-dev.txt", "requirements-engines.txt", "requirements-weights.txt"}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    (file,) = folder.glob("*.whl")
    return file


def test_the_layout_is_the_agreed_one() -> None:
    if shutil.which("git") is None:
        pytest.skip("no git here, so there is no list of the project's files")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout, so there is no list of the project's files")
    top = {name.split("/")[0] for name in listed.stdout.splitlines()}
    assert {name for name in top if not name.startswith(".")} <= TOP


def test_the_wheel_carries_every_data_file(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    for kind in ("voices", "ambience"):
        for file in (ROOT / kind).glob("*.yaml"):
            assert f"drift_audio/_data/{kind}/{file.name}" in inside
    for suffix in ("*.yaml", "*.md", "*.j2", "*.json", "*.txt", "*.npz"):
        for file in (ROOT / "drift_audio").rglob(suffix):
            assert str(file.relative_to(ROOT)) in inside
    assert "drift_audio/py.typed" in inside


def test_the_wheel_runs_from_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "env"
    venv.create(home, with_pip=True, system_site_packages=False)
    python = home / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)], check=True, capture_output=True, timeout=240
    )
    # The libraries of the environment under test stand in for a download; the project itself comes from the wheel alone.
    libraries = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    (next((home / "lib").glob("python*")) / "site-packages" / "zz_libraries.pth").write_text(f"{libraries}\n")
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {
        "DRIFT_AUDIO_HOME": str(tmp_path / "home"),
        "NO_COLOR": "1",
    }
    place = tmp_path / "elsewhere"
    place.mkdir()
    where = subprocess.run(
        [python, "-c", "import drift_audio; print(drift_audio.__file__)"],
        cwd=place,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(home) in where.stdout
    command = [
        home / "bin" / "drift-audio",
        "create",
        "I want a calm evening",
        "--minutes",
        "1",
        "--seed",
        "1",
        "--json",
        "-o",
        "a.mp3",
        "--voice",
        "tone",
    ]
    done = subprocess.run(command, cwd=place, env=env, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["seconds"] == pytest.approx(60, abs=0.5)
    assert (place / "a.mp3").stat().st_size > 500_000


BASE = {
    "libc.so.6",
    "libm.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libutil.so.1",
    "libstdc++.so.6",
    "libgcc_s.so.1",
}
BASE |= {"libz.so.1", "libmvec.so.1"}  # Python itself is linked against the one, and glibc has the other.


@pytest.mark.skipif(sys.platform != "linux", reason="the libraries of a minimal Linux are what is asked for")
def test_no_library_of_ours_asks_for_what_a_minimal_system_lacks() -> None:
    names = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE))
    here = {found.metadata["Name"].lower(): found for found in metadata.distributions()}
    files = [file for name in sorted(names & set(here)) for file in here[name].files or [] if ".so" in file.suffixes]
    brought = {file.name for file in files}
    asked = {f"{file}: {name}" for file in files for name in needed(Path(str(file.locate())))}
    assert len(files) > 20
    assert not {line for line in asked if line.split(": ")[1] not in BASE | brought and "ld-linux" not in line}


def needed(library: Path) -> list[str]:
    """Names of the shared libraries that an ELF file is linked against."""
    with library.open("rb") as file:
        dynamic = next((part for part in ELFFile(file).iter_segments() if isinstance(part, DynamicSegment)), None)
        return [tag.needed for tag in dynamic.iter_tags() if tag.entry.d_tag == "DT_NEEDED"] if dynamic else []
