"""The session of the day: made once however often it is asked for, kept as long as wished, remembered without its words."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from importlib.resources import files
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock
from pydantic import ValidationError

from drift_audio.delivery.daily.rotation import Daily, Made, Plan, load_daily, plan_day
from drift_audio.delivery.feed.collection import refresh
from drift_audio.delivery.feed.record import FEED_FOLDER, note_help, record, sidecars, write_captions, write_sidecars
from drift_audio.errors import CareStop, DeliveryError, DriftError, OutputError
from drift_audio.files import file_digest, make_folder, publish_file, write_whole
from drift_audio.output_spec import OutputSpec
from drift_audio.scenario import Frozen, Scenario

if TYPE_CHECKING:
    from drift_audio.config import Settings
    from drift_audio.session import Session

FILE: Final = "daily.yaml"
WORK: Final = ".drift-daily"
MAX_DAYS: Final = 800
LOG_BYTES: Final = 200_000
LOG_FILES: Final = 3
Maker = Callable[[Scenario, OutputSpec, date], "Session"]


class Day(Made):
    """A day that was made: its file, so that it is recognised again and removed when its time is over, and only then."""

    file: str
    sha256: str
    captions: bool = False
    writer: str = ""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


def daily_file(settings: Settings) -> Path:
    """Where `daily.yaml` stands."""
    return settings.config_dir / FILE


def state_folder(settings: Settings) -> Path:
    """Where what was made is remembered, and the log is kept."""
    return settings.data_dir / "daily"


def init(settings: Settings, *, force: bool = False) -> Path:
    """Write a commented `daily.yaml`.

    Raises:
        OutputError: there is one already, or it cannot be written.
    """
    path = daily_file(settings)
    if path.exists() and not force:
        raise OutputError(f"{path}: exists already; edit it, or write a fresh one with --force")
    make_folder(path.parent)
    write_whole(path, (files("drift_audio.delivery.daily") / "template.yaml").read_bytes())
    return path


class Diary:
    """The days that were made, in one small file. Holds dates, themes and techniques; never a situation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "days.json"
        make_folder(folder)
        self.lock = FileLock(folder / ".lock", mode=0o600)

    def days(self) -> tuple[Day, ...]:
        """Every day, oldest first.

        Raises:
            DeliveryError: the file is damaged.
        """
        try:
            listed = json.loads(self.path.read_text("utf-8"))
            return tuple(sorted((Day.model_validate(day) for day in listed), key=lambda day: day.day))
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, ValidationError) as error:
            kind = type(error).__name__
            raise DeliveryError(f"{self.path}: cannot be read ({kind}); move it away, and the rotation begins anew") from None

    def write(self, days: Sequence[Day]) -> None:
        text = json.dumps([day.model_dump(mode="json") for day in days], indent=1) + "\n"
        write_whole(self.path, text.encode())


class DayReport(Frozen):
    """What a run came to: what was made now; the day as it stood already; or why there is none."""

    made: tuple[Day, ...] = ()
    standing: Day | None = None
    why: str = ""


def run_day(settings: Settings, day: date, *, make: Maker, today: date, discreet: bool = False) -> DayReport:
    """Make the session of `day` (and of missed days, when the file says so) unless it stands.

    discreet: nothing is said back of a situation, whatever the file says.
    Ten at once make one: the first holds the diary's lock, the others wait and find the day made.

    Raises:
        DriftError: what went wrong, also noted in the log by its class.
    """
    diary = Diary(state_folder(settings))
    with diary.lock, _log(diary.folder) as log:
        try:
            daily = load_daily(daily_file(settings))
            daily = daily.model_copy(update={"discreet": daily.discreet or discreet})
            return _run(daily, day, diary, make, log, today=today)
        except CareStop as stop:
            log.error("%s stopped out of care; these people answer: %s", day, "; ".join(map(str, stop.report.lines)))  # noqa: TRY400
            note_help(daily.output, stop.report.lines)  # the page of the sessions shows them, too
            refresh(daily.output)
            raise
        except DriftError as error:
            log.error("%s failed: %s", day, type(error).__name__)  # noqa: TRY400 - the class alone: a message may tell something
            raise


def _run(daily: Daily, day: date, diary: Diary, make: Maker, log: logging.Logger, *, today: date) -> DayReport:
    make_folder(daily.output)
    for entry in diary.days():
        finish(daily, entry)
    standing = next((entry for entry in diary.days() if entry.day == day and _stands(daily, entry)), None)
    plans, why = due(daily, day, diary.days(), today=today)
    made = tuple(_make(daily, plan, diary, make) for plan in plans)
    for entry in made:
        log.info("%s made: %s, writer %s, %d warnings", entry.day, entry.file, entry.writer, len(entry.warnings))
    removed = forget(daily, diary, today, spare=frozenset(entry.file for entry in made))
    if removed:
        log.info("%s removed %d sessions older than %d days", today, removed, daily.keep)
    refresh(daily.output)
    if not made:
        log.info("%s nothing to do", day)
    return DayReport(made=made, standing=standing, why=why)


