"""The session of the day is made once, kept as long as wished, and told to nobody."""

from __future__ import annotations

import json
import multiprocessing
import stat
from datetime import date, timedelta
from pathlib import Path

import feedparser
import pytest

from drift_audio.config import Settings, load_settings
from drift_audio.delivery.daily import run as daily
from drift_audio.delivery.daily.rotation import load_daily
from drift_audio.errors import CareStop, ConfigError, DeliveryError, DriftError, OutputError, WriterError
from drift_audio.output_spec import OutputSpec
from drift_audio.scenario import Scenario
from drift_audio.words.care.gate import check
from tests.delivery.sessions import session

pytestmark = pytest.mark.long

TODAY = date(2026, 3, 3)
SECRET = "Zanzibarella"
RULES = f"""
output: out
keep: 10
rest_days: 1
themes:
  - {{name: first, situations: ["{SECRET} said no", "{SECRET} said yes"]}}
  - {{name: second, situations: ["{SECRET} again"]}}
  - {{name: third, situations: ["{SECRET} and I"]}}
"""


def home(folder: Path, rules: str = RULES) -> Settings:
    settings = load_settings(environ={"DRIFT_AUDIO_HOME": str(folder)})
    settings.config_dir.mkdir(parents=True, exist_ok=True)
    daily.daily_file(settings).write_text(rules)
    return settings


def make(scenario: Scenario, target: OutputSpec, day: date):
    assert SECRET in scenario.situation
    return session(target.output.parent, target.output.name, title="A quiet day", seconds=20)


def run(settings: Settings, day: date = TODAY, *, today: date | None = None, maker=make) -> daily.DayReport:
    return daily.run_day(settings, day, make=maker, today=today or day)


def out(settings: Settings) -> Path:
    return settings.config_dir / "out"


def test_ten_runs_one_after_the_other_make_one(tmp_path: Path) -> None:
    settings = home(tmp_path)
    first = run(settings)
    assert [day.file for day in first.made] == ["2026-03-03.mp3"] or first.made[0].file.startswith("2026-03-03")
    for _ in range(9):
        again = run(settings)
        assert again.made == ()
        assert again.standing == first.made[0]
    assert len(feedparser.parse(str(out(settings) / "feed.xml")).entries) == 1


def test_a_day_asked_for_by_name_is_kept_though_it_is_old(tmp_path: Path) -> None:
    settings = home(tmp_path, RULES.replace("keep: 10", "keep: 3"))
    day = TODAY - timedelta(days=7)
    made = run(settings, day, today=TODAY).made
    assert [entry.day for entry in made] == [day]
    assert (out(settings) / made[0].file).is_file()


def _run_in_process(folder: str) -> None:
    run(load_settings(environ={"DRIFT_AUDIO_HOME": folder}))


def test_ten_at_once_make_one(tmp_path: Path) -> None:
    settings = home(tmp_path, RULES.replace("keep", "format: flac\nkeep"))
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_run_in_process, args=(str(tmp_path),)) for _ in range(10)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 10
    assert [path.name for path in out(settings).glob("*.flac")] == ["2026-03-03.flac"]
    log = (daily.state_folder(settings) / "daily.log").read_text()
    assert log.count(" made: ") == 1
    assert log.count("nothing to do") == 9


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return home(tmp_path, RULES.replace("keep", "format: flac\nkeep"))


