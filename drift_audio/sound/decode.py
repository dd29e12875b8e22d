"""The one door for sound from outside: beds, recordings to clone a voice from, files to inspect.

What libsndfile reads, it reads in place. What it cannot (M4A, AAC, WMA, a damaged MP3, FLAC or OGG) pydub has ffmpeg decode
into a temporary WAV, and that is read instead. Either way a file is read in stretches: memory does not grow with its length.
Why so: `docs/decisions/decode.md`.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import numpy as np

from drift_audio.errors import BadInput
from drift_audio.sound.audio import Samples

if TYPE_CHECKING:
    from types import TracebackType

    from soundfile import SoundFile

SUFFIXES: Final = frozenset(
    "wav flac ogg oga opus mp3 aif aiff aifc au caf w64 rf64 m4a aac mp4 m4b wma webm mka".split()  # noqa: SIM905 - reads better
)
"""What an audio file's name may end in, where a folder is searched for them."""

_MISSING_S: Final = 0.5
"""A file that lacks less than this of the length it promises is not worth decoding anew: MP3 lengths are often estimates."""

_ADVICE: Final = "with ffmpeg installed more formats can be, or convert it to FLAC"
_CHATTER: Final = re.compile(rb"^(?:\[src/libmpg123/|Note: |Warning: )[^\n]*\n", re.MULTILINE)


class UnreadableSound(BadInput):
    """A file cannot be read as sound; the message is one line: the file, and why."""


