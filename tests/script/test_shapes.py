from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from drift_audio.scenario import STYLES
from drift_audio.script.shapes import Arc, shape

SLEEPY = Arc(speed=((0.0, 1.0), (0.8, 0.9), (1.0, 1.0)), level_db=((0.0, 0.0), (0.8, -3.0), (1.0, 0.0)))


def test_the_knots_of_an_arc_are_met_and_the_way_between_is_straight() -> None:
    assert SLEEPY.speed_at(0.0) == 1.0
    assert (SLEEPY.speed_at(0.8), SLEEPY.level_at(0.8)) == pytest.approx((0.9, -3.0))
    assert SLEEPY.speed_at(0.4) == pytest.approx(0.95)
    assert SLEEPY.level_at(1.0) == 0.0


@given(st.floats(0, 1))
def test_an_arc_stays_within_its_knots(place: float) -> None:
    assert 0.9 - 1e-9 <= SLEEPY.speed_at(place) <= 1.0 + 1e-9
    assert -3.0 - 1e-9 <= SLEEPY.level_at(place) <= 1e-9


def test_an_arc_without_knots_changes_nothing() -> None:
    assert (Arc().speed_at(0.3), Arc().level_at(0.3)) == (1.0, 0.0)


IMPOSSIBLE = [
    {"speed": ((0.5, 1.0), (0.1, 1.0))},
    {"speed": ((1.5, 1.0),)},
    {"speed": ((0.5, 3.0),)},
    {"level_db": ((0.5, -40.0),)},
]


@pytest.mark.parametrize("curves", IMPOSSIBLE)
def test_impossible_arcs_are_refused(curves: dict[str, tuple[tuple[float, float], ...]]) -> None:
    with pytest.raises(ValidationError, match="arc"):
        Arc(**curves)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_ducks_before_the_voice_and_comes_back_slower(style: str) -> None:
    duck = shape(style).duck
    assert duck.release_s > duck.lead_s > 0
