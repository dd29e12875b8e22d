"""What is written is whole and private, or not there; what cannot be written is told in one line before any work."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift_audio import files
from drift_audio.errors import ExportError, OutputError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def no_room(_handle: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_appears_under_its_name_only_when_it_is_whole(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with files.whole_file(path, durable=durable) as part:
        assert part.parent == tmp_path
        assert mode(part) == 0o600
        part.write_bytes(b"new")
        assert path.read_bytes() == b"old"
    assert (path.read_bytes(), names(tmp_path), mode(path)) == (b"new", ["a.bin"], 0o600)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_write_that_stops_leaves_the_old_file(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def begun() -> None:
        with files.whole_file(path) as part:
            part.write_bytes(b"ne")
            raise error

    with pytest.raises(error):
        begun()
    assert (path.read_bytes(), names(tmp_path)) == (b"old", ["a"])


@pytest.mark.parametrize("write", [files.write_whole, files.write_once])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write) -> None:  # type: ignore[no-untyped-def]
    files.write_whole(tmp_path / "a", b"old")
    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(OSError, match="No space"):
        write(tmp_path / "a", b"new")
    assert ((tmp_path / "a").read_bytes(), names(tmp_path)) == (b"old", ["a"])


def test_only_a_durable_file_is_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed = []
    monkeypatch.setattr(os, "fsync", flushed.append)
    for durable, count in ((False, 0), (True, 2)):  # the file, and the folder that holds its name
        flushed.clear()
        with files.whole_file(tmp_path / "a", durable=durable):
            pass
        assert len(flushed) == count


def test_the_first_of_many_writers_wins(tmp_path: Path) -> None:
    path, seen, begin = tmp_path / "key", set(), threading.Barrier(8)

    def make(number: int) -> None:
        begin.wait()
        files.write_once(path, bytes([number]) * 32)
        seen.add(path.read_bytes())

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 1
    assert (names(tmp_path), mode(path)) == (["key"], 0o600)


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, ExportError, "the disk is full"),
        (errno.EACCES, OutputError, "choose another place"),
        (errno.EIO, ExportError, "cannot be written"),
    ],
)
def test_what_the_system_says_becomes_one_line(tmp_path: Path, number: int, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words) as caught, files.output_file(tmp_path / "a"):
        raise OSError(number, os.strerror(number))
    assert os.strerror(number) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert names(tmp_path) == []


def test_words_are_written_private_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "s.md"
    files.write_private(path, "grüß dich\n")
    assert path.read_bytes() == "grüß dich\n".encode()
    assert (mode(path), names(tmp_path)) == (0o600, ["s.md"])
    with pytest.raises(OutputError, match="cannot be written"):
        files.write_private(tmp_path / "no" / "s.md", "x")


def test_a_finished_file_is_published(tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b"made")
    (tmp_path / "final").write_bytes(b"old")
    files.publish_file(tmp_path / "part", tmp_path / "final")
    assert ((tmp_path / "final").read_bytes(), names(tmp_path)) == (b"made", ["final"])


def test_a_folder_that_cannot_be_synced_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.sync_folder(tmp_path / "none")
    monkeypatch.setattr(os, "fsync", no_room)
    files.sync_folder(tmp_path)


def test_folders_are_private_and_an_existing_one_keeps_its_mode(tmp_path: Path) -> None:
    assert mode(files.private_folder(tmp_path / "a" / "b")) == 0o700
    tmp_path.chmod(0o755)
    assert mode(files.make_folder(tmp_path)) == 0o755
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is a file"):
        files.make_folder(tmp_path / "file")
    with pytest.raises(OutputError, match="cannot be made"):
        files.make_folder(tmp_path / "file" / "x")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("x.mp3", r"let the name end in \.wav, \.flac"),
        ("d.wav", "is a folder"),
        ("old.wav", "--force"),
        ("no/x.wav", "no such folder"),
    ],
)
def test_an_output_is_refused_before_any_work(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "d.wav").mkdir()
    (tmp_path / "old.wav").touch()
    with pytest.raises(OutputError, match=words):
        files.check_output(tmp_path / name, formats=("wav", "flac"), force=False)


def test_an_output_that_can_be_used_passes(tmp_path: Path) -> None:
    (tmp_path / "old.WAV").touch()
    files.check_output(tmp_path / "new.flac", formats=("wav", "flac"), force=False)
    files.check_output(tmp_path / "old.WAV", formats=("wav", "flac"), force=True)
    assert names(tmp_path) == ["old.WAV"]


@pytest.mark.parametrize("made", [False, True])
def test_a_slash_at_the_end_is_a_folder(tmp_path: Path, made: bool) -> None:
    if made:
        (tmp_path / "new").mkdir()
    assert files.located(f"{tmp_path}/new/") == tmp_path / "new"
    assert (tmp_path / "new").is_dir()
    assert files.located(tmp_path / "other") == tmp_path / "other"
    assert not (tmp_path / "other").exists()


@given(st.binary(max_size=3000))
def test_the_digest_is_that_of_the_bytes(data: bytes) -> None:
    assert files.stream_digest(io.BytesIO(data)) == hashlib.sha256(data).hexdigest()


def test_a_file_has_the_digest_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert files.file_digest(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(st.text(max_size=300))
def test_a_slug_is_a_safe_file_name(title: str) -> None:
    name = files.slug(title)
    assert 0 < len(name) <= 60
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
