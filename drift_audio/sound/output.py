"""Small output files: refused before any work, and written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from drift_audio.errors import ExportError, OutputError


def check_output(path: Path, *, formats: tuple[str, ...], force: bool) -> None:
    """Refuse an output file before any work.

    Raises:
        OutputError: a folder, an unknown suffix, a missing folder, or a file that exists (without `force`).
    """
    if path.suffix[1:].lower() not in formats:
        raise OutputError(f"{path}: let the name end in {', '.join('.' + kind for kind in formats)}")
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; give a file name")
    if path.exists() and not force:
        raise OutputError(f"{path}: exists already; choose another name or allow overwriting with --force")
    if not path.parent.is_dir():
        raise OutputError(f"{path.parent}: no such folder; make it first, or choose another place")


def whole(part: Path, path: Path, write: Callable[[], None]) -> None:
    """Let `write` make the file `part`, then give it its name; nothing is left when it fails.

    Raises:
        ExportError: it could not be written.
    """
    try:
        write()
        with part.open("rb") as handle:
            os.fsync(handle.fileno())
        part.replace(path)
    except (OSError, RuntimeError) as error:  # libsndfile raises a RuntimeError
        raise ExportError(f"{path}: cannot be written ({getattr(error, 'strerror', None) or error})") from None
    finally:
        part.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """Where the unfinished file stands until it gets its name."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")
