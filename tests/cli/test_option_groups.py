from __future__ import annotations

from dataclasses import dataclass
from inspect import signature
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from drift_audio.cli.option_groups import unfolded


@dataclass(frozen=True)
class Look:
    colour: Annotated[str, typer.Option("--colour", "-c")] = "red"
    size: Annotated[int, typer.Option(min=1)] = 3


@unfolded
def paint(name: Annotated[str, typer.Argument()], *, look: Look, force: Annotated[bool, typer.Option("--force")] = False) -> None:
    """Paint a thing."""
    typer.echo(f"{name} {look} {force}")


app = typer.Typer()
app.command()(paint)


def test_a_group_gives_way_to_its_fields_in_their_order() -> None:
    assert list(signature(paint).parameters) == ["name", "colour", "size", "force"]
    assert paint.__doc__ == "Paint a thing."


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["door"], "door Look(colour='red', size=3) False\n"),
        (["door", "-c", "blue", "--size", "5", "--force"], "door Look(colour='blue', size=5) True\n"),
    ],
)
def test_the_command_gets_the_group_filled(arguments: list[str], shown: str) -> None:
    assert CliRunner().invoke(app, arguments).output == shown


def test_a_bound_of_a_field_holds() -> None:
    result = CliRunner().invoke(app, ["door", "--size", "0"])
    assert result.exit_code == 2
    assert "--size" in result.output
