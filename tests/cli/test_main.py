from __future__ import annotations

import pytest

from drift_audio.cli.main import main_code


def test_a_mistyped_command_gets_its_near_match(capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(["creat", "x"]) == 2
    assert "did you mean create?" in capsys.readouterr().err
    assert main_code(["frobnicate"]) == 2
    assert "No such command" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["voices"], ["daily"]])
def test_a_group_alone_shows_its_help_and_no_empty_line(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(command) == 2
    shown = capsys.readouterr()
    assert "Usage" in shown.out + shown.err
    assert "drift-audio: (" not in shown.err
