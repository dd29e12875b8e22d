"""Schedules: only our own lines are touched, clocks may jump, and a real cron daemon runs it."""

from __future__ import annotations

import os
import plistlib
import shlex
import shutil
import stat
import subprocess
import sys
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from drift_audio.config import load_settings
from drift_audio.delivery.daily import schedule as subject
from drift_audio.delivery.daily.schedule import (
    MARK,
    Crontab,
    Launchd,
    Schedule,
    Systemd,
    cron_line,
    launch_agent,
    next_run,
    unit_files,
)
from drift_audio.errors import BadInput, DeliveryError

BERLIN = ZoneInfo("Europe/Berlin")
SAMPLE = Schedule(
    at=time(6, 30), weekdays=True, command=("/opt/a b/python", "-m", "x", "100%"), environment={"DRIFT_AUDIO_HOME": "/h o"}
)
FAKE_CRONTAB = """#!/bin/sh
file="$(dirname "$0")/table"
case "$1" in
  -l) [ -f "$file" ] && cat "$file" || { echo "no crontab for you" >&2; exit 1; } ;;
  -r) rm -f "$file" ;;
  -) cat > "$file" ;;
esac
"""


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder first on the path, for stand-ins of the schedulers' commands."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def tool(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


def test_every_other_line_of_a_crontab_is_kept_byte_for_byte(tools: Path) -> None:
    tool(tools, "crontab", FAKE_CRONTAB)
    before = "# my jobs\nMAILTO=me\n\n  */5 * * * *   /usr/bin/thing  --a\t# drift-audio: mine\n@daily x\n"
    (tools / "table").write_text(before)
    cron = Crontab()
    cron.install(SAMPLE)
    cron.install(SAMPLE.model_copy(update={"at": time(7, 15)}))
    after = (tools / "table").read_text()
    assert after.startswith(before)
    assert after.count(MARK) == 1
    assert after.splitlines()[-1].startswith("15 7 * * 1-5 ")
    assert cron.show() == after.splitlines()[-1]
    assert cron.remove()
    assert (tools / "table").read_text() == before
    assert not cron.remove()


def test_an_empty_crontab_is_left_as_it_was(tools: Path) -> None:
    tool(tools, "crontab", FAKE_CRONTAB)
    cron = Crontab()
    assert cron.show() is None
    assert not cron.remove()
    cron.install(SAMPLE)
    assert cron.remove()
    assert not (tools / "table").exists()


def test_the_cron_line_survives_spaces_and_percent_signs() -> None:
    line = cron_line(SAMPLE)
    minute, hour, *_, command = line.split(" ", 5)
    assert (minute, hour) == ("30", "6")
    said = subprocess.run(["sh", "-c", "echo() { printf '%s|' \"$@\"; }; env() { echo \"$@\"; }; " + command.replace("\\%", "%")],
                          capture_output=True, text=True, check=True).stdout  # fmt: skip
    assert said == "DRIFT_AUDIO_HOME=/h o|/opt/a b/python|-m|x|100%|"
    assert "\\%" in command, "cron ends a command at a bare percent sign"


@pytest.mark.parametrize(
    ("now", "at", "expected"),
    [
        ("2026-03-02T05:00", "06:30", "2026-03-02T06:30+01:00"),
        ("2026-03-02T06:30", "06:30", "2026-03-03T06:30+01:00"),
        ("2026-03-28T12:00", "02:30", "2026-03-29T03:00+02:00"),  # clocks jump from 02:00 to 03:00: as soon as they have
        ("2026-03-29T12:00", "02:30", "2026-03-30T02:30+02:00"),
        ("2026-10-24T12:00", "02:30", "2026-10-25T02:30+02:00"),  # 02:30 comes twice: the first
        ("2026-10-25T02:45", "02:30", "2026-10-26T02:30+01:00"),  # and not again an hour later
    ],
)
def test_daylight_saving(now: str, at: str, expected: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=BERLIN)
    found = next_run(Schedule(at=subject.parse_time(at)), moment, BERLIN)
    assert found.astimezone(UTC) == datetime.fromisoformat(expected)
    assert found.utcoffset() == datetime.fromisoformat(expected).utcoffset()


def test_weekdays_leave_the_weekend_out_and_the_system_zone_counts() -> None:
    friday = datetime(2026, 3, 6, 12, tzinfo=UTC)
    assert next_run(Schedule(at=time(6), weekdays=True), friday, UTC).date().isoformat() == "2026-03-09"
    code = (
        "from datetime import *; from drift_audio.delivery.daily.schedule import *;"
        "print(next_run(Schedule(at=time(2, 30)), datetime(2026, 3, 29, 0, 0, tzinfo=UTC)).isoformat())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TZ": "Europe/Berlin"}, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "2026-03-29T03:00:00+02:00"


