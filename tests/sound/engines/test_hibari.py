from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from drift_audio.catalog import Catalog
from drift_audio.errors import CatalogError
from drift_audio.sound import clip_guard
from drift_audio.sound.engines import hibari
from drift_audio.sound.engines.base import Engine, Voice

HEART = Catalog("voices", Voice)["heart"]
TEXT = "Let your shoulders soften, and notice the weight of your hands."


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = hibari.build(HEART, data_dir=tmp_path_factory.mktemp("data"))
    yield made
    made.close()


def test_the_default_voice_is_ready_everywhere(tmp_path: Path) -> None:
    assert hibari.state(HEART, data_dir=tmp_path).state == "ready"
    assert HEART.recommended


def test_same_seed_same_samples_also_from_threads(engine: Engine) -> None:
    first = engine.synthesize(TEXT, speed=0.9, seed=7)
    with ThreadPoolExecutor(4) as pool:
        others = list(pool.map(lambda _: engine.synthesize(TEXT, speed=0.9, seed=7), range(8)))
    assert all(np.array_equal(first, other) for other in others)
    assert not np.array_equal(first, engine.synthesize(TEXT, speed=0.9, seed=8))


def test_speed_is_reached_by_the_model(engine: Engine) -> None:
    lengths = [clip_guard.trim(engine.synthesize(TEXT, speed=speed, seed=1), engine.rate).size for speed in (0.75, 1.0, 1.2)]
    assert lengths[0] / lengths[1] == pytest.approx(1 / 0.75, rel=0.12)
    assert lengths[2] / lengths[1] == pytest.approx(1 / 1.2, rel=0.12)


@pytest.mark.parametrize("text", [TEXT, "Relax.", "Five.", "And rest.", f"{TEXT[:-1]}, and {TEXT}"])
def test_what_it_says_passes_the_guard(engine: Engine, text: str) -> None:
    for speed in (0.75, 0.9, 1.0):
        assert clip_guard.inspect(engine.synthesize(text, speed=speed, seed=3), engine.rate, text=text, speed=speed).fault is None


def test_a_link_of_the_lexicon_is_spoken_as_its_phonemes(engine: Engine) -> None:
    link = engine.synthesize("Call [Bo](/kˈæt/) now.", speed=1.0, seed=1)
    assert np.array_equal(link, engine.synthesize("Call [Jo](/kˈæt/) now.", speed=1.0, seed=1))
    assert not np.array_equal(link, engine.synthesize("Call Bo now.", speed=1.0, seed=1))


def test_other_voices_need_their_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path))
    emma = HEART.model_copy(update={"name": "emma", "model": "emma"})
    assert hibari.state(emma, data_dir=tmp_path).state == "needs weights"
    with pytest.raises(CatalogError, match="hibari has no model 'nobody'"):
        hibari.model_file(HEART.model_copy(update={"model": "nobody"}), data_dir=tmp_path)


def test_it_is_fast_enough_to_be_the_default(engine: Engine) -> None:
    """About 200 times real time on one idle core; a tenth of that is asked for here, for busy machines."""
    started = time.perf_counter()
    seconds = sum(engine.synthesize(TEXT, speed=0.9, seed=seed).size for seed in range(10)) / engine.rate
    assert seconds / (time.perf_counter() - started) > 20
