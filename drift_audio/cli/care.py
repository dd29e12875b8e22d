"""`drift-audio care`: what the gate says of a text, without making anything."""

from __future__ import annotations

import json
import sys
from functools import partial
from typing import Annotated

import typer

from drift_audio.cli.request import MAX_BYTES, File, Json, read_situation
from drift_audio.errors import BadInput, CareStop
from drift_audio.words.care.report import CareReport

Text = Annotated[str | None, typer.Argument(help="What is going on, in your own words.", show_default=False)]
Lines = Annotated[bool, typer.Option("--lines", help="Judge one text a line from standard input (exit code 0).")]
Locale = Annotated[str | None, typer.Option("--locale", help="Whose help lines to show, as in en_GB. (default: your system's)")]


def care(text: Text = None, file: File = None, lines: Lines = False, locale: Locale = None, as_json: Json = False) -> None:
    """Show what the care gate says of a text: ok, caution, ask, crisis or abuse, and why.

    Exit code 0 for ok, caution and ask, 3 for crisis and abuse. Nothing that is typed is kept.
    """
    from drift_audio.config import load_settings
    from drift_audio.words.care.gate import check

    settings = load_settings()
    judge = partial(check, locale=locale or settings.locale, data_dir=settings.config_dir)
    if lines:
        for number, line in enumerate(_read_lines(), start=1):
            _show_line(number, judge(line), as_json=as_json)
        return
    report = judge(read_situation(text, file))
    if report.outcome in {"crisis", "abuse"} and not as_json:
        raise CareStop(report)
    _show(report, as_json=as_json)
    if report.outcome in {"crisis", "abuse"}:
        raise typer.Exit(CareStop.exit_code)


def _read_lines() -> list[str]:
    raw = sys.stdin.buffer.read(8 * MAX_BYTES + 1)
    if len(raw) > 8 * MAX_BYTES:
        raise BadInput("standard input: is larger than eight megabytes; judge it in parts")
    try:
        return raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise BadInput("standard input: is not text in UTF-8") from None


def _show_line(number: int, report: CareReport, *, as_json: bool) -> None:
    if as_json:
        answer = {"line": number} | report.model_dump(mode="json", include={"outcome", "reason", "message", "style"})
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        typer.echo(f"{report.outcome}\t{report.reason}")


def _show(report: CareReport, *, as_json: bool) -> None:
    from drift_audio.cli.output import console, emit_json, err_console

    if as_json:
        emit_json(report.model_dump(mode="json"))
        return
    console().print(report.outcome + (f": {report.reason}" if report.reason else ""), markup=False)
    if report.message:
        console().print(report.message, markup=False)
    for line in report.lines:
        console().print(f"  {line}", markup=False)
    for warning in report.warnings:
        err_console().print(f"drift-audio: note: {warning}", markup=False)
