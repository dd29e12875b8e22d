"""Filters by matrices against scipy's sample by sample and pedalboard's."""

import numpy as np
import pedalboard
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import sosfilt, sosfreqz

from drift_audio.sound.audio import RATE
from drift_audio.sound.dsp.filters import (
    Filter,
    Sections,
    bell,
    filtered,
    high_pass,
    k_power_response,
    k_weighting,
    low_pass,
    low_shelf,
)

CHAINS: dict[str, Sections] = {
    "voice": (high_pass(48.0), high_pass(48.0), low_shelf(200.0, 1.5)),
    "dip": (bell(2900.0, -6.0, 0.8),),
    "upper range": (high_pass(200.0),),
    "rumble": (high_pass(20.0), high_pass(20.0)),
    "reflections": (high_pass(400.0), low_pass(6000.0)),
    **{f"loudness at {rate}": k_weighting(rate) for rate in (8_000, 44_100, 192_000)},
}
PEDALS = {
    "voice": [pedalboard.HighpassFilter(48.0), pedalboard.HighpassFilter(48.0), pedalboard.LowShelfFilter(200.0, 1.5)],
    "dip": [pedalboard.PeakFilter(2900.0, -6.0, 0.8)],
    "reflections": [pedalboard.HighpassFilter(400.0), pedalboard.LowpassFilter(6000.0)],
}


def noise(frames: int, seed: int = 1) -> np.ndarray:
    samples = np.random.default_rng(seed).standard_normal((2, frames)).astype(np.float32)
    samples[:, frames // 3 : frames // 2] += 0.5
    samples[:, frames // 2 : frames // 2 + 200] = 0.0
    return samples


def by_samples(sections: Sections, samples: np.ndarray) -> np.ndarray:
    padded = [(*ahead, *[0.0] * (3 - len(ahead)), *behind, *[0.0] * (3 - len(behind))) for ahead, behind in sections]
    return np.asarray(sosfilt(np.array(padded), samples.astype(float), axis=1))


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_is_what_scipy_makes_of_it_however_it_is_cut(name: str) -> None:
    samples = noise(50_000)
    stream = Filter(*CHAINS[name], channels=2)
    cut = np.concatenate([stream.apply(part) for part in np.split(samples, [1, 64, 64, 5000, 31_337], axis=1)], axis=1)
    np.testing.assert_allclose(cut, by_samples(CHAINS[name], samples), atol=5e-6)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 400), max_size=12), st.sampled_from(sorted(CHAINS)))
def test_how_a_stream_is_cut_never_shows(sizes: list[int], name: str) -> None:
    samples = noise(sum(sizes) + 1)
    stream = Filter(*CHAINS[name], channels=2)
    cut = np.concatenate([stream.apply(part) for part in np.split(samples, np.cumsum(sizes), axis=1)], axis=1)
    np.testing.assert_allclose(cut, by_samples(CHAINS[name], samples), atol=5e-6)


@pytest.mark.parametrize("name", PEDALS)
def test_a_chain_is_what_pedalboard_makes_of_it(name: str) -> None:
    samples = noise(30_000)[0]
    row = samples[np.newaxis]
    for pedal in PEDALS[name]:
        row = pedal.process(row, RATE)
    np.testing.assert_allclose(filtered(samples, *CHAINS[name]), row[0], atol=5e-5)


def test_silence_after_sound_stays_quick_and_ends_in_silence() -> None:
    stream = Filter(*k_weighting(RATE), channels=2)
    stream.apply(noise(RATE))
    assert np.abs(stream.apply(np.zeros((2, 3 * RATE), np.float32))[:, -RATE:]).max() < 1e-9


def test_the_power_response_is_that_of_the_sections() -> None:
    hertz = np.geomspace(20, 8_000, 60)
    sections = [(*ahead, *behind) for ahead, behind in k_weighting(192_000)]
    _, response = sosfreqz(np.array(sections), hertz, fs=192_000)
    np.testing.assert_allclose(10 * np.log10(k_power_response(hertz)), 20 * np.log10(np.abs(response)), atol=0.05)
    assert k_power_response(np.zeros(1))[0] == 0.0
