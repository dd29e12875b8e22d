"""The clip cache: every voiced sentence is kept on disk once, under a keyed name that tells nothing of its words.

One FLAC file a clip: 16 bit is 98 dB under full scale, well below any engine's own noise; it is lossless from there on, half
the size of raw samples, tells its frame count in its header (0.05 ms) and checks itself when it is read. The loudness stands
in its comment field. Files are written beside and renamed, so that several processes may share the folder.
"""

from __future__ import annotations

import hmac
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drift_audio.errors import EngineError, ExportError
from drift_audio.files import private_folder, whole_file
from drift_audio.sound.audio import Mono
from drift_audio.sound.clip import Clip, frames_at_session_rate
from drift_audio.sound.dsp.loudness import clip_lufs
from drift_audio.sound.sound_file import sound_writer

FORMAT: Final = "1"
SUFFIX: Final = ".flac"
IN_USE_S: Final = 6 * 3600.0
_COMMENT: Final = "lufs="


@dataclass(frozen=True, slots=True)
class _Entry:
    path: Path
    used: float
    size: int


class ClipCache:
    """Clips on disk by name; the least recently used go when the folder outgrows its bound.

    folder: made 0700 when missing. max_bytes: the bound; clips used in the last `in_use_s` seconds stay even so, because a
    session that runs now reads its clips again when it is mixed. key: secret of this installation, at least 16 bytes.
    Safe in threads and across processes.
    """

    def __init__(self, folder: Path, *, max_bytes: int, key: bytes, in_use_s: float = IN_USE_S) -> None:
        if len(key) < 16:
            raise ValueError(f"the cache key must be at least 16 bytes, not {len(key)}")
        self._folder = folder
        self._max_bytes = max_bytes
        self._key = key
        self._in_use_s = in_use_s
        self._lock = threading.Lock()
        self._written = 0

    def name(self, *fields: str) -> str:
        """The keyed name of a clip from everything that decides how it sounds."""
        message = "\x1f".join((FORMAT, *fields)).encode()
        return hmac.new(self._key, message, "sha256").hexdigest()

    def get(self, name: str, *, text: str) -> Clip | None:
        """The clip of that name, now most recently used, or None. A damaged file is removed and counts as absent."""
        import soundfile

        path = self._path(name)
        try:
            with soundfile.SoundFile(path) as file:
                frames, rate, comment = file.frames, file.samplerate, file.comment
            os.utime(path)
        except (soundfile.LibsndfileError, OSError):
            path.unlink(missing_ok=True)
            return None
        if not comment.startswith(_COMMENT) or frames <= 0:
            path.unlink(missing_ok=True)
            return None
        level = float(comment.removeprefix(_COMMENT))
        return Clip(text=text, frames=frames_at_session_rate(frames, rate), path=path, rate=rate, level_lufs=level)

    def put(self, name: str, samples: Mono, rate: int, *, text: str) -> Clip:
        """Keep mono float32 (frames,) in [-1, 1] at `rate` hertz under `name`.

        Raises:
            EngineError: the folder cannot be written.
        """
        path = self._path(name)
        level = round(clip_lufs(samples, rate), 2)
        try:
            self._make_folders(path.parent)
            # Not flushed to the disk, which would take longer than speaking: a clip checks itself when it is read.
            with whole_file(path, durable=False) as part:
                with sound_writer(part, rate, 1, container="FLAC", subtype="PCM_16") as file:
                    file.comment = f"{_COMMENT}{level}"
                    file.write(samples)
                size = part.stat().st_size
        except (OSError, ExportError) as error:
            reason = getattr(error, "strerror", None) or error
            raise EngineError(f"the clip cache {self._folder} cannot be written: {reason}") from error
        self._count(size)
        return Clip(text=text, frames=frames_at_session_rate(samples.size, rate), path=path, rate=rate, level_lufs=level)

    def prune(self) -> int:
        """Remove the least recently used clips until the folder is 10 % under its bound; returns how many went.

        One process at a time: another that is at it already is left to finish, and this one returns 0.
        """
        import filelock

        if not self._folder.is_dir():
            return 0
        try:
            with filelock.FileLock(self._folder / ".lock", timeout=0, mode=0o600):
                return self._prune()
        except filelock.Timeout:
            return 0

    def _prune(self) -> int:
        entries = sorted(self._entries(), key=lambda entry: entry.used)
        total = sum(entry.size for entry in entries)
        if total <= self._max_bytes:
            return 0
        idle_since = time.time() - self._in_use_s
        gone = 0
        for entry in entries:
            if total <= 0.9 * self._max_bytes or entry.used > idle_since:
                break
            entry.path.unlink(missing_ok=True)
            total -= entry.size
            gone += 1
        return gone

    def _entries(self) -> Iterator[_Entry]:
        for path in self._folder.glob(f"*/*{SUFFIX}"):
            try:
                status = path.stat()
            except FileNotFoundError:  # another process was quicker
                continue
            yield _Entry(path, status.st_mtime, status.st_size)

    def _count(self, size: int) -> None:
        """Prune about every tenth of the bound, so that the folder is not walked for every clip."""
        with self._lock:
            self._written += size
            due = self._written > self._max_bytes // 10
            if due:
                self._written = 0
        if due:
            self.prune()

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name[2:]}{SUFFIX}"

    def _make_folders(self, folder: Path) -> None:
        if not folder.is_dir():
            private_folder(self._folder)
            private_folder(folder)
