"""The care gate and the offline words in a process of their own, so that a single session loads its voice in the meantime.

Parser and engine both load under the interpreter's lock, so threads gain nothing. The process begins as early as can be; the
situation goes to it through a pipe, and the gate hears it there before anything else is done with it. Where no second process
can be had, or it fails, the caller does it all by itself: what is wrong then shows where it always does. This module imports
next to nothing, so that the process can begin before the command line is read; `process_main` is what runs in it.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from drift_audio.progress import OnEvent
    from drift_audio.scenario import Scenario
    from drift_audio.words.compose import WritingContext
    from drift_audio.words.process_main import Order
    from drift_audio.words.writers.base import Written


@dataclass(frozen=True, slots=True)
class WordsProcess:
    """The other process, or None where there is none; it takes one order, and ends with the `with` block at the latest."""

    process: subprocess.Popen[bytes] | None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()

    def compose(
        self, scenario: Scenario, context: WritingContext, *, on_event: OnEvent, meanwhile: Callable[[], None]
    ) -> Written | None:
        """Like `compose.compose`, while `meanwhile` runs here; None when it has to be done in this process.

        The other process ends with it, and its memory goes.

        Raises:
            CareStop: the person needs something else than a session.
        """
        try:
            if self.process is None:
                return None
            from drift_audio.words.process_main import Order
            from drift_audio.words.writers.table import may_run_in_second_process

            if not may_run_in_second_process(context.writer):
                return None
            writer = context.writer.name
            order = Order(scenario=scenario, locale=context.locale, user_dir=context.user_dir, writer_name=writer)
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


def begin() -> WordsProcess:
    """Start the other process."""
    if getattr(sys, "frozen", False):
        return WordsProcess(None)
    # -P: no module of the folder the user happens to be in.
    command = [sys.executable, "-P", "-m", "drift_audio.words.process_main"]
    try:
        return WordsProcess(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL))
    except OSError:
        return WordsProcess(None)


def _exchange(process: subprocess.Popen[bytes], order: Order, on_event: OnEvent, meanwhile: Callable[[], None]) -> Written | None:
    from drift_audio.errors import CareStop
    from drift_audio.words.process_main import Answer

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
        if answer.event is not None:
            on_event(answer.event)
    return None
