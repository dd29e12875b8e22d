"""Coqui (import name `TTS`): any of its models by name or from a folder, speakers, languages, and cloning with XTTS.

Works with the maintained `coqui-tts`; the old `TTS` 0.22 shares the import name and is used when it is what is installed.
"""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as package_version
from importlib.util import find_spec
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Final

import numpy as np

from drift_audio.errors import CatalogError, EngineMissing, SpeechError
from drift_audio.language_tags import primary_language
from drift_audio.sound.audio import Mono
from drift_audio.sound.engines import weights
from drift_audio.sound.engines.base import Engine, EngineState, Voice

READS_IPA: Final = False
INSTALL: Final = "pip install torch --index-url https://download.pytorch.org/whl/cpu && pip install 'drift-audio[coqui]'"
HINTS: Final = {
    "torchaudio": "torchaudio does not fit this torch; install the pair that belongs together, or on a machine without a GPU "
    "delete torchaudio's lib/*.so files",
    "torchcodec": "torchcodec is missing or broken: pip install 'coqui-tts[codec]'",
    "six": "the package six is missing: pip install six",
    "torch": f"torch is missing or broken: {INSTALL}",
}
PUBLIC: Final = ("tts_models/", "voice_conversion_models/")
TOS: Final = "COQUI_TOS_AGREED"
_LOADING: Final = threading.Lock()


class CoquiEngine:
    """One Coqui model with its speaker; one call at a time, because XTTS is not thread-safe and torch threads by itself."""

    threads = 1

    def __init__(self, tts: Any, how: dict[str, str], *, version: str) -> None:
        self._tts = tts
        self._how = how
        self._lock = threading.Lock()
        self.rate = int(tts.synthesizer.output_sample_rate)
        self.version = version

    def synthesize(self, text: str, *, speed: float, seed: int) -> Mono:
        if not any(letter.isalnum() for letter in text):
            raise SpeechError("coqui: there is nothing in it that can be said")
        import torch

        with self._lock, quiet():
            torch.manual_seed(seed)
            more = self._set_speed(speed)
            try:
                # One sentence comes in; its own splitter would only add silences.
                samples = self._tts.tts(text, split_sentences=False, **self._how, **more)
            except (RuntimeError, ValueError, KeyError, IndexError, AssertionError, ZeroDivisionError) as error:
                raise SpeechError(f"coqui could not speak it: {type(error).__name__}") from error
        return np.asarray(samples, np.float32).reshape(-1)

    def close(self) -> None:
        self._tts = None

    def _set_speed(self, speed: float) -> dict[str, float]:
        """VITS ignores `speed` but has a length scale; XTTS takes it as an argument; others speak as they speak."""
        model = self._tts.synthesizer.tts_model
        if hasattr(model, "length_scale"):
            model.length_scale = 1.0 / speed
            return {}
        return {"speed": speed} if is_xtts(self._tts) else {}


def is_xtts(tts: Any) -> bool:
    """Whether a loaded model is an XTTS."""
    return "xtts" in type(tts.synthesizer.tts_model).__name__.lower()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """The old TTS prints the text it speaks; nothing of that may reach anybody's terminal or log."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def state(voice: Voice, *, data_dir: Path) -> EngineState:
    """Found out without importing torch, which takes seconds: a broken package shows when it is used."""
    if find_spec("TTS") is None:
        return EngineState(state="needs extra", hint=INSTALL)
    if broken := next((name for name in ("torch", "torchaudio", "six") if find_spec(name) is None), None):
        return EngineState(state="broken", hint=HINTS[broken])
    if _is_public(voice):
        return EngineState(state="ready") if _downloaded(voice) else EngineState(state="needs weights", hint=_how_to_get(voice))
    if weights.size_of(_home(voice, data_dir) / "config.json") is None:
        return EngineState(state="needs weights", hint="drift-audio voices add FOLDER (config.json and model.pth)")
    if (sample := sample_of(voice, data_dir)) is not None and not sample.is_file():
        hint = f"its recording is gone; drift-audio voices clone {voice.name} SAMPLE.wav"
        return EngineState(state="needs weights", hint=hint)
    return EngineState(state="ready")


def version(voice: Voice, *, data_dir: Path) -> str:
    """The package's version, the checkpoint and the recording."""
    if find_spec("TTS") is None:
        raise EngineMissing(f"voice {voice.name!r} needs Coqui; install it with: {INSTALL}")
    sample = sample_of(voice, data_dir)
    files = [] if _is_public(voice) else [_home(voice, data_dir) / name for name in ("config.json", "model.pth")]
    files += [sample] if sample else []
    if gone := next((file for file in files if weights.size_of(file) is None), None):
        raise EngineMissing(f"voice {voice.name!r} needs {gone.name}; see drift-audio voices list")
    return f"1-{_package()}-{weights.stamp(files)}"


