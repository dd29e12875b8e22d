from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from drift_audio.catalog import Catalog
from drift_audio.errors import ExportError, OutputError, ScenarioError
from drift_audio.sound.audio import RATE
from drift_audio.sound.engines import tone
from drift_audio.sound.engines.base import Voice
from drift_audio.sound.voice import sample
from drift_audio.sound.voice.clip_cache import ClipCache
from drift_audio.sound.voice.speech import VoiceBox


@pytest.fixture
def voices(tmp_path: Path) -> VoiceBox:
    cache = ClipCache(tmp_path / "clips", max_bytes=10**8, key=b"k" * 16)
    return VoiceBox(Catalog("voices", Voice), cache, tmp_path)


def test_sentences_stand_a_short_silence_apart(tmp_path: Path, voices: VoiceBox) -> None:
    texts = ("One here.", "Two.")
    made = sample.write_sample(texts, tmp_path / "s.wav", voices, voice="tone")
    expected = sum(tone.seconds(text) for text in texts) + sample.GAP_S
    info = soundfile.info(tmp_path / "s.wav")
    assert (info.samplerate, info.channels) == (RATE, 1)
    assert info.duration == pytest.approx(expected, abs=0.001)
    assert made.seconds == pytest.approx(info.duration, abs=1e-6)
    assert (tmp_path / "s.wav").stat().st_mode & 0o777 == 0o600


def test_a_failed_write_leaves_nothing(tmp_path: Path, voices: VoiceBox, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ExportError, match="No space left"):
        sample.write_sample(("One.",), tmp_path / "s.wav", voices, voice="tone")
    assert not list(tmp_path.glob("*s.wav*"))


def test_sentences_are_found(tmp_path: Path, voices: VoiceBox) -> None:
    assert sample.sentences("One. Two? Three…\nFour") == ("One.", "Two?", "Three…", "Four")
    assert sample.sentences("Mr. Hale lives in St. Paul. He sleeps.") == ("Mr. Hale lives in St. Paul.", "He sleeps.")
    with pytest.raises(ScenarioError, match="empty"):
        sample.sentences(" \n ")
    (tmp_path / "d.wav").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        sample.write_sample(("One.",), tmp_path / "d.wav", voices, voice="tone")
