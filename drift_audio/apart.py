"""The offline words in a process of their own, so that a single session loads its voice in the meantime.

Parser and engine both load under the interpreter's lock, so threads gain nothing. The process begins as early as can be and
loads what writing needs; the care gate speaks first, in the caller, and only then does the situation go through a pipe. Where
no second process can be had, or it fails, the caller writes by itself: what is wrong then shows where it always does.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from drift_audio.compose import Event, OnEvent, Stage, draft
from drift_audio.errors import DriftError
from drift_audio.scenario import Frozen, Scenario
from drift_audio.words.writers.base import Writer, Written

WRITER: Final = "offline"

_REHEARSAL: Final = "I was short with a friend yesterday, and I want to make it right."


class Answer(Frozen):
    """One line that comes back: a stage begun, or the finished words."""

    stage: Stage | None = None
    note: str = ""
    written: Written | None = None


@dataclass(frozen=True, slots=True)
class Apart:
    """The other process, or None where there is none; it takes one order."""

    process: subprocess.Popen[bytes] | None

    def draft(self, scenario: Scenario, writer: Writer, *, on_event: OnEvent, meanwhile: Callable[[], None]) -> Written | None:
        """Like `compose.draft`, while `meanwhile` runs here; None when it has to be done in this process.

        The other process ends with it, and its memory goes.
        """
        try:
            if self.process is None or writer.name != WRITER:
                return None
            return _exchange(self.process, scenario, on_event, meanwhile)
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


def _exchange(
    process: subprocess.Popen[bytes], scenario: Scenario, on_event: OnEvent, meanwhile: Callable[[], None]
) -> Written | None:
    assert process.stdin is not None  # noqa: S101 - both were asked for as pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(scenario.model_dump_json().encode() + b"\n")
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
    """Read one scenario, write the words; silent about whatever goes wrong, which the caller then meets itself."""
    from drift_audio.words.reader import read_story
    from drift_audio.words.writers.offline import OfflineWriter

    signal.signal(signal.SIGINT, signal.SIG_DFL)
    read_story(_REHEARSAL)  # loads the parser and whatever else is loaded when it is first needed
    line = sys.stdin.buffer.readline()
    if not line:
        return  # the caller needs no words after all
    with suppress(DriftError):
        _tell(Answer(written=draft(Scenario.model_validate_json(line), OfflineWriter(), on_event=_tell_event)))


def _tell_event(event: Event) -> None:
    _tell(Answer(stage=event.stage, note=event.note))


def _tell(answer: Answer) -> None:
    sys.stdout.buffer.write(answer.model_dump_json().encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
