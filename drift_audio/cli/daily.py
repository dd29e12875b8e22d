"""`drift-audio daily`: one session a day from your own rotation."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from drift_audio.cli import request as ask
from drift_audio.errors import BadInput

if TYPE_CHECKING:
    from drift_audio.delivery.daily.rotation import Plan
    from drift_audio.delivery.daily.run import DayReport

app = typer.Typer(no_args_is_help=True, help="One session a day from your own rotation (docs/daily.md).")

Day = Annotated[str | None, typer.Option("--date", help="A day, YYYY-MM-DD. (default: today)")]
Days = Annotated[int, typer.Option("--days", min=1, max=366, help="How many days to show.")]


@app.command("init")
def init(force: ask.Force = False, as_json: ask.Json = False) -> None:
    """Write a commented daily.yaml to edit."""
    from drift_audio.cli.output import emit_json
    from drift_audio.config import load_settings
    from drift_audio.delivery.daily import run

    path = run.init(load_settings(), force=force)
    if as_json:
        emit_json({"path": str(path)})
    else:
        typer.echo(f"{path}\nedit it, then look ahead with: drift-audio daily plan")


@app.command("plan")
def plan(days: Days = 14, day: Day = None, as_json: ask.Json = False) -> None:
    """Show what will come."""
    from drift_audio.cli.output import emit_json, show_table
    from drift_audio.config import load_settings
    from drift_audio.delivery.daily import run
    from drift_audio.delivery.daily.rotation import load_daily, plan_days

    settings = load_settings()
    rules = load_daily(run.daily_file(settings))
    history = run.Diary(run.state_folder(settings)).days()
    plans = plan_days(rules, _day(day), days, history)
    if as_json:
        emit_json({"days": [_plan_json(plan) for plan in plans]})
        return
    rows = [
        (
            p.day.strftime("%a %Y-%m-%d"),
            p.theme.name if p.theme else "-",
            p.look.style or "",
            f"{p.look.minutes:g}" if p.look.minutes else "",
            p.why,
        )
        for p in plans
    ]
    show_table(("day", "theme", "style", "min", ""), rows)


@app.command("run")
def run(day: Day = None, discreet: ask.Discreet = False, as_json: ask.Json = False, quiet: ask.Quiet = False) -> None:
    """Make the day's session, once, however often it is run."""
    from drift_audio.cli.output import emit_json
    from drift_audio.config import load_settings
    from drift_audio.delivery.daily import run

    settings = load_settings()
    today = _day(None)
    report = run.run_day(settings, _day(day), make=run.studio_maker(settings), today=today, discreet=discreet)
    if as_json:
        emit_json(report.model_dump(mode="json"))
    elif not quiet:
        _show(report)


def _show(report: DayReport) -> None:
    for made in report.made:
        typer.echo(f"{made.day}: {made.file}, {made.seconds / 60:.1f} minutes, written by {made.writer}")
        for warning in made.warnings:
            typer.echo(f"  note: {warning}")
    if report.standing is not None and not report.made:
        typer.echo(f"{report.standing.day}: {report.standing.file} is there already")
    elif not report.made:
        typer.echo(f"nothing to make: {report.why}")


def _day(text: str | None) -> date:
    from drift_audio.studio import clock

    if text is None:
        return clock(None)()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"--date must be a day like 2026-03-01, not {text!r}") from None


def _plan_json(plan: Plan) -> dict[str, object]:
    look = plan.look.model_dump(mode="json")
    return {
        "day": plan.day.isoformat(),
        "theme": plan.theme.name if plan.theme else None,
        "situation": plan.situation,
        "note": plan.why,
        **look,
    }
