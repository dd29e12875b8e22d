"""Progress events: what a stage tells whoever is watching."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from drift_audio.scenario import Style

Stage = Literal["care", "story", "write", "speak", "arrange", "mix", "export"]


@dataclass(frozen=True, slots=True)
class Event:
    """Progress: `done` of `total` steps of a stage (0 when unknown), with a short note that never quotes the situation.

    theme, style: of the session to come, known from the stage "write" on.
    """

    stage: Stage
    done: int = 0
    total: int = 0
    note: str = ""
    theme: str | None = None
    style: Style | None = None


OnEvent = Callable[[Event], None]


def silent(_event: Event) -> None:
    """Progress nobody asked for."""
