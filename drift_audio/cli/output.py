"""How results are shown: one JSON object, a table, a progress line, or the care page."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from drift_audio.progress import Event
    from drift_audio.session import Session
    from drift_audio.words.care.report import CareReport, HelpLine


def console() -> Console:
    """Console on standard output; `NO_COLOR` is honoured by rich."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


def err_console() -> Console:
    """Console on standard error, for progress and notes."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def emit_json(value: object) -> None:
    """Print one JSON object on standard output; paths become strings."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under a header; plain when standard output is not a terminal."""
    from rich.table import Table

    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*row)
    page = console()
    if not page.is_terminal:
        page.width = 200  # a pipe or a file has room for every column
    page.print(table)


def show_care(report: CareReport, *, as_json: bool = False) -> None:
    """Show why the session stopped, who can help right now, and a minute of grounding."""
    if as_json:
        emit_json({"care": report.model_dump(mode="json")})
        return
    page = err_console()
    page.print()
    for warning in report.warnings:
        page.print(f"drift-audio: note: {warning}", markup=False)
    # Whole words at a terminal's edge; what goes into a file or a pipe stays one line.
    page.print(report.message, markup=False, soft_wrap=not page.is_terminal)
    page.print()
    show_help(report.lines)
    if report.grounding:
        page.print()
        page.print(report.grounding, markup=False, soft_wrap=not page.is_terminal)
    page.print()


def show_help(lines: Sequence[HelpLine]) -> None:
    """Show lines of help, on standard error."""
    from rich.markup import escape

    page = err_console()
    for line in lines:
        hours = f" ({line.hours})" if line.hours else ""
        page.print(f"  {escape(line.name)}: [bold]{escape(line.contact)}[/bold]{escape(hours)}")


_STAGES = {
    "care": "Reading",
    "story": "Reading",
    "write": "Writing",
    "speak": "Speaking",
    "arrange": "Arranging",
    "mix": "Mixing",
    "export": "Encoding",
}


@contextmanager
def progress(*, wanted: bool) -> Iterator[Callable[[Event], None]]:
    """Yield an event handler that draws a progress line on standard error when that is a terminal."""
    if not wanted or not sys.stderr.isatty():
        yield lambda _event: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<10}"), BarColumn(), TextColumn("{task.fields[note]}"), TimeElapsedColumn())
    with Progress(*columns, console=err_console(), transient=True) as bar:
        task = bar.add_task("Starting", total=None, note="")

        def handle(event: Event) -> None:
            stage = _STAGES.get(event.stage, event.stage)
            bar.update(task, description=stage, completed=event.done, total=event.total or None, note=event.note)

        yield handle


def session_json(session: Session) -> dict[str, object]:
    """The documented `--json` object of a finished session."""
    return {
        "path": str(session.path),
        "seconds": round(session.seconds, 3),
        "lufs": None if session.lufs is None else round(session.lufs, 2),
        "true_peak_dbtp": None if session.true_peak_dbtp is None else round(session.true_peak_dbtp, 2),
        "sections": [{"name": s.name, "start": round(s.start, 3), "end": round(s.end, 3)} for s in session.sections],
        "seed": session.seed,
        "style": session.script.style,
        "voice": session.voice,
        "ambience": session.ambience,
        "writer": session.writer,
        "written": [report.model_dump() for report in session.reports],
        "tokens": session.tokens,
        "warnings": list(session.warnings),
        "help": [line.model_dump() for line in session.lines],
    }


def show_session(session: Session) -> None:
    """The summary at the end of `create` and `render`."""
    page = err_console()
    minutes, seconds = divmod(round(session.seconds), 60)
    page.print(f"{session.script.title}  {minutes}:{seconds:02d}", style="bold", markup=False)
    loud = "loudness untouched" if session.lufs is None else f"{session.lufs:.1f} LUFS, peak {session.true_peak_dbtp:.1f} dBTP"
    page.print(f"  voice {session.voice}, bed {session.ambience or 'none'}, {loud}", markup=False)
    for line in (f"file  {session.path}", *_how_to_edit(session)):
        page.print(f"  {line}", markup=False, soft_wrap=True)
    if session.tokens:
        page.print(f"  model {session.tokens} tokens")
    for warning in session.warnings:
        page.print(f"  note: {warning}", markup=False)
    show_help(session.lines)


def _how_to_edit(session: Session) -> Iterator[str]:
    if session.script_path:
        yield f"words {session.script_path}; edit them, then: drift-audio render {session.script_path}"
    elif session.writer != "file":
        yield f"seed  {session.seed}; to change the words, ask again with --seed {session.seed} --script-out session.md"
        yield "      edit session.md, then: drift-audio render session.md"
