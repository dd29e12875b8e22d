"""A batch delivers what can be delivered, survives being killed at any moment, and tells nobody what it was about."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.delivery.batches import CRISIS, SITUATIONS, Bench, bad, write

pytestmark = pytest.mark.long


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_good_items_are_delivered_and_bad_ones_reported_with_their_lines(bench: Bench) -> None:
    write(bench, 12, bad(bench.folder))
    done = bench.run("batch.yaml", "--jobs", "2")
    assert done.returncode == 1
    report = bench.report()
    assert {key: report[key] for key in ("items", "done", "failed", "care", "invalid")} == {
        "items": 12, "done": 2, "failed": 0, "care": 1, "invalid": 9,
    }  # fmt: skip
    text = bench.file.read_text().splitlines()
    lines = {int(mistake.split(":")[1]) for mistake in report["mistakes"]}
    assert {text[line - 1].split("id: ")[1].split(",")[0] for line in lines} == {
        "bad-minutes", "bad-style", "bad-voice", "bad-bed", "bad-key", "bad-empty", "bad-both", "bad-script", "../../etc",
    }  # fmt: skip
    assert "broken.md:11" in done.stderr, "the line within a broken script"
    care = next(line for line in report["sessions"] if line["state"] == "care")
    assert (care["id"], care["error"]) == ("bad-care", "CareStop")
    assert care["help"], "the report names who can help"
    contact = care["help"][0]["contact"]
    assert contact in done.stdout, "and so does the terminal"
    assert contact in (bench.out / "index.html").read_text(), "and the page"
    for line in report["sessions"]:
        if line["state"] == "done":
            assert line["writer"] == "offline"
            assert line["seconds"] > 30
            assert abs(line["lufs"] + 16) < 0.5
    check_private(bench, done.stdout + done.stderr)
    again = bench.run("batch.yaml", "--json")
    assert json.loads(again.stdout)["skipped"] == 2
    assert max(bench.times_voiced().values()) <= 2, "at most both workers voiced a sentence that they met at the same moment"


def check_private(bench: Bench, printed: str) -> None:
    """No word of a situation stands in a name, a journal, a report, a feed or on the screen."""
    words = [CRISIS.split(" and ")[0], *SITUATIONS]
    names = " ".join(str(path) for path in bench.out.rglob("*"))
    kept = [path for path in (bench.out / ".drift-batch").rglob("*") if path.is_file()]
    kept += [bench.out / "report.json", bench.out / "feed.xml"]
    for word in words:
        assert word not in names
        assert word not in printed
        for path in kept:
            assert word.encode() not in path.read_bytes(), path


@pytest.mark.slow
def test_killed_again_and_again_it_ends_as_if_it_never_had_been(tmp_path: Path) -> None:
    killed_ends_like_uninterrupted(tmp_path, count=4, bad_items=0, kills=2, seed=5)


@pytest.mark.parametrize(
    ("count", "kills"),
    [pytest.param(24, 4, marks=pytest.mark.slow), pytest.param(200, 30, marks=[pytest.mark.sweep, pytest.mark.timeout(2700)])],
)
def test_many_items_with_bad_ones_among_them_killed_many_times(tmp_path: Path, count: int, kills: int) -> None:
    killed_ends_like_uninterrupted(tmp_path, count=count, bad_items=10, kills=kills, seed=11)


def killed_ends_like_uninterrupted(folder: Path, *, count: int, bad_items: int, kills: int, seed: int) -> None:
    benches = [Bench(folder / name) for name in ("whole", "killed")]
    for bench in benches:
        bench.folder.mkdir()
        write(bench, count, bad(bench.folder)[-bad_items:] if bad_items else [], quick=not bad_items)
    whole, killed = benches
    expected = 1 if bad_items else 0
    assert whole.run("batch.yaml", "--jobs", "2", "--quiet").returncode == expected
    steps = whole.steps() // kills
    rng = random.Random(seed)
    landed = 0
    while landed < kills:
        process = killed.start("batch.yaml", "--jobs", "2", "--quiet")
        until = killed.steps() + rng.randint(0, steps)
        while process.poll() is None and killed.steps() < until:
            time.sleep(0.005)
        time.sleep(rng.random() * 0.3)
        if process.poll() is None:
            landed += 1
        killed.kill(process)
        if process.returncode >= 0:
            break  # it was through before it could be killed as often as we liked
    assert landed >= kills // 2
    last = killed.run("batch.yaml", "--jobs", "2", "--quiet")
    assert last.returncode == expected
    assert killed.sums() == whole.sums()
    assert not list(killed.out.rglob("*.part"))
    report = killed.report()
    assert report["done"] + report["skipped"] == count - bad_items
    assert report["invalid"] + report["care"] == bad_items
    assert max(killed.times_voiced().values()) <= 2
    assert whole.times_voiced().keys() == killed.times_voiced().keys()


@pytest.mark.slow
def test_two_batches_on_one_folder_share_the_work(bench: Bench) -> None:
    write(bench, 6, [], quick=True)
    both = [bench.start("batch.yaml", "--jobs", "1", "--json") for _ in range(2)]
    reports = [json.loads(process.communicate(timeout=300)[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(report["done"] for report in reports) == 6, "each item is made by exactly one of them"
    assert sum(report["skipped"] for report in reports) == 6
    assert max(bench.times_voiced().values()) <= 2


@pytest.mark.slow
def test_a_worker_that_dies_takes_nothing_with_it(bench: Bench) -> None:
    write(bench, 6, [], minutes=2)
    process = bench.start("batch.yaml", "--jobs", "2", "--json")
    end = time.monotonic() + 60
    while bench.times_voiced().total() < 30:
        assert time.monotonic() < end
        time.sleep(0.02)
    os.kill(workers_of(process.pid)[0], signal.SIGKILL)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert json.loads(out)["done"] == 6


def workers_of(pid: int) -> list[int]:
    """The batch's worker processes (not multiprocessing's own helper)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


