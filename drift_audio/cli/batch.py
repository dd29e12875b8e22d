"""`drift-audio batch`: many sessions from one file; continues where it was cut off."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from drift_audio.cli import request as ask
from drift_audio.errors import EXIT_BAD_INPUT, EXIT_FAILED, ConfigError

if TYPE_CHECKING:
    from datetime import date

    from rich.progress import TaskID
    from typer._click.core import Context

    from drift_audio.config import Settings
    from drift_audio.delivery.batch.batchfile import Batch
    from drift_audio.delivery.batch.items import Outcome
    from drift_audio.delivery.batch.run import Choice, EntryState, Estimate, Executor, OnOutcome, Report, Run
    from drift_audio.studio import WriterName


class RunByDefault(TyperGroup):
    """`batch FILE` means `batch run FILE`."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=RunByDefault, no_args_is_help=True, help="Make many sessions from one YAML file (docs/batch.md).")

File = Annotated[str, typer.Argument(help="The batch file.", show_default=False)]
OptionalFile = Annotated[str | None, typer.Argument(help="The batch file.", show_default=False)]
Output = Annotated[
    str | None, typer.Option("--output", "-o", help="Folder or fsspec URL. (default: the file's name without suffix)")
]
Jobs = Annotated[int | None, typer.Option("--jobs", "-j", min=1, max=256, help="Worker processes. (default: cores)")]
Only = Annotated[list[str] | None, typer.Option("--only", help="Only this item, by id or output name; may be repeated.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="At most so many items.")]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first failure.")]
Cluster = Annotated[str | None, typer.Option("--cluster", help="A Dask scheduler (tcp://host:8786), or local:N to try one.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, with time and size; make nothing.")]
Schema = Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a batch file.")]


@app.command("run")
def run(
    file: OptionalFile = None,
    output: Output = None,
    jobs: Jobs = None,
    only: Only = None,
    limit: Limit = None,
    fail_fast: FailFast = False,
    dry_run: DryRun = False,
    cluster: Cluster = None,
    writer: ask.WriterName = "auto",
    discreet: ask.Discreet = False,
    force: ask.Force = False,
    schema: Schema = False,
    as_json: ask.Json = False,
    quiet: ask.Quiet = False,
) -> int:
    """Make every session of FILE. Run it again to continue; what is done is verified and skipped."""
    from drift_audio.cli.output import emit_json
    from drift_audio.delivery.batch import batchfile
    from drift_audio.delivery.batch import run as work

    if schema:
        emit_json(batchfile.schema())
        return 0
    if file is None:
        raise ConfigError("name the batch file: drift-audio batch scenarios.yaml")
    choice = work.Choice(only=tuple(only or ()), limit=limit, fail_fast=fail_fast, force=force)
    return _perform(
        file, output, choice, jobs=jobs, cluster=cluster, writer=writer, discreet=discreet, dry_run=dry_run, as_json=as_json,
        quiet=quiet,
    )  # fmt: skip


@app.command("retry")
def retry(
    file: File,
    output: Output = None,
    jobs: Jobs = None,
    only: Only = None,
    cluster: Cluster = None,
    writer: ask.WriterName = "auto",
    discreet: ask.Discreet = False,
    as_json: ask.Json = False,
    quiet: ask.Quiet = False,
) -> int:
    """Try the failed items again (and whatever is not done yet)."""
    from drift_audio.delivery.batch import run as work

    choice = work.Choice(only=tuple(only or ()), retry=True)
    return _perform(
        file, output, choice, jobs=jobs, cluster=cluster, writer=writer, discreet=discreet, dry_run=False, as_json=as_json,
        quiet=quiet,
    )  # fmt: skip


@app.command("status")
def status(file: File, output: Output = None, as_json: ask.Json = False) -> int:
    """Show where a batch stands, also while it runs elsewhere."""
    from drift_audio.cli.output import emit_json
    from drift_audio.delivery.batch import run as work

    settings, batch, _ = _read(file)
    made = work.open_run(batch, _place(file, output), settings)
    report = work.report_of(made)
    if as_json:
        emit_json(work.report_json(report) | {"running": [row.name for row in made.running()]})
    else:
        _show(report, batch)
    return 0


