"""Every command of the README runs, in an order that a reader would run them, on the fast tone voice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```(sh|python)\n(.*?)```", README, flags=re.DOTALL)
SHELL = [line for kind, block in BLOCKS if kind == "sh" for line in block.strip().splitlines() if line.strip()]
SCENARIOS = "defaults:\n  minutes: 1\nitems:\n  - id: one\n    situation: I want a calm evening\n"


def environment(home: Path) -> dict[str, str]:
    # The voice named here is the tone engine: what is tested is that each command runs, not how it sounds.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    tested = {"DRIFT_AUDIO_HOME": str(home / "home"), "DRIFT_AUDIO_VOICE": "tone", "PYTHONPATH": str(ROOT)}
    return {**os.environ, **tested, "PATH": path, "NO_COLOR": "1"}


def test_the_two_commands_stand_on_the_first_screen() -> None:
    first_screen = "\n".join(README.splitlines()[:24])
    assert 'make session SITUATION="' in first_screen
    assert "make test" in first_screen


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("drift-audio") is None and not (Path(sys.executable).parent / "drift-audio").exists(), reason="not installed"
)
def test_every_command_runs(tmp_path: Path) -> None:
    (tmp_path / "scenarios.yaml").write_text(SCENARIOS)
    for line in SHELL:
        if line.startswith("make"):
            continue
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=tmp_path,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    assert list(tmp_path.glob("*.mp3"))


def test_make_session_makes_a_session(tmp_path: Path) -> None:
    line = next(line for line in SHELL if line.startswith("make session"))
    situation = re.search(r'"(.*)"', line).group(1)
    out = f"{tmp_path}/sessions/"
    recipe = (ROOT / "Makefile").read_text().split("session: install\n")[1].split("\n\n")[0]
    command = (
        recipe.replace("\t@", "")
        .replace("$(BIN)/", "")
        .replace("$(ARGS)", f"--minutes 2 --output {out}")
        .replace("$$", "$")
        .replace("%s\\\\n", "%s\\n")
    )
    done = subprocess.run(
        ["bash", "-c", command],
        env=environment(tmp_path) | {"SITUATION": situation},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (file,) = Path(out).glob("*.mp3")
    assert "husband" not in file.name
    assert "render" in done.stderr


def test_the_python_example_runs(tmp_path: Path) -> None:
    code = next(block for kind, block in BLOCKS if kind == "python")
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "morning.mp3").is_file()


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
