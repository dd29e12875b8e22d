"""An installed schedule is run once by a real cron daemon, and one session appears."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CRON = shutil.which("cron", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
RULES = """
output: out
themes:
  - {name: calm, situations: [My days are full and I never come to rest]}
look: {voice: tone, minutes: 1, ambience: brown-noise}
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.xdist_group("processes"),  # one crontab, and ten runs at once
    pytest.mark.skipif(CRON is None or shutil.which("crontab") is None, reason="no cron on this machine (Debian package cron)"),
    pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="a cron daemon can only be started by root"),
]


def drift(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(home), "DRIFT_AUDIO_HOME": str(home), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "drift_audio", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def daemon() -> Iterator[None]:
    """A cron daemon of our own, unless one runs; the crontab is put back as it was."""
    before = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)
    running = subprocess.run(["pgrep", "-x", "cron"], capture_output=True, check=False).returncode == 0
    process = None if running else subprocess.Popen([str(CRON), "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield
    if process is not None:
        process.terminate()
        process.wait(10)
    if before.returncode == 0:
        subprocess.run(["crontab", "-"], input=before.stdout, text=True, check=True)
    else:
        subprocess.run(["crontab", "-r"], capture_output=True, check=False)


def test_cron_makes_the_session_of_the_day(tmp_path: Path, daemon: None) -> None:
    home = tmp_path / "home of drift"
    (home / "config").mkdir(parents=True)
    (home / "config" / "daily.yaml").write_text(RULES)
    now = datetime.now().astimezone()
    at = now + timedelta(minutes=1 if now.second < 45 else 2)
    installed = drift(home, "schedule", "install", "--at", f"{at:%H:%M}", "--by", "crontab")
    assert installed.returncode == 0, installed.stderr
    assert "# drift-audio:daily" in drift(home, "schedule", "show").stdout
    # cron gives no PYTHONPATH, and the project may be under test from a tree that is not installed.
    table = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=True).stdout
    subprocess.run(["crontab", "-"], input=f'PYTHONPATH={ROOT}\nMAILTO=""\n{table}', text=True, check=True)
    out = home / "config" / "out"
    end = time.monotonic() + 240
    while not (out / "feed.xml").exists() or not list(out.glob("*.mp3")):
        assert time.monotonic() < end, (list(home.rglob("*")), (home / "data").exists())
        time.sleep(0.5)
    assert [path.name for path in out.glob("*.mp3")] == [f"{at:%Y-%m-%d}.mp3"]
    again = drift(home, "daily", "run")
    assert again.returncode == 0
    assert "is there already" in again.stdout
    assert drift(home, "schedule", "remove").returncode == 0
    left = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False).stdout
    assert left == f'PYTHONPATH={ROOT}\nMAILTO=""\n', "only our own line went"


def test_ten_parallel_runs_make_one_session(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "daily.yaml").write_text(RULES)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "DRIFT_AUDIO_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "drift_audio", "daily", "run", "--quiet"]
    runs = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(10)
    ]
    said = [run.communicate(timeout=300) for run in runs]
    assert [run.returncode for run in runs] == [0] * 10, said
    assert set(said) == {("", "")}
    assert len(list((tmp_path / "config" / "out").glob("*.mp3"))) == 1
    log = (tmp_path / "data" / "daily" / "daily.log").read_text()
    assert log.count(" made: ") == 1
