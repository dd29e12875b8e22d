from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift_audio.sound import clip_guard

RATE = 24_000
TEXT = "Let your shoulders soften now."


def voice(seconds: float, *, level: float = 0.2) -> np.ndarray:
    return (level * np.sin(2 * np.pi * 220 * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE), np.float32)


@given(head=st.floats(0, 2), tail=st.floats(0, 2), body=st.floats(0.5, 3))
def test_trim_leaves_the_voice_and_short_margins(head: float, tail: float, body: float) -> None:
    spoken = voice(body)
    cut = clip_guard.trim(np.concatenate([silence(head), spoken, silence(tail)]), RATE)
    assert spoken.size - 0.011 * RATE <= cut.size <= spoken.size + 0.07 * RATE
    assert np.abs(cut).max() == np.abs(spoken).max()


def test_silence_is_refused_and_not_trimmed_to_something() -> None:
    assert clip_guard.trim(silence(1), RATE).size == 0
    assert clip_guard.inspect(silence(1), RATE, text=TEXT, speed=1).fault == "nothing can be heard"
    assert clip_guard.inspect(silence(0), RATE, text=TEXT, speed=1).fault == "it is empty"


def test_not_finite_is_refused() -> None:
    bad = voice(2)
    bad[100] = np.nan
    assert "NaN" in (clip_guard.inspect(bad, RATE, text=TEXT, speed=1).fault or "")


def test_clipped_is_refused_and_merely_loud_is_scaled() -> None:
    clipped = np.clip(voice(2, level=4.0), -1, 1)
    assert clip_guard.inspect(clipped, RATE, text=TEXT, speed=1).fault == "it is clipped"
    loud = clip_guard.inspect(voice(2, level=1.7), RATE, text=TEXT, speed=1)
    assert loud.fault is None
    assert np.abs(loud.samples).max() <= clip_guard.CEILING


@pytest.mark.parametrize(("seconds", "word"), [(0.2, "short"), (12.0, "long")])
def test_lengths_far_from_the_text_are_refused(seconds: float, word: str) -> None:
    assert f"far too {word}" in (clip_guard.inspect(voice(seconds), RATE, text=TEXT, speed=1).fault or "")


def test_a_hole_inside_is_refused_and_a_breath_is_not() -> None:
    def with_gap(gap: float) -> str | None:
        return clip_guard.inspect(np.concatenate([voice(1), silence(gap), voice(1)]), RATE, text=TEXT * 3, speed=1).fault

    assert "falls silent" in (with_gap(3.0) or "")
    assert with_gap(0.8) is None


def test_fades_reach_zero_at_both_ends_and_leave_the_middle() -> None:
    flat = np.ones(RATE, np.float32)
    faded = clip_guard.fade(flat, RATE)
    assert faded[0] == 0
    assert faded[-1] == 0
    assert (faded[120:-120] == 1).all()
    assert (flat == 1).all()


@given(st.integers(0, 40))
def test_fade_survives_the_shortest_clips(frames: int) -> None:
    assert clip_guard.fade(np.ones(frames, np.float32), RATE).size == frames
