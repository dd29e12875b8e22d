import pytest

from drift_audio.scenario import STYLES
from drift_audio.script.budget import plan, speech_seconds, word_count
from drift_audio.script.shapes import shape


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("minutes", [1, 3, 7.5, 12, 30, 90])
def test_a_plan_fills_the_session_and_keeps_to_the_shape(style: str, minutes: float) -> None:
    made, form = plan(style, minutes), shape(style)
    assert sum(phase.seconds for phase in made.phases) == pytest.approx(minutes * 60, abs=0.1)
    assert made.phases[0].start == 0
    assert made.phases[-1].end == pytest.approx(1, abs=1e-3)
    speech = made.words / made.wpm * 60 / made.seconds
    limits = form.silence_for(minutes)
    assert limits.least <= 1 - speech <= limits.most
    for item in made.phases:
        phase = form.phase(item.key)
        assert phase.least * 0.9 <= item.seconds / made.seconds <= phase.most
        assert item.words >= 8
        assert 1.5 < item.pause_s < 32


@pytest.mark.parametrize("style", STYLES)
def test_shares_add_up_and_fit_their_bounds(style: str) -> None:
    phases = shape(style).phases
    assert sum(phase.share for phase in phases) == pytest.approx(1)
    assert all(phase.least <= phase.share <= phase.most for phase in phases)
    assert [phase.main for phase in phases].count(True) == 1


def test_hypnosis_wakes_and_sleep_does_not() -> None:
    assert "emergence" in [phase.key for phase in plan("hypnosis", 1).phases]
    assert 30 <= plan("hypnosis", 30).phase("emergence").seconds <= 90
    assert shape("sleep").rules.emergence == shape("story").rules.emergence == "never"


def test_words_are_counted_as_heard() -> None:
    assert word_count("Don't rush: twenty-one breaths, it’s enough.") == 6
    assert 1.5 < speech_seconds("Let the shoulders drop.") < 3
    assert speech_seconds("One.", speed=0.5) == 2 * speech_seconds("One.")