class SoundReader:
    """A sound file from outside, read in stretches at its own rate.

    rate: hertz. channels, frames: what it holds. decoded: whether ffmpeg had to decode it. A file may turn out damaged only
    while it is read: then it is decoded anew, reading goes on at the same place, and `frames` says what is really there.

    Raises:
        UnreadableSound: no such file, not a regular one, not audio; while reading: nothing left, or values that are no sound.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._named = _named(path)
        copy = _COPIES.get(self._named)
        file = _opened(copy or path)
        if file is None:
            copy = _copy(self._named)
            file = _opened(copy)
        if file is None:
            raise UnreadableSound(f"{path}: cannot be read as audio")
        self._use(file, decoded=copy is not None)

    def _use(self, file: SoundFile, *, decoded: bool) -> None:
        self._file = file
        self.decoded = decoded
        self.rate, self.channels, self.frames = int(file.samplerate), int(file.channels), int(file.frames)
        self._at = 0

    @property
    def holds_floats(self) -> bool:
        """Whether its values may be NaN, infinite or far over full scale."""
        return self._file.subtype in ("FLOAT", "DOUBLE")

    def read(self, frames: int) -> Samples:
        """The next frames: float32 (frames, channels), fewer at the end."""
        wanted = max(0, min(frames, self.frames - self._at))
        block, broken = self._tried(wanted)
        missing = wanted - len(block)
        lacks = self.frames - self._at if missing else 0
        if (broken or lacks > _MISSING_S * self.rate) and self._decode_anew():
            rest, _ = self._tried(min(missing, self.frames - self._at))
            block = np.concatenate([block, rest])
        elif missing:
            self.frames = self._at  # the file holds less than it says, and there is no more to be had
        if wanted and not self.frames:
            raise UnreadableSound(f"{self._path}: is damaged; nothing can be read from its beginning")
        return self._finite(block)

    def seek(self, frame: int) -> None:
        """Go to a frame, counted from the beginning; beyond the end is the end."""
        import soundfile

        self._at = max(0, min(frame, self.frames))
        try:
            with self._quiet():
                self._file.seek(self._at)
        except soundfile.LibsndfileError:
            if not self._decode_anew():
                raise UnreadableSound(f"{self._path}: is damaged; {_ADVICE}") from None

    def close(self) -> None:
        """Let go of the file; it cannot be read any more."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _tried(self, frames: int) -> tuple[Samples, bool]:
        """What libsndfile gives, and whether it stumbled."""
        import soundfile

        try:
            with self._quiet():
                block: Samples = self._file.read(frames, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:
            return np.zeros((0, self.channels), np.float32), True
        self._at += len(block)
        return block, False

    def _decode_anew(self) -> bool:
        """Go on at the same place in a copy that ffmpeg makes; False where there is none, or none that goes on from here."""
        if self.decoded:
            return False
        try:
            file = _opened(_copy(self._named))
        except UnreadableSound:
            return False
        if file is None or (file.samplerate, file.channels) != (self.rate, self.channels) or file.frames <= self._at:
            return False
        at = self._at
        self._file.close()
        self._use(file, decoded=True)
        self.seek(at)
        return True

    def _finite(self, block: Samples) -> Samples:
        if self.holds_floats and not np.isfinite(block).all():
            minutes, seconds = divmod(self._at // self.rate, 60)
            where = f"before {minutes}:{seconds + 1:02}"
            raise UnreadableSound(f"{self._path}: holds values that are no sound (NaN or infinity) {where}; export it again")
        return block

    def _quiet(self) -> AbstractContextManager[None]:
        return _without_chatter() if self._file.format == "MP3" else nullcontext()


def check_finite(path: Path) -> None:
    """Read a whole file of floats, the only kind that can hold NaN or infinity; any other costs nothing.

    Raises:
        UnreadableSound: it does, or cannot be read.
    """
    with SoundReader(path) as sound:
        while sound.holds_floats and len(sound.read(1 << 18)):
            pass


class _Named(NamedTuple):
    """A file as it was when it was looked at."""

    path: Path
    size: int
    changed: int


_COPIES: Final[dict[_Named, Path]] = {}
_FAILED: Final[dict[_Named, str]] = {}
_DECODING: Final = threading.Lock()
_STDERR: Final = threading.RLock()


def _named(path: Path) -> _Named:
    """Looks before it opens: opening a pipe would wait for somebody to write into it."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise UnreadableSound(f"{path}: no such file") from None
    except (OSError, ValueError) as error:  # a ValueError for a name with a zero byte in it
        raise UnreadableSound(f"{path}: cannot be looked at ({getattr(error, 'strerror', None) or error})") from None
    if path.is_dir():
        raise UnreadableSound(f"{path}: is a folder; name one audio file")
    if not path.is_file():
        raise UnreadableSound(f"{path}: is not a regular file but a pipe or a device; copy it to a file first")
    if not status.st_size:
        raise UnreadableSound(f"{path}: cannot be read as audio (it is empty)")
    if not os.access(path, os.R_OK):
        raise UnreadableSound(f"{path}: may not be read; change its permissions")
    return _Named(path.absolute(), status.st_size, status.st_mtime_ns)


def _opened(path: Path) -> SoundFile | None:
    import soundfile

    try:
        with _without_chatter():
            return soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, OSError, TypeError):  # a TypeError for ".raw", which says nothing of itself
        return None


def _copy(named: _Named) -> Path:
    """The file as a WAV that ffmpeg decoded, made once in this process.

    Raises:
        UnreadableSound: ffmpeg is not here, or finds no sound in it.
    """
    with _DECODING:
        if named in _FAILED:
            raise UnreadableSound(_FAILED[named])
        if named not in _COPIES:
            try:
                _COPIES[named] = _decoded(named.path)
            except UnreadableSound as error:
                _FAILED[named] = str(error)
                raise
        return _COPIES[named]


def _decoded(path: Path) -> Path:
    tool = shutil.which("ffmpeg")
    if tool is None or shutil.which("ffprobe") is None:
        raise UnreadableSound(f"{path}: not audio that can be read here; {_ADVICE}")
    folder = Path(tempfile.mkdtemp(dir=_scratch().name))
    # A name of our own: ffmpeg takes "10:30 rain.m4a" for a protocol, and a WAV pydub reads by itself, all of it at once.
    source, target = folder / f"source{path.suffix if path.suffix.lower() != '.wav' else ''}", folder / "decoded.wav"
    source.symlink_to(path)
    reason = _run_pydub(tool, source, target)
    # ffmpeg may fail at the end of a damaged file and have decoded most of it: what counts is what it wrote.
    if (found := _opened(target) if target.exists() else None) is None or not found.frames:
        shutil.rmtree(folder, ignore_errors=True)
        raise UnreadableSound(f"{path}: cannot be read as audio ({reason or 'there is no sound in it'})")
    found.close()
    return target


def _run_pydub(tool: str, source: Path, target: Path) -> str:
    """Decode `source` into `target`; answers what went wrong, in a few words, or nothing.

    pydub keeps what it decodes in memory, and finds a later stretch by decoding everything before it. So it is asked for one
    second only; `parameters` stand behind that output of its own on ffmpeg's command line and name a second one, the whole.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about its own regular expressions
        from pydub import AudioSegment
        from pydub.exceptions import CouldntDecodeError, PydubException
    AudioSegment.converter = tool
    form = ["-vn", "-af", "aformat=channel_layouts=mono|stereo", "-c:a", "pcm_s24le", "-rf64", "auto"]
    try:
        AudioSegment.from_file(str(source), duration=1, parameters=["-nostdin", *form, str(target)])
    except CouldntDecodeError as error:
        told = [line for line in str(error).splitlines() if line.strip()]
        return told[-1].replace(f"{source}: ", "").strip() if told else "unknown format"
    except (PydubException, OSError, ValueError, LookupError):  # pydub on a file in which ffprobe finds no audio
        return ""
    return ""


@lru_cache(maxsize=1)
def _scratch() -> tempfile.TemporaryDirectory[str]:
    # Removed when the interpreter ends; 0700 as all temporary directories are.
    return tempfile.TemporaryDirectory(prefix="drift-audio-sound-")


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Keep libmpg123's remarks about damaged frames off standard error; libsndfile has no switch for them.

    They come from C, so the descriptor itself is turned aside for the moment; what other threads write meanwhile is passed on.
    """
    with _STDERR, tempfile.TemporaryFile() as aside:
        try:
            stderr = os.dup(2)
        except OSError:  # there is none
            yield
            return
        os.dup2(aside.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            aside.seek(0)
            if others := _CHATTER.sub(b"", aside.read()):
                os.write(stderr, others)
            os.close(stderr)
