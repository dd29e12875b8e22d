from pathlib import Path

import numpy as np
import pytest

from drift_audio.catalog import Catalog
from drift_audio.errors import CatalogError
from drift_audio.sound.audio import RATE
from drift_audio.sound.beds.spec import Ambience
from drift_audio.sound.beds.table import bed_key, check_bed, open_bed
from drift_audio.sound.dsp.loudness import bed_lufs

pytestmark = pytest.mark.long

CATALOG = Catalog("ambience", Ambience)
NAMES = tuple(CATALOG)


def read(expression: str, *, seconds: float, seed: int = 3, catalog: object = CATALOG) -> np.ndarray:
    return open_bed(expression, seed=seed, catalog=catalog, user_dir=None).read(int(seconds * RATE))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_every_bed_is_finite_stereo_at_its_level_and_the_same_however_it_is_read(name: str) -> None:
    whole = read(name, seconds=12)
    assert whole.shape == (12 * RATE, 2)
    assert whole.dtype == np.float32
    assert np.isfinite(whole).all()
    assert np.abs(whole).max() < 1.0
    near = 3 if CATALOG[name].noise_like else 9  # bells take their time; test_measure measures an hour
    assert bed_lufs([whole], RATE) == pytest.approx(-30, abs=near)
    bed = open_bed(name, seed=3, catalog=CATALOG, user_dir=None)
    sizes = np.random.default_rng(0).integers(1, 90_000, 60)
    ragged, have = [], 0
    for size in sizes:
        take = min(int(size), len(whole) - have)
        ragged.append(bed.read(take))
        have += take
    assert np.array_equal(np.concatenate(ragged), whole)


@pytest.mark.parametrize("name", ["rain", "ocean", "brown-noise", "warm-drone", "singing-bowls"])
def test_another_seed_is_another_stretch(name: str) -> None:
    assert not np.array_equal(read(name, seconds=3, seed=1), read(name, seconds=3, seed=2))


def test_a_mix_keeps_the_nominal_level_and_the_proportion_of_its_parts() -> None:
    level = bed_lufs([read("rain + brown-noise:-6dB", seconds=20)], RATE)
    assert level == pytest.approx(-30, abs=1)


def test_a_declared_mix_sounds_like_its_expression_and_may_not_mix_itself() -> None:
    own = Ambience(name="own", description="x", licence="x", mix="brown-noise + warm-drone:-6dB")
    catalog = {name: CATALOG[name] for name in NAMES} | {"own": own}
    assert np.array_equal(read("own", seconds=2, catalog=catalog), read(own.mix or "", seconds=2))
    catalog["a"] = Ambience(name="a", description="x", licence="x", mix="b + rain")
    catalog["b"] = Ambience(name="b", description="x", licence="x", mix="a")
    for call in (lambda: read("a", seconds=1, catalog=catalog), lambda: check_bed("a", catalog=catalog, user_dir=None)):
        with pytest.raises(CatalogError, match="mixes itself"):
            call()


def test_unknown_names_get_the_near_matches() -> None:
    with pytest.raises(CatalogError, match="did you mean ocean"):
        check_bed("rain + ocaen", catalog=CATALOG, user_dir=None)


def test_a_folder_named_like_a_bed_is_told_how_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-forest").mkdir()
    with pytest.raises(CatalogError, match=r"write '\./my-forest'"):
        check_bed("rain + my-forest", catalog=CATALOG, user_dir=None)


def test_the_key_of_a_mix_is_that_of_its_tuned_bed(tmp_path: Path) -> None:
    assert bed_key("rain", catalog=CATALOG, user_dir=tmp_path) is None
    assert bed_key("rain + warm-drone:-6dB", catalog=CATALOG, user_dir=tmp_path) == CATALOG["warm-drone"].key


def test_beats_go_only_over_a_bed_and_beat_at_their_rate() -> None:
    with pytest.raises(CatalogError, match="only go over a bed"):
        check_bed("binaural-theta", catalog=CATALOG, user_dir=None)
    from drift_audio.sound.beds.beats import Beats
    from drift_audio.sound.beds.streams import StreamBed

    heard = StreamBed([Beats.named("binaural-theta")]).read(RATE * 10)
    left, right = (np.argmax(np.abs(np.fft.rfft(heard[:, ear]))) / 10 for ear in (0, 1))
    assert right - left == pytest.approx(6.0, abs=0.1)
    assert bed_lufs([heard], RATE) == pytest.approx(-30, abs=0.5)
    mono = StreamBed([Beats.named("monaural-alpha")]).read(RATE * 10)
    assert np.array_equal(mono[:, 0], mono[:, 1])
    assert bed_lufs([mono], RATE) == pytest.approx(-30, abs=0.5)
