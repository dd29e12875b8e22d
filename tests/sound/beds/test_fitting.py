from typing import get_args

from drift_audio.catalog import Catalog
from drift_audio.scenario import STYLES
from drift_audio.sound.beds.fitting import default_for, fitting
from drift_audio.sound.beds.spec import Ambience, PulseLayer
from drift_audio.sound.beds.table import check_bed, sources

CATALOG = Catalog("ambience", Ambience)


def test_every_style_has_a_bed_and_every_bed_named_exists() -> None:
    table = fitting()
    assert set(table.styles) == set(STYLES)
    for beds in (table.styles, *table.themes.values()):
        assert set(beds) <= set(STYLES)
        for expression in beds.values():
            check_bed(expression, catalog=CATALOG, user_dir=None)


def test_a_theme_leaves_to_the_style_what_it_does_not_say() -> None:
    assert default_for("no such theme", "sleep") == default_for(None, "sleep") == fitting().styles["sleep"]
    assert default_for("grief", "hypnosis") != default_for(None, "hypnosis")


def test_sleep_never_gets_a_bed_with_events() -> None:
    themes = (None, *fitting().themes)
    for theme in themes:
        for bed in sources(default_for(theme, "sleep"), catalog=CATALOG, user_dir=None):
            assert isinstance(bed, Ambience)
            families = {layer.generator for layer in bed.layers}
            assert not families & {"calls", "thunder", "strikes", get_args(PulseLayer.model_fields["generator"].annotation)[0]}
