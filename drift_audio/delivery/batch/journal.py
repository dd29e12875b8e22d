"""What a batch has done, in SQLite: survives kill -9 and power loss, read and written by several processes at once.

An item's life: waiting -> running -> made (whole under its working name, its bytes known) -> done (under its final name),
or failed, or care. It holds no word of a situation: an item is known by its file name and by a keyed fingerprint.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from drift_audio.errors import DeliveryError
from drift_audio.files import make_folder
from drift_audio.scenario import Frozen
from drift_audio.words.care.report import HelpLine

State = Literal["waiting", "running", "made", "done", "failed", "care"]
BUSY_S: Final = 30.0

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS items (
  name TEXT PRIMARY KEY, id TEXT NOT NULL, fingerprint TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  stage TEXT NOT NULL DEFAULT '', done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0,
  files TEXT NOT NULL DEFAULT '[]', result TEXT NOT NULL DEFAULT '{}', updated REAL NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class FileMade(Frozen):
    """A file of an item: its place relative to the output folder, its SHA-256 and its size in bytes."""

    name: str
    sha256: str
    size: int


class Result(Frozen):
    """How an item came out. `error` is a class name, `message` one line of our own error tree; never a word of a situation.

    help: lines of help, where the care gate stopped the item or was unsure.
    """

    seconds: float | None = None
    lufs: float | None = None
    true_peak_dbtp: float | None = None
    writer: str = ""
    voice: str = ""
    warnings: tuple[str, ...] = ()
    error: str = ""
    message: str = ""
    wall_s: float = 0.0
    voiced: int = 0
    help: tuple[HelpLine, ...] = ()


class Row(Frozen):
    """An item as the journal knows it. done of total: progress within `stage`. updated: seconds since 1970."""

    name: str
    id: str
    fingerprint: str
    state: State
    attempts: int = 0
    stage: str = ""
    done: int = 0
    total: int = 0
    files: tuple[FileMade, ...] = ()
    result: Result = Result()
    updated: float = 0.0


class Journal:
    """The journal of one output folder. Every process opens its own; safe to use from one thread at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        make_folder(path.parent)
        try:
            self._base = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
            path.chmod(0o600)
            # WAL survives a killed process at any instant; FULL makes every commit survive a power loss too.
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._base.executescript(_TABLES)
        except (sqlite3.Error, OSError) as error:
            raise DeliveryError(f"{path}: the batch journal cannot be used ({error}); move it away to begin anew") from None

    def close(self) -> None:
        self._base.close()

    def remember(self, key: str, value: str) -> str:
        """Keep `value` under `key` unless one is there already; answers what is kept."""
        with self._writing():
            self._base.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (key, value))
        return str(self._base.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()[0])

    def read(self, name: str) -> Row | None:
        found = self._rows("SELECT * FROM items WHERE name = ?", (name,))
        return found[0] if found else None

    def rows(self) -> tuple[Row, ...]:
        return self._rows("SELECT * FROM items ORDER BY rowid", ())

    def add(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Note (name, id, fingerprint) of items as waiting, unless they are known."""
        with self._writing():
            self._base.executemany(
                "INSERT OR IGNORE INTO items (name, id, fingerprint, state, updated) VALUES (?, ?, ?, 'waiting', ?)",
                [(*row, time.time()) for row in rows],
            )

    def renew(self, name: str, fingerprint: str) -> None:
        """Begin an item anew: it changed, or is asked for again."""
        self._set(name, "waiting", fingerprint=fingerprint, attempts=0, files="[]", result="{}", stage="", done=0, total=0)

    def start(self, name: str) -> None:
        with self._writing():
            self._base.execute(
                "UPDATE items SET state = 'running', attempts = attempts + 1, stage = '', done = 0, total = 0, updated = ?"
                " WHERE name = ?",
                (time.time(), name),
            )

    def progress(self, name: str, stage: str, done: int, total: int) -> None:
        self._set(name, "running", stage=stage, done=done, total=total)

    def made(self, name: str, files: Sequence[FileMade], result: Result) -> None:
        self._set(name, "made", files=_dump(files), result=result.model_dump_json())

    def done(self, name: str) -> None:
        self._set(name, "done")

    def finished(self, name: str, files: Sequence[FileMade], result: Result) -> None:
        """Made and under its final name in one step (outputs that appear whole by themselves)."""
        self._set(name, "done", files=_dump(files), result=result.model_dump_json())

    def failed(self, name: str, result: Result, *, care: bool = False) -> None:
        self._set(name, "care" if care else "failed", result=result.model_dump_json(), files="[]")

    def _set(self, name: str, state: State, **fields: str | int) -> None:
        columns = ", ".join(f"{column} = ?" for column in fields)
        comma = ", " if columns else ""
        with self._writing():
            # The column names are this module's own.
            self._base.execute(
                f"UPDATE items SET state = ?, updated = ?{comma}{columns} WHERE name = ?",  # noqa: S608
                (state, time.time(), *fields.values(), name),
            )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._base.execute("BEGIN IMMEDIATE")
            yield
            self._base.execute("COMMIT")
        except sqlite3.Error as error:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            raise DeliveryError(f"{self.path}: the batch journal cannot be written ({error})") from None

    def _rows(self, query: str, values: tuple[str, ...]) -> tuple[Row, ...]:
        try:
            cursor = self._base.execute(query, values)
            names = [column[0] for column in cursor.description]
            return tuple(_row(dict(zip(names, found, strict=True))) for found in cursor.fetchall())
        except sqlite3.Error as error:
            raise DeliveryError(f"{self.path}: the batch journal cannot be read ({error})") from None


def _row(found: dict[str, object]) -> Row:
    found["files"] = json.loads(str(found["files"]))
    found["result"] = json.loads(str(found["result"]))
    return Row.model_validate(found)


def _dump(files: Sequence[FileMade]) -> str:
    return json.dumps([file.model_dump() for file in files])
