"""The offline words in a process of their own, so that a single session loads its voice in the meantime.

Parser and engine both load under the interpreter's lock, so threads gain nothing. The situation goes through a pipe, the
script comes back through another. Where no second process can be had, or it fails, the caller writes by itself: what is
wrong then shows where it always does.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drift_audio.compose import Desk, Event, OnEvent, Stage, compose
from drift_audio.errors import DriftError
from drift_audio.scenario import Frozen, Scenario
from drift_audio.words.writers.base import Writer, Written

WRITER: Final = "offline"


class Order(Frozen):
    """What the other process needs to write."""

    scenario: Scenario
    locale: str
    user_dir: Path


class Answer(Frozen):
    """One line that comes back: a stage begun, or the finished words."""

    stage: Stage | None = None
    note: str = ""
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class _Desk:
    writer: Writer
    locale: str
    user_dir: Path


def compose_apart(scenario: Scenario, desk: Desk, *, on_event: OnEvent, meanwhile: Callable[[], None]) -> Written | None:
    """Like `compose`, while `meanwhile` runs here; None when it has to be done in this process."""
    if desk.writer.name != WRITER or getattr(sys, "frozen", False):
        return None
    order = Order(scenario=scenario, locale=desk.locale, user_dir=desk.user_dir)
    # -P: no module of the folder the user happens to be in.
    command = [sys.executable, "-P", "-m", "drift_audio.apart"]
    try:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return None
    with process:
        try:
            return _exchange(process, order, on_event, meanwhile)
        except (OSError, ValueError):
            return None
        finally:
            process.kill()


def _exchange(process: subprocess.Popen[bytes], order: Order, on_event: OnEvent, meanwhile: Callable[[], None]) -> Written | None:
    assert process.stdin is not None  # noqa: S101 - both were asked for as pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(order.model_dump_json().encode() + b"\n")
    process.stdin.close()
    meanwhile()
    for line in process.stdout:
        answer = Answer.model_validate_json(line)
        if answer.written is not None:
            return answer.written
        if answer.stage is not None:
            on_event(Event(answer.stage, note=answer.note))
    return None


def main() -> None:
    """Read one order, write the words; silent about whatever goes wrong, which the caller then meets itself."""
    from drift_audio.words.writers.offline import OfflineWriter

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    order = Order.model_validate_json(sys.stdin.buffer.readline())
    desk = _Desk(OfflineWriter(), order.locale, order.user_dir)
    try:
        written = compose(order.scenario, desk, on_event=lambda event: _tell(Answer(stage=event.stage, note=event.note)))
    except DriftError:
        return
    _tell(Answer(written=written))


def _tell(answer: Answer) -> None:
    sys.stdout.buffer.write(answer.model_dump_json().encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
