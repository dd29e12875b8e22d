from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from drift_audio.errors import SpeechError
from drift_audio.sound.audio import RATE
from drift_audio.sound.clip import frames_at_session_rate, load_clip
from drift_audio.sound.voice.clip_cache import ClipCache

KEY = b"0123456789abcdef"
WORDS = "something only she knows"


def tone(frames: int, rate: int, *, hertz: float = 997.0, level: float = 0.25) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hertz * np.arange(frames) / rate)).astype(np.float32)


def cache(folder: Path, *, max_bytes: int = 10**9, in_use_s: float = 3600) -> ClipCache:
    return ClipCache(folder, max_bytes=max_bytes, key=KEY, in_use_s=in_use_s)


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("frames", [1, 240, 24_001, 70_003])
def test_a_clip_says_its_exact_length_before_it_is_loaded(tmp_path: Path, rate: int, frames: int) -> None:
    kept = cache(tmp_path)
    put = kept.put(kept.name("a"), tone(frames, rate), rate, text="t")
    got = kept.get(kept.name("a"), text="t")
    assert got == put
    assert load_clip(put).shape == (put.frames, 1)
    assert put.frames == frames_at_session_rate(frames, rate)
    assert abs(put.frames / RATE - frames / rate) <= 0.501 / RATE


def test_resampling_keeps_the_wave(tmp_path: Path) -> None:
    kept = cache(tmp_path)
    samples = load_clip(kept.put(kept.name("a"), tone(48_000, 24_000), 24_000, text="t"))[:, 0]
    there = tone(samples.size, RATE)
    assert np.abs(samples[2000:-2000] - there[2000:-2000]).max() < 1e-3


def test_names_and_files_tell_nothing_of_the_words(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    kept = cache(folder)
    kept.put(kept.name("hibari", WORDS), tone(2400, 24_000), 24_000, text=WORDS)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 1
    for path in files:
        assert not any(word.encode() in path.read_bytes() or word in str(path.relative_to(folder)) for word in WORDS.split())
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_names_depend_on_every_field_and_on_the_key(tmp_path: Path) -> None:
    kept = cache(tmp_path)
    other = ClipCache(tmp_path, max_bytes=1, key=b"another secret!!")
    names = {kept.name("a", "b"), kept.name("ab"), kept.name("a", "c"), kept.name("b", "a"), other.name("a", "b")}
    assert len(names) == 5


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    kept = cache(tmp_path, in_use_s=0)
    names = [kept.name(str(number)) for number in range(10)]
    clips = [kept.put(name, tone(24_000, 24_000, hertz=300 + 50 * i), 24_000, text="") for i, name in enumerate(names)]
    sizes = [clip.path.stat().st_size for clip in clips]
    for age, clip in enumerate(clips):
        os.utime(clip.path, (time.time() - 1000 + age, time.time() - 1000 + age))
    assert kept.get(names[0], text="") is not None  # touched: now the youngest
    small = cache(tmp_path, max_bytes=sum(sizes) // 2, in_use_s=0)
    assert small.prune() > 0
    left = [number for number, name in enumerate(names) if small.get(name, text="") is not None]
    assert 0 in left
    assert left[1:] == list(range(10 - len(left) + 1, 10))
    assert sum(sizes[number] for number in left) <= 0.9 * (sum(sizes) // 2)


def test_what_a_running_session_may_need_stays(tmp_path: Path) -> None:
    kept = cache(tmp_path, max_bytes=1, in_use_s=3600)
    for number in range(5):
        kept.put(kept.name(str(number)), tone(2400, 24_000), 24_000, text="")
    assert kept.prune() == 0
    assert all(kept.get(kept.name(str(number)), text="") for number in range(5))


@pytest.mark.parametrize("damage", ["cut", "empty", "noise"])
def test_a_damaged_file_never_sounds(tmp_path: Path, damage: str) -> None:
    kept = cache(tmp_path)
    clip = kept.put(kept.name("a"), tone(48_000, 24_000), 24_000, text="t")
    raw = clip.path.read_bytes()
    clip.path.write_bytes({"cut": raw[: len(raw) // 2], "empty": b"", "noise": os.urandom(len(raw))}[damage])
    with pytest.raises(SpeechError, match="run the same command again"):
        load_clip(clip)
    assert kept.get(kept.name("a"), text="t") is None
    assert not clip.path.exists()


def test_many_processes_share_a_folder(tmp_path: Path) -> None:
    code = (
        "import sys, numpy as np; from pathlib import Path; from drift_audio.sound.voice.clip_cache import ClipCache\n"
        "kept = ClipCache(Path(sys.argv[1]), max_bytes=200_000, key=b'0123456789abcdef', in_use_s=0.0)\n"
        "rng = np.random.default_rng(0)\n"
        "for n in range(40):\n"
        "    kept.put(kept.name(str(n)), rng.normal(0, .1, 2400).astype('float32'), 24000, text='')\n"
        "    kept.get(kept.name(str(n // 2)), text='')\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stderr=subprocess.PIPE) for _ in range(3)]
    for process in running:
        _, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint.decode()
    kept = cache(tmp_path, max_bytes=200_000, in_use_s=0)
    kept.prune()
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.flac")) <= 200_000
    assert not list(tmp_path.rglob(".*.[0-9]*"))
