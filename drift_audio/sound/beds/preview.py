"""A stretch of a bed as a file, and a mix saved as the user's own bed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from drift_audio.errors import CatalogError, ExportError, OutputError
from drift_audio.sound.audio import BLOCK, CHANNELS, RATE, gain
from drift_audio.sound.beds.base import Bed

FORMATS: Final = ("wav", "flac", "ogg", "mp3")
LIFT_DB: Final = 4.0  # a bed by itself may be a little louder than under a voice
FADE_S: Final = 1.0
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def write_preview(bed: Bed, path: Path, *, seconds: float, force: bool = False) -> None:
    """Write `seconds` of a bed with short fades at its ends, whole or not at all; the suffix says the format.

    Raises:
        OutputError: a path that cannot be used. ExportError: the disk would not take it.
    """
    check_output(path, formats=FORMATS, force=force)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    whole(beside, path, lambda: _write(bed, beside, path.suffix[1:].upper(), round(seconds * RATE)))


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


def whole(beside: Path, path: Path, write: Callable[[], None]) -> None:
    """Let `write` make the file `beside`, then give it its name; nothing is left when it fails.

    Raises:
        ExportError: it could not be written.
    """
    try:
        write()
        with beside.open("rb") as handle:
            os.fsync(handle.fileno())
        beside.replace(path)
    except (OSError, RuntimeError) as error:  # libsndfile raises a RuntimeError
        raise ExportError(f"{path}: cannot be written ({getattr(error, 'strerror', None) or error})") from None
    finally:
        beside.unlink(missing_ok=True)


def _write(bed: Bed, path: Path, kind: str, frames: int) -> None:
    import soundfile

    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    fade = min(round(FADE_S * RATE), frames // 2)
    with soundfile.SoundFile(path, "w", RATE, CHANNELS, format=kind) as file:
        for start in range(0, frames, BLOCK):
            block = bed.read(min(BLOCK, frames - start))
            place = np.arange(start, start + len(block))
            curve = np.clip(np.minimum(place, frames - 1 - place) / max(1, fade), 0, 1) * gain(LIFT_DB)
            file.write(block * curve[:, np.newaxis].astype(np.float32))


def save_mix(expression: str, name: str, folder: Path, *, description: str = "", force: bool = False) -> Path:
    """Save a mix as the user's own bed NAME (a YAML in their ambience folder).

    Raises:
        CatalogError: a name that cannot be one. OutputError: it exists already (without `force`).
    """
    import yaml

    if not _NAME.fullmatch(name):
        raise CatalogError(f"{name!r} cannot name a bed; use small letters, digits and hyphens, such as rainy-evening")
    path = folder / f"{name}.yaml"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    check_output(path, formats=("yaml",), force=force)
    fields = {"description": description or f"Your mix: {expression}", "licence": "your own", "tags": ["own"], "mix": expression}
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    text = yaml.safe_dump(fields, sort_keys=False, allow_unicode=True)
    whole(beside, path, lambda: _private(beside, text))
    return path


def _private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as handle:
        handle.write(text)
