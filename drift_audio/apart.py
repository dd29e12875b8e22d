"""The care gate and the offline words in a process of their own, so that a single session loads its voice in the meantime.

Parser and engine both load under the interpreter's lock, so threads gain nothing. The process begins as early as can be; the
situation goes to it through a pipe, and the gate hears it there before anything else is done with it. Where no second process
can be had, or it fails, the caller does it all by itself: what is wrong then shows where it always does.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drift_audio.compose import Desk, Event, OnEvent, Stage, compose
from drift_audio.errors import CareStop, DriftError
from drift_audio.scenario import Frozen, Scenario
from drift_audio.words.care.report import CareReport
from drift_audio.words.writers.base import Writer, Written

WRITER: Final = "offline"


class Order(Frozen):
    """What the other process is asked for; fields as in `compose.Desk`."""

    scenario: Scenario
    locale: str
    user_dir: Path

    @property
    def writer(self) -> Writer:
        from drift_audio.words.writers.offline import OfflineWriter

        return OfflineWriter()


class Answer(Frozen):
    """One line that comes back: a stage begun, why the gate stopped, or the finished words."""

    stage: Stage | None = None
    note: str = ""
    stopped: CareReport | None = None
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Apart:
    """The other process, or None where there is none; it takes one order."""

    process: subprocess.Popen[bytes] | None

    def compose(self, scenario: Scenario, desk: Desk, *, on_event: OnEvent, meanwhile: Callable[[], None]) -> Written | None:
        """Like `compose.compose`, while `meanwhile` runs here; None when it has to be done in this process.

        The other process ends with it, and its memory goes.

        Raises:
            CareStop: the person needs something else than a session.
        """
        try:
            if self.process is None or desk.writer.name != WRITER:
                return None
            order = Order(scenario=scenario, locale=desk.locale, user_dir=desk.user_dir)
            return _exchange(self.process, order, on_event, meanwhile)
        except (OSError, ValueError):
            return None
        finally:
            self.end()

    def end(self) -> None:
        """Stop the other process, whatever it is at."""
        if self.process is not None:
            self.process.kill()
            with suppress(OSError), self.process:  # closes the pipes and waits
                pass


@contextmanager
def begin() -> Iterator[Apart]:
    """Start the other process; when the context ends, it ends too."""
    apart = Apart(_start())
    try:
        yield apart
    finally:
        apart.end()


def _start() -> subprocess.Popen[bytes] | None:
    if getattr(sys, "frozen", False):
        return None
    # -P: no module of the folder the user happens to be in.
    command = [sys.executable, "-P", "-m", "drift_audio.apart"]
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return None


def _exchange(process: subprocess.Popen[bytes], order: Order, on_event: OnEvent, meanwhile: Callable[[], None]) -> Written | None:
    assert process.stdin is not None  # noqa: S101 - both were asked for as pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(order.model_dump_json().encode() + b"\n")
    process.stdin.close()
    meanwhile()
    for line in process.stdout:
        answer = Answer.model_validate_json(line)
        if answer.stopped is not None:
            raise CareStop(answer.stopped)
        if answer.written is not None:
            return answer.written
        if answer.stage is not None:
            on_event(Event(answer.stage, note=answer.note))
    return None


def main() -> None:
    """Read one order, do it; silent about whatever goes wrong, which the caller then meets itself."""
    from drift_audio.words.reader import load

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    load()  # takes longest, and the order is still being made out
    line = sys.stdin.buffer.readline()
    if not line:
        return  # the caller needs no words after all
    order = Order.model_validate_json(line)
    try:
        _tell(Answer(written=compose(order.scenario, order, on_event=_tell_event)))
    except CareStop as stop:
        _tell(Answer(stopped=stop.report))
    except DriftError:
        return


def _tell_event(event: Event) -> None:
    _tell(Answer(stage=event.stage, note=event.note))


def _tell(answer: Answer) -> None:
    sys.stdout.buffer.write(answer.model_dump_json().encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
