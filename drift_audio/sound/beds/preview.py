"""A stretch of a bed as a file, and a mix saved as the user's own bed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np

from drift_audio.errors import CatalogError
from drift_audio.files import check_output, make_folder, output_file, write_private
from drift_audio.sound.audio import BLOCK, CHANNELS, RATE, gain
from drift_audio.sound.beds.base import Bed
from drift_audio.sound.beds.expression import absolute, parse
from drift_audio.sound.sound_file import sound_writer
from drift_audio.yamlfile import dump_yaml

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
    with output_file(path) as part:
        _write(bed, part, path.suffix[1:].upper(), round(seconds * RATE))


def _write(bed: Bed, path: Path, kind: str, frames: int) -> None:
    fade = min(round(FADE_S * RATE), frames // 2)
    with sound_writer(path, RATE, CHANNELS, container=kind) as file:
        for start in range(0, frames, BLOCK):
            block = bed.read(min(BLOCK, frames - start))
            place = np.arange(start, start + len(block))
            curve = np.clip(np.minimum(place, frames - 1 - place) / max(1, fade), 0, 1) * gain(LIFT_DB)
            file.write(block * curve[:, np.newaxis].astype(np.float32))


def save_mix(expression: str, name: str, folder: Path, *, description: str = "", force: bool = False) -> Path:
    """Save a mix as the user's own bed NAME (a YAML in their ambience folder), its files by their whole paths.

    Raises:
        CatalogError: a name that cannot be one, or that the mix itself names. OutputError: it exists already (without `force`).
    """
    if not _NAME.fullmatch(name):
        raise CatalogError(f"{name!r} cannot name a bed; use small letters, digits and hyphens, such as rainy-evening")
    if name in {part.source for part in parse(expression)}:
        raise CatalogError(f"{name!r} cannot be saved as a mix of itself; give it another name")
    path = folder / f"{name}.yaml"
    make_folder(folder)
    check_output(path, formats=("yaml",), force=force)
    fields = {
        "description": description or f"Your mix: {expression}",
        "licence": "your own",
        "tags": ["own"],
        "mix": absolute(expression),
    }
    write_private(path, dump_yaml(fields))
    return path
