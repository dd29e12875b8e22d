"""`drift-audio care`: outcome, exit code, and one answer a line."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from drift_audio.cli.main import main_code


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DRIFT_AUDIO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DRIFT_AUDIO_LOCALE", "en_GB")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "outcome", "code"),
    [
        ("a quiet evening", "ok", 0),
        ("I have epilepsy", "caution", 0),
        ("I want to die", "crisis", 3),
        ("my husband hit me", "abuse", 3),
    ],
)
def test_outcome_and_exit_code(text: str, outcome: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(["care", text, "--json"]) == code
    report = json.loads(capsys.readouterr().out)
    assert report["outcome"] == outcome
    assert bool(report["lines"]) == (code == 3)


def test_help_lines_are_shown_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(["care", "I want to die"]) == 3
    assert "116 123" in capsys.readouterr().err


def test_one_answer_a_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typed = io.TextIOWrapper(io.BytesIO(b"I want to die\n\nthis deadline is killing me\n"))
    monkeypatch.setattr(sys, "stdin", typed)
    assert main_code(["care", "--lines", "--json"]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["outcome"] for answer in answers] == ["crisis", "ok", "ok"]
    assert [answer["line"] for answer in answers] == [1, 2, 3]


def test_user_lines_of_the_configuration_folder_win(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = home / "home" / "config" / "care"
    folder.mkdir(parents=True)
    (folder / "lines.yaml").write_text('crisis: {gb: [{name: "My nurse", contact: "0123"}]}\n', "utf-8")
    assert main_code(["care", "I want to die", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["lines"][0]["contact"] == "0123"


def test_a_broken_file_of_the_users_is_one_warning_beside_the_packaged_lines(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = home / "home" / "config" / "care"
    folder.mkdir(parents=True)
    (folder / "lines.yaml").write_text("crisis: [\n", "utf-8")
    assert main_code(["care", "hello"]) == 0
    assert main_code(["care", "I want to die"]) == 3
    told = capsys.readouterr().err
    assert "lines.yaml:2:1: not valid YAML" in told
    assert "116 123" in told
