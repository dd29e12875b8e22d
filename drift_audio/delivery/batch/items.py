"""One item of a batch, from its words to its files: claimed, made beside, then given its final name.

Safe to be killed at any instant: an item is locked by the operating system while somebody works on it, everything is
written in a folder of its own, and the journal knows the bytes before the final names appear.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from filelock import FileLock, Timeout

from drift_audio.delivery.batch.batchfile import Item
from drift_audio.delivery.batch.journal import FileMade, Journal, Result, Row
from drift_audio.delivery.batch.outputs import Outputs, describe_files, open_outputs
from drift_audio.delivery.feed.record import record, write_captions, write_sidecars
from drift_audio.errors import CareStop, DriftError, OutputError
from drift_audio.files import make_folder
from drift_audio.output_spec import OutputSpec
from drift_audio.scenario import Frozen

if TYPE_CHECKING:
    from drift_audio.progress import Event
    from drift_audio.session import Session
    from drift_audio.studio import Studio

End = Literal["done", "skipped", "failed", "care", "busy"]
OnEvent = Callable[["Event"], None]


class Task(Frozen):
    """An item with all that a worker must know.

    output: folder or URL. home: folder of journal, locks and work on the machine that runs the batch.
    created: date the session carries. force: a foreign file of that name may be replaced.
    """

    item: Item
    fingerprint: str
    output: str
    home: Path
    created: datetime
    force: bool = False


class Outcome(Frozen):
    """How a task ended. "busy": another batch works on it right now. "skipped": it was done before, and verified."""

    name: str
    end: End
    result: Result = Result()
    files: tuple[FileMade, ...] = ()


def claim(home: Path, name: str) -> FileLock:
    """The lock of an item; the operating system lets go of it when its holder dies, however it dies."""
    folder = home / "locks"
    make_folder(folder)
    return FileLock(folder / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.lock", mode=0o600)


def deliver(task: Task, studio: Studio, journal: Journal) -> Outcome:
    """Make one item on this machine unless it is done already; never raises for what went wrong with the item itself."""
    name = task.item.name
    lock = claim(task.home, name)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return Outcome(name=name, end="busy")
    try:
        return _deliver(task, studio, journal, open_outputs(task.output))
    finally:
        lock.release()


def _deliver(task: Task, studio: Studio, journal: Journal, outputs: Outputs) -> Outcome:
    name, work = task.item.name, work_folder(task)
    row = journal.read(name)
    if row is not None and already_there(row, task, outputs):
        if row.state != "done":
            journal.done(name)
        return Outcome(name=name, end="skipped", result=row.result)
    if row is not None and row.state == "made" and row.fingerprint == task.fingerprint and publish_made(row, work, outputs):
        journal.done(name)
        return Outcome(name=name, end="done", result=row.result)
    journal.start(name)
    begun = time.monotonic()
    try:
        refuse_foreign(task, row, outputs)
        session, paths = make(task, studio, work, on_event=_reporter(journal, name))
    except Exception as error:  # noqa: BLE001 - one bad item must never end the batch; what it was is reported by its class
        result = failure(error)
        journal.failed(name, result, care=isinstance(error, CareStop))
        shutil.rmtree(work, ignore_errors=True)
        return Outcome(name=name, end="care" if isinstance(error, CareStop) else "failed", result=result)
    result = result_of(session, wall_s=time.monotonic() - begun)
    files = describe_files(paths, work)
    journal.made(name, files, result)
    for file in files:
        outputs.put(work / file.name, file.name)
    journal.done(name)
    shutil.rmtree(work, ignore_errors=True)
    return Outcome(name=name, end="done", result=result, files=files)


def already_there(row: Row, task: Task, outputs: Outputs) -> bool:
    """Whether the journal's files of this very item all stand whole under their final names."""
    known = row.state in {"done", "made"} and row.fingerprint == task.fingerprint and bool(row.files)
    return known and all(outputs.holds(file) for file in row.files)


def publish_made(row: Row, work: Path, outputs: Outputs) -> bool:
    """Finish what was made whole but not yet named; False when its bytes are gone and it must be made again."""
    from drift_audio.delivery.batch.outputs import LocalOutputs

    beside = LocalOutputs(work)
    missing = [file for file in row.files if not outputs.holds(file)]
    if not all(beside.holds(file) for file in missing):
        return False
    for file in missing:
        outputs.put(work / file.name, file.name)
    shutil.rmtree(work, ignore_errors=True)
    return True


def refuse_foreign(task: Task, row: Row | None, outputs: Outputs) -> None:
    """Never write over a file that this batch did not make.

    Raises:
        OutputError: a file of that name stands there and is not ours.
    """
    name = task.item.name
    if task.force or not outputs.exists(name):
        return
    ours = {file.name: file for file in row.files} if row is not None else {}
    if name not in ours or not outputs.holds(ours[name]):
        raise OutputError(f"{name}: exists already and was not made by this batch; choose another name or use --force")


def make(task: Task, studio: Studio, work: Path, *, on_event: OnEvent) -> tuple[Session, tuple[Path, ...]]:
    """Make the session and its small files in `work`; answers the files, the audio last.

    Raises:
        DriftError: as the pipeline does.
    """
    from drift_audio import pipeline

    item = task.item
    shutil.rmtree(work, ignore_errors=True)
    make_folder(work.parent)
    make_folder(work)
    target = OutputSpec(output=work / item.name, format=item.format, force=True)
    dated = replace(studio, today=task.created.date)
    if item.scenario is not None:
        session = pipeline.create(item.scenario, dated, target, on_event=on_event)
    elif item.script is not None:
        session = pipeline.render(item.script, dated, target, on_event=on_event)
    else:
        raise OutputError(f"{item.name}: the item has neither a situation nor a script")
    entry = record(session, created=task.created)
    small = write_sidecars(entry, work)
    if item.captions:
        small += write_captions(entry, work)
    return session, (*small, session.path)


def work_folder(task: Task) -> Path:
    """Where an item is made: beside its output when that is local, so that the last step is a rename."""
    return task.home / "work" / task.item.name


def result_of(session: Session, *, wall_s: float) -> Result:
    """What the report tells of a finished session."""
    return Result(
        seconds=round(session.seconds, 3),
        lufs=None if session.lufs is None else round(session.lufs, 2),
        true_peak_dbtp=None if session.true_peak_dbtp is None else round(session.true_peak_dbtp, 2),
        writer=session.writer,
        voice=session.voice,
        warnings=session.warnings,
        wall_s=round(wall_s, 3),
        help=session.lines,
    )


def failure(error: BaseException) -> Result:
    """What the report tells of an error: its class, and its line only when it is one of ours (those hold no private words)."""
    message = " ".join(str(error).split()) if isinstance(error, DriftError) else ""
    lines = error.report.lines if isinstance(error, CareStop) else ()
    return Result(error=type(error).__name__, message=message, help=lines)


def _reporter(journal: Journal, name: str) -> OnEvent:
    stage, told = "", 0.0

    def report(event: Event) -> None:
        nonlocal stage, told
        now = time.monotonic()
        if event.stage != stage or now - told > 1.0:
            stage, told = event.stage, now
            journal.progress(name, event.stage, event.done, event.total)

    return report
