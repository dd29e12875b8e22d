"""The `drift-audio` command: a table of lazily imported groups, and the one place where errors become lines and exit codes."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Final

import typer
from typer.core import TyperGroup

from drift_audio import __version__
from drift_audio.errors import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_INTERRUPTED, CareStop, DriftError
from drift_audio.words.process import WordsProcess, begin

if TYPE_CHECKING:
    from typer._click.core import Command, Context

#: Every command: "module:attribute" of a function or a Typer group. Imported only when it is run or listed.
COMMANDS: Final[dict[str, str]] = {
    "create": "drift_audio.cli.create:create",
    "script": "drift_audio.cli.script:script",
    "render": "drift_audio.cli.render:render",
    "voices": "drift_audio.cli.voices:app",
    "ambience": "drift_audio.cli.ambience:app",
    "guides": "drift_audio.cli.guides:app",
    "care": "drift_audio.cli.care:care",
    "say": "drift_audio.cli.say:say",
    "llm": "drift_audio.cli.llm:app",
    "batch": "drift_audio.cli.batch:app",
    "daily": "drift_audio.cli.daily:app",
    "schedule": "drift_audio.cli.schedule:app",
    "serve": "drift_audio.cli.serve:serve",
    "inspect": "drift_audio.cli.inspect:inspect",
    "doctor": "drift_audio.cli.doctor:doctor",
}

EPILOG: Final = "Exit codes: 0 done, 1 failed, 2 bad input or usage, 3 stopped out of care for the person, 130 interrupted."


class LazyGroup(TyperGroup):
    """A command group that imports a command's module only when that command is asked for."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 - the signature is the library's
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002
        return load_command(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        from drift_audio.near_match import near_matches

        if args and args[0] not in COMMANDS and (near := near_matches(args[0], COMMANDS)):
            ctx.fail(f"no such command {args[0]!r}; did you mean {near[0]}?")
        return super().resolve_command(ctx, args)


def load_command(name: str) -> Command:
    """Import a command and build it: a Typer group as it is, a function as a single command."""
    module, _, attribute = COMMANDS[name].partition(":")
    target = getattr(import_module(module), attribute)
    if not isinstance(target, typer.Typer):
        single = typer.Typer(add_completion=False)
        single.command(name)(target)
        target = single
    command = typer.main.get_command(target)
    command.name = name
    return command


app = typer.Typer(cls=LazyGroup, no_args_is_help=True, epilog=EPILOG, pretty_exceptions_enable=False, rich_markup_mode="rich")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"drift-audio {__version__}")
        raise typer.Exit


@app.callback()
def main(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")] = False,
) -> None:
    """Write what is going on in your life and get a personal audio session to lie down with. Private, on this machine."""


def run() -> None:
    """Run the command line and exit; nothing below this line prints an error."""
    sys.exit(main_code(sys.argv[1:]))


def main_code(arguments: list[str]) -> int:
    """Run with `arguments` and answer the exit code."""
    with begin() if arguments[:1] == ["create"] and "--help" not in arguments else WordsProcess(None) as process:
        return _answered(arguments, process)


def _answered(arguments: list[str], process: WordsProcess) -> int:
    try:
        result = typer.main.get_command(app).main(arguments, prog_name="drift-audio", standalone_mode=False, obj=process)
    except CareStop as stop:
        from drift_audio.cli.output import show_care

        show_care(stop.report, as_json="--json" in arguments)
        return stop.exit_code
    except DriftError as error:
        return _say(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        return _say("interrupted; what was already voiced is kept", EXIT_INTERRUPTED)
    except typer.Exit as leave:
        return int(leave.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    except Exception as error:  # noqa: BLE001 - the last line of defence: a person never sees a traceback
        return _unexpected(error)
    return int(result) if isinstance(result, int) else 0


def _unexpected(error: Exception) -> int:
    if hasattr(error, "format_message"):
        command = getattr(getattr(error, "ctx", None), "command_path", "drift-audio")
        message = error.format_message().replace("Value error, ", "")
        if not message:
            return EXIT_BAD_INPUT  # a group without a command has shown its help already
        return _say(f"{message} (see: {command} --help)", EXIT_BAD_INPUT)
    if os.environ.get("DRIFT_AUDIO_DEBUG"):
        raise error
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return _say(f"{where}{error.strerror}", EXIT_FAILED)
    # The message of a foreign error may quote the person's words, so only its kind is shown.
    return _say(f"unexpected {type(error).__name__}; run again with DRIFT_AUDIO_DEBUG=1 to see where", EXIT_FAILED)


def _say(message: str, code: int) -> int:
    typer.echo(f"drift-audio: {' '.join(message.split())}", err=True)
    return code
