"""Piper and Coqui without (or with broken) packages: every state has its own hint, and nothing heavy is imported to find out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from drift_audio.catalog import Catalog
from drift_audio.errors import CatalogError, EngineMissing
from drift_audio.sound.engines import coqui, install, piper, table, weights
from drift_audio.sound.engines.base import Voice

CATALOG = Catalog("voices", Voice)


def hide(monkeypatch: pytest.MonkeyPatch, module: object, *names: str) -> None:
    from importlib.util import find_spec

    monkeypatch.setattr(module, "find_spec", lambda name: None if name in names else find_spec("json"))
    for name in names:
        monkeypatch.setitem(sys.modules, name, None)


def test_every_packaged_voice_is_whole(tmp_path: Path) -> None:
    assert len(CATALOG) >= 12
    assert len({CATALOG[name].engine for name in CATALOG}) >= 5
    for name in CATALOG:
        voice = CATALOG[name]
        assert voice.engine in table.BUILT_IN, name
        assert voice.languages, name
        assert voice.licence, name
        assert len(voice.character) > 20, name
        weights.declared(voice)
        assert table.engine_state(voice, data_dir=tmp_path).state in {
            "ready",
            "needs extra",
            "needs weights",
            "needs key",
            "needs server",
        }, name


def test_missing_extras_say_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, piper, "piper")
    hide(monkeypatch, coqui, "TTS")
    assert piper.state(CATALOG["joe"], data_dir=tmp_path).hint == "pip install 'drift-audio[piper]'"
    assert "drift-audio[coqui]" in coqui.state(CATALOG["vctk"], data_dir=tmp_path).hint
    with pytest.raises(EngineMissing, match=r"drift-audio\[piper\]"):
        piper.build(CATALOG["joe"], data_dir=tmp_path)
    with pytest.raises(EngineMissing, match=r"drift-audio\[coqui\]"):
        coqui.build(CATALOG["vctk"], data_dir=tmp_path)


def test_a_coqui_without_torch_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, coqui, "torch")
    state = coqui.state(CATALOG["vctk"], data_dir=tmp_path)
    assert state.state == "broken"
    assert "torch" in state.hint


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (OSError("libtorchaudio.abi3.so: cannot open libcudart.so.13"), "lib/*.so"),
        (ImportError("TorchCodec is required", name="torchcodec"), "coqui-tts[codec]"),
        (ModuleNotFoundError("No module named 'six'", name="six"), "pip install six"),
        (ImportError("No module named 'torch'", name="torch"), "torch is missing"),
        (ImportError("cannot import name 'isin_mps_friendly' from 'transformers'"), "does not load"),
    ],
)
def test_each_broken_part_has_its_own_hint(error: Exception, hint: str) -> None:
    assert hint in coqui.explain(error)


def test_the_list_of_voices_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from drift_audio.catalog import Catalog\n"
        "from drift_audio.sound.engines.base import Voice; from drift_audio.sound.engines.table import engine_state\n"
        "c = Catalog('voices', Voice)\n"
        "[engine_state(c[n], data_dir=Path(sys.argv[1])) for n in c]\n"
        "print(' '.join({'torch', 'TTS', 'onnxruntime', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_a_voice_that_cannot_clone_is_named() -> None:
    from drift_audio.sound.engines.clone import clone

    with pytest.raises(CatalogError, match="cannot take on a recording"):
        clone("me", Path("x.wav"), CATALOG["heart"], data_dir=Path(), user_voices=Path())
    with pytest.raises(CatalogError, match="lower-case letters"):
        clone("My Voice", Path("x.wav"), CATALOG["xtts"], data_dir=Path(), user_voices=Path())


def test_a_piper_configuration_must_name_its_language(tmp_path: Path) -> None:
    (tmp_path / "v.onnx").write_bytes(b"m")
    (tmp_path / "v.onnx.json").write_text(json.dumps({"audio": {}}))
    with pytest.raises(install.BundleError, match="not a Piper voice"):
        install.install(tmp_path / "v.onnx", voices={}, data_dir=tmp_path / "d", user_voices=tmp_path / "u")
