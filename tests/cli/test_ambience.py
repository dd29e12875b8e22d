from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from drift_audio.cli.main import main_code

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DRIFT_AUDIO_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_list_says_what_each_bed_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(["ambience", "list", "--json"]) == 0
    beds = {bed["name"]: bed for bed in json.loads(capsys.readouterr().out)["ambience"]}
    assert len(beds) >= 16
    assert all(bed["description"] and bed["tags"] and bed["licence"] for bed in beds.values())
    assert main_code(["ambience", "list"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in beds)
    assert "headphones" in shown


def test_a_mix_of_itself_is_not_saved(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(["ambience", "mix", "rain + fire:-6dB", "--save", "rain"]) == 2
    assert "mix of itself" in capsys.readouterr().err
    assert main_code(["ambience", "mix", "rain + ocean", "--save", "evening"]) == 0


def test_a_saved_mix_of_a_file_holds_from_any_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soundfile.write(home / "own.wav", np.random.default_rng(0).normal(0, 0.1, (44100 * 4, 2)), 44100)
    assert main_code(["ambience", "mix", "own.wav + ocean:-6dB", "--save", "evening"]) == 0
    (home / "elsewhere").mkdir()
    monkeypatch.chdir(home / "elsewhere")
    assert main_code(["ambience", "preview", "evening", "--seconds", "2", "-o", "e.wav"]) == 0


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_preview_writes_the_asked_length(home: Path, capsys: pytest.CaptureFixture[str], suffix: str) -> None:
    assert main_code(["ambience", "preview", "rain", "--seconds", "3", "-o", f"r.{suffix}", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ambience"] == "rain"
    samples, rate = soundfile.read(home / f"r.{suffix}")
    assert samples.shape == (3 * rate, 2)
    assert 0.005 < np.sqrt((samples**2).mean()) < 0.2
    assert main_code(["ambience", "preview", "rain", "-o", f"r.{suffix}"]) == 2
    assert "--force" in capsys.readouterr().err


def test_a_preview_that_cannot_be_leaves_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["rian"], ["rain", "-o", "r.xyz"], ["rain", "-o", "missing/r.wav"], ["rain + ", "-o", "r.wav"]):
        assert main_code(["ambience", "preview", *arguments]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert [path.name for path in home.iterdir() if path.is_file()] == []


def test_a_mix_is_kept_as_the_users_own_bed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(["ambience", "mix", "rain + fire:-6dB", "--save", "evening", "--json"]) == 0
    saved = json.loads(capsys.readouterr().out)
    assert saved["parts"] == [{"source": "rain", "level_db": 0.0}, {"source": "fire", "level_db": -6.0}]
    assert Path(saved["path"]).stat().st_mode & 0o777 == 0o600
    assert main_code(["ambience", "preview", "evening", "--seconds", "1", "-o", "e.wav"]) == 0
    assert main_code(["ambience", "mix", "rain", "--save", "evening"]) == 2
    assert main_code(["ambience", "mix", "rain", "--save", "Not A Name"]) == 2
    assert main_code(["ambience", "mix", "rain + nothing"]) == 2
    assert "list them with" in capsys.readouterr().err


def test_measure_prints_a_row_a_bed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main_code(["ambience", "measure", "white-noise", "--minutes", "3", "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)["beds"]
    assert row["name"] == "white-noise"
    assert row["broken"] == []
    assert row["lufs"] == pytest.approx(-30, abs=1)


def test_recordings_name_the_beds(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Another seed of the beds stands for recordings, so each must be named after itself.
    folder = home / "recordings"
    folder.mkdir()
    for bed, name in (("rain-heavy", "rain"), ("ocean", "waves"), ("summer-night", "night")):
        assert main_code(["ambience", "preview", bed, "--seconds", "24", "--seed", "9", "-o", f"recordings/{name}__own.wav"]) == 0
    capsys.readouterr()
    assert main_code(["ambience", "measure", "rain", "ocean", "--minutes", "0.5", "--recordings", str(folder), "--json"]) in (
        0,
        1,
    )
    shares = {row["name"]: row["texture_share"] for row in json.loads(capsys.readouterr().out)["beds"]}
    assert shares["rain"] > 0.8
    assert shares["ocean"] > 0.8
    assert main_code(["ambience", "measure", "rain", "--recordings", str(home)]) == 2
