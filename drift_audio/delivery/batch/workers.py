"""Worker processes of this machine: each opens the studio once and makes item after item.

A worker that dies takes only its item with it: the pool is made anew and the item tried again, three times at most.
Workers die with their parent, however that dies: they hold the reading end of a pipe whose other end only it has.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from drift_audio.config import Settings
from drift_audio.delivery.batch.items import Outcome, Task, deliver
from drift_audio.delivery.batch.journal import Journal, Result
from drift_audio.machine import usable_cores
from drift_audio.studio import WriterName

if TYPE_CHECKING:
    from drift_audio.studio import Studio

MAX_DEATHS: Final = 3
TICK_S: Final = 0.25

_studio: Studio | None = None
_journal: Journal | None = None


def _open(settings: Settings, writer: WriterName, journal: Path, threads: int, parent: Connection) -> None:
    """Begin a worker: what every item shares is opened once."""
    global _studio, _journal  # noqa: PLW0603 - a worker process holds exactly one studio, and the pool offers no other place
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    threading.Thread(target=_die_with, args=(parent,), daemon=True).start()
    from drift_audio.studio import build_studio

    _studio = build_studio(settings, writer=writer)
    _studio.voice_box.workers = threads
    _journal = Journal(journal)


def _die_with(parent: Connection) -> None:
    with suppress(EOFError, OSError):
        parent.recv_bytes()
    os._exit(1)


def _work(task: Task) -> Outcome:
    if _studio is None or _journal is None:
        raise RuntimeError("the worker was not opened")
    return deliver(task, _studio, _journal)


class LocalWorkers:
    """Runs tasks in `jobs` processes. Items that another batch works on are asked for again until it is through with them."""

    def __init__(self, settings: Settings, *, jobs: int, journal: Path, writer: WriterName = "auto") -> None:
        self._arguments = (settings, writer, journal, max(1, usable_cores() // jobs))
        self._jobs = jobs
        self._context = multiprocessing.get_context("spawn")
        self._pool: ProcessPoolExecutor | None = None
        self._leash: Connection | None = None

    def run(self, tasks: Sequence[Task]) -> Iterator[Outcome | None]:
        """Outcomes as they come; None every now and then while nothing has ended (to look at progress)."""
        waiting = deque(tasks)
        flying: dict[Future[Outcome], Task] = {}
        deaths: Counter[str] = Counter()
        try:
            while waiting or flying:
                while waiting and len(flying) < self._jobs:
                    self._submit(waiting.popleft(), flying, waiting)
                ended, _ = wait(flying, timeout=TICK_S, return_when=FIRST_COMPLETED)
                if not ended:
                    yield None
                for future in ended:
                    outcome = self._collect(future, flying.pop(future), waiting, deaths)
                    if outcome is not None:
                        yield outcome
        finally:
            self.close()

    def _submit(self, task: Task, flying: dict[Future[Outcome], Task], waiting: deque[Task]) -> None:
        try:
            flying[self._ready().submit(_work, task)] = task
        except BrokenProcessPool:
            waiting.append(task)
            self.close()

    def _collect(self, future: Future[Outcome], task: Task, waiting: deque[Task], deaths: Counter[str]) -> Outcome | None:
        try:
            outcome = future.result()
        except BrokenProcessPool:
            self.close()
            deaths[task.item.name] += 1
            if deaths[task.item.name] >= MAX_DEATHS:
                message = f"its worker process died {MAX_DEATHS} times (out of memory?)"
                return Outcome(name=task.item.name, end="failed", result=Result(error="WorkerDied", message=message))
            waiting.append(task)
            return None
        if outcome.end == "busy":
            waiting.append(task)
            threading.Event().wait(TICK_S)
            return None
        return outcome

    def _ready(self) -> ProcessPoolExecutor:
        if self._pool is None:
            reader, self._leash = self._context.Pipe(duplex=False)
            self._pool = ProcessPoolExecutor(
                self._jobs, mp_context=self._context, initializer=_open, initargs=(*self._arguments, reader)
            )
        return self._pool

    def close(self) -> None:
        """End all workers at once; what they were at is safe to be cut off."""
        if self._leash is not None:
            self._leash.close()
            self._leash = None
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
