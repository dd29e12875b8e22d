"""What flows through the sound wing: Script -> Items -> Spoken -> Timeline. All frozen; all times in frames at `RATE`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drift_audio.script.model import Atom, Bell, Breath, Cue, Optional, Script, Utterance
from drift_audio.sound.audio import RATE
from drift_audio.sound.clip import Clip

FULL_ARC: Final = 3
"""Scripts of so many sections go through the delivery arc section by section, others sentence by sentence."""


@dataclass(frozen=True, slots=True)
class Item:
    """One part of the flattened script with everything that holds where it stands.

    section: index into the script's sections. group: number of the optional block it belongs to, or None.
    voice: catalogue name. speed: factor from `[speed]` cues (1.0 without). place: 0..1, where in the script it stands.
    stage: the same of its section as a whole, so that a line more or less leaves the pace of all the others; None: as `place`.
    """

    part: Atom
    section: int
    group: int | None
    voice: str
    speed: float
    place: float
    stage: float | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """An item and, when it speaks, its clip.

    cues: of a `Breath`, possibly none: pairs of a phase ("in", "hold", "out") and its clip in speaking order; the n-th pair
    of a phase belongs to the n-th cycle and starts with that phase. A clip is always shorter than its phase.
    """

    item: Item
    clip: Clip | None = None
    cues: tuple[tuple[str, Clip], ...] = ()


@dataclass(frozen=True, slots=True)
class Speech:
    """A clip at its place. start, frames: at `RATE`."""

    start: int
    frames: int
    clip: Clip
    section: int


@dataclass(frozen=True, slots=True)
class BreathCycle:
    """One breath cycle; the four lengths are frames and add up exactly."""

    start: int
    in_frames: int
    hold_frames: int
    out_frames: int
    rest_frames: int
    section: int


@dataclass(frozen=True, slots=True)
class Strike:
    """One strike of the bell."""

    start: int
    section: int


@dataclass(frozen=True, slots=True)
class BedChange:
    """From `start` on the bed is another, or its level moves; None leaves that side as it was."""

    start: int
    ambience: str | None
    bed_db: float | None


Event = Speech | BreathCycle | Strike | BedChange


@dataclass(frozen=True, slots=True)
class Span:
    """A section in time: [start, end) in frames at `RATE`; the spans tile the session."""

    name: str
    start: int
    end: int

    @property
    def start_ms(self) -> int:
        return round(self.start * 1000 / RATE)

    @property
    def end_ms(self) -> int:
        return round(self.end * 1000 / RATE)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The single source of time of a session: audio, chapters, captions and reports all read it.

    events: ordered by start. frames: exact length of the finished file at `RATE`.
    off_by: seconds by which the asked length could not be met (0.0 when it was); warnings say why.
    """

    events: tuple[Event, ...]
    sections: tuple[Span, ...]
    frames: int
    off_by: float = 0.0
    warnings: tuple[str, ...] = ()

    def speech(self) -> Iterator[Speech]:
        return (event for event in self.events if isinstance(event, Speech))


def flatten(script: Script, voice: str) -> tuple[Item, ...]:
    """Unroll sections, optional blocks and running cues into a flat tuple; `voice` speaks until a cue changes it."""
    atoms: list[tuple[Atom, int, int | None]] = []
    groups = 0
    for index, section in enumerate(script.sections):
        for part in section.parts:
            if isinstance(part, Optional):
                atoms.extend((atom, index, groups) for atom in part.parts)
                groups += 1
            else:
                atoms.append((part, index, None))
    items: list[Item] = []
    speed = 1.0
    for position, (atom, index, group) in enumerate(atoms):
        if isinstance(atom, Cue):
            voice = atom.voice or voice
            speed = atom.speed or speed
        place = position / max(1, len(atoms) - 1)
        stage = (index + 0.5) / len(script.sections) if len(script.sections) >= FULL_ARC else place
        items.append(Item(atom, index, group, voice, speed, place, stage))
    return tuple(items)


def speaks(item: Item) -> bool:
    """Whether an item needs a voice: an utterance, or a breath with its cues."""
    return isinstance(item.part, Utterance | Breath)


__all__ = [
    "BedChange",
    "Bell",
    "BreathCycle",
    "Clip",
    "Event",
    "Item",
    "Span",
    "Speech",
    "Spoken",
    "Strike",
    "Timeline",
    "flatten",
    "speaks",
]
