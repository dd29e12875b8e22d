from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from drift_audio.errors import BadInput, CatalogError, ConfigError
from drift_audio.scenario import Frozen
from drift_audio.yamlfile import Unreadable, dump_yaml, parse_yaml, read_mapping, read_yaml, validate

plain = st.one_of(st.none(), st.booleans(), st.integers(-999, 999), st.text("abc: #-'\n", max_size=12))
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3)
)
mappings = st.dictionaries(st.text("abcdef", min_size=1, max_size=5), values, max_size=4)


class Bed(Frozen):
    colour: str
    size: int = 1


def written(folder: Path, text: str) -> Path:
    path = folder / "data.yaml"
    path.write_text(text)
    return path


@given(mappings)
def test_what_is_dumped_is_read_again_in_its_order(tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]) -> None:
    path = written(tmp_path_factory.mktemp("yaml"), dump_yaml(data))
    assert list(read_mapping(path).items()) == list(data.items())
    assert read_yaml(path).data == data == parse_yaml(dump_yaml(data)).data


def test_a_value_stays_on_one_line() -> None:
    assert dump_yaml({"title": "word " * 200}).count("\n") == 1


def test_everything_has_its_place() -> None:
    located = parse_yaml("a: 007\nb:\n  - {c: yes}\n")
    assert located.data == {"a": 7, "b": [{"c": True}]}
    assert located.texts[("a",)] == "007"
    assert located.place(("b", 0, "c"), key=True) == (3, 6)
    assert located.place(("b", 0, "c")) == (3, 9)
    assert located.place(("b", 5, "x")) == (3, 3)  # the nearest thing around it


def test_a_doubled_key_is_blamed_where_it_stands_again_and_the_first_stays() -> None:
    located = parse_yaml("a: 1\nb: 2\na: 3\n")
    assert located.data == {"a": 1, "b": 2}
    assert [str(mistake) for mistake in located.mistakes] == ["3:1: 'a' stands twice"]
    assert located.place(("a",), key=True) == (1, 1)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: [1\n", (2, 1), "not valid YAML"),
        ("a: b: c", (1, 5), "not valid YAML"),
        ("a: \x00", (1, 1), "a character"),
        ("[" * 5000, (1, 1), "nested too deeply"),
        ("a: " + "[" * 60 + "]" * 60, (1, 44), "nested too deeply"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_place(tmp_path: Path, text: str, place: tuple[int, int], words: str) -> None:
    with pytest.raises(Unreadable, match=words) as caught:
        parse_yaml(text)
    assert (caught.value.line, caught.value.column) == place
    with pytest.raises(ConfigError) as told:
        read_yaml(written(tmp_path, text))
    assert str(told.value).startswith(f"{tmp_path / 'data.yaml'}:{place[0]}:{place[1]}: ")


def test_a_file_that_would_grow_without_bound_is_refused() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 8)
    )
    with pytest.raises(Unreadable, match="grows without bound"):
        parse_yaml(bomb)


@pytest.mark.parametrize("error", [ConfigError, CatalogError])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", r"data\.yaml:\d:\d: not valid YAML"),
        ("- a", "must be a mapping"),
        ("a: b: c", ":1:5: "),
        ("a: 2026-13-45", "put it in quotes"),
        ("a: " + "[" * 100_000, ":1:4.: nested too deeply"),
        ("- " * 100_000 + "a", "nested too deeply"),
    ],
)
def test_a_mapping_that_is_none_names_its_file(tmp_path: Path, text: str, words: str, error: type[BadInput]) -> None:
    with pytest.raises(error, match=words):
        read_mapping(written(tmp_path, text), error=error)
    with pytest.raises(error, match=r"none\.yaml: cannot be read"):
        read_mapping(tmp_path / "none.yaml", error=error)


def test_an_empty_file_is_an_empty_mapping(tmp_path: Path) -> None:
    assert read_mapping(written(tmp_path, "# nothing yet\n")) == {}


def test_both_readers_make_the_same_of_what_is_packaged() -> None:
    folder = Path(__file__).resolve().parents[1] / "drift_audio" / "script"
    for file in (folder / "rules.yaml", folder / "word_lists.yaml", *(folder / "styles").glob("*.yaml")):
        assert read_mapping(file) == yaml.safe_load(file.read_text("utf-8"))


def test_a_model_notes_its_mistakes_with_places() -> None:
    located = parse_yaml("colour: red\nsise: 3\nsize: x\n")
    assert validate(Bed, located.data, located) is None
    told = sorted(str(mistake) for mistake in located.mistakes)
    assert told[0] == "2:1: unknown key 'sise'; did you mean 'size'?"
    assert told[1].startswith("3:7: size: ")
