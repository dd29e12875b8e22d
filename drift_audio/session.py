"""A finished session: the file, its measured figures and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from drift_audio.output_spec import OutputSpec
from drift_audio.script.model import Script
from drift_audio.words.care.report import HelpLine
from drift_audio.words.writers.base import SectionReport, Written

if TYPE_CHECKING:
    from drift_audio.sound.dsp.loudness import MasterReport
    from drift_audio.sound.score import Timeline


@dataclass(frozen=True, slots=True)
class SectionTime:
    """A section of the finished file, in seconds from its start."""

    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Session:
    """A finished session. lufs, true_peak_dbtp: measured before encoding; None when mastering was off.

    lines: help lines to show with it, where the care gate was unsure.
    """

    path: Path
    seconds: float
    lufs: float | None
    true_peak_dbtp: float | None
    sections: tuple[SectionTime, ...]
    seed: int
    warnings: tuple[str, ...]
    script: Script
    timeline: Timeline
    voice: str
    ambience: str | None
    writer: str = "file"
    reports: tuple[SectionReport, ...] = ()
    tokens: int = 0
    script_path: Path | None = None
    lines: tuple[HelpLine, ...] = ()

    def written_by(self, writer: str, written: Written) -> Session:
        """The same session, told by whom its words were written and at what cost."""
        return replace(
            self,
            writer=writer,
            reports=written.sections,
            tokens=written.tokens_in + written.tokens_out,
            warnings=written.warnings + self.warnings,
            lines=written.lines,
        )


def session_of(path: Path, script: Script, timeline: Timeline, report: MasterReport, target: OutputSpec) -> Session:
    """What there is to tell of a file that was just made."""
    sections = tuple(SectionTime(s.name, s.start / timeline.rate, s.end / timeline.rate) for s in timeline.sections)
    measured = target.loudness is not None
    return Session(
        path=path,
        seconds=timeline.frames / timeline.rate,
        lufs=report.lufs if measured else None,
        true_peak_dbtp=report.true_peak_dbtp if measured else None,
        sections=sections,
        seed=script.seed,
        warnings=timeline.warnings,
        script=script,
        timeline=timeline,
        voice=str(script.voice),
        ambience=script.ambience,
        script_path=target.script_out,
    )
