"""Files on this machine: checked before work, private, written whole or not at all.

Everything that is written goes to a file of its own beside the final name, to the disk, and then under that name; so what
bears the name is whole, whatever happens in between.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedIOBase
from pathlib import Path
from typing import Final

from drift_audio.errors import ExportError, OutputError

_REFUSED: Final = {
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG),
}


def check_free(path: Path, *, force: bool) -> None:
    """Raise OutputError where a file would be overwritten that nobody gave up."""
    if path.exists() and not force:
        raise OutputError(f"{path}: exists already; choose another name or allow overwriting with --force")


def check_writable(folder: Path) -> None:
    """Raise OutputError unless files can be made in `folder`."""
    if not folder.exists():
        raise OutputError(f"{folder}: no such folder; make it first, or choose another place")
    if not folder.is_dir():
        raise OutputError(f"{folder}: is not a folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"{folder}: cannot be written; choose another place")


def check_output(path: Path, *, formats: tuple[str, ...], force: bool) -> None:
    """Refuse an output file before any work.

    Raises:
        OutputError: a folder, an unknown suffix, a folder that is missing or closed, or a file that exists (without `force`).
    """
    if path.suffix[1:].lower() not in formats:
        raise OutputError(f"{path}: let the name end in {', '.join('.' + kind for kind in formats)}")
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; give a file name")
    check_free(path, force=force)
    check_writable(path.parent)


def located(output: str | Path) -> Path:
    """Where to: a name that ends in a slash is a folder, which is made where it is missing.

    Raises:
        OutputError: the folder cannot be made.
    """
    path = Path(output)
    if str(output).endswith(("/", "\\")):
        make_folder(path)
    return path


def private_folder(folder: Path) -> Path:
    """Make `folder` (0700) and the parents that are missing; an existing one keeps its mode.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def make_folder(folder: Path) -> Path:
    """As `private_folder`, for a place that the user named.

    Raises:
        OutputError: it cannot be made, or files cannot be made in it.
    """
    try:
        private_folder(folder)
    except FileExistsError:
        raise OutputError(f"{folder}: is a file, not a folder") from None
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror})") from None
    check_writable(folder)
    return folder


def slug(title: str) -> str:
    """A file name's worth of a title: ASCII letters, digits and hyphens, at most 60 characters."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "session"


@contextmanager
def whole_file(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """A private, empty file (0600) beside `path`, which takes that name when the block ends well and is gone otherwise.

    durable: flush it to the disk first; without, a power loss may leave a damaged file, which suits a cache that checks.

    Raises:
        OSError: the folder cannot be written, or the disk is full.
    """
    with _part(path) as part:
        yield part
        if durable:
            publish_file(part, path)
        else:
            part.replace(path)


@contextmanager
def output_file(path: Path) -> Iterator[Path]:
    """As `whole_file`, for a file that the user asked for: what the operating system says becomes one clear line.

    Raises:
        OutputError: the place cannot be written to. ExportError: the disk is full, or broken.
    """
    try:
        with whole_file(path) as part:
            yield part
    except OSError as error:
        raise _told(error, path) from None


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all (0600); an existing file is replaced.

    Raises:
        OSError: the folder cannot be written; nothing is left behind.
    """
    with whole_file(path) as part:
        part.write_bytes(data)


def write_once(path: Path, data: bytes) -> None:
    """Write `data` to `path` (0600) unless a file is there; of several processes the first one's stays.

    Raises:
        OSError: the folder cannot be written; nothing is left behind.
    """
    with _part(path) as part:
        part.write_bytes(data)
        _flush(part)
        # Unlike a rename, a link never takes the place of what another process wrote in the meantime.
        with suppress(FileExistsError):
            os.link(part, path)
    sync_folder(path.parent)


def write_private(path: Path, text: str) -> None:
    """Write words to a file that the user asked for, whole or not at all, readable by their owner only (0600).

    Raises:
        OutputError, ExportError: see `output_file`.
    """
    with output_file(path) as part:
        part.write_bytes(text.encode())


def publish_file(source: Path, final: Path) -> None:
    """Give a finished file its final name, durably; both stand on the same file system."""
    _flush(source)
    source.replace(final)
    sync_folder(final.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power loss; a file system that cannot (or Windows) is passed over."""
    with suppress(OSError):
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return stream_digest(file)


def stream_digest(stream: BufferedIOBase) -> str:
    """SHA-256 of what is left of an open binary file, in hex."""
    return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _part(path: Path) -> Iterator[Path]:
    """A private, empty file beside `path`, gone afterwards unless it was renamed."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield part
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _told(error: OSError, path: Path) -> ExportError | OutputError:
    reason = error.strerror or error
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return ExportError(f"{path.parent}: the disk is full ({reason}); free some space or choose another place")
    if error.errno in _REFUSED:
        return OutputError(f"{path}: cannot be written ({reason}); choose another place")
    return ExportError(f"{path}: cannot be written ({reason})")
