"""The table of writers says of each what is true of it."""

from __future__ import annotations

import subprocess
import sys
from inspect import signature

import pytest

from drift_audio.config import load_settings
from drift_audio.errors import ConfigError
from drift_audio.words.writers import table


@pytest.fixture
def with_model() -> object:
    return load_settings({}, environ={"OPENAI_API_KEY": "x"}, llm={"model": "any", "base_url": "http://127.0.0.1:9/v1"})


@pytest.mark.parametrize("name", table.WRITERS)
def test_a_writer_bears_the_name_of_its_row_and_has_the_abilities_told(name, with_model) -> None:
    writer = table.open_writer(name, with_model, key=b"k")
    assert writer.name == name
    assert list(signature(writer.write).parameters) == ["scenario", "story", "progress"]
    assert hasattr(writer, "dry_run") is table.WRITERS[name].shows_request
    assert table.shows_request(writer) is table.WRITERS[name].shows_request


@pytest.mark.parametrize("name", [name for name, can in table.WRITERS.items() if can.second_process])
def test_who_may_write_in_the_second_process_opens_without_settings(name) -> None:
    writer = table.open_writer(name)
    assert table.may_run_in_second_process(writer)


def test_a_writer_that_is_not_in_the_table_writes_here_and_shows_nothing() -> None:
    class Guest:
        name = "guest"

    assert not table.may_run_in_second_process(Guest())
    assert not table.shows_request(Guest())


def test_the_model_is_taken_where_one_is_configured_and_refused_where_none_is() -> None:
    assert table.chosen("auto", model_configured=True) == "llm"
    assert table.chosen("auto", model_configured=False) == table.chosen("offline", model_configured=True) == "offline"
    with pytest.raises(ConfigError, match="no language model is configured"):
        table.open_writer("llm")


def test_to_read_the_table_imports_no_writer() -> None:
    code = "import sys, drift_audio.words.writers.table; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in loaded if name.startswith(tuple(can.module for can in table.WRITERS.values()))]
