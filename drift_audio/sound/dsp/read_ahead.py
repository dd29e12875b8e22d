"""Runs the producing half of a pipeline ahead of the consuming half, in a thread of its own, a few blocks at most."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue
from typing import TypeVar

T = TypeVar("T")

_POLL = 0.1


def read_ahead(source: Iterable[T], *, depth: int = 4) -> Iterator[T]:
    """Yield what `source` yields, in order, while a thread reads up to `depth` items ahead.

    An error of the source is raised here; leaving early (an error, Ctrl-C, `close`) stops the thread and closes the source.
    """
    queue: Queue[tuple[bool, T | BaseException | None]] = Queue(depth)
    stopped = threading.Event()

    def put(done: bool, item: T | BaseException | None) -> None:
        while not stopped.is_set():
            try:
                queue.put((done, item), timeout=_POLL)
            except Full:
                continue
            return

    def run() -> None:
        iterator = iter(source)
        try:
            for item in iterator:
                put(False, item)
                if stopped.is_set():
                    break
            put(True, None)
        except BaseException as error:  # noqa: BLE001 - handed over, raised in the consumer's thread
            put(True, error)
        finally:
            if hasattr(iterator, "close"):
                iterator.close()

    thread = threading.Thread(target=run, name="drift-ahead", daemon=True)
    thread.start()
    try:
        yield from _take(queue, thread)
    finally:
        stopped.set()
        thread.join()


def _take(queue: Queue[tuple[bool, T | BaseException | None]], thread: threading.Thread) -> Iterator[T]:
    while True:
        try:
            done, item = queue.get(timeout=1.0)
        except Empty:
            if not thread.is_alive() and queue.empty():
                raise RuntimeError("the producing thread ended without a word") from None
            continue
        if done:
            if isinstance(item, BaseException):
                raise item
            return
        yield item  # type: ignore[misc]  # only the last entry is None or an error
