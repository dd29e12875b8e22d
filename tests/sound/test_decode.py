"""Foreign sound: read in place, decoded where it has to be, refused in one line, and never loud, long or waiting."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from drift_audio.errors import BadInput
from drift_audio.sound.audio import RATE, Samples
from drift_audio.sound.decode import SoundReader, UnreadableSound, _without_chatter
from drift_audio.sound.engines.bundle import BundleError
from drift_audio.sound.engines.clone import read_sample
from drift_audio.sound.inspection.inspect import inspect
from tests.instruments import ffmpeg
from tests.sound.instruments import needed, pink

SECONDS = 8


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "whole.wav"
    soundfile.write(path, pink(SECONDS), RATE)
    return path


def made(whole: Path, path: Path, *options: str) -> Path:
    subprocess.run([ffmpeg(), "-v", "error", "-y", "-i", whole, *options, f"file:{path}"], check=True)
    return path


def everything(path: Path, *, at_once: int = 10_000) -> Samples:
    with SoundReader(path) as sound:
        blocks = []
        while len(block := sound.read(at_once)):
            blocks.append(block)
        assert sum(map(len, blocks)) == sound.frames
        return np.concatenate(blocks)


KINDS = {
    "a.m4a": ("-c:a", "aac"),
    "a.aac": ("-c:a", "aac"),
    "a.wma": ("-c:a", "wmav2"),
    "a.caf": ("-c:a", "alac"),
    "a.mka": ("-c:a", "libvorbis"),
    "10:30 rain.m4a": ("-c:a", "aac"),
    "-rain %d.m4a": ("-c:a", "aac"),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_libsndfile_cannot_read_is_decoded(name: str, whole: Path, tmp_path: Path) -> None:
    needed("ffprobe")
    path = made(whole, tmp_path / name, *KINDS[name])
    with SoundReader(path) as sound:
        assert sound.decoded
        assert (sound.rate, sound.channels) == (RATE, 2)
    heard, meant = everything(path), everything(whole)
    assert abs(len(heard) - len(meant)) < 0.1 * RATE
    assert 20 * np.log10(heard.std() / meant.std()) == pytest.approx(0, abs=1.0)


def test_rate_and_channels_stay_and_more_than_two_become_two(whole: Path, tmp_path: Path) -> None:
    needed("ffprobe")
    with SoundReader(made(whole, tmp_path / "mono.m4a", "-ac", "1", "-ar", "32000")) as sound:
        assert (sound.rate, sound.channels) == (32_000, 1)
    with SoundReader(made(whole, tmp_path / "five.m4a", "-ac", "6")) as sound:
        assert sound.channels == 2


def damaged(path: Path, how: str) -> Path:
    content = bytearray(path.read_bytes())
    third = len(content) // 3
    if how == "cut":
        content = content[: 2 * third]
    elif how == "flipped":
        for place in np.random.default_rng(3).integers(third, len(content), 12):
            content[place] ^= 0xFF
    else:
        content[third : third + 9_000] = bytes(9_000)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("how", ["cut", "flipped", "zeroed"])
@pytest.mark.parametrize("suffix", ["mp3", "flac", "ogg"])
def test_a_damaged_file_is_read_as_far_as_it_can_be(
    suffix: str, how: str, whole: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    needed("ffprobe")
    soundfile.write(tmp_path / f"a.{suffix}", everything(whole), RATE)
    heard = everything(damaged(tmp_path / f"a.{suffix}", how))
    assert len(heard) > 0.4 * SECONDS * RATE
    assert np.isfinite(heard).all()
    report, _ = inspect(tmp_path / f"a.{suffix}", target_lufs=None)
    assert report.seconds > 0.4 * SECONDS
    assert capfd.readouterr() == ("", "")


def test_where_a_file_breaks_reading_goes_on_at_the_same_place(whole: Path, tmp_path: Path) -> None:
    needed("ffprobe")
    meant = everything(whole)
    soundfile.write(tmp_path / "a.flac", meant, RATE)
    heard = everything(damaged(tmp_path / "a.flac", "zeroed"))
    np.testing.assert_allclose(heard[: 2 * RATE], meant[: 2 * RATE], atol=1e-4)
    np.testing.assert_allclose(heard[-RATE:], meant[-RATE:], atol=1e-4)


def test_without_ffmpeg_one_line_says_what_to_do(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(whole, tmp_path / "a.m4a")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableSound, match=r"a\.m4a: not audio .* with ffmpeg installed .* convert it to FLAC$") as caught:
        SoundReader(path)
    assert "\n" not in str(caught.value)


def test_without_ffmpeg_a_damaged_file_is_read_up_to_the_damage(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soundfile.write(tmp_path / "a.flac", everything(whole), RATE)
    monkeypatch.setenv("PATH", str(tmp_path))
    heard = everything(damaged(tmp_path / "a.flac", "zeroed"))
    assert RATE < len(heard) < SECONDS * RATE


NOT_SOUND = {"empty.wav": b"", "text.wav": b"hello\n" * 100, "noise.m4a": bytes(range(1, 256)) * 20, "settings.raw": b"x" * 99}


@pytest.mark.parametrize("name", NOT_SOUND)
def test_what_is_no_sound_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(NOT_SOUND[name])
    for read in (SoundReader, inspect, read_sample):
        with pytest.raises(BadInput, match=name) as caught:
            read(tmp_path / name)
        assert "\n" not in str(caught.value)


@pytest.mark.timeout(20)
def test_a_pipe_or_device_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    for path in (tmp_path / "pipe.wav", Path("/dev/zero")):
        for read in (SoundReader, inspect, read_sample):
            with pytest.raises(BadInput, match="not a regular file"):
                read(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_sound_never_get_through(value: float, whole: Path, tmp_path: Path) -> None:
    samples = everything(whole)
    samples[5 * RATE] = value
    soundfile.write(tmp_path / "blast.wav", samples, RATE, subtype="FLOAT")
    with pytest.raises(UnreadableSound, match=r"blast\.wav: holds values that are no sound .* before 0:06"):
        everything(tmp_path / "blast.wav")
    with pytest.raises(BadInput, match="no sound"):
        inspect(tmp_path / "blast.wav")
    with pytest.raises(BundleError, match="no sound"):
        read_sample(tmp_path / "blast.wav")


def test_a_voice_is_cloned_from_what_a_telephone_records(whole: Path, tmp_path: Path) -> None:
    needed("ffprobe")
    voice = read_sample(made(whole, tmp_path / "memo.m4a", "-ac", "1"))
    assert voice.size / 24_000 == pytest.approx(SECONDS, abs=0.2)


def test_what_others_say_on_standard_error_is_passed_on(capfd: pytest.CaptureFixture[str]) -> None:
    with _without_chatter():
        os.write(2, b"Note: Trying to resync...\n")
        thread = threading.Thread(target=os.write, args=(2, b"70 % spoken\n"))
        thread.start()
        thread.join()
    assert capfd.readouterr().err == "70 % spoken\n"


def test_a_long_file_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    needed("ffprobe")

    def peak(seconds: int) -> int:
        path = tmp_path / f"{seconds}.m4a"
        source = f"anoisesrc=duration={seconds}:sample_rate=16000:amplitude=0.1"
        subprocess.run([ffmpeg(), "-v", "error", "-f", "lavfi", "-i", source, "-c:a", "aac", "-b:a", "32k", path], check=True)
        tracemalloc.start()
        with SoundReader(path) as sound:
            assert sound.frames > 15_900 * seconds
            while len(sound.read(65_536)):
                pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    peak(5)  # the libraries are imported
    assert peak(900) < 1.3 * peak(30)


def test_nothing_but_ffmpeg_itself_is_needed_on_the_path(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    probe = needed("ffprobe")
    path = made(whole, tmp_path / "a.m4a")
    for name, tool in (("ffmpeg", shutil.which("ffmpeg") or ffmpeg()), ("ffprobe", probe)):
        (tmp_path / name).symlink_to(tool)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert len(everything(path)) > 0
