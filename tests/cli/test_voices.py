from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile

from drift_audio.cli.main import main_code
from drift_audio.config import load_settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DRIFT_AUDIO_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_broken_file_hides_no_other_voice(capsys: pytest.CaptureFixture[str]) -> None:
    own = load_settings().user_voices
    own.mkdir(parents=True)
    (own / "bad.yaml").write_text("bogus: yes\n")
    assert main_code(["voices", "list", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["voices"]}
    assert rows["bad"]["state"] == "broken"
    assert str(own) in rows["bad"]["hint"]
    assert rows["heart"]["state"] == "ready"
    assert main_code(["doctor"]) == 0
    assert "voice bad: broken" in capsys.readouterr().out


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
        (["voices", "add", "nope"], "no such file or folder"),
        (["voices", "add", "."], "nothing in it is recognised"),
        (["voices", "remove", "heart"], "nothing to remove"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], line: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(arguments) == 2
    shown = capsys.readouterr().err
    assert line in shown
    assert shown.count("\n") == 1
    assert not list(home.glob("*.wav"))
    assert not list(home.glob(".*.part"))


def test_weights_are_added_from_files_and_removed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "xx-lessac.onnx").write_bytes(b"a model")
    (home / "xx-lessac.onnx.json").write_text('{"language": {"code": "en_US"}}')
    assert main_code(["voices", "add", "xx-lessac.onnx", "--name", "lessac", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["made"] == ["lessac"]
    assert main_code(["voices", "list", "--json"]) == 0
    assert "lessac" in {voice["name"] for voice in json.loads(capsys.readouterr().out)["voices"]}
    assert main_code(["voices", "remove", "lessac"]) == 0
    assert main_code(["voices", "remove", "lessac"]) == 2
    assert not list((home / "home" / "data" / "weights" / "piper").glob("*"))


def test_what_is_ready_is_not_fetched_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(["voices", "add", "heart", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"files": [], "made": [], "ready": ["heart"]}


def test_nothing_is_cloned_without_consent(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(["voices", "clone", "me", "none.wav"]) == 2
    assert "--i-have-consent" in capsys.readouterr().err
    assert main_code(["voices", "clone", "me", "none.wav", "--i-have-consent"]) == 2
    assert "--accept-licence" in capsys.readouterr().err
    assert main_code(["voices", "clone", "me", "none.wav", "--i-have-consent", "--accept-licence"]) == 2
    assert "none.wav: no such file" in capsys.readouterr().err
    assert not (home / "home" / "config" / "voices").exists()
