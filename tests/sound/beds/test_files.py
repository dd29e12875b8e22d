import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from drift_audio.errors import CatalogError
from drift_audio.sound.audio import RATE
from drift_audio.sound.beds.files import loop_points
from drift_audio.sound.beds.spec import Ambience
from drift_audio.sound.beds.table import check_bed, open_bed
from drift_audio.sound.dsp.loudness import bed_lufs
from tests.instruments import ffmpeg
from tests.sound.instruments import needed

EMPTY: dict[str, Ambience] = {}


def noise(seconds: float, rate: int, *, level: float = 0.1, seed: int = 1, channels: int = 2) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal((int(seconds * rate), channels)) * level).astype(np.float32)


def heard(path: Path, seconds: float, *, seed: int = 1) -> np.ndarray:
    check_bed(str(path), catalog=EMPTY, user_dir=None)
    return open_bed(str(path), seed=seed, catalog=EMPTY, user_dir=None).read(int(seconds * RATE))


KINDS = [(44_100, 2, "wav"), (48_000, 1, "flac"), (22_050, 2, "ogg"), (44_100, 1, "mp3")]


@pytest.mark.parametrize(("rate", "channels", "suffix"), KINDS)
def test_a_file_loops_at_the_level_of_a_bed_without_dips_or_clicks(tmp_path: Path, rate: int, channels: int, suffix: str) -> None:
    file = tmp_path / f"noise.{suffix}"
    soundfile.write(file, noise(6, rate, channels=channels), rate)
    sound = heard(file, 30)
    assert bed_lufs([sound], RATE) == pytest.approx(-30, abs=0.7)
    power = (sound[: 30 * RATE].reshape(60, -1) ** 2).mean(1)
    assert 10 * np.log10(power.max() / power.min()) < 1.5
    assert np.abs(np.diff(sound, axis=0)).max() < 12 * np.abs(np.diff(sound, axis=0)).std()


def test_the_loop_is_found_where_the_file_matches_itself(tmp_path: Path) -> None:
    rate, period = 8_000, 1_237
    one = noise(period / rate, rate, channels=1)
    file = tmp_path / "periodic.wav"
    soundfile.write(file, np.tile(one, (60, 1)), rate, subtype="FLOAT")
    start, end, fade, match = loop_points(file)
    assert (end - fade - start) % period == 0
    assert match > 0.99
    sound = heard(file, 20)
    assert bed_lufs([sound], RATE) == pytest.approx(-30, abs=0.7)


def test_what_no_ear_hears_is_taken_out_of_a_recording(tmp_path: Path) -> None:
    """A field recording with wind on its microphone made a session 0.7 LU too soft and let its true peak through."""
    time = np.arange(10 * RATE)[:, np.newaxis] / RATE
    wind = 0.25 + 0.4 * np.sin(2 * np.pi * 3.0 * time)
    soundfile.write(tmp_path / "windy.flac", noise(10, RATE, level=0.03) + wind.astype(np.float32), RATE)
    sound = heard(tmp_path / "windy.flac", 30)[RATE:]
    power = np.abs(np.fft.rfft(sound[: 20 * RATE, 0])) ** 2
    pitch = np.fft.rfftfreq(20 * RATE, 1 / RATE)
    assert power[pitch < 10].sum() < 0.03 * power[pitch > 40].sum()
    assert abs(sound.mean()) < 1e-4


