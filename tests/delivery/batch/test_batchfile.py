"""A batch file is checked whole: every mistake with line and column, before any work."""

from __future__ import annotations

import textwrap
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from drift_audio.delivery.batch.batchfile import Batch, load_batch, schema
from drift_audio.errors import CatalogError, ConfigError
from drift_audio.yamlfile import parse_yaml


def load(folder: Path, text: str, **options) -> Batch:
    path = folder / "batch.yaml"
    path.write_text(textwrap.dedent(text))
    return load_batch(path, **options)


def said(batch: Batch) -> list[str]:
    return [str(mistake) for mistake in batch.mistakes]


def test_defaults_hold_and_every_item_keeps_its_own(tmp_path: Path) -> None:
    batch = load(
        tmp_path,
        """\
        x-calm: &calm {style: breathing, minutes: 5}
        defaults: {voice: tone, minutes: 9}
        items:
          - situation: I cannot sleep before the exam
          - <<: *calm
            id: 007
            situation: My hands shake before every meeting
            seed: 4
          - {id: long, situation: I miss my father, minutes: 33.5, output: father.flac, format: flac}
        """,
    )
    assert said(batch) == []
    first, second, third = batch.items
    assert (first.id, first.name, first.scenario.voice, first.minutes) == ("session-001", "session-001.mp3", "tone", 9)
    assert (second.id, second.name, second.scenario.style, second.minutes, second.seed) == ("007", "007.mp3", "breathing", 5, 4)
    assert (third.name, third.minutes, third.line) == ("father.flac", 33.5, 9)
    again = load(tmp_path, (tmp_path / "batch.yaml").read_text())
    assert again.items[0].seed == first.seed, "a seed left out follows from the id, not from chance"


def test_every_mistake_of_the_file_is_reported_at_once_with_its_place(tmp_path: Path) -> None:
    batch = load(
        tmp_path,
        """\
        items:
          - situation: fine one
          - situation: secret words here
            minutes: 900
          - {situation: a, stile: sleep}
          - {situation: "  "}
          - {situation: a, script: b.md}
          - just words
          - {id: x, situation: a}
          - {id: x, situation: b}
          - {id: ../up, situation: a}
          - {script: nowhere.md}
          - {situation: a, seed: -1, style: lullaby}
          - {situation: a, situation: b}
          - {situation: !!python/name:os.system a}
        """,
    )
    assert [item.id for item in batch.items] == ["session-001", "x"]
    assert batch.bad == 11
    lines = said(batch)
    expected = [
        (4, "minutes"), (5, "'stile'"), (6, "empty"), (7, "one of them"), (8, "mapping"), (10, "used by the item of line 9"),
        (11, "id"), (12, "nowhere.md"), (13, "seed"), (13, "style"), (14, "twice"), (15, "one of them"), (15, "tag"),
    ]  # fmt: skip
    assert [(int(line.split(":")[0])) for line in lines] == [line for line, _ in expected]
    for line, (_, word) in zip(sorted(lines, key=lambda text: int(text.split(":")[0])), expected, strict=True):
        assert word in line
    assert lines[0].startswith("4:14: "), "the column of the value"
    assert lines[1].startswith("5:20: "), "the column of the unknown key"
    assert "did you mean 'style'" in lines[1]
    assert "secret" not in "".join(lines)


def test_the_suffix_of_an_output_is_its_format_unless_another_is_asked_for(tmp_path: Path) -> None:
    batch = load(
        tmp_path,
        """\
        - {situation: a, output: one.flac}
        - {situation: b, output: two}
        - {situation: c, output: three.ogg, format: ogg}
        - {situation: d, output: four.wav, format: mp3}
        """,
    )
    assert [(item.name, item.format) for item in batch.items] == [("one.flac", "flac"), ("two.mp3", "mp3"), ("three.ogg", "ogg")]
    assert said(batch) == ["4:26: output: the name says wav but the format is mp3; make them agree"]


def test_names_are_looked_up_in_the_catalogues(tmp_path: Path) -> None:
    def check(voice: str | None, ambience: str | None) -> None:
        if voice == "nobody" or ambience == "noise":
            raise CatalogError("unknown name")

    batch = load(tmp_path, "- {situation: a, voice: nobody, ambience: noise}\n- {situation: a}\n", check_names=check)
    assert said(batch) == ["1:25: unknown name", "1:43: unknown name"]
    assert len(batch.items) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("items: [\n", r"batch.yaml:2:1: not valid YAML"),
        ("a: &x [*x]\n", "nested too deeply"),
        ("", "list of items"),
        ("items: []\n", "at least one"),
        ("defualts: {minutes: 5}\nitems: [{situation: a}]\n", r"1:1: unknown key 'defualts'; did you mean defaults\?"),
        ("foo: 1\nitems: [{situation: a, minutes: 500}]\n", r"(?s)1:1: unknown key 'foo'.*2:33: minutes"),
        ("defaults: {minutes: yes}\nitems: [{situation: a}]\n", "not yes or no"),
        ("defaults: {minutes: long}\nitems: [{situation: a}]\n", r"1:21: minutes"),
        ("\x00", "not valid YAML"),
        ("just words", "list of items"),
    ],
)
def test_a_file_that_is_no_batch_is_one_clear_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, text)


def test_aliases_cannot_grow_without_bound() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
    )
    with pytest.raises(ConfigError, match="grows without bound"):
        parse_yaml(bomb)


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_batch(tmp_path / "none.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00x")
    with pytest.raises(ConfigError, match="UTF-8"):
        load_batch(tmp_path / "b.yaml")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_data_or_a_clear_error(text: str) -> None:
    try:
        located = parse_yaml(text)
    except ConfigError as error:
        assert str(error).split(":")[0].isdigit()
    else:
        try:
            plain = yaml.safe_load(text)
        except (yaml.YAMLError, ValueError, TypeError):
            assert located.mistakes  # what the reference reader refuses, we blame
        else:
            assert located.mistakes or type(located.data) is type(plain)


def test_the_schema_accepts_good_files_and_refuses_bad_ones() -> None:
    checker = jsonschema.Draft202012Validator(schema())
    checker.check_schema(schema())
    good = {"defaults": {"voice": "heart"}, "items": [{"id": "a", "situation": "x", "minutes": 3}], "x-a": {}}
    assert checker.is_valid(good)
    assert checker.is_valid([{"script": "a.md"}])
    for bad in (
        {"items": []},
        [{"minutes": 3}],
        [{"situation": "x", "minutes": 900}],
        [{"situation": "x", "stile": "sleep"}],
        {"item": []},
    ):
        assert not checker.is_valid(bad), bad
