"""`daily run` at a time of day, by whatever the machine has: crontab, a systemd user timer, or launchd.

Each touches only what carries our mark. Times are local: when clocks go forward over the time, the run comes as soon as
they have; when they go back, it comes at the first of the two. Whatever a scheduler does beyond that, a day has one session.
"""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Final, Protocol

from pydantic import Field

from drift_audio.config import APP, Settings
from drift_audio.errors import BadInput, DeliveryError
from drift_audio.files import write_whole
from drift_audio.scenario import Frozen

MARK: Final = "# drift-audio:daily"
UNIT: Final = "drift-audio-daily"
LABEL: Final = "org.drift-audio.daily"
TIMEOUT_S: Final = 30


class Schedule(Frozen):
    """When to run, local time. weekdays: Monday to Friday only. command: absolute, needs nothing of a shell's set-up."""

    at: time
    weekdays: bool = False
    command: tuple[str, ...] = ()
    environment: dict[str, str] = Field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return f"{'Monday to Friday' if self.weekdays else 'every day'} at {self.at:%H:%M} local time"


class Installed(Frozen):
    """What is installed: by which scheduler, and its own words for it."""

    by: str
    entry: str


class Scheduler(Protocol):
    """One way of running something at a time of day."""

    name: str

    def usable(self) -> bool: ...

    def install(self, schedule: Schedule) -> None: ...

    def show(self) -> str | None: ...

    def remove(self) -> bool: ...


def parse_time(text: str) -> time:
    """A time of day, "06:30".

    Raises:
        BadInput: it is none.
    """
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip())
    if match is None:
        raise BadInput(f"--at must be a time from 00:00 to 23:59 like 06:30, not {text!r}")
    return time(int(match[1]), int(match[2]))


def make_schedule(at: str, *, weekdays: bool, settings: Settings) -> Schedule:
    """A schedule of `daily run` that finds the same folders from a bare environment."""
    command = (sys.executable, "-m", "drift_audio", "daily", "run", "--quiet")
    return Schedule(at=parse_time(at), weekdays=weekdays, command=command, environment=environment_of(settings))


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables that lead to the folders of these settings where a scheduler's environment would not."""
    folders = (settings.config_dir, settings.data_dir, settings.cache_dir)
    if [folder.name for folder in folders] == ["config", "data", "cache"] and len({folder.parent for folder in folders}) == 1:
        return {"DRIFT_AUDIO_HOME": str(folders[0].parent)}
    names = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
    own_names = all(folder.name == APP for folder in folders)
    return {name: str(folder.parent) for name, folder in zip(names, folders, strict=True)} if own_names else {}


