"""`make bench`: wall time and peak memory of whole commands, beside the lame command on the same audio, in one run.

Machines are noisy: runs of the peers alternate, and medians and their ratios are what counts.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests import instruments as hear

ROOT = Path(__file__).resolve().parents[1]
SITUATION = "I snapped at my husband over the dishes this morning and he left without a word"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


@dataclass(frozen=True)
class Run:
    seconds: float
    peak_mb: float


def timed(command: list[str], *, env: dict[str, str]) -> Run:
    """Wall time and peak memory (all processes it waited for) of a command that must succeed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    err = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command}: {err.decode()}")
    return Run(time.perf_counter() - start, usage.ru_maxrss / 1024)


def drift(home: Path, *args: str) -> Run:
    env = {**os.environ, "DRIFT_AUDIO_HOME": str(home), "PYTHONPATH": str(ROOT)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return timed([sys.executable, "-m", "drift_audio", *args], env=env)


def cold(folder: Path, number: int, minutes: int, *more: str) -> tuple[Run, Path]:
    """One session in a home that never saw one: nothing voiced, nothing cached."""
    out = folder / f"{minutes}-{number}.mp3"
    home = folder / f"home-{minutes}-{number}"
    args = ("create", SITUATION, "--minutes", str(minutes), "--seed", str(number + 1), "-o", str(out), "--quiet")
    return drift(home, *args, *more), out


def lame(folder: Path, audio: Path) -> Run:
    """The lame command, default quality, encoding what the session decodes to."""
    wav = folder / "peer.wav"
    subprocess.run([hear.ffmpeg(), "-y", "-v", "error", "-i", str(audio), "-c:a", "pcm_s16le", str(wav)], check=True)
    return timed(["lame", "--quiet", "-b", "128", str(wav), str(folder / "peer.mp3")], env=dict(os.environ))


def compare_create(folder: Path) -> None:
    drift(folder / "warm", "create", SITUATION, "--minutes", "1", "-o", str(folder / "warm.mp3"), "--quiet")
    ours, renders, peers = [], [], []
    for number in range(ROUNDS):
        run, out = cold(folder, number, 10, "--script-out", str(folder / f"{number}.md"))
        ours.append(run.seconds)
        again = folder / f"again-{number}.mp3"
        renders.append(
            drift(folder / f"home-10-{number}", "render", str(folder / f"{number}.md"), "-o", str(again), "--quiet").seconds
        )
        peers.append(lame(folder, out).seconds)
    peer = statistics.median(peers)
    row("lame -b 128, 10 minutes", peer, 1.0)
    row("create --minutes 10, cold", statistics.median(ours), statistics.median(a / b for a, b in zip(ours, peers, strict=True)))
    row(
        "render, sentences voiced",
        statistics.median(renders),
        statistics.median(a / b for a, b in zip(renders, peers, strict=True)),
    )


def row(name: str, seconds: float, ratio: float) -> None:
    print(f"{name:<28} {seconds:7.2f} s   {ratio:5.2f} x lame")


def compare_memory(folder: Path) -> None:
    ten, _ = cold(folder, 90, 10)
    sixty, _ = cold(folder, 91, 60)
    print(f"peak memory, 10 minutes      {ten.peak_mb:7.0f} MB")
    print(f"peak memory, 60 minutes      {sixty.peak_mb:7.0f} MB   {sixty.peak_mb / ten.peak_mb:5.2f} x")


def main() -> None:
    if shutil.which("lame") is None:
        raise SystemExit("the lame command is the peer to compare with; install it first (Debian: apt-get install lame)")
    with tempfile.TemporaryDirectory(prefix="drift-bench-") as name:
        compare_create(Path(name))
        compare_memory(Path(name))


if __name__ == "__main__":
    main()
