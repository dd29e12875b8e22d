"""The dry voice and the bed of a session as files of their own, for people who mix by themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from drift_audio.sound.export import ExportOptions, export
from drift_audio.sound.mix import MixOptions, OpenBed, Part, mix
from drift_audio.sound.score import Timeline
from drift_audio.sound.tags import Tags

STEMS: Final[tuple[Part, ...]] = ("voice", "bed")


def write_stems(timeline: Timeline, open_bed: OpenBed, options: MixOptions, folder: Path, *, name: str) -> tuple[Path, ...]:
    """Write `<name>-voice.wav` and `<name>-bed.wav`, as long as the session and at the level they have in the mix.

    Args:
        timeline, open_bed, options: as for `mix`.
        folder: existing folder; files of these names are replaced.
        name: stem of the finished file's name.

    Returns:
        The files written; 24-bit stereo WAV at `RATE`.

    Raises:
        OutputError, ExportError: see `export`.
    """
    paths = []
    for part in STEMS:
        path = folder / f"{name}-{part}.wav"
        blocks = mix(timeline, open_bed, replace(options, part=part))
        export(blocks, path, frames=timeline.frames, options=ExportOptions("wav"), tags=Tags(""))
        paths.append(path)
    return tuple(paths)