def _perform(
    file: str,
    output: str | None,
    choice: Choice,
    *,
    jobs: int | None,
    cluster: str | None,
    writer: WriterName,
    discreet: bool,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    from drift_audio.cli.output import emit_json
    from drift_audio.delivery.batch import run as work
    from drift_audio.machine import usable_cores

    settings, batch, start = _read(file)
    batch = batch.discreetly() if discreet else batch
    _tell_mistakes(batch)
    if batch.mistakes and choice.fail_fast:
        return EXIT_BAD_INPUT
    made = work.plan(batch, _place(file, output), settings, choice=choice, start=start)
    workers = jobs or min(usable_cores(), max(1, len(made.tasks)))
    if dry_run:
        _show_plan(made, work.estimate(made, jobs=workers), as_json=as_json)
        return EXIT_BAD_INPUT if batch.mistakes else 0
    executor = _executor(settings, made, workers, cluster=cluster, writer=writer)
    with _lines(wanted=not (quiet or as_json)) as on_outcome:
        report = work.execute(made, executor, choice=choice, on_outcome=on_outcome)
    if as_json:
        emit_json(work.report_json(report))
    elif not quiet:
        _show(report, batch)
    return EXIT_FAILED if report.failed else 0


def _executor(settings: Settings, run: Run, workers: int, *, cluster: str | None, writer: WriterName) -> Executor:
    if cluster is not None:
        from drift_audio.delivery.batch.cluster import DaskWorkers

        return DaskWorkers(settings, cluster, journal=run.journal, writer=writer)
    from drift_audio.delivery.batch.workers import LocalWorkers

    return LocalWorkers(settings, jobs=workers, journal=run.home / "journal.sqlite", writer=writer)


def _read(file: str) -> tuple[Settings, Batch, date]:
    from drift_audio.config import load_settings
    from drift_audio.delivery.batch.batchfile import load_batch
    from drift_audio.delivery.batch.run import check_catalogue
    from drift_audio.studio import open_studio

    settings = load_settings()
    with open_studio(settings, writer="offline") as studio:
        batch = load_batch(file, check_names=check_catalogue(studio))
        return settings, batch, studio.today()


def _place(file: str, output: str | None) -> str:
    return output or str(Path(file.rpartition("/")[2] if "://" in file else file).with_suffix(""))


def _tell_mistakes(batch: Batch) -> None:
    from drift_audio.cli.output import err_console
    from drift_audio.delivery.batch.run import mistakes_text

    if batch.mistakes:
        err_console().print(mistakes_text(batch.path, batch.mistakes), markup=False)


@contextmanager
def _lines(*, wanted: bool) -> Iterator[OnOutcome]:
    """A line for each item at work and one for all on a terminal; elsewhere one line as each item ends."""
    if not wanted:
        yield lambda _outcome, _run: None
    elif sys.stderr.isatty():
        with _bars() as handle:
            yield handle
    else:
        yield _say


def _say(outcome: Outcome | None, run: Run) -> None:
    if outcome is None:
        return
    detail = f": {outcome.result.message or outcome.result.error}" if outcome.result.error else ""
    typer.echo(f"{len(run.ended)}/{run.total} {outcome.name} {outcome.end}{detail}", err=True)


@contextmanager
def _bars() -> Iterator[OnOutcome]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from drift_audio.cli.output import err_console

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err_console(), transient=True) as bars:
        whole = bars.add_task("all", total=None)
        shown: dict[str, TaskID] = {}

        def handle(outcome: Outcome | None, run: Run) -> None:
            bars.update(whole, total=len(run.tasks), completed=sum(task.item.name in run.ended for task in run.tasks))
            rows = {row.name: row for row in run.running()}
            for name in shown.keys() - rows.keys():
                bars.remove_task(shown.pop(name))
            for name, row in rows.items():
                if name not in shown:
                    shown[name] = bars.add_task(name)
                bars.update(shown[name], description=f"{name} {row.stage}", completed=row.done, total=row.total or None)
            if outcome is not None and outcome.end in {"failed", "care"}:
                bars.console.print(
                    f"{outcome.name} {outcome.end}: {outcome.result.message or outcome.result.error}", markup=False
                )

        yield handle


def _show_plan(run: Run, guess: Estimate, *, as_json: bool) -> None:
    from drift_audio.cli.output import console, emit_json, show_table

    if as_json:
        items = [{"id": task.item.id, "output": task.item.name, "minutes": task.item.minutes} for task in run.tasks]
        emit_json(
            {"sessions": items, "estimate": guess.model_dump(), "mistakes": [str(mistake) for mistake in run.batch.mistakes]}
        )
        return
    rows = [(task.item.id, f"{task.item.minutes:g} min", task.item.name, str(task.item.line)) for task in run.tasks]
    show_table(("id", "length", "output", "line"), rows)
    pace = "measured here" if guess.measured else "a rough guess"
    size, minutes = guess.size / 1e6, guess.seconds / 60
    console().print(
        f"{guess.sessions} to make, {guess.minutes:g} minutes of audio: about {minutes:.1f} minutes ({pace}) and {size:.1f} MB"
    )


def _show(report: Report, batch: Batch) -> None:
    from drift_audio.cli.output import console, show_table

    rows = []
    for line in report.lines:
        result = line.result
        length = "" if result.seconds is None else f"{int(result.seconds // 60)}:{int(result.seconds % 60):02d}"
        loudness = "" if result.lufs is None else f"{result.lufs:.1f}"
        note = result.message or result.error or "; ".join(result.warnings)
        rows.append((line.id, line.state, length, loudness, result.writer, f"line {line.line}: {note}" if result.error else note))
    show_table(("id", "state", "length", "LUFS", "writer", "notes"), rows)
    if report.mistakes:
        console().print("\n".join(report.mistakes), markup=False)
    states: tuple[EntryState, ...] = ("done", "skipped", "failed", "care", "waiting")
    counts = [f"{report.count(state)} {state}" for state in states if report.count(state)]
    counts += [f"{report.bad} invalid"] if report.bad else []
    console().print(f"{batch.path}: {', '.join(counts) or 'nothing to do'}", markup=False)
    lines = dict.fromkeys(line for entry in report.lines for line in entry.result.help)
    if lines:
        console().print("for a person who is not safe, these people answer:", markup=False)
        console().print("\n".join(f"  {line}" for line in lines), markup=False)
    if report.count("failed"):
        console().print(f"try the failed ones again with: drift-audio batch retry {batch.path}", markup=False)
