"""Where the gate is unsure: one question at a terminal, a steadying session with help lines anywhere else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import typer

from drift_audio.cli import main
from drift_audio.cli.main import main_code
from drift_audio.words.care import gate, weighing
from drift_audio.words.care.classifier import Heard
from drift_audio.words.process import WordsProcess

STORY = (
    "My week was long. I cleaned the car on Saturday. Then my brother came by, and we sat for a while and talked zanzibarquux."
)
BETWEEN = (weighing.STORY.stop + weighing.STORY.ask) / 2


@pytest.fixture(autouse=True)
def unsure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIFT_AUDIO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DRIFT_AUDIO_LOCALE", "en_GB")
    monkeypatch.setattr(gate, "hear", lambda _text: Heard(BETWEEN, "abuse", "abuse", 0.0, is_story=True))


def at_a_terminal(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    for stream in (sys.stdin, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", lambda *_args, **_options: answer)


@pytest.mark.parametrize(("answer", "steady"), [("yes", False), ("Y", False), ("not sure", True), ("perhaps", True), ("", True)])
def test_who_is_safe_gets_the_session_and_who_is_not_sure_a_steadying_one(
    answer: str, steady: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at_a_terminal(monkeypatch, answer)
    assert main_code(["script", STORY, "--seed", "1", "--minutes", "3"]) == 0
    shown = capsys.readouterr()
    assert "Are you safe right now?" in shown.err
    assert "0808 2000 247" in shown.err
    assert ("theme: steady" in shown.out) is steady
    assert "zanzibarquux" not in shown.err


def test_who_is_not_safe_gets_no_session(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    at_a_terminal(monkeypatch, "no")
    assert main_code(["script", STORY, "--seed", "1", "--minutes", "3"]) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("0808 2000 247") == 2, "beside the question, and after the answer"
    assert "Put both feet on the floor" in shown.err


def test_without_a_terminal_the_steadying_session_is_made_with_its_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(main, "begin", lambda: WordsProcess(None))  # the other process has a classifier of its own
    made = tmp_path / "out.mp3"
    arguments = ["create", STORY, "--seed", "1", "--minutes", "1", "--voice", "tone", "--output", str(made), "--json"]
    assert main_code(arguments) == 0
    told = json.loads(capsys.readouterr().out)
    assert made.is_file()
    assert any("only steadies you" in warning for warning in told["warnings"])
    assert any("0808 2000 247" in line["contact"] for line in told["help"])


def test_care_tells_that_it_would_ask(capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(["care", STORY, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["outcome"] == "ask"
    assert report["lines"]
    assert "zanzibarquux" not in json.dumps(report)


def test_a_steadying_session_that_was_asked_for_needs_no_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at_a_terminal(monkeypatch, "no")
    assert main_code(["script", STORY, "--steady", "--seed", "1", "--minutes", "3"]) == 0
    assert "theme: steady" in capsys.readouterr().out