@pytest.mark.slow
def test_workers_die_with_a_killed_batch(bench: Bench) -> None:
    write(bench, 4, [], minutes=5)
    process = bench.start("batch.yaml", "--jobs", "2", "--quiet")
    end = time.monotonic() + 60
    while bench.times_voiced().total() < 5:
        assert time.monotonic() < end
        time.sleep(0.02)
    workers = workers_of(process.pid)
    assert workers
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    while any(alive(worker) for worker in workers):
        assert time.monotonic() < end, "a worker outlived its batch"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_ctrl_c_leaves_nothing_half_done(bench: Bench) -> None:
    write(bench, 4, [], minutes=3)
    process = bench.start("batch.yaml", "--jobs", "2")
    end = time.monotonic() + 60
    while bench.times_voiced().total() < 5:
        assert time.monotonic() < end
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert set(bench.sums()) - {"feed/cover.png", "feed.xml", "index.html"} == set()


def test_dry_run_plans_and_makes_nothing(bench: Bench) -> None:
    write(bench, 5, bad(bench.folder)[:2], minutes=10)
    said = bench.run("batch.yaml", "--dry-run", "--json")
    assert said.returncode == 2, "there are mistakes to mend"
    plan = json.loads(said.stdout)
    assert len(plan["sessions"]) == 3
    assert len(plan["mistakes"]) == 2
    assert 3 * 9e6 < plan["estimate"]["size"] < 3 * 11e6
    assert plan["estimate"]["seconds"] > 0
    assert not list(bench.out.glob("*.mp3"))
    assert not bench.voiced.exists()


@pytest.mark.slow
def test_only_limit_retry_and_status(bench: Bench) -> None:
    write(bench, 5, [], quick=True)
    first = json.loads(bench.run("batch.yaml", "--only", "item-003", "--json").stdout)
    assert (first["done"], first["waiting"]) == (1, 4)
    second = json.loads(bench.run("batch.yaml", "--limit", "2", "--json").stdout)
    assert (second["done"], second["skipped"], second["waiting"]) == (2, 1, 2)
    assert json.loads(bench.run("status", "batch.yaml", "--json").stdout)["done"] == 3
    unknown = bench.run("batch.yaml", "--only", "nobody")
    assert unknown.returncode == 2
    assert unknown.stderr.count("\n") == 1
    assert bench.run("retry", "batch.yaml").returncode == 0
    assert json.loads(bench.run("status", "batch.yaml", "--json").stdout)["done"] == 5


@pytest.mark.slow
def test_what_is_not_ours_is_not_written_over_and_what_broke_is_made_again(bench: Bench) -> None:
    write(bench, 2, [], quick=True)
    bench.out.mkdir()
    (bench.out / "item-000.mp3").write_bytes(b"mine")
    assert bench.run("batch.yaml", "--quiet").returncode == 1
    report = bench.report()
    assert [line["error"] for line in report["sessions"]] == ["OutputError", ""]
    assert (bench.out / "item-000.mp3").read_bytes() == b"mine"
    assert bench.run("batch.yaml", "--force", "--quiet").returncode == 0
    whole = bench.sums()
    (bench.out / "item-001.mp3").unlink()
    assert bench.run("batch.yaml", "--quiet").returncode == 0
    assert bench.sums() == whole


def test_a_file_that_cannot_be_read_at_all_is_one_error(bench: Bench) -> None:
    bench.file.write_text("items: [\n")
    said = bench.run("batch.yaml")
    assert said.returncode == 2
    assert "batch.yaml:2:1" in said.stderr
    assert bench.run("none.yaml").returncode == 2
    assert bench.run().returncode == 2
    assert json.loads(bench.run("--schema").stdout)["title"] == "Drift Audio batch"
