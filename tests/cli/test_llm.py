"""`llm check` and `--dry-run` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drift_audio.cli.main import main_code
from tests.words.writers.llm.stub import Talk, closed_port, stub


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "DRIFT_AUDIO_MODEL", "DRIFT_AUDIO_MODEL_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DRIFT_AUDIO_HOME", str(tmp_path / "home"))
    return tmp_path


def answers(talk: Talk) -> None:
    line = {"say": "Rain runs down the window.", "pause": 3}
    talk.say(json.dumps({"lines": [line] * 4}))


def test_check_reports_model_place_and_speed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-quiet")
    with stub(answers) as server:
        assert main_code(["llm", "check", "--model", "m", "--base-url", server.url, "--json"]) == 0
        report = json.loads(capsys.readouterr().out)
        assert main_code(["llm", "check", "--model", "m", "--base-url", server.url]) == 0
        assert server.keys == ["Bearer sk-quiet"] * 2
    assert (report["model"], report["local"], report["structured"]) == ("m", True, True)
    assert report["tokens_out"] > 0
    shown = capsys.readouterr().out
    assert "this machine; nothing leaves it" in shown
    assert "sk-quiet" not in shown


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "no language model is named"),
        (["--model", "m"], 2, "no server is named"),
        (["--model", "m", "--base-url", "nonsense"], 2, "must look like https"),
        (["--model", "m", "--base-url", closed_port(), "--timeout", "2"], 1, "no server answers there"),
        (["--llm-model-file", "none.gguf"], 2, "cannot be read"),
    ],
)
def test_what_is_missing_is_one_clear_line(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main_code(["llm", "check", *arguments]) == code
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1


def test_dry_run_shows_the_request_and_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with stub(answers) as server:
        named = ["--model", "m", "--base-url", server.url]
        assert main_code(["script", "My marmalade exam is tomorrow.", "--dry-run", "--seed", "1", *named]) == 0
        assert server.requests == []
    shown = capsys.readouterr().out
    assert "My marmalade exam is tomorrow." in shown
    assert "stays on this machine" in shown


def test_nothing_is_substituted_silently(capsys: pytest.CaptureFixture[str]) -> None:
    named = ["--model", "m", "--base-url", closed_port(), "--minutes", "3", "--seed", "1"]
    assert main_code(["script", "My marmalade exam is tomorrow.", "--writer", "llm", *named]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("---\ntitle:")
    lines = shown.err.splitlines()
    assert lines[0] == "drift-audio: what you wrote stays on this machine and is read by the model m"
    assert "could not be used: unreachable" in lines[1]
    assert "the offline writer wrote the whole script" in lines[2]
    assert "marmalade" not in shown.err
