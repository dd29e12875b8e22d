"""The measuring instruments find what they are for, and every bed keeps its promises over a short and a long time."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from drift_audio.catalog import Catalog
from drift_audio.sound.audio import RATE
from drift_audio.sound.beds import measure as measuring
from drift_audio.sound.beds.spec import Ambience
from drift_audio.sound.beds.table import open_bed
from drift_audio.sound.dsp.loudness import bed_lufs
from tests.instruments import loudness

pytestmark = pytest.mark.long

CATALOG = Catalog("ambience", Ambience)
LONG = ("rain", "ocean", "stream", "fire", "wind-in-trees", "distant-thunder", "brown-noise")  # one of each kind


def measured(name: str, minutes: float, *, seed: int = 5) -> measuring.Figures:
    noise_like = CATALOG[name].noise_like
    opened = lambda: open_bed(name, seed=seed, catalog=CATALOG, user_dir=None)  # noqa: E731 - one use
    return measuring.measure(name, opened, seconds=minutes * 60, noise_like=noise_like)


class Fixed:
    def __init__(self, samples: np.ndarray) -> None:
        self.samples, self.at = samples, 0

    def read(self, frames: int) -> np.ndarray:
        self.at += frames
        return self.samples[self.at - frames : self.at]


def noise(seconds: float, *, level: float = 0.02) -> np.ndarray:
    return (np.random.default_rng(1).standard_normal((int(seconds * RATE), 2)) * level).astype(np.float32)


def test_a_loop_a_click_a_drift_and_a_wrong_level_are_found() -> None:
    good = noise(25)
    loop = np.tile(good[: RATE * 5], (5, 1))
    click = np.cumsum(good, axis=0, dtype=np.float64).astype(np.float32)
    click -= click.mean(0)
    click[RATE * 3 :] += 60 * np.abs(np.diff(click, axis=0)).mean()
    drift = good * np.linspace(0.6, 1.4, len(good), dtype=np.float32)[:, None]
    found = {
        key: measuring.measure(key, lambda s=samples: Fixed(s), seconds=25, noise_like=True).broken
        for key, samples in {"loop": loop, "click": click, "drift": drift, "loud": good * 4}.items()
    }
    assert "seam" in found["loop"]
    assert "click" in found["click"]
    assert "steadiness" in found["drift"]
    assert "level" in found["loud"]


@pytest.mark.parametrize("frequency", [60.0, 997.0, 4000.0])
def test_the_weighting_is_that_of_the_standard(tmp_path: Path, frequency: float) -> None:
    t = np.arange(RATE * 4) / RATE
    tone = np.repeat((0.1 * np.sin(2 * np.pi * frequency * t))[:, None], 2, axis=1).astype(np.float32)
    soundfile.write(tmp_path / "tone.wav", tone, RATE, subtype="FLOAT")
    assert bed_lufs([tone], RATE) == pytest.approx(loudness(tmp_path / "tone.wav").lufs, abs=0.2)


@pytest.mark.parametrize("name", ["rain", "ocean", "brown-noise", "warm-drone"])
def test_the_first_beds_keep_every_promise_for_four_minutes(name: str) -> None:
    figures = measured(name, 4)
    assert not set(figures.broken) - {"steadiness"}, figures  # a fifth of four minutes is nine waves
    assert figures.ears < 0.97
    assert figures.mono_db > -3


@pytest.mark.parametrize(
    ("name", "minutes"),
    [
        *(pytest.param(name, 15, marks=pytest.mark.slow if name in LONG else pytest.mark.sweep) for name in CATALOG),
        *(pytest.param(name, 60, marks=pytest.mark.sweep) for name in LONG),
    ],
)
def test_every_bed_keeps_every_promise_in_the_long_run(name: str, minutes: float) -> None:
    figures = measured(name, minutes)
    assert figures.broken == ()
    assert abs(figures.level_db) <= 1.0
    assert figures.ears < 0.97
    assert figures.mono_db > -3.1
