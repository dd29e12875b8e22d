from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift_audio.sound.voice.arc import Arc, ArcPoint

SLEEPY = Arc.of([(1.0, 1.0, 0.0), (0.0, 1.0, 0.0), (0.8, 0.9, -3.0)])


def test_points_are_met_and_the_way_between_is_straight() -> None:
    assert SLEEPY.at(0.0).speed == 1.0
    assert SLEEPY.at(0.8) == ArcPoint(0.8, 0.9, -3.0)
    assert SLEEPY.at(0.4).speed == pytest.approx(0.95)
    assert SLEEPY.at(1.0).level_db == 0.0


@given(st.floats(0, 1))
def test_the_curve_stays_within_its_points(place: float) -> None:
    point = SLEEPY.at(place)
    assert 0.9 <= point.speed <= 1.0
    assert -3.0 <= point.level_db <= 0.0


def test_no_points_mean_no_change() -> None:
    assert Arc().at(0.3) == ArcPoint(0.3, 1.0, 0.0)


IMPOSSIBLE = [(ArcPoint(0.5), ArcPoint(0.1)), (ArcPoint(1.5),), (ArcPoint(0.5, 3.0),), (ArcPoint(0.5, 1, -40),)]


@pytest.mark.parametrize("points", IMPOSSIBLE)
def test_impossible_curves_are_refused(points: tuple[ArcPoint, ...]) -> None:
    with pytest.raises(ValueError, match="arc"):
        Arc(points)
