"""A batch: plan, run, report. Continues where it was cut off, never does a thing twice, and one failure stops nothing else."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol, cast

from drift_audio.config import Settings, installation_key
from drift_audio.delivery.batch.batchfile import Batch, Item
from drift_audio.delivery.batch.items import Outcome, Task
from drift_audio.delivery.batch.journal import Journal, Result, Row
from drift_audio.delivery.batch.outputs import open_outputs
from drift_audio.delivery.feed.collection import refresh
from drift_audio.delivery.feed.record import note_help
from drift_audio.errors import BadInput
from drift_audio.inputs import is_url
from drift_audio.scenario import Frozen
from drift_audio.yamlfile import Mistake

if TYPE_CHECKING:
    from drift_audio.studio import Studio

HOME: Final = ".drift-batch"
RENEW_S: Final = 10.0
#: Rough figures for --dry-run until this folder has its own: wall seconds a session minute and worker, kilobytes a second.
SECONDS_PER_MINUTE: Final = 1.6
KILOBYTES_PER_SECOND: Final = {"mp3": 16.0, "ogg": 14.0, "flac": 75.0, "wav": 176.4}

EntryState = Literal["done", "skipped", "failed", "care", "invalid", "waiting"]


class Executor(Protocol):
    """Runs tasks somewhere. `run` yields outcomes as they come and None now and then, so that progress can be shown."""

    def run(self, tasks: Sequence[Task]) -> Iterator[Outcome | None]: ...

    def close(self) -> None: ...


class Line(Frozen):
    """One line of the report. Where an item stands in the batch file, and how it came out; never its situation."""

    id: str
    output: str
    state: EntryState
    line: int
    column: int
    result: Result = Result()


class Report(Frozen):
    """All of a batch. mistakes: "line:column: what", of the items that could not be read."""

    lines: tuple[Line, ...]
    mistakes: tuple[str, ...] = ()
    bad: int = 0

    def count(self, *states: EntryState) -> int:
        return sum(line.state in states for line in self.lines)

    @property
    def failed(self) -> bool:
        return self.bad > 0 or self.count("failed", "care") > 0


@dataclass(frozen=True, slots=True)
class Choice:
    """Which items to make. only: ids or file names; limit: at most so many that still need work."""

    only: tuple[str, ...] = ()
    limit: int | None = None
    retry: bool = False
    force: bool = False
    fail_fast: bool = False


OnOutcome = Callable[[Outcome | None, "Run"], None]


@dataclass(slots=True)
class Run:
    """A batch on its way: the journal of its output folder and what is known so far."""

    batch: Batch
    output: str
    home: Path
    journal: Journal
    tasks: tuple[Task, ...]
    ended: dict[str, Line] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return len({task.item.name for task in self.tasks} | self.ended.keys())

    def running(self) -> tuple[Row, ...]:
        """Items at work right now, as their workers journal it."""
        names = {task.item.name for task in self.tasks}
        return tuple(row for row in self.journal.rows() if row.state == "running" and row.name in names)


def home_of(output: str, settings: Settings) -> Path:
    """Folder of journal, locks and work: hidden in a local output folder, in the data folder for a URL."""
    if is_url(output):
        return settings.data_dir / "batches" / hashlib.sha256(output.rstrip("/").encode()).hexdigest()[:16]
    return Path(output).absolute() / HOME


def check_catalogue(studio: Studio) -> Callable[[str | None, str | None], None]:
    """A check of voice and ambience names for `load_batch`."""
    from drift_audio.sound.beds.table import check_bed

    def check(voice: str | None, ambience: str | None) -> None:
        if voice is not None:
            studio.voices[voice]
        if ambience is not None:
            check_bed(ambience, catalog=studio.ambience, user_dir=studio.user_dir)

    return check


def open_run(batch: Batch, output: str, settings: Settings) -> Run:
    """The journal of the output folder, to look at; nothing is planned.

    Raises:
        OutputError, DeliveryError: the output folder or its journal cannot be used.
    """
    open_outputs(output)
    home = home_of(output, settings)
    return Run(batch, output, home, Journal(home / "journal.sqlite"), ())


def plan(batch: Batch, output: str, settings: Settings, *, choice: Choice, start: date) -> Run:
    """Open the journal of the output folder and decide what is to be done; nothing is made yet.

    Raises:
        OutputError, DeliveryError: the output folder or its journal cannot be used.
        BadInput: `choice.only` names an item that the file does not have.
    """
    run = open_run(batch, output, settings)
    home, journal = run.home, run.journal
    begun = datetime.combine(date.fromisoformat(journal.remember("created", start.isoformat())), clock_time(), UTC)
    key = installation_key(settings)
    items = _chosen(batch, choice)
    prints = {item.name: fingerprint(item, key) for item in items}
    journal.add([(item.name, item.id, prints[item.name]) for item in items])
    places = {item.name: number for number, item in enumerate(batch.items)}
    tasks = []
    for item in items:
        row = journal.read(item.name)
        if row is not None and _is_settled(row, prints[item.name], choice):
            run.ended[item.name] = _line(item, row.state, row.result)
            continue
        if row is not None and (row.fingerprint != prints[item.name] or row.state in {"failed", "care"}):
            journal.renew(item.name, prints[item.name])
        created = begun + timedelta(seconds=places[item.name])
        tasks.append(
            Task(item=item, fingerprint=prints[item.name], output=output, home=home, created=created, force=choice.force)
        )
    run.tasks = _limited(run, tasks, choice.limit)
    return run


def _limited(run: Run, tasks: Sequence[Task], limit: int | None) -> tuple[Task, ...]:
    """At most `limit` tasks that still need work; what is done is looked at all the same."""
    todo = [task for task in tasks if not _known_done(run, task)]
    left_out = set() if limit is None else {task.item.name for task in todo[limit:]}
    return tuple(task for task in tasks if task.item.name not in left_out)


def _is_settled(row: Row, print_: str, choice: Choice) -> bool:
    # A failure stands until it is retried or the item is changed; everything else is looked at again by a worker.
    return row.state in {"failed", "care"} and row.fingerprint == print_ and not choice.retry and not choice.force


def _chosen(batch: Batch, choice: Choice) -> tuple[Item, ...]:
    if not choice.only:
        return batch.items
    wanted = set(choice.only)
    found = tuple(item for item in batch.items if {item.id, item.name} & wanted)
    missing = wanted - {word for item in found for word in (item.id, item.name)}
    if missing:
        known = ", ".join(item.id for item in batch.items[:8]) + (", ..." if len(batch.items) > 8 else "")
        raise BadInput(f"--only {min(missing)!r}: the batch has no such item; it has {known}")
    return found


def fingerprint(item: Item, key: bytes) -> str:
    """What an item is, under this installation's secret: changes with the item, tells nothing about it."""
    plain = item.model_dump_json(exclude={"line", "column"})
    return hmac.new(key, plain.encode(), "sha256").hexdigest()


