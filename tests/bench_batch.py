"""What a batch costs and how it scales: python -m tests.bench_batch [items] [minutes].

Prints wall time, CPU seconds a session hour, and the throughput of two workers beside one, with the real voice, in
processes and on a Dask cluster of one-core workers. Run it on an idle machine: the ratios of a busy one say nothing.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.delivery.batches import Bench, write


def measure(items: int, minutes: float, *arguments: str) -> tuple[float, float]:
    """Wall and CPU seconds of one batch in a home of its own, so that no clip is cached."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        write(bench, items, [], minutes=minutes)
        bench.file.write_text(bench.file.read_text().replace("voice: tone", "voice: heart"))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = time.monotonic()
        done = bench.run("batch.yaml", "--quiet", *arguments, timeout=3600)
        wall = time.monotonic() - begun
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode:
            raise SystemExit(done.stderr)
        return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[str]:
    """A Dask scheduler and workers of one core each; answers its address."""
    file = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

    def start(command: str, *arguments: str, core: int | None = None) -> subprocess.Popen[bytes]:
        line = [sys.executable, "-m", f"distributed.cli.{command}", "--scheduler-file", str(file), "--no-dashboard", *arguments]
        pinned = line if core is None else ["taskset", "-c", str(core), *line]
        return subprocess.Popen(pinned, env={**os.environ, "DRIFT_AUDIO_HOME": str(folder / "home")}, **quiet)

    processes = [start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")]
    while not file.exists():
        time.sleep(0.05)
    cores = sorted(os.sched_getaffinity(0))
    processes += [start("dask_worker", "--nthreads", "1", core=cores[number % len(cores)]) for number in range(workers)]
    time.sleep(5)  # both workers are there before the clock starts
    yield json.loads(file.read_text())["address"]
    for process in reversed(processes):
        process.terminate()
        process.wait(30)


def main(items: int = 8, minutes: float = 5) -> None:
    hours = items * minutes / 60
    print(f"{items} sessions of {minutes:g} minutes, real voice, nothing cached")
    walls = {}
    for jobs in ("1", "2"):
        wall, cpu = measure(items, minutes, "--jobs", jobs)
        walls[f"processes {jobs}"] = wall
        pace, cost = hours * 3600 / wall, cpu / hours
        print(f"{jobs} process(es)     {wall:7.1f} s wall  {pace:6.1f} x real time  {cost:6.1f} CPU s a session hour")
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as folder, cluster(Path(folder), workers) as address:
            wall, _ = measure(items, minutes, "--cluster", address)
        walls[f"Dask {workers}"] = wall
        print(f"{workers} Dask worker(s)  {wall:7.1f} s wall  {hours * 3600 / wall:6.1f} x real time")
    for kind in ("processes", "Dask"):
        print(f"{kind}: 2 over 1 is {walls[f'{kind} 1'] / walls[f'{kind} 2']:.2f}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
