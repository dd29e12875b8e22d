"""The delivery arc: how pace and level ease over a session. Filled from the style's data; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class ArcPoint:
    """place: 0..1 in the script. speed: factor of the voice's own pace there. level_db: added to the voice there."""

    place: float
    speed: float = 1.0
    level_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Arc:
    """A curve through its points, straight between them and level outside; no points mean no change at all."""

    points: tuple[ArcPoint, ...] = ()

    def __post_init__(self) -> None:
        places = [point.place for point in self.points]
        if places != sorted(places) or any(not 0 <= place <= 1 for place in places):
            raise ValueError(f"the points of an arc must stand in order from 0 to 1, not at {places}")
        if any(not 0.5 <= point.speed <= 1.5 or abs(point.level_db) > 12 for point in self.points):
            raise ValueError("an arc's speed must be 0.5 to 1.5 and its level within 12 dB")

    @classmethod
    def of(cls, points: Iterable[tuple[float, float, float]]) -> Arc:
        """From (place, speed, level in dB) triples in any order."""
        return cls(tuple(ArcPoint(*point) for point in sorted(points)))

    def at(self, place: float) -> ArcPoint:
        """The point of the curve at `place`."""
        if not self.points:
            return ArcPoint(place)
        for left, right in pairwise(self.points):
            if left.place <= place < right.place:
                share = (place - left.place) / (right.place - left.place)
                speed = left.speed + share * (right.speed - left.speed)
                return ArcPoint(place, speed, left.level_db + share * (right.level_db - left.level_db))
        end = self.points[0] if place < self.points[0].place else self.points[-1]
        return ArcPoint(place, end.speed, end.level_db)
