"""`drift-audio schedule`: let `daily run` come by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drift_audio.cli import request as ask

app = typer.Typer(no_args_is_help=True, help="Run the daily session by itself: crontab, systemd timer or launchd.")

By = Annotated[str, typer.Option("--by", help="auto, launchd, systemd or crontab.")]
At = Annotated[str, typer.Option("--at", help="Local time of day, like 06:30.")]
Weekdays = Annotated[bool, typer.Option("--weekdays", help="Monday to Friday only.")]


@app.command("install")
def install(at: At, weekdays: Weekdays = False, by: By = "auto", as_json: ask.Json = False) -> None:
    """Install it, or change its time."""
    from datetime import UTC, datetime

    from drift_audio.cli.output import emit_json
    from drift_audio.config import load_settings
    from drift_audio.delivery.daily import schedule as subject
    from drift_audio.delivery.daily.rotation import load_daily
    from drift_audio.delivery.daily.run import daily_file

    settings = load_settings()
    wanted = subject.make_schedule(at, weekdays=weekdays, settings=settings)
    load_daily(daily_file(settings))  # a schedule that would only ever fail is not installed
    scheduler = subject.choose(subject.schedulers(Path.home()), by)
    scheduler.install(wanted)
    coming = subject.next_run(wanted, datetime.now(UTC))
    if as_json:
        emit_json({"by": scheduler.name, "at": f"{wanted.at:%H:%M}", "weekdays": weekdays, "next": coming.isoformat()})
    else:
        typer.echo(f"installed by {scheduler.name}: {wanted.sentence}; next {coming:%a %Y-%m-%d %H:%M %Z}")


@app.command("show")
def show(as_json: ask.Json = False) -> None:
    """Show what is installed."""
    from drift_audio.cli.output import emit_json
    from drift_audio.delivery.daily import schedule as subject

    found = subject.find(subject.schedulers(Path.home()))
    if as_json:
        emit_json({"installed": [entry.model_dump() for entry in found]})
    elif not found:
        typer.echo("nothing is installed; install with: drift-audio schedule install --at 06:30")
    for entry in () if as_json else found:
        typer.echo(f"{entry.by}: {entry.entry}")


@app.command("remove")
def remove(as_json: ask.Json = False) -> None:
    """Remove what was installed; nothing else is touched."""
    from drift_audio.cli.output import emit_json
    from drift_audio.delivery.daily import schedule as subject

    known = [scheduler for scheduler in subject.schedulers(Path.home()) if scheduler.name != "crontab" or scheduler.usable()]
    removed = [scheduler.name for scheduler in known if scheduler.remove()]
    if as_json:
        emit_json({"removed": removed})
    else:
        typer.echo(f"removed from {', '.join(removed)}" if removed else "nothing was installed")
