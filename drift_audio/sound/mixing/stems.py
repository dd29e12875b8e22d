"""The dry voice and the bed of a session as files of their own, for people who mix by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from drift_audio.sound.encoding.export import ExportOptions, export
from drift_audio.sound.encoding.tags import Tags
from drift_audio.sound.mixing.mix import MixOptions, OpenBed, mix
from drift_audio.sound.score import Timeline


def write_stems(
    timeline: Timeline, open_bed: OpenBed, options: MixOptions, paths: Mapping[Literal["voice", "bed"], Path]
) -> None:
    """Write parts of a mix as 24-bit stereo WAV at `RATE`, as long as the session and at the level they have in the mix.

    Args:
        timeline, open_bed, options: as for `mix`.
        paths: where each part goes, in an existing folder; files there are replaced.

    Raises:
        OutputError, ExportError: see `export`.
    """
    for part, path in paths.items():
        blocks = mix(timeline, open_bed, replace(options, part=part))
        export(blocks, path, frames=timeline.frames, options=ExportOptions("wav"), tags=Tags(""))
