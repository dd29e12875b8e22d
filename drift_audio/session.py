"""A finished session: the file, its measured figures and what it was made from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from drift_audio.output_spec import OutputSpec
from drift_audio.scenario import Frozen
from drift_audio.script.model import Script
from drift_audio.words.care.report import HelpLine
from drift_audio.words.writers.base import SectionReport, Written

if TYPE_CHECKING:
    from drift_audio.sound.dsp.loudness import MasterReport
    from drift_audio.sound.score import Timeline


class SectionTime(Frozen):
    """A section of the finished file. start, end: seconds from its beginning (the timeline's `Span` counts frames)."""

    name: str
    start: Annotated[float, Field(ge=0)]
    end: Annotated[float, Field(ge=0)]


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


def section_times(timeline: Timeline) -> tuple[SectionTime, ...]:
    """The sections in seconds; they tile the session."""
    from drift_audio.sound.audio import RATE

    return tuple(SectionTime(name=span.name, start=span.start / RATE, end=span.end / RATE) for span in timeline.sections)


def session_of(path: Path, script: Script, timeline: Timeline, report: MasterReport, target: OutputSpec) -> Session:
    """What there is to tell of a file that was just made."""
    from drift_audio.sound.audio import RATE

    measured = target.loudness is not None
    return Session(
        path=path,
        seconds=timeline.frames / RATE,
        lufs=report.lufs if measured else None,
        true_peak_dbtp=report.true_peak_dbtp if measured else None,
        sections=section_times(timeline),
        seed=script.seed,
        warnings=timeline.warnings,
        script=script,
        timeline=timeline,
        voice=str(script.voice),
        ambience=script.ambience,
        script_path=target.script_out,
    )