def test_reads_of_any_size_are_the_same(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    soundfile.write(file, noise(3, 32_000), 32_000)
    whole = heard(file, 12)
    bed = open_bed(str(file), seed=1, catalog=EMPTY, user_dir=None)
    pieces = [bed.read(n) for n in (1, 5, 44_100, 100_000, 12 * RATE - 144_106)]
    assert np.array_equal(np.concatenate(pieces), whole)


def test_a_folder_plays_every_file_at_one_level(tmp_path: Path) -> None:
    for index, level in enumerate((0.02, 0.1, 0.3)):
        soundfile.write(tmp_path / f"{index}.wav", noise(5, 16_000, level=level, seed=index), 16_000)
    (tmp_path / "cover.jpg").write_bytes(b"x")
    sound = heard(tmp_path, 30)
    power = 10 * np.log10((sound.reshape(30, -1) ** 2).mean(1))
    assert np.ptp(power) < 1.5


def test_the_users_folder_gives_names_to_files(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "myrain.wav", noise(3, RATE), RATE)
    check_bed("myrain", catalog=EMPTY, user_dir=tmp_path)
    assert open_bed("myrain", seed=1, catalog=EMPTY, user_dir=tmp_path).read(100).shape == (100, 2)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "does not exist"),
        (b"", "read"),
        (b"this is no audio at all" * 50, "read"),
        ("short", "needs 0.5 s"),
        ("silent", "is silent"),
    ],
)
def test_bad_files_are_refused_in_one_line_before_any_work(tmp_path: Path, content: bytes | str | None, says: str) -> None:
    file = tmp_path / "bad.wav"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content:
        soundfile.write(file, noise(0.2, RATE) if content == "short" else noise(2, RATE) * 0, RATE)
    with pytest.raises(CatalogError, match=says) as caught:
        check_bed(str(file), catalog=EMPTY, user_dir=None)
    assert "\n" not in str(caught.value)
    assert "bad.wav" in str(caught.value)


def test_a_folder_without_audio_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="no audio file"):
        check_bed(str(tmp_path), catalog=EMPTY, user_dir=None)


def test_a_truncated_file_leaves_no_hole(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.mp3", tmp_path / "cut.mp3"
    soundfile.write(whole, noise(12, RATE), RATE)
    content = whole.read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    power = (heard(cut, 20).reshape(40, -1) ** 2).mean(1)
    assert 10 * np.log10(power.max() / power.min()) < 3


def test_what_libsndfile_cannot_read_plays_too_whatever_its_name(tmp_path: Path) -> None:
    needed("ffprobe")
    soundfile.write(tmp_path / "a.wav", noise(4, RATE), RATE)
    file = tmp_path / "10:30 rain.m4a"
    subprocess.run([ffmpeg(), "-v", "error", "-i", tmp_path / "a.wav", f"file:{file}"], check=True)
    assert bed_lufs([heard(file, 12)], RATE) == pytest.approx(-30, abs=0.7)


def test_a_blast_is_refused_before_any_work(tmp_path: Path) -> None:
    samples = noise(20, 8_000)
    samples[100_000] = np.inf  # between the places where its loudness is measured
    soundfile.write(tmp_path / "rain.wav", samples, 8_000, subtype="FLOAT")
    with pytest.raises(CatalogError, match=r"rain\.wav: holds values that are no sound"):
        check_bed(str(tmp_path / "rain.wav"), catalog=EMPTY, user_dir=None)


@pytest.mark.parametrize("suffix", ["mp3", "flac", "ogg"])
def test_a_damaged_file_plays_on_without_a_hole(tmp_path: Path, suffix: str) -> None:
    needed("ffprobe")
    file = tmp_path / f"rain.{suffix}"
    soundfile.write(file, noise(12, RATE), RATE)
    content = bytearray(file.read_bytes())
    content[len(content) // 3 : len(content) // 3 + 9_000] = bytes(9_000)
    file.write_bytes(content)
    power = (heard(file, 20).reshape(40, -1) ** 2).mean(1)
    assert 10 * np.log10(np.median(power) / power.min()) < 1


def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    import tracemalloc

    def peak(seconds: int) -> int:
        path = tmp_path / f"{seconds}.wav"
        with soundfile.SoundFile(path, "w", 16_000, 2) as file:
            for index in range(seconds // 10):
                file.write(noise(10, 16_000, seed=index))
        tracemalloc.start()
        bed = open_bed(str(path), seed=1, catalog=EMPTY, user_dir=None)
        for _ in range(20):
            bed.read(65_536)
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(600) < 1.3 * peak(60)
