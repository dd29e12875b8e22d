"""Files on this machine: checked before work, private, written whole or not at all."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

from drift_audio.errors import OutputError


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


def located(output: str | Path) -> Path:
    """Where to: a name that ends in a slash is a folder, which is made where it is missing.

    Raises:
        OutputError: the folder cannot be made.
    """
    path = Path(output)
    if str(output).endswith(("/", "\\")):
        make_folder(path)
    return path


def make_folder(folder: Path) -> None:
    """Make a private folder (0700) and its parents; an existing one keeps its mode."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError:
        raise OutputError(f"{folder}: is a file, not a folder") from None
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror})") from None
    check_writable(folder)


def slug(title: str) -> str:
    """A file name's worth of a title: ASCII letters, digits and hyphens, at most 60 characters."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "session"


def write_private(path: Path, text: str) -> None:
    """Write words to `path` whole or not at all, readable by their owner only (0600).

    Raises:
        OutputError: the file cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OutputError(f"{path}: cannot be written ({error.strerror})") from None