def next_run(schedule: Schedule, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The next moment it will run. now: aware. zone: None is the system's, with its daylight-saving rules."""
    day = now.astimezone(zone).date()
    while True:
        moment = _moment(datetime.combine(day, schedule.at), zone)
        if moment > now and not (schedule.weekdays and day.weekday() >= 5):
            return moment
        day += timedelta(days=1)


def _moment(wanted: datetime, zone: tzinfo | None) -> datetime:
    """The first moment at which local clocks show `wanted` (naive) or, where they jump over it, the moment after the jump."""
    while True:
        given = wanted.astimezone() if zone is None else wanted.replace(tzinfo=zone)
        moment = given.astimezone(UTC).astimezone(zone)
        if moment.replace(tzinfo=None) == wanted:
            return moment
        wanted += timedelta(minutes=1)


def run_tool(command: Sequence[str], *, given: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a scheduler's command; its failure is the caller's to judge.

    Raises:
        DeliveryError: it is not there, or hangs.
    """
    try:
        return subprocess.run(list(command), input=given, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except FileNotFoundError:
        raise DeliveryError(f"{command[0]}: no such command on this machine") from None
    except subprocess.TimeoutExpired:
        raise DeliveryError(f"{command[0]}: did not answer within {TIMEOUT_S} seconds") from None


class Crontab:
    """The user's crontab; every line that does not end in our mark is kept byte for byte."""

    name = "crontab"

    def usable(self) -> bool:
        return shutil.which("crontab") is not None

    def install(self, schedule: Schedule) -> None:
        others = self._others()
        self._write([*others, cron_line(schedule)])

    def show(self) -> str | None:
        return next((line for line in self._lines() if line.endswith(MARK)), None)

    def remove(self) -> bool:
        lines, others = self._lines(), self._others()
        if len(others) == len(lines):
            return False
        self._write(others)
        return True

    def _others(self) -> list[str]:
        return [line for line in self._lines() if not line.endswith(MARK)]

    def _lines(self) -> list[str]:
        answer = run_tool(["crontab", "-l"])
        if answer.returncode and "no crontab" not in answer.stderr.lower():
            raise DeliveryError(f"crontab cannot be read ({_one_line(answer.stderr)})")
        return answer.stdout.removesuffix("\n").split("\n") if answer.stdout else []

    def _write(self, lines: Sequence[str]) -> None:
        command = ["crontab", "-"] if lines else ["crontab", "-r"]
        answer = run_tool(command, given="".join(f"{line}\n" for line in lines))
        if answer.returncode:
            raise DeliveryError(f"crontab cannot be written ({_one_line(answer.stderr)})")


def cron_line(schedule: Schedule) -> str:
    """Our one line of a crontab. cron ends a command at '%', so that is escaped."""
    words = ["env", *(f"{name}={value}" for name, value in schedule.environment.items())] if schedule.environment else []
    command = shlex.join([*words, *schedule.command])
    if "\n" in command:
        raise BadInput("a folder whose name has a line break cannot stand in a crontab")
    days = "1-5" if schedule.weekdays else "*"
    escaped = command.replace("%", "\\%")
    return f"{schedule.at.minute} {schedule.at.hour} * * {days} {escaped} {MARK}"


class Systemd:
    """A timer of the user's own systemd. Missed runs (the machine slept) come when it wakes."""

    name = "systemd"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def usable(self) -> bool:
        return shutil.which("systemctl") is not None and run_tool(["systemctl", "--user", "show-environment"]).returncode == 0

    def install(self, schedule: Schedule) -> None:
        for name, text in unit_files(schedule).items():
            path = self.folder / name
            _only_ours(path)
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(path, text.encode())
        self._systemctl("daemon-reload")
        self._systemctl("enable", "--now", f"{UNIT}.timer")

    def show(self) -> str | None:
        path = self.folder / f"{UNIT}.timer"
        lines = path.read_text("utf-8").splitlines() if path.is_file() else []
        return next((line for line in lines if line.startswith("OnCalendar=")), None) if MARK in lines else None

    def remove(self) -> bool:
        if self.show() is None:
            return False
        self._systemctl("disable", "--now", f"{UNIT}.timer")
        for suffix in ("timer", "service"):
            (self.folder / f"{UNIT}.{suffix}").unlink(missing_ok=True)
        self._systemctl("daemon-reload")
        return True

    def _systemctl(self, *words: str) -> None:
        answer = run_tool(["systemctl", "--user", *words])
        if answer.returncode:
            raise DeliveryError(f"systemctl --user {words[0]}: {_one_line(answer.stderr)}")


def unit_files(schedule: Schedule) -> dict[str, str]:
    """Service and timer by file name. '%' and '$' mean something to systemd, so they are doubled."""

    def quote(word: str) -> str:
        escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
        return f'"{escaped}"'

    environment = [f"Environment={quote(f'{name}={value}')}" for name, value in schedule.environment.items()]
    command = " ".join(quote(word).replace("$", "$$") for word in schedule.command)
    days = "Mon..Fri " if schedule.weekdays else ""
    service = [MARK, "[Unit]", "Description=Drift Audio: the session of the day", "[Service]", "Type=oneshot", *environment]
    timer = [MARK, "[Unit]", "Description=Drift Audio: the session of the day", "[Timer]"]
    timer += [f"OnCalendar={days}*-*-* {schedule.at:%H:%M}:00", "Persistent=true", "[Install]", "WantedBy=timers.target"]
    return {
        f"{UNIT}.service": "\n".join([*service, f"ExecStart={command}", ""]),
        f"{UNIT}.timer": "\n".join([*timer, ""]),
    }


class Launchd:
    """A launch agent of the user (macOS). Missed runs come when the machine wakes."""

    name = "launchd"

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{LABEL}.plist"

    def usable(self) -> bool:
        return sys.platform == "darwin" and shutil.which("launchctl") is not None

    def install(self, schedule: Schedule) -> None:
        _only_ours(self.path, LABEL)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.path, plistlib.dumps(launch_agent(schedule)))
        run_tool(["launchctl", "bootout", self._domain(), str(self.path)])
        answer = run_tool(["launchctl", "bootstrap", self._domain(), str(self.path)])
        if answer.returncode:
            raise DeliveryError(f"launchctl bootstrap: {_one_line(answer.stderr)}")

    def show(self) -> str | None:
        if not self.path.is_file():
            return None
        return str(plistlib.loads(self.path.read_bytes())["StartCalendarInterval"])

    def remove(self) -> bool:
        if not self.path.is_file():
            return False
        with suppress(DeliveryError):  # an agent of another machine's home: nothing runs here that could be stopped
            run_tool(["launchctl", "bootout", self._domain(), str(self.path)])
        self.path.unlink()
        return True

    def _domain(self) -> str:
        return f"gui/{os.getuid()}"


def launch_agent(schedule: Schedule) -> Mapping[str, object]:
    """The property list of the launch agent."""
    moment = {"Hour": schedule.at.hour, "Minute": schedule.at.minute}
    days = [{**moment, "Weekday": day} for day in range(1, 6)] if schedule.weekdays else moment
    return {
        "Label": LABEL,
        "ProgramArguments": list(schedule.command),
        "EnvironmentVariables": dict(schedule.environment),
        "StartCalendarInterval": days,
        "ProcessType": "Background",
    }


def schedulers(home: Path) -> tuple[Scheduler, ...]:
    """Every scheduler we know, best first."""
    return (Launchd(home / "Library" / "LaunchAgents"), Systemd(home / ".config" / "systemd" / "user"), Crontab())


def choose(known: Sequence[Scheduler], by: str = "auto") -> Scheduler:
    """The scheduler named, or the first that works here.

    Raises:
        BadInput: no such scheduler, or not on this machine.
        DeliveryError: none works here.
    """
    names = [scheduler.name for scheduler in known]
    if by != "auto":
        if by not in names:
            raise BadInput(f"--by must be auto, {', '.join(names)}, not {by!r}")
        chosen = known[names.index(by)]
        if not chosen.usable():
            able = [scheduler.name for scheduler in known if scheduler.usable()]
            raise BadInput(f"--by {by}: does not work on this machine; {_instead(able)}")
        return chosen
    for scheduler in known:
        if scheduler.usable():
            return scheduler
    raise DeliveryError(f"neither launchd, nor a systemd user session, nor crontab is here; {_instead([])}")


def _instead(able: Sequence[str]) -> str:
    return f"--by {able[0]} does" if able else "install cron, or run: drift-audio daily run"


def find(known: Sequence[Scheduler]) -> tuple[Installed, ...]:
    """What is installed, by every scheduler that can be asked here."""
    found = []
    for scheduler in known:
        entry = scheduler.show() if scheduler.name != "crontab" or scheduler.usable() else None
        if entry is not None:
            found.append(Installed(by=scheduler.name, entry=entry))
    return tuple(found)


def _only_ours(path: Path, mark: str = MARK) -> None:
    if path.is_file() and mark not in path.read_text("utf-8", errors="replace"):
        raise DeliveryError(f"{path}: exists and was not written by drift-audio; move it away")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200] or "no reason given"
