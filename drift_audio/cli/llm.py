"""`drift-audio llm`: is the language model there, and where would the words go."""

from __future__ import annotations

from typing import Annotated

import typer

from drift_audio.cli import request as ask

app = typer.Typer(no_args_is_help=True, help="Check the language model that may write scripts.")


@app.callback()
def llm() -> None:
    """Check the language model that may write scripts."""


@app.command()
def check(
    model: ask.Model = None,
    base_url: ask.BaseUrl = None,
    llm_model_file: ask.ModelFile = None,
    timeout: Annotated[float | None, typer.Option("--timeout", help="Seconds to wait for the answer.", min=0.1, max=3600)] = None,
    as_json: ask.Json = False,
) -> None:
    """Make one tiny call and report the model, whether it honours a schema, and its speed; nothing of yours is sent."""
    from drift_audio.cli.output import console, emit_json
    from drift_audio.config import load_settings
    from drift_audio.words.writers.llm.check import check_model

    named = {"model": model, "base_url": base_url, "model_file": llm_model_file, "timeout_s": timeout}
    settings = load_settings({}, llm=named)
    report = check_model(settings.llm)
    if as_json:
        emit_json(report.model_dump())
        return
    page = console()
    page.print(f"model       {report.model}", markup=False)
    page.print(
        f"server      {report.host} ({'this machine; nothing leaves it' if report.local else 'remote: your words go there'})",
        markup=False,
    )
    page.print(f"structured  {'yes' if report.structured else 'no; plain text is asked for instead'}")
    page.print(
        f"speed       {report.tokens_per_s:g} tokens a second, {report.seconds:g} s for this call ({report.tokens_out} tokens)"
    )
