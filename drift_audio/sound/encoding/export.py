"""Blocks -> a finished file: encoder, tags, and a name that appears only when the file is whole. Knows nothing of the mix."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal

import numpy as np

from drift_audio.errors import ExportError
from drift_audio.files import output_file
from drift_audio.sound.audio import CHANNELS, RATE, Samples
from drift_audio.sound.dsp.read_ahead import read_ahead
from drift_audio.sound.encoding.tags import Tags, id3_bytes, write_tags
from drift_audio.sound.sound_file import sound_writer

Format = Literal["mp3", "wav", "flac", "ogg"]

_SUBTYPES: Final = {"wav": ("WAV", "PCM_24"), "flac": ("FLAC", "PCM_16"), "ogg": ("OGG", "VORBIS")}
_OGG_SERIAL: Final = 0x44524946
_SMALLEST: Final = 256


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """format: of the file. bitrate: kbit/s of MP3, constant, joint stereo. vorbis_quality: 0..1 of OGG."""

    format: Format = "mp3"
    bitrate: int = 128
    vorbis_quality: float = 0.5


def export(blocks: Iterable[Samples], path: Path, *, frames: int, options: ExportOptions, tags: Tags) -> None:
    """Encode a stream into `path`; the encoder works in threads of its own while the stream is made.

    The file is written beside its name, flushed to disk and renamed; whatever goes wrong leaves nothing behind. The same
    samples, options and tags give the same bytes.

    Args:
        blocks: stereo float32 at `RATE`, `frames` frames in all.
        path: final name; an existing file is replaced.
        frames: length promised; another is an error, never a silent short file.

    Raises:
        OutputError: the place cannot be written to.
        ExportError: the disk is full, or the encoder failed.
    """
    with output_file(path) as part:
        counted = _counted(read_ahead(blocks), frames)
        if options.format == "mp3":
            _write_mp3(counted, part, options, tags)
        else:
            _write_pcm(counted, part, options, tags)
        if part.stat().st_size < _SMALLEST:
            raise ExportError(f"{path}: the encoder wrote next to nothing")


def _counted(blocks: Iterable[Samples], frames: int) -> Iterator[Samples]:
    seen = 0
    for block in blocks:
        seen += block.shape[0]
        yield block
    if seen != frames:
        raise ExportError(f"the mix gave {seen:,} frames where {frames:,} were promised")


def _write_mp3(blocks: Iterator[Samples], part: Path, options: ExportOptions, tags: Tags) -> None:
    from drift_audio.sound.encoding.mp3_splice import encode

    with part.open("rb+") as file:
        head = id3_bytes(tags)
        file.write(head)
        info = b""
        for piece in encode(blocks, bitrate=options.bitrate):
            file.write(info)
            info = piece
        file.seek(len(head))
        file.write(info)


def _write_pcm(blocks: Iterator[Samples], part: Path, options: ExportOptions, tags: Tags) -> None:
    container, subtype = _SUBTYPES[options.format]
    level: dict[str, float] = {"compression_level": 1 - options.vorbis_quality} if options.format == "ogg" else {}
    with sound_writer(part, RATE, CHANNELS, container=container, subtype=subtype, **level) as file:
        for block in blocks if subtype != "PCM_16" else _dithered(blocks):
            file.write(block)
    write_tags(part, tags, suffix=options.format)
    if options.format == "ogg":
        with part.open("rb+") as stream:
            _fix_serials(stream)


def _dithered(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Triangular noise of one step of 16 bits: a long fade ends in it and not in steps."""
    rng = np.random.default_rng(_OGG_SERIAL)
    for block in blocks:
        noise = rng.random(block.shape, np.float32) - rng.random(block.shape, np.float32)
        yield block + noise * np.float32(2.0**-15)


def _fix_serials(stream: IO[bytes]) -> None:
    """Give every Ogg page the same serial number: the library draws one by the clock, and bytes must not depend on it."""
    from mutagen.ogg import OggPage

    end = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    while stream.tell() < end:
        start = stream.tell()
        page = OggPage(stream)
        page.serial = _OGG_SERIAL
        behind = stream.tell()
        stream.seek(start)
        stream.write(page.write())
        stream.seek(behind)
