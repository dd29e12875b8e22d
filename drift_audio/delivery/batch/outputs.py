"""Where a batch's files end up: a local folder, or any place fsspec knows by its URL. Whole or not at all."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol, TypeVar

from drift_audio.delivery.batch.journal import FileMade
from drift_audio.errors import DeliveryError, OutputError
from drift_audio.files import file_digest, make_folder, publish_file, stream_digest, write_whole
from drift_audio.inputs import is_url

TRIES: Final = 4
FIRST_WAIT_S: Final = 0.5
_ATOMIC: Final = {"s3", "s3a", "gs", "gcs", "abfs", "az", "memory"}
T = TypeVar("T")


class Outputs(Protocol):
    """A place for finished files; names are relative to it, with '/' between parts."""

    def holds(self, file: FileMade) -> bool:
        """Whether the file stands there whole."""
        ...

    def exists(self, name: str) -> bool: ...

    def put(self, source: Path, name: str) -> None:
        """Give `source` its final name there; nothing half-written ever stands under it. `source` may be gone afterwards."""
        ...

    def put_bytes(self, data: bytes, name: str) -> None: ...

    def read(self, name: str) -> bytes | None:
        """A small file, or None when it is not there."""
        ...


def open_outputs(output: str) -> Outputs:
    """The place that `output` names.

    Raises:
        OutputError: a folder that cannot be made, or a URL of a kind for which an extra is missing.
    """
    if not is_url(output):
        make_folder(Path(output))
        return LocalOutputs(Path(output))
    return RemoteOutputs(output)


class LocalOutputs:
    """A folder of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def holds(self, file: FileMade) -> bool:
        path = self.folder / file.name
        try:
            return path.stat().st_size == file.size and file_digest(path) == file.sha256
        except OSError:
            return False

    def exists(self, name: str) -> bool:
        return (self.folder / name).exists()

    def put(self, source: Path, name: str) -> None:
        final = self.folder / name
        make_folder(final.parent)
        publish_file(source, final)

    def put_bytes(self, data: bytes, name: str) -> None:
        make_folder((self.folder / name).parent)
        write_whole(self.folder / name, data)

    def read(self, name: str) -> bytes | None:
        path = self.folder / name
        return path.read_bytes() if path.is_file() else None


class RemoteOutputs:
    """A place behind an fsspec URL. Object stores show an object only when its upload is complete; elsewhere we rename."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.protocol = url.partition("://")[0].lower()
        try:
            import fsspec

            self.system, self.root = fsspec.core.url_to_fs(self.url)
        except ImportError as error:
            raise OutputError(f"{self.protocol}:// needs an extra: pip install 'drift-audio[s3]' ({error})") from None
        except ValueError as error:
            raise OutputError(f"{self.url}: {error}") from None

    def holds(self, file: FileMade) -> bool:
        """Compares the SHA-256 of what really stands there: reading is cheaper than making a session."""

        def look() -> bool:
            self.system.invalidate_cache()
            try:
                if self.system.size(self._at(file.name)) != file.size:
                    return False
                with self.system.open(self._at(file.name), "rb") as handle:
                    return stream_digest(handle) == file.sha256
            except FileNotFoundError:
                return False

        return self._retry(look)

    def exists(self, name: str) -> bool:
        def look() -> bool:
            self.system.invalidate_cache()
            return bool(self.system.exists(self._at(name)))

        return self._retry(look)

    def put(self, source: Path, name: str) -> None:
        self._retry(lambda: self._upload(lambda target: self.system.put_file(str(source), target), name))

    def put_bytes(self, data: bytes, name: str) -> None:
        self._retry(lambda: self._upload(lambda target: self.system.pipe_file(target, data), name))

    def read(self, name: str) -> bytes | None:
        def look() -> bytes | None:
            self.system.invalidate_cache()
            try:
                return bytes(self.system.cat_file(self._at(name)))
            except FileNotFoundError:
                return None

        return self._retry(look)

    def _upload(self, send: Callable[[str], object], name: str) -> None:
        final = self._at(name)
        if self.protocol in _ATOMIC:
            send(final)
            return
        self.system.makedirs(final.rpartition("/")[0], exist_ok=True)
        beside = f"{final}.{secrets.token_hex(4)}.part"
        try:
            send(beside)
            self.system.mv(beside, final)
        finally:
            if self.system.exists(beside):
                self.system.rm(beside)

    def _at(self, name: str) -> str:
        return f"{self.root}/{name}"

    def _retry(self, attempt: Callable[[], T]) -> T:
        for left in reversed(range(TRIES)):
            try:
                return attempt()
            except PermissionError as error:
                raise OutputError(f"{self.url}: access is refused ({error})") from None
            except Exception as error:  # noqa: BLE001 - every kind of store has its own errors; what lasts is told by its class
                if not left:
                    raise DeliveryError(f"{self.url}: not reachable after {TRIES} tries ({type(error).__name__})") from None
                time.sleep(FIRST_WAIT_S * 2 ** (TRIES - 1 - left))
        raise AssertionError("unreachable")


def describe_files(paths: Sequence[Path], root: Path) -> tuple[FileMade, ...]:
    """What was made, by name relative to `root`."""
    return tuple(
        FileMade(name=path.relative_to(root).as_posix(), sha256=file_digest(path), size=path.stat().st_size) for path in paths
    )