@pytest.mark.parametrize("text", ["6", "24:00", "6:5", "noon", "-1:00", "06:30; rm -rf /", ""])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="06:30"):
        subject.parse_time(text)


def test_systemd_units_are_ours_and_say_the_same(tools: Path, tmp_path: Path) -> None:
    tool(tools, "systemctl", f'#!/bin/sh\necho "$@" >> {tools}/calls\n')
    timer = Systemd(tmp_path / "units")
    assert timer.show() is None
    timer.install(SAMPLE)
    assert timer.show() == "OnCalendar=Mon..Fri *-*-* 06:30:00"
    service = (tmp_path / "units" / "drift-audio-daily.service").read_text()
    assert 'ExecStart="/opt/a b/python" "-m" "x" "100%%"' in service
    assert 'Environment="DRIFT_AUDIO_HOME=/h o"' in service
    assert timer.remove()
    assert list((tmp_path / "units").iterdir()) == []
    calls = (tools / "calls").read_text().splitlines()
    assert calls == [
        "--user daemon-reload",
        f"--user enable --now {subject.UNIT}.timer",
        f"--user disable --now {subject.UNIT}.timer",
        "--user daemon-reload",
    ]
    (tmp_path / "units" / "drift-audio-daily.timer").write_text("[Timer]\n")
    with pytest.raises(DeliveryError, match="not written by drift-audio"):
        timer.install(SAMPLE)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze on this machine")
def test_systemd_itself_reads_the_calendar() -> None:
    calendar = next(line for line in unit_files(SAMPLE)[f"{subject.UNIT}.timer"].splitlines() if line.startswith("OnCalendar="))
    subprocess.run(["systemd-analyze", "calendar", calendar.removeprefix("OnCalendar=")], check=True, capture_output=True)


def test_the_launch_agent_is_a_property_list(tools: Path, tmp_path: Path) -> None:
    tool(tools, "launchctl", "#!/bin/sh\nexit 0\n")
    agent = Launchd(tmp_path / "agents")
    agent.install(SAMPLE)
    assert plistlib.loads(agent.path.read_bytes()) == launch_agent(SAMPLE)
    assert len(launch_agent(SAMPLE)["StartCalendarInterval"]) == 5
    assert agent.show() is not None
    assert agent.remove()
    assert not agent.remove()


def test_an_agent_goes_where_nothing_could_run_it(tools: Path, tmp_path: Path) -> None:
    agent = Launchd(tmp_path / "agents")
    agent.path.parent.mkdir()
    agent.path.write_bytes(plistlib.dumps(launch_agent(SAMPLE)))
    assert agent.remove()
    assert not agent.path.exists()


def test_a_failing_scheduler_is_one_clear_line(tools: Path) -> None:
    tool(tools, "crontab", "#!/bin/sh\necho 'you are not allowed\nto use this program' >&2\nexit 1\n")
    with pytest.raises(DeliveryError, match="not allowed to use this program"):
        Crontab().install(SAMPLE)


def test_the_choice_is_named_and_must_exist(tools: Path, tmp_path: Path) -> None:
    tool(tools, "systemctl", "#!/bin/sh\nexit 1\n")
    tool(tools, "crontab", FAKE_CRONTAB)
    known = subject.schedulers(tmp_path)
    assert subject.choose(known).name == ("launchd" if sys.platform == "darwin" else "crontab")
    assert subject.choose(known, "crontab").name == "crontab"
    with pytest.raises(BadInput, match="--by systemd: does not work on this machine; --by"):
        subject.choose(known, "systemd")
    with pytest.raises(BadInput, match="crontab"):
        subject.choose(known, "at")


def test_a_bare_environment_still_finds_the_folders(tmp_path: Path) -> None:
    own = load_settings(environ={"DRIFT_AUDIO_HOME": str(tmp_path)})
    assert subject.environment_of(own) == {"DRIFT_AUDIO_HOME": str(tmp_path)}
    plain = load_settings(environ={})
    if sys.platform.startswith("linux"):
        assert set(subject.environment_of(plain)) == {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"}
    made = subject.make_schedule("06:30", weekdays=False, settings=own)
    assert made.command[0] == sys.executable
    assert shlex.split(cron_line(made))[5:7] == ["env", f"DRIFT_AUDIO_HOME={tmp_path}"]
    assert stat.S_ISDIR(tmp_path.stat().st_mode)
