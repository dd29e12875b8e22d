from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from drift_audio.catalog import Catalog
from drift_audio.errors import BadInput, OutputError
from drift_audio.sound.audio import RATE, gain
from drift_audio.sound.beds.spec import Ambience
from drift_audio.sound.beds.table import open_bed
from drift_audio.sound.dsp.loudness import Meter
from drift_audio.sound.inspection.inspect import Report, inspect
from drift_audio.sound.inspection.picture import write_picture
from tests.instruments import loudness

pytestmark = pytest.mark.long

CATALOG = Catalog("ambience", Ambience)
SPOKEN = ((8.0, 13.0), (14.0, 18.0), (28.0, 32.0))


def bed(name: str, seconds: float) -> np.ndarray:
    return open_bed(name, seed=1, catalog=CATALOG, user_dir=None).read(int(seconds * RATE))


def voice(seconds: float) -> np.ndarray:
    """A hum with harmonics and syllables: as much of a voice as the detector knows of one."""
    t = np.arange(int(seconds * RATE)) / RATE
    pitch = 2 * np.pi * np.cumsum(140 + 20 * np.sin(2 * np.pi * 0.7 * t)) / RATE
    tone = sum(np.sin(k * pitch) / k for k in range(1, 9))
    syllables = np.clip(0.55 + 0.6 * np.sin(2 * np.pi * 4.1 * t), 0.02, 1)
    return (tone * syllables)[:, None].repeat(2, axis=1).astype(np.float32)


def session(seconds: float = 40, *, below: float = 15, duck: float = 8, lufs: float = -16) -> np.ndarray:
    spoken = np.zeros((int(seconds * RATE), 2), np.float32)
    ducked = np.zeros(len(spoken))
    for start, end in SPOKEN:
        spoken[int(start * RATE) : int(end * RATE)] = voice(end - start)
        ducked[int((start - 0.5) * RATE) : int((end + 1) * RATE)] = 1
    spoken *= gain(-16 - measured(spoken))
    level = -16 - below + duck + 30 - duck * np.convolve(ducked, np.full(4410, 1 / 4410), "same")
    edge = np.minimum(np.arange(len(spoken)), np.arange(len(spoken))[::-1]) / (3 * RATE)
    mixed = (spoken + bed("rain", seconds) * (10 ** (level / 20))[:, None]) * np.clip(edge, 0, 1)[:, None]
    return np.asarray(mixed * gain(lufs - measured(mixed.astype(np.float32))), np.float32)


def measured(samples: np.ndarray) -> float:
    meter = Meter()
    meter.add(samples)
    return meter.lufs


def report(tmp_path: Path, samples: np.ndarray, *, target: float | None = -16.0) -> Report:
    soundfile.write(tmp_path / "x.wav", samples, RATE, subtype="FLOAT")
    return inspect(tmp_path / "x.wav", target_lufs=target)[0]


@pytest.fixture(scope="module")
def good() -> np.ndarray:
    return session()


def test_a_session_is_read_as_what_it_is(tmp_path: Path, good: np.ndarray) -> None:
    found = report(tmp_path, good)
    truth = loudness(tmp_path / "x.wav")
    assert found.lufs == pytest.approx(truth.lufs, abs=0.15)
    assert found.true_peak_dbtp == pytest.approx(truth.true_peak_dbtp, abs=0.25)
    assert found.seconds == pytest.approx(40)
    assert len(found.curve) == pytest.approx(38, abs=1)
    for (start, end), (began, ended) in zip(SPOKEN, found.speech, strict=True):
        assert began == pytest.approx(start, abs=0.3)
        assert ended == pytest.approx(end, abs=0.3)
    assert found.voice_lufs is not None
    assert found.bed_speech_lufs is not None
    assert found.bed_rest_lufs is not None
    assert found.voice_lufs - found.bed_speech_lufs == pytest.approx(15, abs=2)
    assert found.bed_rest_lufs - found.bed_speech_lufs == pytest.approx(8, abs=1)
    assert found.kept, found.verdicts


def broken(found: Report) -> set[str]:
    return {verdict.name for verdict in found.verdicts if not verdict.kept}


