import pytest

from drift_audio.catalog import Catalog
from drift_audio.scenario import STYLES
from drift_audio.sound.beds.defaults import default_ambience, default_for, fitting
from drift_audio.sound.beds.spec import Ambience
from drift_audio.sound.beds.table import check_bed, sources
from drift_audio.words.guides.load import load_guides

CATALOG = Catalog("ambience", Ambience)
THEMES = (None, *sorted({*load_guides(), *fitting().themes}))


@pytest.mark.parametrize("style", STYLES)
def test_every_theme_and_style_has_a_bed_that_exists(style: str) -> None:
    for theme in THEMES:
        check_bed(default_ambience(theme, style), catalog=CATALOG, user_dir=None)


def test_a_theme_comes_before_the_style_and_else_leaves_it_to_it() -> None:
    assert default_ambience("grief", "hypnosis") == default_for("grief", "hypnosis") != default_ambience(None, "hypnosis")
    assert default_for("grief", "breathing") is None
    assert default_ambience("grief", "breathing") == default_ambience(None, "breathing")


def test_sleep_never_gets_a_bed_with_events() -> None:
    for theme in THEMES:
        for bed in sources(default_ambience(theme, "sleep"), catalog=CATALOG, user_dir=None):
            assert isinstance(bed, Ambience)
            assert not {layer.generator for layer in bed.layers} & {"calls", "thunder", "strikes", "pulse"}
