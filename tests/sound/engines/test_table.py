from __future__ import annotations

import types
from pathlib import Path
from typing import Any

import pytest

from drift_audio.errors import CatalogError
from drift_audio.sound.engines import table, tone
from drift_audio.sound.engines.base import Backend, Voice


def voice(engine: str) -> Voice:
    return Voice(name="mine", engine=engine, model="m", character="c", languages=("en",), licence="CC0-1.0")


class Point:
    value = "somewhere:thing"

    def __init__(self, name: str, load: Any) -> None:
        self.name, self.load = name, load


def install(monkeypatch: pytest.MonkeyPatch, *points: Point) -> None:
    def entry_points(*, group: str, name: str | None = None) -> list[Point]:
        assert group == "drift_audio.engines"
        return [point for point in points if name in (None, point.name)]

    monkeypatch.setattr(table, "entry_points", entry_points)


def test_every_built_in_engine_follows_the_contract() -> None:
    for name in table.BUILT_IN:
        assert isinstance(table.backend(voice(name)), Backend), name


def test_a_third_party_engine_comes_by_its_entry_point(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, Point("theirs", lambda: tone))
    assert "theirs" in table.engine_names()
    assert table.engine_state(voice("theirs"), data_dir=tmp_path).state == "ready"
    assert table.open_engine(voice("theirs"), data_dir=tmp_path).rate == 24_000


def test_a_broken_third_party_gets_a_state_and_not_a_crash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def explode() -> None:
        raise OSError("libsomething.so: cannot open")

    install(monkeypatch, Point("broken", explode), Point("half", lambda: types.SimpleNamespace(READS_IPA=False)))
    broken = table.engine_state(voice("broken"), data_dir=tmp_path)
    assert broken.state == "broken"
    assert "libsomething" in broken.hint
    assert "lacks" in table.engine_state(voice("half"), data_dir=tmp_path).hint


def test_an_unknown_engine_names_those_there_are() -> None:
    with pytest.raises(CatalogError, match=r"unknown engine 'nope'; there are .*hibari.*tone"):
        table.backend(voice("nope"))
