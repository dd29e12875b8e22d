"""The worker's side of a Dask batch: a plugin that opens the studio once, and the one function that makes an item.

A situation comes in a sealed task and never touches the disk or the log of a worker; the scratch folder is private, emptied
after each item, and goes with the worker - or, when that was killed, with the next one on the machine.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from distributed import Worker, WorkerPlugin, get_worker
from filelock import FileLock, Timeout
from pydantic import Field

from drift_audio.config import Settings
from drift_audio.delivery.batch.items import Task, failure, make, result_of
from drift_audio.delivery.batch.journal import FileMade, Result
from drift_audio.delivery.batch.outputs import Outputs, describe_files, open_outputs
from drift_audio.errors import CareStop
from drift_audio.inputs import is_url
from drift_audio.scenario import Frozen
from drift_audio.studio import WriterName

if TYPE_CHECKING:
    from drift_audio.studio import Studio

PLUGIN: Final = "drift-audio"
SCRATCH: Final = "drift-worker-"
RECEIPTS: Final = "feed/receipts"


class Made(Frozen):
    """What a worker hands back. payload: the files' bytes by name when the client is to write them."""

    end: str
    result: Result
    files: tuple[FileMade, ...] = ()
    payload: dict[str, bytes] = Field(default_factory=dict)


class Sealed:
    """A task on its way. Dask writes the arguments of calls into logs when something fails; this shows nothing there."""

    def __init__(self, task: Task, plugin: str) -> None:
        self.task = task
        self.plugin = plugin

    def __repr__(self) -> str:
        return "<sealed task>"

    __str__ = __repr__


class StudioPlugin(WorkerPlugin):
    """Opens a studio once on every worker, with a private scratch folder that goes when the worker goes."""

    # A client that comes back with the same settings must not tear down the studio that its earlier tasks still use.
    idempotent = True

    def __init__(self, settings: Settings, writer: WriterName) -> None:
        told = f"{settings.model_dump_json()}{settings.llm.api_key and settings.llm.api_key.get_secret_value()}{writer}"
        self.name = f"{PLUGIN}-{hashlib.sha256(told.encode()).hexdigest()[:16]}"
        self.settings = settings
        self.writer = writer
        self.studio: Studio | None = None
        self.scratch: Path | None = None
        self.lock: FileLock | None = None

    def setup(self, worker: Worker) -> None:
        from drift_audio.config import load_settings
        from drift_audio.studio import build_studio

        sweep_scratch()
        self.scratch = Path(tempfile.gettempdir()) / f"{SCRATCH}{secrets.token_hex(8)}"
        self.lock = FileLock(self.scratch.with_suffix(".lock"), mode=0o600)
        self.lock.acquire()  # before there is anything that a sweep could take for left over
        self.scratch.mkdir(mode=0o700)
        # Weights and the user's catalogues are the worker machine's own; how to speak and write is the client's wish.
        asked = {name: getattr(self.settings, name) for name in ("voice", "ambience", "language", "locale")}
        own = load_settings({**asked, "cache_dir": self.scratch / "cache"}).model_copy(update={"llm": self.settings.llm})
        studio = build_studio(own, writer=self.writer)
        studio.voice_box.workers = max(1, worker.state.nthreads)
        self.studio = replace(studio, spool_dir=self.scratch)

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - the signature is the library's
        if self.studio is not None:
            self.studio.close()
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)
        if self.lock is not None:
            self.lock.release()
            Path(self.lock.lock_file).unlink(missing_ok=True)

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"studio": None, "scratch": None, "lock": None}


def sweep_scratch() -> None:
    """Remove scratch folders whose worker was killed: the operating system has let go of their locks."""
    for path in Path(tempfile.gettempdir()).glob(f"{SCRATCH}*.lock"):
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except (Timeout, OSError):
            continue
        shutil.rmtree(path.with_suffix(""), ignore_errors=True)
        path.unlink(missing_ok=True)
        lock.release()


def work(sealed: Sealed) -> Made:
    """Runs on a worker: make one item; never raises for what went wrong with the item itself."""
    plugin: Any = get_worker().plugins[sealed.plugin]
    task = sealed.task
    folder: Path = plugin.scratch / "work" / task.item.name
    try:
        return _make(task, plugin.studio, folder)
    except Exception as error:  # noqa: BLE001 - one bad item must never end the batch; it is reported by its class
        return Made(end="care" if isinstance(error, CareStop) else "failed", result=failure(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(task: Task, studio: Studio, folder: Path) -> Made:
    outputs = open_outputs(task.output) if is_url(task.output) else None
    if outputs is not None and (known := read_receipt(task, outputs)) is not None:
        return known
    begun = time.monotonic()
    session, paths = make(task, studio, folder, on_event=lambda _event: None)
    files = describe_files(paths, folder)
    result = result_of(session, wall_s=time.monotonic() - begun)
    if outputs is None:
        return Made(end="done", result=result, files=files, payload={f.name: (folder / f.name).read_bytes() for f in files})
    for file in files:
        outputs.put(folder / file.name, file.name)
    made = Made(end="done", result=result, files=files)
    outputs.put_bytes(made.model_dump_json().encode(), receipt_name(task))
    return made


def receipt_name(task: Task) -> str:
    """Where the receipt of an item stands; the fingerprint in it tells nothing of its words."""
    return f"{RECEIPTS}/{task.fingerprint[:32]}.json"


def read_receipt(task: Task, outputs: Outputs) -> Made | None:
    """What an earlier worker delivered for this very item, if all of it stands whole."""
    raw = outputs.read(receipt_name(task))
    if raw is None:
        return None
    try:
        made = Made.model_validate_json(raw)
    except ValueError:
        return None
    return made if made.files and all(outputs.holds(file) for file in made.files) else None
