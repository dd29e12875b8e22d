"""Reading what a batch is made from: files of this machine, or of any place fsspec knows by its URL."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from drift_audio.errors import ConfigError

_URL: Final = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def is_url(place: str) -> bool:
    """Whether `place` is a URL rather than a local path."""
    return bool(_URL.match(place))


def beside(place: str, name: str) -> str:
    """`name` as the file at `place` means it: absolute and URLs as they are, everything else relative to its folder."""
    if is_url(name) or Path(name).is_absolute():
        return name
    if is_url(place):
        return f"{place.rpartition('/')[0]}/{name}"
    return str(Path(place).parent / name)


def read_input(place: str, *, limit: int) -> bytes:
    """At most `limit` bytes of a file.

    Raises:
        ConfigError: it cannot be read, or is larger.
    """
    try:
        raw = _read_url(place, limit + 1) if is_url(place) else _read_local(place, limit + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"{place}: cannot be read ({reason})") from None
    if len(raw) > limit:
        raise ConfigError(f"{place}: is larger than {limit // 1_000_000} MB; split it")
    return raw


def _read_local(place: str, count: int) -> bytes:
    with Path(place).open("rb") as file:
        return file.read(count)


def _read_url(place: str, count: int) -> bytes:
    import fsspec

    try:
        with fsspec.open(place, "rb") as file:
            return bytes(file.read(count))
    except ImportError as error:
        raise ConfigError(f"{place}: needs an extra: pip install 'drift-audio[s3]' ({error})") from None
    except ValueError as error:
        raise ConfigError(f"{place}: {error}") from None
