"""Outputs appear whole or not at all, on a disk and in a real object store."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from drift_audio.delivery.batch.batchfile import load_batch
from drift_audio.delivery.batch.journal import FileMade
from drift_audio.delivery.batch.outputs import RemoteOutputs, open_outputs
from drift_audio.errors import ConfigError, DeliveryError, OutputError
from drift_audio.inputs import beside, read_input
from tests.delivery.stores import s3_server

DATA = b"sound" * 400_000


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with s3_server():
        yield "s3://drift"


@pytest.fixture(params=["local", "file url", "memory", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "s3":
        return f"{request.getfixturevalue('bucket')}/{uuid.uuid4().hex}"
    return {"local": str(tmp_path / "out"), "file url": f"file://{tmp_path}/out", "memory": f"memory://{uuid.uuid4().hex}"}[
        request.param
    ]


def made(name: str, data: bytes = DATA) -> FileMade:
    return FileMade(name=name, sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def test_what_is_put_is_held_and_nothing_else(place: str, tmp_path: Path) -> None:
    outputs = open_outputs(place)
    file = made("feed/a b.mp3")
    assert not outputs.holds(file)
    assert not outputs.exists(file.name)
    assert outputs.read(file.name) is None
    (tmp_path / "source").write_bytes(DATA)
    outputs.put(tmp_path / "source", file.name)
    assert outputs.holds(file)
    assert outputs.exists(file.name)
    assert not outputs.holds(made(file.name, DATA[:-1] + b"x")), "same size, other bytes"
    assert not outputs.holds(made(file.name, DATA[:-1]))
    outputs.put_bytes(b"{}", "report.json")
    assert outputs.read("report.json") == b"{}"
    outputs.put_bytes(b"[]", "report.json")
    assert outputs.read("report.json") == b"[]", "a report is renewed"


def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = open_outputs(f"file://{tmp_path}/out")
    assert isinstance(outputs, RemoteOutputs)
    monkeypatch.setattr("drift_audio.delivery.batch.outputs.FIRST_WAIT_S", 0.01)
    tries = []

    def half(source: str, target: str) -> None:
        tries.append(target)
        Path(target).write_bytes(Path(source).read_bytes()[:100])
        raise ConnectionResetError("gone")

    monkeypatch.setattr(outputs.system, "put_file", half)
    (tmp_path / "source").write_bytes(DATA)
    with pytest.raises(DeliveryError, match="not reachable after 4 tries"):
        outputs.put(tmp_path / "source", "a.mp3")
    assert len(tries) == 4
    assert list((tmp_path / "out").iterdir()) == []


def test_a_store_that_comes_back_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = open_outputs(f"file://{tmp_path}/out")
    assert isinstance(outputs, RemoteOutputs)
    monkeypatch.setattr("drift_audio.delivery.batch.outputs.FIRST_WAIT_S", 0.01)
    real, failures = outputs.system.put_file, iter([OSError("busy"), TimeoutError("slow")])

    def shaky(source: str, target: str) -> None:
        for error in failures:
            raise error
        real(source, target)

    monkeypatch.setattr(outputs.system, "put_file", shaky)
    (tmp_path / "source").write_bytes(DATA)
    outputs.put(tmp_path / "source", "a.mp3")
    assert outputs.holds(made("a.mp3"))


def test_a_url_of_no_known_kind_is_bad_input() -> None:
    with pytest.raises(OutputError, match="nosuch"):
        open_outputs("nosuch://x/y")


def test_inputs_come_from_urls_too(bucket: str, tmp_path: Path) -> None:
    store = open_outputs(f"{bucket}/in")
    store.put_bytes(b"---\ntitle: A rest\nstyle: meditation\nminutes: 1\n---\n\n## Arrive\n\nSettle here.\n", "words/rest.md")
    store.put_bytes(b"- {id: a, script: words/rest.md}\n- {id: b, script: words/none.md}\n", "batch.yaml")
    batch = load_batch(f"{bucket}/in/batch.yaml")
    assert [item.id for item in batch.items] == ["a"]
    assert batch.items[0].script.title == "A rest"
    assert "words/none.md" in str(batch.mistakes[0])
    with pytest.raises(ConfigError, match="larger than"):
        read_input(f"{bucket}/in/batch.yaml", limit=10)


def test_relative_names_stand_beside_the_file() -> None:
    assert beside("/a/b.yaml", "c.md") == "/a/c.md"
    assert beside("s3://x/y/b.yaml", "c/d.md") == "s3://x/y/c/d.md"
    assert beside("/a/b.yaml", "s3://x/c.md") == "s3://x/c.md"
    assert beside("s3://x/b.yaml", "/c.md") == "/c.md"
