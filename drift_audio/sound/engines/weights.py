"""Where engines keep their weights, and how weights get there: downloaded, or from files of the user's own.

Every file stands under `data_dir/weights/ENGINE/MODEL/` with its sha256 in `manifest.json` beside it. Files arrive in a folder
of their own, are checked, and are moved into place only when all are whole, so a stopped installation leaves nothing behind.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final

from pydantic import Field, ValidationError

from drift_audio.errors import CatalogError, EngineError
from drift_audio.files import file_digest, make_folder, write_whole
from drift_audio.scenario import Frozen
from drift_audio.sound.engines.base import Voice

CHUNK: Final = 1 << 20
MAX_BYTES: Final = 4 * 1024**3
TIMEOUT_S: Final = 60
MANIFEST: Final = "manifest.json"

Progress = Callable[[int, int], None]


class WeightFile(Frozen):
    """One file of a voice's weights. file: path in its model's folder. bytes: size. url: where it is had, or ""."""

    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)?$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    bytes: Annotated[int, Field(gt=0, le=MAX_BYTES)]
    url: Annotated[str, Field(pattern=r"^(https?://.+)?$")] = ""


def declared(voice: Voice) -> tuple[WeightFile, ...]:
    """The weight files that a voice declares.

    Raises:
        CatalogError: an entry is broken; file, sha256 (64 hex digits) and bytes are needed.
    """
    try:
        return tuple(WeightFile.model_validate(entry) for entry in voice.weights)
    except ValidationError as error:
        first = error.errors()[0]
        raise CatalogError(f"voice {voice.name!r}: weights: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def folder(engine: str, model: str, *, data_dir: Path) -> Path:
    """Where a model's files stand. Names of models are kept to harmless characters."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", model).strip(".-") or "model"
    return data_dir / "weights" / engine / safe


def voice_folder(voice: Voice, *, data_dir: Path) -> Path:
    """Where the files of a voice's model stand."""
    return folder(voice.engine, voice.model, data_dir=data_dir)


def missing(voice: Voice, *, data_dir: Path) -> tuple[WeightFile, ...]:
    """Declared files that are not here, or are not as large as declared."""
    home = voice_folder(voice, data_dir=data_dir)
    return tuple(each for each in declared(voice) if size_of(home / each.file) != each.bytes)


def size_of(path: Path) -> int | None:
    """Size in bytes, None when there is no such file."""
    try:
        return path.stat().st_size
    except OSError:
        return None


def stamp(files: Iterable[Path]) -> str:
    """Twelve characters that change when a file does: from the manifest, else from size and time of change."""
    digest = hashlib.sha256()
    for path in files:
        known = read_manifest(path).get(path.name) or read_manifest(path.parent).get(f"{path.parent.name}/{path.name}")
        status = path.stat()
        same_size = known is not None and known["bytes"] == status.st_size
        digest.update(str(known["sha256"] if known and same_size else (status.st_size, status.st_mtime_ns)).encode())
    return digest.hexdigest()[:12]


def read_manifest(file: Path) -> dict[str, Any]:
    """Entries of the manifest beside `file` by relative name; empty when there is none or it is damaged."""
    try:
        found = json.loads((file.parent / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def download(voice: Voice, *, data_dir: Path, progress: Progress) -> tuple[str, ...]:
    """Fetch what `voice` declares and is not here; a stopped download goes on where it was. Returns the files' names.

    Raises:
        EngineError: nothing is declared to fetch, a server fails, or a file is not the declared one (it is deleted).
    """
    wanted = missing(voice, data_dir=data_dir)
    if without := next((each.file for each in wanted if not each.url), None):
        how = "add it from files: drift-audio voices add PATH"
        raise EngineError(f"voice {voice.name!r}: {without} has no download address; {how}")
    home = voice_folder(voice, data_dir=data_dir)
    total, done = sum(each.bytes for each in wanted), 0
    for each in wanted:
        arrived = fetch(each, data_dir=data_dir, progress=partial(onward, progress, done, total))
        place({each.file: arrived}, home, {each.file: each.sha256})
        done += each.bytes
    return tuple(each.file for each in wanted)


def onward(progress: Progress, base: int, total: int, got: int) -> None:
    """Report `got` bytes of one file as progress of all of them."""
    progress(base + got, total)


def fetch(wanted: WeightFile, *, data_dir: Path, progress: Callable[[int], None]) -> Path:
    """Download one file into the arrivals folder, resuming what stands there, and check it."""
    import urllib.error
    import urllib.request

    arrivals = make_folder(data_dir / "weights" / ".arrivals")
    part = arrivals / f"{wanted.sha256[:32]}.part"
    start = size_of(part) or 0
    if start >= wanted.bytes:
        part.unlink()
        start = 0
    headers = {"User-Agent": "drift-audio", "Range": f"bytes={start}-"}
    request = urllib.request.Request(wanted.url, headers=headers)  # noqa: S310 - WeightFile lets only http(s) through
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - the same
            _receive(answer, part, wanted, start if answer.status == 206 else 0, progress)
    except (OSError, urllib.error.URLError) as error:
        reason = getattr(error, "reason", None) or error
        raise EngineError(f"{wanted.file}: the download stopped ({reason}); run the same command again to go on") from None
    check(part, wanted)
    return part


def _receive(answer: BinaryIO, part: Path, wanted: WeightFile, start: int, progress: Callable[[int], None]) -> None:
    with part.open("r+b" if start else "wb") as out:
        out.seek(start)
        got = start
        while chunk := answer.read(CHUNK):
            got += len(chunk)
            if got > wanted.bytes:
                out.close()
                part.unlink()
                raise EngineError(f"{wanted.file}: the server sends more than the declared {wanted.bytes:,} bytes; refused")
            out.write(chunk)
            progress(got)
    if got < wanted.bytes:
        raise OSError(f"the server closed after {got:,} of {wanted.bytes:,} bytes")


def check(path: Path, wanted: WeightFile) -> None:
    """Delete `path` and raise EngineError unless it is the declared file."""
    if (found := file_digest(path)) != wanted.sha256:
        path.unlink()
        hashes = f"sha256 is {found[:12]}..., declared is {wanted.sha256[:12]}..."
        raise EngineError(f"{wanted.file}: {hashes}; the file was deleted and nothing installed")


def place(arrived: Mapping[str, Path], home: Path, hashes: Mapping[str, str]) -> None:
    """Move checked files into a model's folder, then note them in its manifest."""
    for name, path in arrived.items():
        make_folder((home / name).parent)
        path.chmod(0o600)
        path.replace(home / name)
    sizes = {name: (home / name).stat().st_size for name in arrived}
    entries = read_manifest(home / MANIFEST) | {n: {"sha256": hashes[n], "bytes": sizes[n]} for n in arrived}
    write_whole(home / MANIFEST, json.dumps(entries, indent=1, sort_keys=True).encode())


@contextmanager
def arrivals_folder(data_dir: Path) -> Iterator[Path]:
    """A private folder beside the weights (so that moving is renaming), gone afterwards whatever happened."""
    base = make_folder(data_dir / "weights")
    temporary = Path(tempfile.mkdtemp(prefix=".arriving-", dir=base))
    try:
        yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
