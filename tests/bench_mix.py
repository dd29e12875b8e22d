"""The mix and export stage alone, on ready voice clips, beside pydub, ffmpeg's side chain and lame, in one run.

    python -m tests.bench_mix [MINUTES] [--bed NAME]

Every contender starts as its own process, so that time and memory are its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from drift_audio.sound.beds.base import Bed
    from drift_audio.sound.mixing.mix import Part
    from drift_audio.sound.score import Timeline

CLIP_RATE = 24_000


def voice(seconds: float, seed: int) -> np.ndarray:
    """Something with the level, pitch and gaps of a voice."""
    import numpy as np

    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * CLIP_RATE)) / CLIP_RATE
    glide = 150 * time_s + 5 * np.sin(2 * np.pi * rng.uniform(0.4, 1.2) * time_s)
    tone = sum(np.sin(2 * np.pi * k * glide + k) / k for k in range(1, 30))
    syllables = np.clip(np.sin(2 * np.pi * 3.1 * time_s + rng.random()) + 0.5, 0, 1)
    hiss = rng.standard_normal(len(time_s)) * np.clip(np.sin(2 * np.pi * 1.3 * time_s) - 0.8, 0, 1) * 0.4
    return (0.09 * (tone * syllables + hiss)).astype(np.float32)


def session(minutes: float, folder: Path) -> Timeline:
    """A timeline of `minutes` with 45 % of speech, every clip in the cache."""
    from drift_audio.script.model import Pause, Utterance
    from drift_audio.sound.score import Item, Spoken
    from drift_audio.sound.timeline import solve
    from drift_audio.sound.voice.clip_cache import ClipCache

    cache = ClipCache(folder / "clips", max_bytes=1 << 33, key=b"bench" * 4)
    entries: list[Spoken] = []
    total = 0.0
    while total < minutes * 60 * 0.95:
        number = len(entries) // 2
        seconds = 2.5 + number * 7 % 11 * 0.4
        text = f"Sentence {number}."
        clip = cache.put(cache.name(text), voice(seconds, number), CLIP_RATE, text=text)
        speech = Spoken(Item(Utterance(text=text), 0, None, "bench", 1.0, 0.0), clip)
        pause = Spoken(Item(Pause(seconds=seconds * 1.1), 0, None, "bench", 1.0, 0.0))
        entries += [speech, pause]
        total += seconds * 2.1
    return solve(entries, ["Session"], seconds=minutes * 60).timeline


@dataclass(frozen=True)
class Result:
    name: str
    wall: float
    cpu: float
    megabytes: float


def opener(expression: str) -> Bed:
    from drift_audio.catalog import Catalog
    from drift_audio.sound.beds.spec import Ambience
    from drift_audio.sound.beds.table import open_bed

    return open_bed(expression, seed=1, catalog=Catalog("ambience", Ambience, user_folder=None), user_dir=None)


def ours(timeline: Timeline, bed: str, out: Path) -> None:
    from drift_audio.sound.dsp.loudness import master
    from drift_audio.sound.encoding.export import ExportOptions, export
    from drift_audio.sound.encoding.tags import Tags
    from drift_audio.sound.mixing.mix import MixOptions, mix

    mastered = master(mix(timeline, opener, MixOptions(ambience=bed)), spool_dir=out.parent)
    export(mastered, out, frames=timeline.frames, options=ExportOptions(), tags=Tags("Bench"))
    print(mastered.report, file=sys.stderr)


def stem(timeline: Timeline, bed: str, part: Part, out: Path) -> Path:
    import soundfile

    from drift_audio.sound.audio import RATE
    from drift_audio.sound.mixing.mix import MixOptions, mix

    with soundfile.SoundFile(out, "w", RATE, 2, "PCM_16") as file:
        for block in mix(timeline, opener, MixOptions(ambience=bed, part=part)):
            file.write(block)
    return out


def pydub_job(folder: Path, clips: list[tuple[int, Path]], out: Path) -> None:
    from pydub import AudioSegment

    from drift_audio.sound.audio import RATE

    sound = AudioSegment.from_wav(folder / "bed.wav") - 6
    for start, path in clips:
        sound = sound.overlay(AudioSegment.from_wav(path).set_frame_rate(RATE), position=round(start * 1000 / RATE))
    sound.export(out, format="mp3", bitrate="128k")


def timed(name: str, command: list[str]) -> Result:
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=None if name == "ours" else subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{name} failed: {command}")
    return Result(name, time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def contenders(minutes: float, bed: str, folder: Path) -> Iterator[Result]:
    me = [sys.executable, "-m", "tests.bench_mix", str(minutes), "--bed", bed, "--folder", str(folder)]
    yield timed("ours", [*me, "--job", "ours"])
    yield timed("ours, python and imports alone", [*me, "--job", "nothing"])
    lame, ffmpeg = shutil.which("lame"), shutil.which("ffmpeg")
    if lame:
        files = [str(folder / "ours.wav"), str(folder / "lame.mp3")]
        yield timed("lame alone, encoding our mix", [lame, "--quiet", "-b", "128", *files])
    if ffmpeg:
        duck = "[1:a][0:a]sidechaincompress=threshold=0.02:ratio=6:attack=400:release=1800[bed]"
        graph = f"[0:a]asplit[key][voice];{duck.replace('[0:a]', '[key]')};[voice][bed]amix=2:normalize=0,loudnorm=I=-16:TP=-1.5"
        inputs = ["-i", str(folder / "voice.wav"), "-i", str(folder / "bed.wav")]
        last = ["-ar", "44100", "-b:a", "128k", str(folder / "ffmpeg.mp3")]
        yield timed("ffmpeg side chain, loudnorm, mp3", [ffmpeg, "-y", "-v", "error", *inputs, "-filter_complex", graph, *last])
        yield timed("pydub overlays and export", [*me, "--job", "pydub"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", type=float, nargs="?", default=30.0)
    parser.add_argument("--bed", default="rain")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--job", choices=["prepare", "ours", "nothing", "pydub"])
    asked = parser.parse_args()
    if asked.job:
        job(asked.job, asked.minutes, asked.bed, asked.folder)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report(asked.minutes, asked.bed, folder)


def job(name: str, minutes: float, bed: str, folder: Path) -> None:
    import pickle

    if name == "prepare":
        prepare(minutes, bed, folder)
        return
    timeline: Timeline = pickle.loads((folder / "timeline").read_bytes())
    if name == "ours":
        ours(timeline, bed, folder / "ours.mp3")
    elif name == "pydub":
        clips = [(speech.start, folder / f"{index}.wav") for index, speech in enumerate(timeline.speech())]
        pydub_job(folder, clips, folder / "pydub.mp3")


def prepare(minutes: float, bed: str, folder: Path) -> None:
    import pickle

    import soundfile

    from drift_audio.sound.audio import RATE

    timeline = session(minutes, folder)
    (folder / "timeline").write_bytes(pickle.dumps(timeline))
    stem(timeline, bed, "voice", folder / "voice.wav")
    stem(timeline, bed, "bed", folder / "bed.wav")
    stem(timeline, bed, "all", folder / "ours.wav")
    for index, speech in enumerate(timeline.speech()):
        soundfile.write(folder / f"{index}.wav", speech.clip.load(), RATE, subtype="PCM_16")


def report(minutes: float, bed: str, folder: Path) -> None:
    me = [sys.executable, "-m", "tests.bench_mix", str(minutes), "--bed", bed, "--folder", str(folder)]
    subprocess.run([*me, "--job", "prepare"], check=True)
    print(f"{minutes:g} minutes of session over {bed}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'':36}{'wall s':>9}{'cpu s':>9}{'x real time':>13}{'peak MB':>9}")
    for result in contenders(minutes, bed, folder):
        speed = minutes * 60 / result.wall
        print(f"{result.name:36}{result.wall:9.2f}{result.cpu:9.2f}{speed:13.0f}{result.megabytes:9.0f}", flush=True)


if __name__ == "__main__":
    main()
