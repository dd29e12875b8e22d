"""Batches on a real Dask cluster on loopback: workers die, clients go away, and everything is delivered once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from drift_audio.delivery.batch.cluster_worker import sweep_scratch
from drift_audio.delivery.batch.outputs import open_outputs
from tests.delivery.batches import SITUATIONS, Bench, write
from tests.delivery.stores import s3_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600), pytest.mark.xdist_group("processes")]


class Cluster:
    """A scheduler and workers as processes of their own; `scratch` is all the disk that the workers know."""

    def __init__(self, folder: Path, bench: Bench) -> None:
        self.scratch = folder / "scratch"
        self.scratch.mkdir(parents=True)
        self.file = folder / "scheduler.json"
        self.environment = bench.environment | {"TMPDIR": str(self.scratch), "DASK_DISTRIBUTED__WORKER__MEMORY__TARGET": "0.01"}
        self.processes = [self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
        end = time.monotonic() + 60
        while not self.file.exists():
            assert time.monotonic() < end
            time.sleep(0.05)
        self.address = json.loads(self.file.read_text())["address"]
        self.workers = [self.add_worker() for _ in range(2)]

    def add_worker(self) -> subprocess.Popen[bytes]:
        process = self._start("dask_worker", "--nthreads", "1", "--no-dashboard", "--local-directory", str(self.scratch))
        self.processes.append(process)
        return process

    def _start(self, command: str, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self.file.with_name("logs.txt")).open("ab")
        line = [sys.executable, "-m", f"distributed.cli.{command}", "--scheduler-file", str(self.file), *arguments]
        return subprocess.Popen(line, env=self.environment, stdout=log, stderr=log, start_new_session=True)

    def close(self) -> None:
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)

    def words(self) -> list[str]:
        """Situations that stand anywhere in what the workers wrote."""
        files = [path for path in (*self.scratch.rglob("*"), self.file.with_name("logs.txt")) if path.is_file()]
        data = [path.read_bytes() for path in files if path.exists()]
        return [text for text in SITUATIONS if any(text.encode() in part for part in data)]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "work")


@pytest.fixture
def cluster(tmp_path: Path, bench: Bench) -> Iterator[Cluster]:
    bench.folder.mkdir()
    made = Cluster(tmp_path / "cluster", bench)
    yield made
    made.close()


def until(condition, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.1)


def test_one_of_two_workers_is_killed_and_all_is_delivered_once(
    bench: Bench, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(bench, 8, [])
    process = bench.start("batch.yaml", "--cluster", cluster.address, "--json")
    until(lambda: len(list(bench.out.glob("*.mp3"))) >= 2)
    seen = cluster.words()
    os.killpg(cluster.workers[0].pid, signal.SIGKILL)
    left = {path.name for path in cluster.scratch.glob("drift-worker-*") if path.is_dir()}
    cluster.add_worker()
    until(lambda: sum((cluster.scratch / name).exists() for name in left) == 1)  # the next worker swept the killed one's scratch
    out, err = process.communicate(timeout=400)
    assert process.returncode == 0, err
    report = json.loads(out)
    assert (report["done"], report["failed"]) == (8, 0)
    assert (seen, cluster.words()) == ([], []), "no situation is at rest on a worker"
    cluster.close()
    assert len(left) == 2
    monkeypatch.setattr(tempfile, "tempdir", str(cluster.scratch))
    sweep_scratch()
    assert list(cluster.scratch.glob("drift-worker-*")) == []
    alone = Bench(tmp_path / "alone")
    alone.folder.mkdir()
    write(alone, 8, [])
    assert alone.run("batch.yaml", "--quiet").returncode == 0
    assert bench.sums() == alone.sums(), "where it is made makes no difference"


def test_into_a_bucket_with_a_client_that_goes_away(bench: Bench, cluster: Cluster) -> None:
    with s3_server() as lead:
        cluster.close()
        cluster = Cluster(bench.folder / "second", bench)
        try:
            store = open_outputs("s3://drift/out")
            store.system.call_s3("put_bucket_versioning", Bucket="drift", VersioningConfiguration={"Status": "Enabled"})
            write(bench, 6, [], quick=True)
            arguments = ("batch.yaml", "--output", "s3://drift/out", "--cluster", cluster.address, "--json")
            process = bench.start(*arguments)
            until(lambda: store.exists("item-000.mp3"))
            bench.kill(process)
            said = bench.run(*arguments)
            assert said.returncode == 0, said.stderr
            report = json.loads(said.stdout)
            assert report["done"] + report["skipped"] == 6
            listed = store.system.call_s3("list_object_versions", Bucket="drift", Prefix="out/")["Versions"]
            versions = Counter(entry["Key"].removeprefix("out/") for entry in listed)
            assert {name: versions[name] for name in versions if name.endswith(".mp3")} == {
                f"item-{n:03d}.mp3": 1 for n in range(6)
            }
            assert json.loads(store.read("report.json"))["items"] == 6
            assert json.loads(bench.run(*arguments).stdout)["skipped"] == 6
            assert lead["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1")
        finally:
            cluster.close()


def test_a_cluster_of_ones_own_and_one_that_is_not_there(bench: Bench) -> None:
    bench.folder.mkdir()
    write(bench, 2, [], quick=True)
    assert json.loads(bench.run("batch.yaml", "--cluster", "local:2", "--json").stdout)["done"] == 2
    for address, code in (("tcp://127.0.0.1:1", 1), ("local:none", 2), ("nonsense", 1)):
        said = bench.run("batch.yaml", "--cluster", address)
        assert said.returncode == code, said.stderr
        assert "Traceback" not in said.stderr
        assert "--cluster" in said.stderr.splitlines()[-1]
