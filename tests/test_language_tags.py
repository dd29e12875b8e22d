from __future__ import annotations

import pytest

from drift_audio.language_tags import primary_language


@pytest.mark.parametrize(("tag", "primary"), [("en", "en"), ("en-GB", "en"), ("ZH-Hant-TW", "zh"), ("*", "*"), ("", "")])
def test_the_first_subtag_in_small_letters(tag: str, primary: str) -> None:
    assert primary_language(tag) == primary
