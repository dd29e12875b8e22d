"""Whatever a declaration says, it either is refused with its field or sounds: finite, stereo, not silent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift_audio.catalog import Catalog
from drift_audio.errors import CatalogError
from drift_audio.sound.audio import RATE
from drift_audio.sound.beds.spec import Ambience
from drift_audio.sound.beds.table import open_bed


def span(low: float, high: float) -> st.SearchStrategy[list[float]]:
    return st.tuples(st.floats(low, high), st.floats(low, high)).map(sorted).map(list)


POINTS = st.lists(st.integers(20, 20_000), min_size=1, max_size=6, unique=True).flatmap(
    lambda hertz: st.tuples(*[st.tuples(st.just(h), st.floats(-60, 20)) for h in sorted(hertz)])
)
NOTES = st.lists(st.sampled_from(["A1", "C#3", "Eb4", "G2"]), min_size=1, max_size=3)
LAYERS = st.one_of(
    st.fixed_dictionaries(
        {"generator": st.just("noise"), "spectrum": POINTS, "width": st.floats(0, 1)},
        optional={
            "modulations": st.lists(st.fixed_dictionaries({"depth_db": st.floats(0, 12), "rate_hz": span(0.02, 60)}), max_size=2)
        },
    ),
    st.fixed_dictionaries(
        {"generator": st.just("impacts"), "rate": st.floats(0.5, 200), "pitch_hz": span(80, 12_000), "decay_ms": span(0.3, 40)},
        optional={"tail": st.floats(0.6, 4), "burst": st.floats(1, 8), "rise": st.floats(-1, 1), "wander_db": st.floats(0, 9)},
    ),
    st.fixed_dictionaries({"generator": st.just("waves"), "spectrum": POINTS, "period_s": st.floats(2, 20)}),
    st.fixed_dictionaries({"generator": st.just("insects"), "singers": st.integers(1, 6), "chirp_s": span(0.1, 2)}),
    st.fixed_dictionaries({"generator": st.just("pad"), "notes": NOTES, "partials": st.integers(1, 40)}),
    st.fixed_dictionaries(
        {"generator": st.just("strikes"), "instrument": st.sampled_from(["bowl", "string", "chime"]), "notes": NOTES}
    ),
    st.fixed_dictionaries(
        {"generator": st.just("pulse"), "period_s": st.floats(0.2, 3), "thumps": st.just([{"at": 0.2}, {"at": 0.1}])}
    ),
)


@settings(max_examples=25, deadline=None)
@given(layer=LAYERS, seed=st.integers(0, 2**32 - 1))
def test_every_valid_layer_sounds(layer: dict[str, object], seed: int) -> None:
    seconds = {"seconds": 8} if layer["generator"] in {"noise", "impacts", "insects", "pad"} else {}
    bed = Ambience.model_validate({"name": "x", "description": "x", "licence": "x", "layers": [layer | seconds]})
    heard = open_bed("x", seed=seed, catalog={"x": bed}, user_dir=None).read(2 * RATE)
    assert heard.shape == (2 * RATE, 2)
    assert np.isfinite(heard).all()


@pytest.mark.parametrize(
    ("layer", "field"),
    [
        ("{generator: pad, notes: [H9]}", "notes"),
        ("{generator: noise, spectrum: [[400, 0], [100, 0]]}", "spectrum"),
        ("{generator: impacts, rate: 5, pitch_hz: [900, 100], decay_ms: [1, 2]}", "pitch_hz"),
        ("{generator: nothing}", "layers"),
        ("{generator: noise, spectrum: [[100, 0]], colour: pink}", "colour"),
    ],
)
def test_a_wrong_declaration_names_file_and_field(tmp_path: Path, layer: str, field: str) -> None:
    (tmp_path / "own.yaml").write_text(f"description: x\nlicence: x\nlayers:\n  - {layer}\n")
    with pytest.raises(CatalogError, match=rf"own\.yaml: .*{field}"):
        Catalog("ambience", Ambience, user_folder=tmp_path)["own"]
