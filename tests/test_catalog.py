from __future__ import annotations

from pathlib import Path

import pytest

from drift_audio.catalog import Catalog, packaged_folder
from drift_audio.errors import CatalogError
from drift_audio.scenario import Frozen


class Thing(Frozen):
    name: str
    colour: str


def make(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def test_the_users_file_wins_by_name(tmp_path: Path) -> None:
    first = next(iter(packaged_folder("voices").glob("*.yaml"))).stem
    catalog = Catalog("voices", Thing, user_folder=make(tmp_path, **{first: "colour: red", "mine": "colour: blue"}))
    assert catalog[first].colour == "red"
    assert catalog["mine"] == Thing(name="mine", colour="blue")
    assert "mine" in catalog
    assert list(catalog) == sorted(catalog)


def test_an_unknown_name_brings_near_matches(tmp_path: Path) -> None:
    catalog = Catalog("ambience", Thing, user_folder=make(tmp_path, raindrop="colour: grey"))
    with pytest.raises(CatalogError, match="raindrop"):
        catalog["raindorp"]
    with pytest.raises(CatalogError, match="ambience list"):
        catalog["zzzz"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour: [", "not valid YAML"),
        ("- a", "mapping"),
        ("shade: red", "colour"),
        ("colour: red\nsize: 3", "size"),
        ("a: b: c", ":1"),
    ],
)
def test_a_broken_declaration_names_its_file(tmp_path: Path, text: str, words: str) -> None:
    catalog = Catalog("voices", Thing, user_folder=make(tmp_path, broken=text))
    with pytest.raises(CatalogError, match="broken.yaml") as caught:
        catalog["broken"]
    assert words in str(caught.value)


def test_unreadable_bytes_are_told(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogError, match="odd.yaml"):
        Catalog("voices", Thing, user_folder=tmp_path)["odd"]
