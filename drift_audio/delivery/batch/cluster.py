"""Past one machine: a batch on a Dask cluster.

The client holds the journal and the items' locks; workers open the studio once (a worker plugin) and make sessions in a
private scratch folder that is emptied after each. A situation travels inside its task and never touches a worker's disk or log.
A lost worker's items are made again elsewhere. With outputs by URL workers upload by themselves and leave a receipt, so that
the client may go away and come back; with a local folder the bytes come back to the client.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from drift_audio.config import Settings
from drift_audio.delivery.batch.items import (
    Outcome,
    Task,
    already_there,
    claim,
    failure,
    publish_made,
    refuse_foreign,
    work_folder,
)
from drift_audio.delivery.batch.journal import Journal, Result
from drift_audio.delivery.batch.outputs import LocalOutputs, open_outputs
from drift_audio.errors import ConfigError, DeliveryError, DriftError
from drift_audio.files import make_folder
from drift_audio.inputs import is_url
from drift_audio.studio import WriterName

if TYPE_CHECKING:
    from distributed import Client, Future, LocalCluster

    from drift_audio.delivery.batch.cluster_worker import Made

CONNECT_S: Final = 15
TICK_S: Final = 0.5
AHEAD: Final = 3


class DaskWorkers:
    """Runs tasks on the cluster at `address`: a scheduler's address, or "local:N" for one of N processes made for the purpose."""

    def __init__(self, settings: Settings, address: str, *, journal: Journal, writer: WriterName = "auto") -> None:
        self._settings, self._address, self._journal, self._writer = settings, address, journal, writer
        self._client: Client | None = None
        self._cluster: LocalCluster | None = None
        self._plugin = ""
        self._locks: dict[str, FileLock] = {}

    def run(self, tasks: Sequence[Task]) -> Iterator[Outcome | None]:
        """Outcomes as they come; None now and then. At most a few items a worker thread are under way at once."""
        client = self._connect()
        waiting = deque(tasks)
        flying: dict[Future[Made], Task] = {}
        try:
            while waiting or flying:
                room = AHEAD * max(1, sum(client.nthreads().values())) - len(flying)
                for _ in range(min(room, len(waiting))):
                    settled = self._start(client, waiting, flying)
                    if settled is not None:
                        yield settled
                yield from self._collect(flying)
                yield None
        finally:
            self.close()

    def _start(self, client: Client, waiting: deque[Task], flying: dict[Future[Made], Task]) -> Outcome | None:
        task = waiting.popleft()
        name = task.item.name
        lock = claim(task.home, name)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting.append(task)
            return None
        self._locks[name] = lock
        settled = self._settle(task)
        if settled is not None:
            self._release(name)
            return settled
        self._journal.start(name)
        # The key is the item's fingerprint: a client that comes back joins the work that is still under way.
        from drift_audio.delivery.batch.cluster_worker import Sealed, work

        future = client.submit(work, Sealed(task, self._plugin), key=f"drift-{task.fingerprint[:32]}", retries=2)
        if is_url(task.output):
            from distributed import fire_and_forget

            fire_and_forget(future)
        flying[future] = task
        return None

    def _settle(self, task: Task) -> Outcome | None:
        """The outcome of a task that needs no worker: done before, only to be named, or not to be begun."""
        from drift_audio.delivery.batch.cluster_worker import read_receipt

        row, outputs = self._journal.read(task.item.name), open_outputs(task.output)
        if row is not None and already_there(row, task, outputs):
            self._journal.done(row.name)
            return Outcome(name=row.name, end="skipped", result=row.result)
        made = row is not None and row.state == "made" and row.fingerprint == task.fingerprint
        if made and row is not None and publish_made(row, work_folder(task), outputs):
            self._journal.done(row.name)
            return Outcome(name=row.name, end="done", result=row.result)
        try:
            if not is_url(task.output) or read_receipt(task, outputs) is None:
                refuse_foreign(task, row, outputs)
        except DriftError as error:
            result = failure(error)
            self._journal.failed(task.item.name, result)
            return Outcome(name=task.item.name, end="failed", result=result)
        return None

    def _collect(self, flying: dict[Future[Made], Task]) -> Iterator[Outcome]:
        from distributed import TimeoutError as DaskTimeout
        from distributed import wait

        if not flying:
            return
        try:
            ended = wait(list(flying), timeout=TICK_S, return_when="FIRST_COMPLETED").done
        except (DaskTimeout, TimeoutError):
            return
        for future in ended:
            task = flying.pop(future)
            outcome = self._finish(task, future)
            self._release(task.item.name)
            future.release()
            yield outcome

    def _finish(self, task: Task, future: Future[Made]) -> Outcome:
        name = task.item.name
        if future.status != "finished":
            result = Result(error=type(future.exception()).__name__, message="the cluster could not finish it")
            self._journal.failed(name, result)
            return Outcome(name=name, end="failed", result=result)
        made: Made = future.result()
        if made.end != "done":
            self._journal.failed(name, made.result, care=made.end == "care")
            return Outcome(name=name, end="care" if made.end == "care" else "failed", result=made.result)
        if made.payload:
            self._write(task, made)
        else:
            self._journal.finished(name, made.files, made.result)
        return Outcome(name=name, end="done", result=made.result, files=made.files)

    def _write(self, task: Task, made: Made) -> None:
        folder, outputs = work_folder(task), open_outputs(task.output)
        make_folder(folder)
        beside = LocalOutputs(folder)
        for file in made.files:
            beside.put_bytes(made.payload[file.name], file.name)
        self._journal.made(task.item.name, made.files, made.result)
        for file in made.files:
            outputs.put(folder / file.name, file.name)
        self._journal.done(task.item.name)
        shutil.rmtree(folder, ignore_errors=True)

    def _connect(self) -> Client:
        try:
            from distributed import Client

            from drift_audio.delivery.batch.cluster_worker import StudioPlugin
        except ImportError as error:
            raise ConfigError(f"--cluster needs an extra: pip install 'drift-audio[cluster]' ({error})") from None
        try:
            self._client = Client(self._local() if self._address.startswith("local:") else self._address, timeout=CONNECT_S)
            plugin = StudioPlugin(self._settings, self._writer)
            self._plugin = plugin.name
            self._client.register_plugin(plugin, name=plugin.name)
        except (OSError, TimeoutError, ValueError) as error:
            self.close()
            where, kind = f"--cluster {self._address}", type(error).__name__
            raise DeliveryError(f"{where}: no scheduler answers there ({kind}); start one with: dask scheduler") from None
        return self._client

    def _local(self) -> LocalCluster:
        from distributed import LocalCluster

        count = self._address.removeprefix("local:")
        if not count.isdigit() or not 1 <= int(count) <= 256:
            raise ConfigError(f"--cluster must be a scheduler's address or local:N with N from 1 to 256, not {self._address!r}")
        self._cluster = LocalCluster(n_workers=int(count), threads_per_worker=1, processes=True, dashboard_address=None)
        return self._cluster

    def _release(self, name: str) -> None:
        self._locks.pop(name).release()

    def close(self) -> None:
        """Let go of the cluster; one that was made for the purpose ends."""
        for name in list(self._locks):
            self._release(name)
        if self._client is not None:
            self._client.close()
            self._client = None
        if self._cluster is not None:
            self._cluster.close()
            self._cluster = None
