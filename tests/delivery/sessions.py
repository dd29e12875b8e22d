"""A finished session made by hand: real audio of a known length, a real timeline, no pipeline."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import soundfile

from drift_audio.delivery.feed.collection import publish
from drift_audio.delivery.feed.record import Record
from drift_audio.script.model import Script, Section, Utterance
from drift_audio.session import Session, section_times
from drift_audio.sound.audio import RATE
from drift_audio.sound.clip import Clip
from drift_audio.sound.score import Span, Speech, Timeline

LINES = ("Settle in & arrive.", "Let the <breath> come --> and go.", "[Notice] what is here.", "When you are ready, come back.")
STARTS = (0.5, 4.0, 10.25, 18.0)


def timeline(seconds: float = 24.0) -> Timeline:
    events = tuple(
        Speech(round(at * RATE), 2 * RATE, Clip(text, 2 * RATE, Path("none"), RATE, -20.0), index // 2)
        for index, (at, text) in enumerate(zip(STARTS, LINES, strict=True))
    )
    half = round(10 * RATE)
    spans = (Span("Arrive", 0, half), Span("Return & rest", half, round(seconds * RATE)))
    return Timeline(events, spans, round(seconds * RATE))


def session(folder: Path, name: str = "2026-01-02-evening.flac", *, title: str = "Evening", seconds: float = 24.0) -> Session:
    lines = timeline(seconds)
    path = folder / name
    t = np.arange(lines.frames) / RATE
    tone = (0.05 * np.sin(2 * np.pi * 220 * t)).astype("float32")
    soundfile.write(path, np.column_stack([tone, tone]), RATE)
    script = Script(title=title, style="meditation", minutes=1, sections=(Section(name="Arrive", parts=(Utterance(text="x"),)),))
    return Session(path, seconds, -16.0, -1.5, section_times(lines), 1, (), script, lines, "tone", "rain", "offline")


def published(folder: Path, name: str = "2026-01-02-evening.flac", **fields) -> Record:
    return publish(session(folder, name, **fields), created=datetime(2026, 1, 2, 20, tzinfo=UTC))
