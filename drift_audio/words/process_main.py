"""The other process's side of `process`: loads the parser, takes one order through a pipe, and answers line by line."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from drift_audio.errors import CareStop, DriftError
from drift_audio.progress import Event
from drift_audio.scenario import Frozen, Scenario
from drift_audio.words.care.report import CareReport
from drift_audio.words.compose import compose
from drift_audio.words.writers.base import Writer, Written
from drift_audio.words.writers.table import open_writer


class Order(Frozen):
    """What the other process is asked for; fields as in `compose.WritingContext`, and who is to write."""

    scenario: Scenario
    locale: str
    user_dir: Path
    writer_name: str

    @property
    def writer(self) -> Writer:
        return open_writer(self.writer_name)


class Answer(Frozen):
    """One line that comes back: progress, why the gate stopped, or the finished words."""

    event: Event | None = None
    stopped: CareReport | None = None
    written: Written | None = None


def main() -> None:
    """Read one order, do it; silent about whatever goes wrong, which the caller then meets itself."""
    from drift_audio.words.understanding.reader import load

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
    _tell(Answer(event=event))


def _tell(answer: Answer) -> None:
    sys.stdout.buffer.write(answer.model_dump_json().encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
