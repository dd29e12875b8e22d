"""The journal survives being killed, is shared by processes, and holds no word of a situation."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import stat
import time
from pathlib import Path

import pytest

from drift_audio.delivery.batch.journal import FileMade, Journal, Result
from drift_audio.errors import DeliveryError

pytestmark = pytest.mark.long

FILE = FileMade(name="a.mp3", sha256="0" * 64, size=3)


def test_an_items_life(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j" / "journal.sqlite")
    journal.add([("a.mp3", "a", "f1"), ("b.mp3", "b", "f2")])
    journal.add([("a.mp3", "a", "other")])
    assert [row.state for row in journal.rows()] == ["waiting", "waiting"]
    journal.start("a.mp3")
    journal.progress("a.mp3", "speak", 3, 9)
    row = journal.read("a.mp3")
    assert (row.state, row.attempts, row.stage, row.done, row.total, row.fingerprint) == ("running", 1, "speak", 3, 9, "f1")
    journal.made("a.mp3", [FILE], Result(seconds=60.0, warnings=("one",)))
    journal.done("a.mp3")
    row = journal.read("a.mp3")
    assert (row.state, row.files, row.result.seconds, row.result.warnings) == ("done", (FILE,), 60.0, ("one",))
    journal.renew("a.mp3", "f3")
    row = journal.read("a.mp3")
    assert (row.state, row.files, row.attempts, row.fingerprint) == ("waiting", (), 0, "f3")
    assert journal.read("c.mp3") is None
    assert journal.remember("created", "one") == journal.remember("created", "two") == "one"
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


def _write(path: str, number: int) -> None:
    journal = Journal(Path(path))
    for step in range(40):
        journal.progress("a.mp3", f"p{number}", step, 40)
        journal.start("a.mp3")


def test_many_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    Journal(path).add([("a.mp3", "a", "f")])
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(str(path), number)) for number in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert Journal(path).read("a.mp3").attempts == 120


def _write_until_killed(path: str, told: str) -> None:
    journal = Journal(Path(path))
    for step in range(1_000_000):
        journal.progress("a.mp3", "speak", step, 0)
        Path(told).write_text(str(step))


def test_a_killed_writer_leaves_a_whole_journal(tmp_path: Path) -> None:
    path, told = tmp_path / "journal.sqlite", tmp_path / "told"
    Journal(path).add([("a.mp3", "a", "f")])
    context = multiprocessing.get_context("spawn")
    for _ in range(3):
        told.unlink(missing_ok=True)
        writer = context.Process(target=_write_until_killed, args=(str(path), str(told)))
        writer.start()
        while not told.exists() or int(told.read_text() or 0) < 20:
            time.sleep(0.005)
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        assert Journal(path).read("a.mp3").done >= int(told.read_text() or 0), "what was committed is there"
        assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_damaged_journal_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(b"this is no database, whatever its name says" * 50)
    with pytest.raises(DeliveryError, match="move it away"):
        Journal(path)
