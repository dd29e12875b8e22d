from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile

from drift_audio.cli.main import main_code


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DRIFT_AUDIO_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_list_says_of_each_voice_whether_it_is_ready(capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(["voices", "list", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    states = {voice["name"]: voice["state"] for voice in shown["voices"]}
    assert states["heart"] == states["tone"] == "ready"
    assert shown["default"] in states
    assert all(voice["character"] and voice["licence"] for voice in shown["voices"])
    assert main_code(["voices", "list"]) == 0
    assert "recommended" in capsys.readouterr().out


def test_preview_writes_a_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(["voices", "preview", "tone", "-o", "t.wav", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert soundfile.info(home / "t.wav").duration == pytest.approx(shown["seconds"], abs=0.001)
    assert main_code(["voices", "preview", "tone", "-o", "t.wav"]) == 2
    assert "--force" in capsys.readouterr().err
    assert main_code(["voices", "preview", "tone", "-o", "t.wav", "--force"]) == 0


def test_say_applies_the_lexicon_and_the_speed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def seconds(*more: str) -> float:
        assert main_code(["say", "Call Bo.", "--voice", "tone", "-o", "s.wav", "--force", "--json", *more]) == 0
        return float(json.loads(capsys.readouterr().out)["seconds"])

    plain = seconds()
    assert seconds("--speed", "0.5") == pytest.approx(2 * plain, rel=0.01)
    (home / "home" / "config").mkdir(parents=True, exist_ok=True)
    (home / "home" / "config" / "lexicon.yaml").write_text("en: {Bo: Boudewijn}\n")
    assert seconds() == pytest.approx(plain + 7 * 0.06, abs=0.005)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["say", "   "], "nothing to say"),
        (["say", "[bell]", "--voice", "tone"], "nothing to say"),
        (["say", "Hello", "--voice", "hart"], "did you mean heart"),
        (["say", "Hello", "--voice", "tone", "-o", "x.mp3"], ".wav"),
        (["say", "Hello", "--voice", "tone", "-o", "none/x.wav"], "no such folder"),
        (["say", "Hello", "--speed", "9"], "--speed"),
        (["say", "x" * 6000], "5,000"),
        (["voices", "preview", "nope"], "unknown voice"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], line: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(arguments) == 2
    shown = capsys.readouterr().err
    assert line in shown
    assert shown.count("\n") == 1
    assert not list(home.glob("*.wav"))
    assert not list(home.glob(".*.part"))
