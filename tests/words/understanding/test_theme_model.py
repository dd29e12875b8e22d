"""The sentence model's part in reading, and reading without it."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from drift_audio.cli.doctor import reader
from drift_audio.words.understanding import theme_model
from drift_audio.words.understanding.reader import _Reading, read_story, release
from drift_audio.words.understanding.story import THEMES
from tests.words.understanding.test_reader import rows

OBLIQUE = {
    "Nobody on my street knows my name and the evenings are long": "loneliness",
    "My pen hovers and not one line of the chapter comes": "focus",
    "I cannot look anyone in the eye when they clap for me": "confidence",
}


def test_shares_are_a_probability_over_the_themes() -> None:
    shares = theme_model.likely(_Reading("my back hurts").theme_signs("my back hurts"))
    assert set(shares) == set(THEMES) - {"steady"}
    assert sum(shares.values()) == pytest.approx(1)
    assert max(shares, key=lambda theme: shares[theme]) == "pain"


def test_vector_is_of_length_one_for_any_text() -> None:
    for text in ("", "a", "word " * 3_000, "🌙"):
        assert np.linalg.norm(theme_model.vector(text)) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("text", OBLIQUE)
def test_wordings_without_a_cue_are_heard(text: str) -> None:
    assert read_story(text).theme == OBLIQUE[text]


def test_cues_work_alone_where_the_model_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme_model, "ready", lambda: False)
    monkeypatch.setattr(theme_model, "vector", _never)
    told = read_story("I snapped at my husband over the dishes this morning")
    assert (told.theme, told.part, told.gravity) == ("relationship-repair", "caused", "minor")
    assert read_story("my back hurts").theme == "pain"


@pytest.mark.parametrize("name", ["first", "held_a", "held_d"])
def test_the_plain_sets_are_still_read_without_the_model(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme_model, "ready", lambda: False)
    known = rows(name)
    told = [read_story(row.text) for row in known]
    assert sum(story.theme == row.theme for story, row in zip(told, known, strict=True)) >= 0.9 * len(known)
    assert sum(story.part == row.part for story, row in zip(told, known, strict=True)) >= 0.85 * len(known)


@pytest.mark.parametrize("content", [b"another", bytes(theme_model._SIZE)])
def test_another_or_a_damaged_model_is_not_used(content: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "another_model"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "model.onnx").write_bytes(content)
    monkeypatch.setattr(theme_model, "_PACKAGE", "another_model")
    monkeypatch.syspath_prepend(tmp_path)
    theme_model.release()
    try:
        assert not theme_model.ready()
        assert read_story("my back hurts").theme == "pain"
    finally:
        theme_model.release()


def test_doctor_says_what_the_story_is_read_with(monkeypatch: pytest.MonkeyPatch) -> None:
    (well,) = reader()
    assert well.ok
    monkeypatch.setattr(theme_model, "ready", lambda: False)
    (finding,) = reader()
    assert not finding.ok
    assert not finding.vital
    assert finding.need.endswith(f"pip install {theme_model.REQUIREMENT}")


def test_the_requirement_is_the_one_that_is_installed_and_pinned() -> None:
    name, _, number = theme_model.REQUIREMENT.partition("==")
    assert version(name) == number
    assert f'"{theme_model.REQUIREMENT}"' in (Path(__file__).parents[3] / "pyproject.toml").read_text("utf-8")


def test_a_released_reader_reads_the_same_again() -> None:
    text = "Nobody on my street knows my name and the evenings are long"
    before = read_story(text)
    release()
    assert read_story(text) == before


def test_the_learnt_reading_is_about_this_model() -> None:
    file = theme_model.model_file()
    assert file is not None
    assert hashlib.sha256(file.read_bytes()).hexdigest() == "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"


def test_nothing_lies_between_people_where_no_other_is_spoken_of() -> None:
    told = read_story("I keep that scarf on the hook by the door and cannot wash it")
    assert told.theme != "relationship-repair"
    assert told.part == "none"


def _never(_text: str) -> None:
    raise AssertionError("the model was asked")
