from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift_audio.errors import ConfigError
from drift_audio.sound.voice.lexicon import LINK, load_lexicon, plain

TEXT = """
en:
  Siobhan: shi-vawn
  Nguyen: /nwˈɪn/
  Caoimhe: {say: keeva, ipa: kwˈiːvə}
de:
  Chemnitz: Kemnitz
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lexicon.yaml"
    path.write_text(TEXT, "utf-8")
    return path


def test_words_are_respelled_whole_and_without_regard_to_case(file: Path) -> None:
    lexicon = load_lexicon(file)
    said = lexicon.apply("SIOBHAN and Siobhans met Nguyen and Caoimhe.", language="en-GB", ipa=False)
    assert said == "shi-vawn and Siobhans met Nguyen and keeva."


def test_ipa_becomes_links_where_it_is_understood(file: Path) -> None:
    said = load_lexicon(file).apply("Nguyen met Caoimhe.", language="en", ipa=True)
    assert said == "[Nguyen](/nwˈɪn/) met [Caoimhe](/kwˈiːvə/)."
    assert plain(said) == "Nguyen met Caoimhe."
    assert LINK.findall(said)[0] == ("Nguyen", "nwˈɪn")


def test_languages_do_not_mix(file: Path) -> None:
    assert load_lexicon(file).apply("Siobhan in Chemnitz", language="de", ipa=True) == "Siobhan in Kemnitz"


def test_a_missing_file_changes_nothing(tmp_path: Path) -> None:
    assert load_lexicon(tmp_path / "none.yaml").apply("Siobhan", language="en", ipa=True) == "Siobhan"


BROKEN = ["- a", "en: [a]", "en: {Bo: }", "en: {Bo: {spell: x}}", "en: {Bo: '//'}", "en: {Bo: 3}", "a: b: c"]


@pytest.mark.parametrize("text", BROKEN)
def test_what_cannot_be_meant_is_refused_with_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "lexicon.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"lexicon\.yaml"):
        load_lexicon(path)


@given(st.text(max_size=80))
def test_any_file_loads_or_is_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("lexicon") / "lexicon.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load_lexicon(path).apply("any words", language="en", ipa=True)
    except ConfigError as error:
        assert str(path) in str(error)