@pytest.mark.parametrize("moment", ["while it is made", "after the diary", "before the feed"])
def test_a_crash_at_any_step_still_ends_in_one_session(settings: Settings, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    def crash(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        if moment == "after the diary":
            patched.setattr(daily, "finish", lambda rules, entry: crash())
        elif moment == "before the feed":
            patched.setattr(daily, "refresh", crash)
        with pytest.raises(KeyboardInterrupt):
            run(settings, maker=crash if moment == "while it is made" else make)
    made_before = moment != "while it is made"
    report = run(settings)
    assert bool(report.made) is not made_before
    assert [path.name for path in out(settings).glob("*.flac")] == ["2026-03-03.flac"]
    assert len(feedparser.parse(str(out(settings) / "feed.xml")).entries) == 1
    assert not (out(settings) / daily.WORK).exists()


def test_only_what_it_made_and_nobody_changed_is_removed(settings: Settings) -> None:
    for offset in range(4):
        run(settings, TODAY + timedelta(days=offset))
    folder = out(settings)
    (folder / "2026-03-01.flac").write_bytes(b"somebody else's")
    (folder / "2026-03-04.flac").write_bytes(b"edited by hand")
    (folder / "2026-03-03.lrc").write_bytes(b"typed by hand")
    run(settings, TODAY + timedelta(days=11))
    left = sorted(path.name for path in folder.glob("2026*"))
    assert left == [
        "2026-03-01.flac",
        "2026-03-03.lrc",
        "2026-03-04.flac",
        "2026-03-05.flac",
        "2026-03-06.flac",
        "2026-03-14.flac",
    ]
    assert not (folder / "feed" / "2026-03-03.vtt").exists()
    assert len(daily.Diary(daily.state_folder(settings)).days()) == 5, "themes stay known"


def test_missed_days_are_skipped_or_made_as_the_file_says(settings: Settings) -> None:
    run(settings)
    late = TODAY + timedelta(days=4)
    assert [day.day for day in run(settings, late).made] == [late]
    path = daily.daily_file(settings)
    path.write_text(path.read_text() + "catch_up: make\ncatch_up_days: 2\n")
    later = late + timedelta(days=5)
    assert [day.day for day in run(settings, later).made] == [later - timedelta(days=2), later - timedelta(days=1), later]
    other = later + timedelta(days=9)
    assert [day.day for day in run(settings, other, today=later).made] == [other], "another date is only that date"


def test_nothing_private_is_remembered_logged_or_named(settings: Settings) -> None:
    run(settings)

    def fail(scenario: Scenario, target: OutputSpec, day: date):
        raise WriterError(f"could not write about {SECRET}")

    with pytest.raises(WriterError):
        run(settings, TODAY + timedelta(days=1), maker=fail)
    kept = [path for path in (*settings.data_dir.rglob("*"), *out(settings).rglob("*")) if path.is_file()]
    assert len(kept) > 5
    for path in kept:
        assert SECRET.encode() not in path.read_bytes(), path
        assert SECRET not in path.name
    log = daily.state_folder(settings) / "daily.log"
    assert "failed: WriterError" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    diary = json.loads((daily.state_folder(settings) / "days.json").read_text())
    assert set(diary[0]) == {
        "day",
        "theme",
        "situation",
        "technique",
        "file",
        "sha256",
        "captions",
        "writer",
        "warnings",
        "seconds",
    }
    assert isinstance(diary[0]["situation"], int)


def test_the_log_rotates(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "LOG_BYTES", 300)
    for _ in range(30):
        run(settings)
    logs = sorted(daily.state_folder(settings).glob("daily.log*"))
    assert len(logs) == daily.LOG_FILES + 1
    assert all(path.stat().st_size <= 300 for path in logs)


def test_a_strangers_file_is_never_written_over(settings: Settings) -> None:
    out(settings).mkdir()
    (out(settings) / "2026-03-03.flac").write_bytes(b"mine")
    with pytest.raises(OutputError, match="not made here"):
        run(settings)
    assert (out(settings) / "2026-03-03.flac").read_bytes() == b"mine"


def test_a_session_that_was_thrown_away_is_made_again_the_same(settings: Settings) -> None:
    first = run(settings).made[0]
    (out(settings) / first.file).unlink()
    again = run(settings).made[0]
    assert (again.theme, again.situation) == (first.theme, first.situation)


def test_init_writes_a_file_that_works_and_never_over_another(tmp_path: Path) -> None:
    settings = load_settings(environ={"DRIFT_AUDIO_HOME": str(tmp_path)})
    with pytest.raises(ConfigError, match="daily init"):
        run(settings)
    path = daily.init(settings)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(load_daily(path).themes) >= 4
    with pytest.raises(OutputError, match="--force"):
        daily.init(settings)


def test_a_damaged_diary_is_one_clear_error(settings: Settings) -> None:
    run(settings)
    (daily.state_folder(settings) / "days.json").write_text("{")
    with pytest.raises(DeliveryError, match="move it away") as caught:
        run(settings)
    assert isinstance(caught.value, DriftError)


def test_a_stop_leaves_the_lines_of_help_in_log_and_page(tmp_path: Path) -> None:
    settings = home(tmp_path)
    report = check("I want to die", locale="en_GB")

    def stopped(scenario: Scenario, target: OutputSpec, day: date):
        raise CareStop(report)

    with pytest.raises(CareStop):
        run(settings, maker=stopped)
    contact = report.lines[0].contact
    log = (daily.state_folder(settings) / "daily.log").read_text()
    assert contact in log
    assert SECRET not in log
    page = (out(settings) / "index.html").read_text()
    assert "Are you safe right now?" in page
    assert contact in page