def test_every_broken_promise_is_named(tmp_path: Path, good: np.ndarray) -> None:
    cases = {
        "loudness": good * gain(-2),
        "true peak": good + np.eye(1, len(good), 20 * RATE, dtype=np.float32).T * 1.2,
        "no clipping": np.clip(good * 12, -1, 1),
        "begins gently": good[9 * RATE :],
        "ends gently": good[: 30 * RATE + 2000],
        "no holes": np.where((np.arange(len(good)) // RATE == 22)[:, None], np.float32(0), good),
    }
    for name, samples in cases.items():
        assert name in broken(report(tmp_path, samples)), name
    assert "bed under the voice" in broken(report(tmp_path, session(below=6, duck=2)))
    assert "loudness" not in broken(report(tmp_path, good * gain(-9), target=None))


@pytest.mark.parametrize("name", ["ocean", "rain", "fire", "wind-in-trees", "summer-night"])
def test_no_voice_is_heard_in_a_bed(tmp_path: Path, name: str) -> None:
    assert report(tmp_path, bed(name, 30)).speech == ()


@pytest.mark.parametrize(("suffix", "rate", "channels"), [("mp3", 44_100, 2), ("flac", 48_000, 1), ("ogg", 22_050, 2)])
def test_any_audio_file_will_do(tmp_path: Path, suffix: str, rate: int, channels: int) -> None:
    path = tmp_path / f"x.{suffix}"
    noise = np.random.default_rng(0).standard_normal((rate * 3, channels)) * 0.05
    soundfile.write(path, noise, rate)
    found, _ = inspect(path)
    assert (found.rate, found.channels) == (rate, channels)
    assert found.seconds == pytest.approx(3, abs=0.1)
    assert found.lufs == pytest.approx(loudness(path).lufs, abs=3 if channels == 1 else 0.3)


def test_silence_is_no_error(tmp_path: Path) -> None:
    found = report(tmp_path, np.zeros((RATE * 3, 2), np.float32))
    assert found.lufs is None
    assert found.silence_s == pytest.approx(3, abs=0.1)
    assert "loudness" in broken(found)
    assert "true peak" not in broken(found)


def test_more_than_two_ears_are_refused_rather_than_half_heard(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "surround.wav", np.zeros((RATE, 6)), RATE)
    with pytest.raises(BadInput, match="6 channels"):
        inspect(tmp_path / "surround.wav")


def test_a_folder_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is a folder"):
        inspect(tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"no audio at all" * 99])
def test_what_is_not_audio_gets_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.mp3"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=r"x\.mp3") as caught:
        inspect(path)
    assert "\n" not in str(caught.value)


def test_the_picture_shows_the_wave_and_marks_speech(tmp_path: Path, good: np.ndarray) -> None:
    soundfile.write(tmp_path / "x.wav", good, RATE)
    found, picture = inspect(tmp_path / "x.wav")
    write_picture(found, picture, tmp_path / "x.png")
    image = np.asarray(Image.open(tmp_path / "x.png").convert("RGB"))
    assert image.shape[1] > 1000
    marked = (image[196] == (214, 120, 60)).all(1)[60:1260]
    talking = np.array([any(start <= column / 30 < end for start, end in SPOKEN) for column in range(1200)])
    assert (marked == talking).mean() > 0.97
    with pytest.raises(OutputError):
        write_picture(found, picture, tmp_path / "x.png")


@pytest.mark.parametrize("seconds", [0.41, 0.5, 3, 10, 40])
def test_no_column_of_the_spectrogram_is_left_empty(tmp_path: Path, seconds: float) -> None:
    noise = np.random.default_rng(2).standard_normal((int(seconds * RATE), 2)).astype(np.float32) * 0.1
    soundfile.write(tmp_path / "x.wav", noise, RATE)
    _, picture = inspect(tmp_path / "x.wav")
    levels = picture.power.mean(axis=1)
    assert levels.max() - levels.min() < 30


def test_the_spectrogram_shows_a_tone_where_it_sounds(tmp_path: Path) -> None:
    t = np.arange(6 * RATE) / RATE
    tone = np.where((t > 2) & (t < 4), 0.3 * np.sin(2 * np.pi * 1000 * t), 0)
    soundfile.write(tmp_path / "x.wav", tone, RATE)
    _, picture = inspect(tmp_path / "x.wav")
    loud = np.flatnonzero(picture.power.max(axis=1) > -20)
    assert abs(loud[0] / 1200 * 6 - 2) < 0.05
    assert abs(loud[-1] / 1200 * 6 - 4) < 0.05
