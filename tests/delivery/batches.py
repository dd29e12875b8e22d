"""Batches run as users run them: the command line in its own process, so that it can really be killed."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITUATIONS = (
    "I snapped at my husband over the dishes and he left without a word",
    "I cannot sleep before the exam on Thursday",
    "My hands shake before every meeting with my boss",
    "I miss my father who died in spring",
    "I am angry with my sister about the house",
    "My days are full and I never come to rest",
)
CRISIS = "I want to kill myself tonight and I have the pills here"


class Bench:
    """A folder with a home of its own, in which batches run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "batch.yaml"
        self.voiced = folder / "voiced.log"

    @property
    def out(self) -> Path:
        return self.folder / "batch"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DRIFT_AUDIO_HOME": str(self.folder / "home"),
            "DRIFT_TEST_VOICED": str(self.voiced),
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests" / "delivery" / "watch"), str(ROOT)]),
            "SOURCE_DATE_EPOCH": "1767225600",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "drift_audio", "batch", *arguments]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self, *arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def kill(self, process: subprocess.Popen[str]) -> None:
        """kill -9 for the batch and, as in a power loss, for its workers."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()

    def report(self) -> dict:
        return json.loads((self.out / "report.json").read_text())

    def sums(self) -> dict[str, str]:
        """SHA-256 of everything that was delivered: sessions, captions, chapters, feed and page."""
        files = [
            path for path in self.out.rglob("*") if path.is_file() and ".drift-batch" not in path.parts and path.name != ".lock"
        ]
        return {
            path.relative_to(self.out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
            if path.name != "report.json"
        }

    def steps(self) -> int:
        """How far it has come: clips voiced and sessions finished."""
        return self.times_voiced().total() + len(list(self.out.glob("*.mp3")))

    def times_voiced(self) -> Counter[str]:
        return Counter(self.voiced.read_text().splitlines() if self.voiced.exists() else ())


SCRIPT = """---
title: A short rest
style: meditation
minutes: 1
voice: tone
ambience: brown-noise
---

## Arrive

Settle where you are. Let item {number} rest for a while.

[pause]

Notice one breath, and then the next one.

## Return

Come back when you like.
"""


def scripted(folder: Path, number: int) -> str:
    """An item from a script of its own: quick to make, since nothing has to be understood or written."""
    (folder / f"{number}.md").write_text(SCRIPT.replace("{number}", str(number)))
    return f"  - {{id: item-{number:03d}, script: {number}.md, captions: true}}\n"


def good(number: int, *, minutes: float = 1) -> str:
    text = SITUATIONS[number % len(SITUATIONS)]
    return f"  - {{id: item-{number:03d}, situation: {text}, seed: {number}, minutes: {minutes:g}}}\n"


def bad(folder: Path) -> list[str]:
    """Ten kinds of bad items: nine that the file itself shows, one that only the care gate sees."""
    (folder / "broken.md").write_text("---\ntitle: x\nstyle: meditation\nminutes: 1\n---\n\n## A\n\nHello.\n\n[pouse 4s]\n")
    return [
        "  - {id: bad-minutes, situation: a, minutes: 900}\n",
        "  - {id: bad-style, situation: a, style: lullaby}\n",
        "  - {id: bad-voice, situation: a, voice: nobody}\n",
        "  - {id: bad-bed, situation: a, ambience: nowhere}\n",
        "  - {id: bad-key, situation: a, colour: blue}\n",
        "  - {id: bad-empty, situation: '  '}\n",
        "  - {id: bad-both, situation: a, script: broken.md}\n",
        "  - {id: bad-script, script: broken.md}\n",
        "  - {id: ../../etc, situation: a}\n",
        f"  - {{id: bad-care, situation: {CRISIS}}}\n",
    ]


def write(bench: Bench, count: int, bad_items: list[str], *, minutes: float = 1, quick: bool = False) -> None:
    """A batch of `count` items, the bad ones spread among them."""
    numbers = range(count - len(bad_items))
    goods = [scripted(bench.folder, number) if quick else good(number, minutes=minutes) for number in numbers]
    step = max(1, count // max(1, len(bad_items)))
    items = list(goods)
    for number, item in enumerate(bad_items):
        items.insert(min(len(items), number * step + 1), item)
    bench.file.write_text("defaults: {voice: tone, ambience: brown-noise}\nitems:\n" + "".join(items))
