from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from drift_audio import Scenario
from drift_audio.errors import ScenarioError
from drift_audio.scenario import MAX_SITUATION_CHARS


def test_a_scenario_is_frozen_and_trimmed() -> None:
    scenario = Scenario.build(situation="  I snapped at my partner.  ")
    assert scenario.situation == "I snapped at my partner."
    assert (scenario.style, scenario.minutes, scenario.seed) == ("meditation", 12.0, 0)
    with pytest.raises(Exception, match="frozen"):
        scenario.minutes = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"situation": " \n\t"}, "empty"),
        ({"situation": "x" * (MAX_SITUATION_CHARS + 1)}, "8,000"),
        ({"situation": "a", "minutes": 0.5}, "1 to 90"),
        ({"situation": "a", "minutes": 91}, "1 to 90, not 91$"),
        ({"situation": "a", "minutes": float("nan")}, "1 to 90"),
        ({"situation": "a", "minutes": "soon"}, "1 to 90"),
        ({"situation": "a", "style": "yoga"}, "hypnosis"),
        ({"situation": "a", "seed": -1}, "seed"),
        ({"situation": "a", "colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ScenarioError, match=words) as caught:
        Scenario.build(**fields)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=200), st.floats(allow_nan=True), st.integers())
def test_any_input_is_a_scenario_or_a_scenario_error(situation: str, minutes: float, seed: int) -> None:
    try:
        scenario = Scenario.build(situation=situation, minutes=minutes, seed=seed)
    except ScenarioError:
        return
    assert 1 <= scenario.minutes <= 90


def test_no_error_quotes_the_situation() -> None:
    with pytest.raises(ValidationError) as caught:
        Scenario(situation="heron " * 5000)
    assert "heron" not in str(caught.value)
    with pytest.raises(ValidationError) as caught:
        Scenario(situation="a heron", minutes=500)
    assert "heron" not in str(caught.value)
