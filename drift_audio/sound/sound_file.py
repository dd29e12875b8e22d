"""Opening a sound file to write: what the library says of a failed write becomes an error of ours."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drift_audio.errors import ExportError

if TYPE_CHECKING:
    from soundfile import SoundFile


@contextmanager
def sound_writer(path: Path, rate: int, channels: int, *, container: str, **options: Any) -> Iterator[SoundFile]:
    """A sound file to write float32 (frames, channels) into; options: of `soundfile.SoundFile` (subtype ...).

    Raises:
        OSError: the disk is full. ExportError: the encoder failed.
    """
    import soundfile

    try:
        with soundfile.SoundFile(path, "w", rate, channels, format=container, **options) as file:
            yield file
    except soundfile.LibsndfileError as error:
        raise _reason(error, path) from None


def _reason(error: Exception, path: Path) -> OSError | ExportError:
    """libsndfile tells of a full disk only by a failed write; ask the disk."""
    room = os.statvfs(path.parent)
    if room.f_bavail * room.f_frsize < 1 << 20:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return ExportError(f"the encoder failed: {error}")
