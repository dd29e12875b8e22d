from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from drift_audio.cli.main import main_code


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DRIFT_AUDIO_HOME", str(tmp_path / "home"))
    shape = np.hanning(44_100 * 5)[:, None]
    soundfile.write("x.wav", np.random.default_rng(0).standard_normal((44_100 * 5, 2)) * shape * 0.05, 44_100)
    return tmp_path / "x.wav"


def test_exit_code_and_json_agree(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(["inspect", str(file), "--json"]) == 1
    shown = json.loads(capsys.readouterr().out)
    assert shown["kept"] is False
    assert {verdict["name"] for verdict in shown["verdicts"] if not verdict["kept"]} == {"loudness"}
    assert main_code(["inspect", str(file), "--loudness", "off", "--json"]) == 0


def test_it_draws_in_the_terminal_and_into_a_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(["inspect", str(file), "--loudness", "off", "--png", "x.png"]) == 0
    shown = capsys.readouterr().out
    assert "16 kHz" in shown
    assert "true peak" in shown
    assert (file.parent / "x.png").read_bytes().startswith(b"\x89PNG")
    assert main_code(["inspect", str(file), "--png", "x.png"]) == 2
    assert main_code(["inspect", "missing.wav"]) == 2
    assert main_code(["inspect", str(file), "--png", "x.gif"]) == 2