def execute(run: Run, executor: Executor, *, choice: Choice, on_outcome: OnOutcome) -> Report:
    """Run every task. Report, feed and page are renewed while it runs, every few seconds, and at the end however it comes."""
    outcomes = executor.run(run.tasks)
    renewed = time.monotonic()
    try:
        for outcome in outcomes:
            if outcome is not None:
                _note(run, outcome)
                if time.monotonic() - renewed > RENEW_S:
                    write_report(report_of(run), run.output)
                    renewed = time.monotonic()
            on_outcome(outcome, run)
            if outcome is not None and outcome.end in {"failed", "care"} and choice.fail_fast:
                break
    finally:
        close = getattr(outcomes, "close", None)
        if close is not None:
            close()
        executor.close()
        report = report_of(run)
        write_report(report, run.output)
    return report


def _note(run: Run, outcome: Outcome) -> None:
    item = next(task.item for task in run.tasks if task.item.name == outcome.name)
    if outcome.result.error == "WorkerDied":
        run.journal.failed(outcome.name, outcome.result)  # its worker could not
    run.ended[outcome.name] = _line(item, outcome.end, outcome.result)


def _line(item: Item, state: str, result: Result) -> Line:
    shown: EntryState = cast("EntryState", state) if state in {"done", "skipped", "failed", "care"} else "waiting"
    return Line(id=item.id, output=item.name, state=shown, line=item.line, column=item.column, result=result)


def report_of(run: Run) -> Report:
    """The report of a batch in the order of its file; what was not reached is waiting."""
    rows = {row.name: row for row in run.journal.rows()}
    lines = []
    for item in run.batch.items:
        row = rows.get(item.name)
        lines.append(run.ended.get(item.name) or _line(item, row.state if row else "waiting", row.result if row else Result()))
    mistakes = tuple(f"{run.batch.path.rpartition('/')[2]}:{mistake}" for mistake in run.batch.mistakes)
    return Report(lines=tuple(lines), mistakes=mistakes, bad=run.batch.bad)


def write_report(report: Report, output: str) -> None:
    """Write `report.json` beside the sessions, and the feed and page of a local folder."""
    open_outputs(output).put_bytes((json.dumps(report_json(report), ensure_ascii=False, indent=1) + "\n").encode(), "report.json")
    if not is_url(output):
        stopped = (line.result.help for line in report.lines if line.state == "care")
        note_help(Path(output), dict.fromkeys(chain.from_iterable(stopped)))
        refresh(Path(output))


def report_json(report: Report) -> dict[str, object]:
    """The documented form of `report.json` and `--json`."""
    states: tuple[EntryState, ...] = ("done", "skipped", "failed", "care", "waiting")
    return {
        "items": len(report.lines) + report.bad,
        **{state: report.count(state) for state in states},
        "invalid": report.bad,
        "mistakes": list(report.mistakes),
        "sessions": [_line_json(line) for line in report.lines],
    }


def _line_json(line: Line) -> dict[str, object]:
    result = line.result.model_dump(mode="json", exclude={"voiced"})
    return {**line.model_dump(mode="json", exclude={"result"}), **result}


class Estimate(Frozen):
    """What a run will take: wall seconds and bytes, and whether the pace was measured in this folder."""

    sessions: int
    minutes: float
    seconds: float
    size: int
    measured: bool


def estimate(run: Run, *, jobs: int) -> Estimate:
    """Time and size of what is still to do, at the pace of this folder's own past when it has one."""
    past = [row for row in run.journal.rows() if row.state == "done" and row.result.seconds and row.result.wall_s]
    pace = SECONDS_PER_MINUTE
    if past:
        pace = sum(row.result.wall_s for row in past) / sum((row.result.seconds or 0) / 60 for row in past)
    todo = [task.item for task in run.tasks if not _known_done(run, task)]
    minutes = sum(item.minutes for item in todo)
    size = sum(item.minutes * 60 * KILOBYTES_PER_SECOND[item.format] * 1000 for item in todo)
    return Estimate(
        sessions=len(todo),
        minutes=round(minutes, 2),
        seconds=round(minutes * pace / max(1, jobs), 1),
        size=round(size),
        measured=bool(past),
    )


def _known_done(run: Run, task: Task) -> bool:
    row = run.journal.read(task.item.name)
    return row is not None and row.state == "done" and row.fingerprint == task.fingerprint


def mistakes_text(path: str, mistakes: Sequence[Mistake]) -> str:
    """Every mistake of a file, one a line, in the form that editors jump to."""
    return "\n".join(f"{path}:{mistake}" for mistake in mistakes)
