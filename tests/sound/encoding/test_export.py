"""What is written decodes to what was given, is whole or not there, and is the same every time."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from drift_audio.errors import DriftError, ExportError, OutputError
from drift_audio.sound.audio import RATE, Samples
from drift_audio.sound.encoding import mp3_splice
from drift_audio.sound.encoding.export import ExportOptions, Format, export
from drift_audio.sound.encoding.tags import Tags
from drift_audio.sound.score import Span
from tests.sound.instruments import cut, decode, needed, pink

pytestmark = pytest.mark.long

FORMATS: list[Format] = ["mp3", "wav", "flac", "ogg"]
FRAMES = 7 * RATE + 13
CHAPTERS = (Span("Arrive", 0, 2 * RATE), Span("Breath – in", 2 * RATE, 5 * RATE), Span("Return", 5 * RATE, FRAMES))
TAGS = Tags("Evening", "Heart", "Drift", "Meditation", "2026-11-23", "drift-audio 1", "Never while driving.", chapters=CHAPTERS)


def make(path: Path, samples: Samples, file_format: Format = "mp3", **options: int) -> Path:
    export(cut(samples), path, frames=len(samples), options=ExportOptions(file_format, **options), tags=TAGS)
    return path


@pytest.mark.parametrize("file_format", FORMATS)
def test_decodes_to_the_same_length_and_sound(file_format: Format, tmp_path: Path) -> None:
    samples = pink(20)[:FRAMES]
    decoded = decode(make(tmp_path / f"s.{file_format}", samples, file_format))
    assert decoded.shape == samples.shape
    assert np.square(decoded - samples).mean() < (0.25 if file_format in ("mp3", "ogg") else 1e-6) * np.square(samples).mean()


@pytest.mark.parametrize("file_format", FORMATS)
def test_same_samples_same_bytes_and_private(file_format: Format, tmp_path: Path) -> None:
    samples = pink(4)
    first, second = (make(tmp_path / f"{name}.{file_format}", samples, file_format) for name in "ab")
    assert first.read_bytes() == second.read_bytes()
    assert stat.S_IMODE(first.stat().st_mode) == 0o600


@pytest.mark.parametrize("file_format", ["mp3", "flac", "ogg"])
def test_tags_and_chapters_are_read_by_ffprobe(file_format: Format, tmp_path: Path) -> None:
    path = make(tmp_path / f"s.{file_format}", pink(20)[:FRAMES], file_format)
    command = [needed("ffprobe"), "-v", "error", "-show_chapters", "-show_format", "-show_streams", "-of", "json", str(path)]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    chapters = [(chapter["tags"]["title"], float(chapter["start_time"])) for chapter in found["chapters"]]
    assert chapters == [(chapter.name, chapter.start / RATE) for chapter in CHAPTERS]
    tags = {**found["streams"][0].get("tags", {}), **found["format"].get("tags", {})}
    tags = {key.lower(): value for key, value in tags.items()}
    assert tags["title"] == TAGS.title
    assert tags["artist"] == TAGS.artist
    assert tags["album"] == TAGS.album
    assert tags["date"] == TAGS.date
    assert TAGS.comment in (tags.get("comment"), tags.get("description"))


def test_id3_has_a_table_of_contents(tmp_path: Path) -> None:
    from mutagen.mp3 import MP3

    file = MP3(make(tmp_path / "s.mp3", pink(20)[:FRAMES]))
    toc = file.tags.getall("CTOC")[0]
    assert toc.child_element_ids == [f"chp{number}" for number in range(3)]
    assert file.info.length == pytest.approx(FRAMES / RATE, abs=0.03)
    assert file.info.bitrate == 128_000


def test_another_length_than_promised_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="frames"):
        export(cut(pink(1)), tmp_path / "s.mp3", frames=RATE + 1, options=ExportOptions(), tags=TAGS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [ValueError("broken"), KeyboardInterrupt()])
def test_a_failing_stream_leaves_nothing_and_keeps_what_was_there(error: BaseException, tmp_path: Path) -> None:
    def stream() -> Iterator[Samples]:
        yield pink(1)
        raise error

    path = tmp_path / "s.mp3"
    path.write_text("mine")
    with pytest.raises(type(error)):
        export(stream(), path, frames=2 * RATE, options=ExportOptions(), tags=TAGS)
    assert path.read_text() == "mine"
    assert [file.name for file in tmp_path.iterdir()] == ["s.mp3"]


@pytest.mark.parametrize("file_format", FORMATS)
def test_places_that_cannot_be_written(file_format: Format, tmp_path: Path) -> None:
    for path in (tmp_path / "missing" / "s", tmp_path / ("a" * 300), tmp_path):
        with pytest.raises(DriftError) as caught:
            make(path, pink(1), file_format)
        assert isinstance(caught.value, OutputError)
        assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_full_disk_is_an_export_error(file_format: Format, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match="the disk is full"):
        make(tmp_path / "s", pink(1), file_format)
    assert list(tmp_path.iterdir()) == []


def whole(samples: Samples, bitrate: int) -> bytes:
    """One encoder over everything: the reference for the splices."""
    from pedalboard.io import AudioFile

    buffer = BytesIO()
    with AudioFile(buffer, "w", samplerate=RATE, num_channels=2, quality=bitrate, format="mp3") as file:
        for block in cut(samples):
            file.write((block / mp3_splice.preset_scale(bitrate)).T)
    return buffer.getvalue()


def busy(seconds: float) -> Samples:
    """Noise with tones and sharp attacks, so that windows switch and the bit reservoir is used."""
    rng = np.random.default_rng(11)
    samples = pink(seconds, 7, 0.05).astype(np.float64)
    time = np.arange(len(samples)) / RATE
    samples += (0.2 * np.sin(2 * np.pi * 220 * time * (1 + 1e-4 * time)) * (np.sin(2 * np.pi * 0.7 * time) > 0))[:, np.newaxis]
    for start in rng.integers(0, len(samples) - 4000, round(seconds * 4)):
        samples[start : start + 2000] += (rng.standard_normal((2000, 2)) * 0.3) * np.exp(-np.arange(2000) / 150)[:, np.newaxis]
    return np.asarray(samples / np.abs(samples).max() * 0.8, np.float32)


def worst(samples: Samples, decoded: Samples) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """RMS error of every MP3 frame."""
    error = (decoded - samples)[: len(samples) // mp3_splice.FRAME * mp3_splice.FRAME]
    return np.sqrt(np.square(error.reshape(-1, 2 * mp3_splice.FRAME)).mean(axis=1))


@pytest.mark.parametrize("bitrate", [64, 128, 320])
def test_splices_are_as_good_as_the_rest(bitrate: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3_splice, "STRETCH", 96)
    samples = busy(30)
    (tmp_path / "whole.mp3").write_bytes(whole(samples, bitrate))
    single, spliced = decode(tmp_path / "whole.mp3"), decode(make(tmp_path / "spliced.mp3", samples, bitrate=bitrate))
    assert spliced.shape == samples.shape
    theirs, ours = worst(samples, single), worst(samples, spliced)
    assert ours.max() <= theirs.max() * 1.1
    assert ours.mean() == pytest.approx(theirs.mean(), rel=0.02)
    near = [number for number in range(len(ours)) if number % 96 < 12 and number >= 96]
    assert ours[near].mean() <= theirs[near].mean() * 1.1


def test_the_info_frame_is_what_one_encoder_writes(tmp_path: Path) -> None:
    samples = busy(3)
    single = whole(samples, 128)
    pieces = list(mp3_splice.encode(cut(samples)))
    assert pieces[-1] + b"".join(pieces[1:-1]) == single or _but_for_seek_points(pieces[-1], single)


def _but_for_seek_points(info: bytes, single: bytes) -> bool:
    """Everything but the seek table and the tag's own checksum agrees with the encoder's own frame."""
    at = info.index(b"Info")
    same = [index for index in range(len(info)) if not at + 16 <= index < at + 116 and not at + 154 <= index < at + 156]
    return all(info[index] == single[index] for index in same)


def test_a_frame_grows_where_there_is_no_room_for_the_splice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3_splice, "STRETCH", 96)
    samples = busy(20)

    def tightest(before: mp3_splice.Stretch, after: mp3_splice.Stretch) -> int:
        numbers = range(after.first + mp3_splice.WARM_UP, before.end - 6)
        return min(
            numbers, key=lambda n: mp3_splice.read_side(before.frame(n)).begin - mp3_splice.read_side(after.frame(n)).begin
        )

    monkeypatch.setattr(mp3_splice, "find_splice", tightest)
    spliced = decode(make(tmp_path / "s.mp3", samples))
    (tmp_path / "whole.mp3").write_bytes(whole(samples, 128))
    assert worst(samples, spliced).max() <= worst(samples, decode(tmp_path / "whole.mp3")).max() * 1.5


def test_the_number_of_workers_never_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp3_splice, "STRETCH", 96)
    samples = busy(12)
    results = set()
    for workers in (1, 3):
        monkeypatch.setattr(os, "cpu_count", lambda workers=workers: workers)
        results.add(b"".join(mp3_splice.encode(cut(samples))))
    assert len(results) == 1


@pytest.mark.parametrize("frames", [1, 1151, 1152, 5000])
def test_very_short_streams(frames: int, tmp_path: Path) -> None:
    assert decode(make(tmp_path / "s.mp3", pink(1)[:frames])).shape[0] == frames


@pytest.mark.parametrize("bitrate", [64, 128, 192, 224, 320])
def test_the_encoder_leaves_the_level_alone(tmp_path: Path, bitrate: int) -> None:
    t = np.arange(4 * RATE) / RATE
    tone = np.repeat((0.3 * np.sin(2 * np.pi * 997 * t))[:, None], 2, axis=1).astype(np.float32)
    (tmp_path / "t.mp3").write_bytes(b"".join(mp3_splice.encode(cut(tone), bitrate=bitrate)))
    decoded = decode(tmp_path / "t.mp3")[RATE : 3 * RATE]
    assert 20 * np.log10(decoded.std() / tone.std()) == pytest.approx(0, abs=0.03)
