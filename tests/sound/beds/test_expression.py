import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift_audio.errors import CatalogError
from drift_audio.sound.beds.expression import Part, is_path, parse


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("rain", (Part("rain"),)),
        ("rain + fire:-6dB + warm-drone:-12dB", (Part("rain"), Part("fire", -6), Part("warm-drone", -12))),
        ("rain+fire", (Part("rain"), Part("fire"))),
        ("rain:-3+fire: 2.5 DB", (Part("rain", -3), Part("fire", 2.5))),
        ("  rain  +  fire : -6 dB ", (Part("rain"), Part("fire", -6))),
        ("/music/a+b.wav:-6dB + rain", (Part("/music/a+b.wav", -6), Part("rain"))),
    ],
)
def test_parts_and_levels(text: str, parts: tuple[Part, ...]) -> None:
    assert parse(text) == parts


TOO_MANY = " + ".join(["rain"] * 13)


@pytest.mark.parametrize("text", ["", "   ", "rain + ", "+ rain", "rain + + fire", "rain:99dB", "rain:-400", TOO_MANY])
def test_malformed_mixes_say_what_is_wrong_in_one_line(text: str) -> None:
    with pytest.raises(CatalogError) as caught:
        parse(text)
    assert "\n" not in str(caught.value)


def test_an_existing_file_is_taken_whole(tmp_path: Path) -> None:
    odd = tmp_path / "rain + fire:-6dB.wav"
    odd.touch()
    assert parse(str(odd)) == (Part(str(odd)),)
    assert is_path(str(odd))


@given(st.text(max_size=60))
def test_any_text_parses_or_is_a_catalog_error(text: str) -> None:
    with contextlib.suppress(CatalogError):
        assert all(part.source == part.source.strip() != "" for part in parse(text))
