from __future__ import annotations

from pathlib import Path

import pytest

from drift_audio.cli.main import main_code
from drift_audio.sound.engines import coqui
from drift_audio.sound.engines.base import EngineState


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


def test_a_voice_for_a_language_is_named_with_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DRIFT_AUDIO_HOME", str(tmp_path))
    monkeypatch.setattr(coqui, "state", lambda *_, **__: EngineState(state="needs extra"))
    assert main_code(["create", "Ich bin müde", "--language", "de", "-o", str(tmp_path / "a.mp3")]) == 2
    assert "voices that do: xtts (needs extra)" in capsys.readouterr().err
    assert main_code(["create", "x", "--language", "xh", "-o", str(tmp_path / "a.mp3")]) == 2
    assert "no declared voice does" in capsys.readouterr().err
