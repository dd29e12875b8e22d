"""A voice of one's own: a recording is checked, kept privately, and declared as a voice that an XTTS model speaks with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np

from drift_audio.errors import CatalogError, OutputError
from drift_audio.files import make_folder, output_file
from drift_audio.sound import clip_guard
from drift_audio.sound.audio import Mono, Samples
from drift_audio.sound.decode import SoundReader, UnreadableSound
from drift_audio.sound.engines.base import Voice
from drift_audio.sound.engines.bundle import BundleError
from drift_audio.sound.engines.install import write_declaration
from drift_audio.sound.sound_file import sound_writer

RATE: Final = 24_000
SHORTEST_S: Final = 3.0
LONGEST_S: Final = 60.0
READ_AT_MOST_S: Final = 600.0
NAME: Final = re.compile(r"^[a-z][a-z0-9-]{0,39}$")
CONSENT: Final = "This is a recording of my own voice, or of somebody who has allowed me to do this."
LICENCE: Final = "XTTS and what it speaks are licensed for non-commercial use only (Coqui Public Model License, https://tts-hub.github.io/cpml)."


def clone(name: str, sample: Path, base: Voice, *, data_dir: Path, user_voices: Path) -> Path:
    """Declare voice `name` that speaks like `sample` by the model of `base`; returns the declaration's path.

    The caller has the person's consent and agreement to the licence (`CONSENT`, `LICENCE`); both are noted in the declaration.

    Raises:
        CatalogError: the name is not of lower-case letters, digits and hyphens, or `base` cannot clone.
        OutputError: a voice of that name was declared already.
        BundleError: the recording cannot be used.
    """
    if not NAME.match(name):
        raise CatalogError(f"voice name {name!r} must be of lower-case letters, digits and hyphens, at most 40, a letter first")
    if base.engine != "coqui" or "cloning" not in base.tags:
        raise CatalogError(f"voice {base.name!r} cannot take on a recording; use one tagged cloning, such as xtts")
    declaration = user_voices / f"{name}.yaml"
    if declaration.exists():
        raise OutputError(f"voice {name!r} exists already; choose another name or remove it: drift-audio voices remove {name}")
    keep(read_sample(sample), data_dir / "clones" / f"{name}.wav")
    write_declaration(declaration, _fields(name, base))
    return declaration


def read_sample(path: Path) -> Mono:
    """The recording as mono float32 at 24 kHz, silence at its ends cut off.

    Raises:
        BundleError: not readable as audio, under 3 s or over 60 s of it, or nothing can be heard.
    """
    import soxr

    samples, rate = _read(path)
    mono = soxr.resample(samples.mean(axis=1), rate, RATE) if samples.size else samples.reshape(-1)
    if (voice := clip_guard.trim(np.asarray(mono, np.float32), RATE)).size == 0:
        raise BundleError(f"{path}: nothing can be heard in it")
    if clip_guard.is_clipped(voice):
        raise BundleError(f"{path}: the recording is clipped; record it again a little quieter")
    seconds = voice.size / RATE
    if not SHORTEST_S <= seconds <= LONGEST_S:
        wanted = f"{SHORTEST_S:g} to {LONGEST_S:g} s are needed, 10 to 20 are best"
        raise BundleError(f"{path}: holds {seconds:.1f} s of speech; {wanted}")
    return voice


def _read(path: Path) -> tuple[Samples, int]:
    """The whole recording, (frames, channels), and its rate; nothing much longer than one is read at all."""
    try:
        with SoundReader(path) as sound:
            if sound.frames > READ_AT_MOST_S * sound.rate:
                raise BundleError(f"{path}: lasts {sound.frames / sound.rate:.0f} s; cut out {SHORTEST_S:g} to {LONGEST_S:g} s")
            return sound.read(sound.frames), sound.rate
    except UnreadableSound as error:
        raise BundleError(f"{error}; a recording is a WAV, FLAC, OGG, MP3 or M4A file") from None


def keep(samples: Mono, path: Path) -> None:
    """Write the recording where only its owner can read it, whole or not at all.

    Raises:
        OutputError, ExportError: see `files.output_file`.
    """
    make_folder(path.parent)
    with output_file(path) as part, sound_writer(part, RATE, 1, container="WAV", subtype="PCM_16") as file:
        file.write(samples)


def _fields(name: str, base: Voice) -> dict[str, object]:
    return {
        "engine": base.engine,
        "model": base.model,
        "character": "A voice that you cloned from a recording.",
        "languages": list(base.languages),
        "licence": base.licence,
        "source": base.source,
        "pace": base.pace,
        "tags": ["clone"],
        "options": {**{k: v for k, v in base.options.items() if k == "language"}, "sample": f"{name}.wav", "consent": CONSENT},
    }
