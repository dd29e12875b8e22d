from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from drift_audio.errors import OutputError
from drift_audio.output_spec import OutputSpec, name_output, prepare

DAY = date(2026, 3, 1)


def today() -> date:
    return DAY


def test_a_folder_gets_a_free_dated_name(tmp_path: Path) -> None:
    target = prepare(OutputSpec(output=tmp_path))
    first = name_output(target, "Making it Right", today=today)
    assert first == tmp_path / "2026-03-01-making-it-right.mp3"
    first.touch()
    assert name_output(target, "Making it Right", today=today).name == "2026-03-01-making-it-right-2.mp3"


def test_an_existing_file_needs_force(tmp_path: Path) -> None:
    file = tmp_path / "a.mp3"
    file.touch()
    with pytest.raises(OutputError, match="--force"):
        prepare(OutputSpec(output=file))
    assert prepare(OutputSpec(output=file, force=True)).output == file


@pytest.mark.parametrize("beside", ["words.md", "a.vtt", "a.lrc", "stems/a-voice.wav", "stems/a-bed.wav"])
def test_nothing_that_stands_beside_is_overwritten_without_force(tmp_path: Path, beside: str) -> None:
    file = tmp_path / beside
    file.parent.mkdir(exist_ok=True)
    file.write_text("precious")
    wanted = OutputSpec(output=tmp_path / "a.mp3", script_out=tmp_path / "words.md", captions=True, stems=tmp_path / "stems")
    with pytest.raises(OutputError, match="--force"):
        prepare(wanted)
    assert file.read_text() == "precious"
    assert prepare(wanted.model_copy(update={"force": True})).output == wanted.output


def test_the_script_may_not_take_the_place_of_the_session(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="name of its own"):
        prepare(OutputSpec(output=tmp_path / "a.mp3", script_out=tmp_path / "." / "a.mp3", force=True))


@pytest.mark.parametrize("taken", ["2026-03-01-calm.mp3", "2026-03-01-calm.flac", "2026-03-01-calm.vtt"])
def test_a_name_is_free_when_nothing_bears_it_in_any_format(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).touch()
    assert name_output(OutputSpec(output=tmp_path, format="wav"), "Calm", today=today).name == "2026-03-01-calm-2.wav"


@pytest.mark.parametrize(
    ("name", "form", "words"), [("a.txt", None, r"\.flac"), ("a", None, r"\.mp3"), ("a.wav", "mp3", "agree")]
)
def test_a_suffix_must_be_a_format(tmp_path: Path, name: str, form: str | None, words: str) -> None:
    with pytest.raises(OutputError, match=words):
        prepare(OutputSpec(output=tmp_path / name, format=form))  # type: ignore[arg-type]


def test_missing_and_wrong_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no such folder"):
        prepare(OutputSpec(output=tmp_path / "none" / "a.mp3"))
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="not a folder"):
        prepare(OutputSpec(output=tmp_path / "file" / "a.mp3"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere, so an unwritable folder cannot be made")
def test_an_unwritable_folder_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="cannot be written"):
        prepare(OutputSpec(output=tmp_path / "a.mp3"))