def build(voice: Voice, *, data_dir: Path) -> Engine:
    """Import torch and TTS, load the model, settle speaker and language.

    Raises:
        EngineMissing: the extra, its parts, the weights or an agreed licence are missing; the message says which.
    """
    named = version(voice, data_dir=data_dir)
    api = import_api()
    with _LOADING, quiet():
        tts = _load(api, voice, data_dir)
    return CoquiEngine(tts, manner(voice, tts, data_dir), version=named)


def import_api() -> Any:
    """The `TTS.api` module.

    Raises:
        EngineMissing: it or one of its parts does not import, with the hint for that part.
    """
    try:
        from TTS import api
    except (ImportError, OSError) as error:
        raise EngineMissing(explain(error)) from error
    return api


def explain(error: BaseException) -> str:
    """What to do about an import that failed, by the part whose name stands in the error."""
    told = f"{getattr(error, 'name', '') or ''} {error}".lower()
    part = next((name for name in HINTS if name in told), None)
    return f"Coqui does not load: {HINTS[part]}" if part else f"Coqui does not load ({type(error).__name__}: {error}); {INSTALL}"


def _load(api: Any, voice: Voice, data_dir: Path) -> Any:
    try:
        if _is_public(voice):
            _check_terms(api, voice)
            return api.TTS(model_name=voice.model, progress_bar=False)
        home = _home(voice, data_dir)
        # XTTS wants its folder, the others the checkpoint itself.
        checkpoint = home if "xtts" in (home / "config.json").read_text("utf-8")[:20_000].lower() else home / "model.pth"
        return api.TTS(model_path=str(checkpoint), config_path=str(home / "config.json"), progress_bar=False)
    except OSError as error:
        fetch = f"{voice.model} is not here and cannot be fetched; {_how_to_get(voice)}"
        raise EngineMissing(f"voice {voice.name!r}: {fetch}") from error
    except (RuntimeError, ValueError, KeyError, TypeError, AttributeError, EOFError, UnpicklingError) as error:
        broken = f"its model does not load ({type(error).__name__}); add it again"
        raise EngineMissing(f"voice {voice.name!r}: {broken}") from error


def _check_terms(api: Any, voice: Voice) -> None:
    """XTTS asks about its licence on standard input; that question is the person's to answer, never ours."""
    manager = api.ModelManager(progress_bar=False)
    try:
        item, full_name, _ = manager._set_model_item(voice.model)  # noqa: SLF001 - the only door to a model's terms
        agreed = manager.tos_agreed(item, Path(manager.output_prefix) / full_name)
    except (KeyError, ValueError, AttributeError) as error:
        raise CatalogError(f"voice {voice.name!r}: Coqui knows no model {voice.model!r}") from error
    if not agreed:
        terms = f"{voice.model} is licensed for non-commercial use only (CPML, https://tts-hub.github.io/cpml)"
        raise EngineMissing(f"voice {voice.name!r}: {terms}; read it, and if you agree set {TOS}=1 yourself")


def manner(voice: Voice, tts: Any, data_dir: Path) -> dict[str, str]:
    """Speaker, language and recording for every call, checked against what the model has.

    Raises:
        CatalogError: the model has no such speaker or language, or needs one that the voice does not name.
    """
    how: dict[str, str] = {}
    sample = sample_of(voice, data_dir)
    if sample is not None:
        how["speaker_wav"] = str(sample)
    elif tts.is_multi_speaker:
        how["speaker"] = _chosen(voice, "speaker", tuple(tts.speakers or ()))
    if tts.is_multi_lingual:
        how["language"] = _chosen(voice, "language", tuple(tts.languages or ()))
    return how


def _chosen(voice: Voice, field: str, have: tuple[str, ...]) -> str:
    usual = primary_language(voice.languages[0]) if field == "language" else have[0] if have else ""
    wanted = voice.options.get(field) or usual
    if wanted not in have:
        listed = ", ".join(name.strip() for name in sorted(have)[:12]) or "none"
        raise CatalogError(f"voice {voice.name!r}: its model has no {field} {wanted!r}; it has {listed}")
    return str(wanted)


def sample_of(voice: Voice, data_dir: Path) -> Path | None:
    """The recording that a cloned voice speaks by, or None."""
    name = voice.options.get("sample")
    return data_dir / "clones" / Path(str(name)).name if name else None


def _home(voice: Voice, data_dir: Path) -> Path:
    return weights.voice_folder(voice, data_dir=data_dir)


def _is_public(voice: Voice) -> bool:
    return voice.model.startswith(PUBLIC)


def _downloaded(voice: Voice) -> bool:
    import platformdirs

    folder = voice.model.replace("/", "--")
    return (Path(platformdirs.user_data_path("tts", appauthor=False)) / folder).is_dir()


def _how_to_get(voice: Voice) -> str:
    return f"drift-audio voices add {voice.name} (Coqui downloads it; needs the network)"


def _package() -> str:
    for name in ("coqui-tts", "TTS"):
        with contextlib.suppress(PackageNotFoundError):
            return f"{name}-{package_version(name)}"
    return "unknown"
