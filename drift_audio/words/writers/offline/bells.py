"""What every script of the offline writer has, whatever it is made of: its bells and a neutral title."""

from __future__ import annotations

from drift_audio.script.budget import Plan
from drift_audio.script.model import Bell, Part, Pause
from drift_audio.script.shapes import Shape
from drift_audio.words.guides.load import SHARED, load_banks
from drift_audio.words.shuffle import deal


def with_bells(parts: tuple[Part, ...], key: str, form: Shape, budget: Plan) -> tuple[Part, ...]:
    """The parts of the phase `key` with the style's bells, which open the first phase and close the last."""
    keys = [item.key for item in budget.phases]
    bells = form.bells_for(budget.minutes)
    if key == keys[0] and bells.opening:
        parts = (Bell(count=bells.opening), Pause(seconds=form.palette.breath), *parts)
    if key == keys[-1] and bells.closing:
        parts = (*parts, Bell(count=bells.closing))
    return parts


def title(seed: int, style: str) -> str:
    """A neutral title: nothing of the situation stands in it, so file names and tags may be seen by anybody."""
    pools = load_banks(SHARED).pools
    first, second = pools["title-first"], pools["title-second"]
    a = first[deal(f"title/{style}", len(first), seed)[0]]
    b = second[deal(f"title-noun/{style}", len(second), seed)[0]]
    return f"{a} {b}"
