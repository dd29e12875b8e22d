"""What a batch costs and how it scales: python -m tests.bench_batch [items] [minutes].

Prints wall time, CPU seconds a session hour, and the throughput of two workers beside one, with the real voice, in
processes and on a Dask cluster. Run it on an idle machine: the ratios of a busy one say nothing.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
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


def main(items: int = 8, minutes: float = 5) -> None:
    hours = items * minutes / 60
    print(f"{items} sessions of {minutes:g} minutes, real voice, nothing cached")
    walls = {}
    for name, arguments in {
        "1 process": ("--jobs", "1"),
        "2 processes": ("--jobs", "2"),
        "1 Dask worker": ("--cluster", "local:1"),
        "2 Dask workers": ("--cluster", "local:2"),
    }.items():
        wall, cpu = measure(items, minutes, *arguments)
        walls[name] = wall
        print(
            f"{name:<15} {wall:7.1f} s wall  {hours * 3600 / wall:6.1f} times real time  {cpu / hours:6.1f} CPU s a session hour"
        )
    processes, dask = walls["1 process"] / walls["2 processes"], walls["1 Dask worker"] / walls["2 Dask workers"]
    print(f"2 over 1: processes {processes:.2f}, Dask {dask:.2f}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:3]))