def due(daily: Daily, day: date, days: Sequence[Day], *, today: date) -> tuple[list[Plan], str]:
    """The sessions to make now, oldest first, and why `day` itself has none (empty when it has)."""
    standing = {entry.day for entry in days if _stands(daily, entry)}
    wanted = [*(_missed(daily, day, days) if day == today else ()), day]
    past: list[Made] = [entry for entry in days if entry.day in standing or entry.day not in wanted]
    plans: list[Plan] = []
    why = ""
    for one in (one for one in wanted if one not in standing):
        plan = plan_day(daily, one, past)
        if plan.theme is None:
            why = plan.why
            continue
        plans.append(plan)
        past.append(Made(day=one, theme=plan.theme.name, situation=plan.situation))
    return plans, why


def _missed(daily: Daily, day: date, days: Sequence[Day]) -> list[date]:
    if daily.catch_up == "skip" or not days:
        return []
    last = max(entry.day for entry in days)
    back = (day - timedelta(days=number) for number in range(daily.catch_up_days, 0, -1))
    return [one for one in back if one > last]


def _stands(daily: Daily, entry: Day) -> bool:
    return bool(entry.file) and (daily.output / entry.file).is_file()


def _make(daily: Daily, plan: Plan, diary: Diary, make: Maker) -> Day:
    """Make beside, write it into the diary, then give it its name: cut off anywhere, the next run knows what is ours."""
    name = f"{plan.day.isoformat()}.{daily.format}"
    if (daily.output / name).exists():
        raise OutputError(f"{daily.output / name}: exists already and was not made here; move it away")
    if plan.theme is None:
        raise DeliveryError(f"{plan.day}: {plan.why}")
    scenario = Scenario.build(
        situation=plan.theme.situations[plan.situation], language=daily.language, seed=plan.seed, discreet=daily.discreet,
        **plan.look.model_dump(),
    )  # fmt: skip
    work = daily.output / WORK
    shutil.rmtree(work, ignore_errors=True)
    make_folder(work)
    session = make(scenario, OutputSpec(output=work / name, format=daily.format, force=True), plan.day)
    shown = record(session, created=datetime.combine(plan.day, clock_time(), UTC))
    write_sidecars(shown, daily.output)
    if daily.captions:
        write_captions(shown, daily.output)
    technique = f"{session.script.style}/{session.script.theme or 'general'}"
    entry = Day(
        day=plan.day, theme=plan.theme.name, situation=plan.situation, technique=technique, file=name,
        sha256=file_digest(session.path), captions=daily.captions, writer=session.writer, warnings=session.warnings,
        seconds=round(session.seconds, 3),
    )  # fmt: skip
    diary.write([*(day for day in diary.days() if day.day != plan.day), entry])
    finish(daily, entry)
    return entry


def finish(daily: Daily, entry: Day) -> None:
    """Give a made session its final name if a crash came between; its bytes must be the ones in the diary."""
    beside, final = daily.output / WORK / entry.file, daily.output / entry.file
    if entry.file and not final.exists() and beside.is_file() and file_digest(beside) == entry.sha256:
        publish_file(beside, final)
    if entry.file and not any((daily.output / WORK).glob("*")):
        shutil.rmtree(daily.output / WORK, ignore_errors=True)


def forget(daily: Daily, diary: Diary, today: date, *, spare: frozenset[str] = frozenset()) -> int:
    """Remove sessions older than `keep` days: only files that were made here and are as they were made. The themes stay known.

    spare: files that this very run has made, for a day that was asked for by name; the next run may remove them.
    """
    if daily.keep is None:
        return 0
    before = today - timedelta(days=daily.keep)
    days, removed = list(diary.days()), 0
    for number, entry in enumerate(days):
        if entry.day > before or not entry.file or entry.file in spare:
            continue
        path = daily.output / entry.file
        if path.is_file() and file_digest(path) == entry.sha256:
            for extra in sidecars(daily.output, entry.file):
                if entry.captions or extra.parent.name == FEED_FOLDER:
                    extra.unlink(missing_ok=True)
            path.unlink()
            removed += 1
        days[number] = entry.model_copy(update={"file": "", "sha256": ""})
    diary.write(days[-MAX_DAYS:])
    return removed


def studio_maker(settings: Settings) -> Maker:
    """Makes sessions with a studio of these settings; nothing is opened before the first one."""

    def make(scenario: Scenario, target: OutputSpec, day: date) -> Session:
        from drift_audio import pipeline
        from drift_audio.studio import open_studio

        with open_studio(settings, today=lambda: day) as studio:
            return pipeline.create(scenario, studio, target)

    return make


@contextmanager
def _log(folder: Path) -> Iterator[logging.Logger]:
    """A rotating log that only its owner can read; it is given dates, file names of dates, counts and classes of errors."""
    path = folder / "daily.log"
    path.touch(mode=0o600)
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log = logging.Logger("drift-audio daily", logging.INFO)  # not a registered one: nobody else's handlers shall see it
    log.addHandler(handler)
    try:
        yield log
    finally:
        handler.close()
