"""The words in time with the sound: WebVTT, LRC and chapters, all read from the one timeline."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from drift_audio.scenario import Frozen
from drift_audio.session import SectionTime
from drift_audio.sound.audio import RATE
from drift_audio.sound.encoding.tags import CLEAR_AFTER_S

if TYPE_CHECKING:
    from drift_audio.sound.score import Timeline


class Caption(Frozen):
    """A spoken line. start, end: seconds from the start of the file. section: index of its chapter."""

    start: Annotated[float, Field(ge=0)]
    end: Annotated[float, Field(ge=0)]
    text: str
    section: int = 0


def captions(timeline: Timeline) -> tuple[Caption, ...]:
    """One caption a clip, exactly as long as the voice; where two overlap the first ends when the second begins."""
    spoken = sorted(timeline.speech(), key=lambda event: event.start)
    following = [event.start for event in spoken[1:]] + [timeline.frames]
    return tuple(
        Caption(
            start=event.start / RATE,
            end=min(event.start + event.frames, limit) / RATE,
            text=" ".join(event.clip.text.split()),
            section=event.section,
        )
        for event, limit in zip(spoken, following, strict=True)
    )


def to_vtt(lines: Sequence[Caption]) -> str:
    """WebVTT (W3C), one cue a line."""
    cues = (f"{_clock(c.start)} --> {_clock(c.end)}\n{_escape(c.text)}\n" for c in lines)
    return "WEBVTT\n\n" + "\n".join(cues)


def to_lrc(lines: Sequence[Caption], *, title: str, seconds: float) -> str:
    """LRC with centiseconds; an empty line stands where a longer silence begins."""
    minutes, rest = divmod(seconds, 60)
    head = [f"[ti:{_flat(title)}]", f"[length:{int(minutes):02d}:{rest:05.2f}]"]
    return "\n".join([*head, *_lrc_lines(lines, seconds)]) + "\n"


def _lrc_lines(lines: Sequence[Caption], seconds: float) -> Iterator[str]:
    following = [line.start for line in lines[1:]] + [seconds]
    for line, limit in zip(lines, following, strict=True):
        yield f"{_stamp(line.start)}{_flat(line.text)}"
        if limit - line.end > CLEAR_AFTER_S:
            yield _stamp(line.end)


def to_chapters_json(parts: Sequence[SectionTime]) -> str:
    """Podcasting 2.0 chapters (version 1.2.0)."""
    listed = [{"startTime": round(part.start, 3), "endTime": round(part.end, 3), "title": part.name} for part in parts]
    return json.dumps({"version": "1.2.0", "chapters": listed}, ensure_ascii=False, indent=1) + "\n"


def _clock(seconds: float) -> str:
    whole, millis = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{millis:03d}"


def _stamp(seconds: float) -> str:
    whole, hundredths = divmod(round(seconds * 100), 100)
    return f"[{whole // 60:02d}:{whole % 60:02d}.{hundredths:02d}]"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _flat(text: str) -> str:
    # A bracket at the start of an LRC line would read as a time stamp.
    return " ".join(text.split()).replace("[", "(").replace("]", ")")
