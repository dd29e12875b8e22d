"""Piper: small fast voices in many languages, each a model with its configuration; espeak comes in its wheel."""

from __future__ import annotations

import threading
from importlib.metadata import version as package_version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from drift_audio.errors import CatalogError, EngineError, EngineMissing, SpeechError
from drift_audio.sound.audio import Mono
from drift_audio.sound.engines import weights
from drift_audio.sound.engines.base import Engine, EngineState, Voice

READS_IPA: Final = False
INSTALL: Final = "pip install 'drift-audio[piper]'"
GAP_S: Final = 0.25


class PiperEngine:
    """One Piper voice; its model may run in several threads, espeak has the library's own lock."""

    def __init__(self, voice: Any, *, speaker: int | None, version: str) -> None:
        self._voice = voice
        self._speaker = speaker
        self._lock = threading.Lock()
        self.rate = int(voice.config.sample_rate)
        self.version = version
        self.threads = 4

    def synthesize(self, text: str, *, speed: float, seed: int) -> Mono:  # noqa: ARG002 - noise is off
        from piper.config import SynthesisConfig

        scale = float(self._voice.config.length_scale) / speed
        config = SynthesisConfig(
            speaker_id=self._speaker, length_scale=scale, noise_scale=0.0, noise_w_scale=0.0, normalize_audio=False
        )
        try:
            chunks = [chunk.audio_float_array for chunk in self._voice.synthesize(text, config)]
        except (RuntimeError, ValueError, KeyError) as error:
            raise EngineError(f"piper could not speak it: {type(error).__name__}") from error
        if not chunks:
            raise SpeechError("piper: there is nothing in it that can be said")
        gap = np.zeros(round(GAP_S * self.rate / speed), np.float32)
        return np.concatenate([part for chunk in chunks for part in (np.asarray(chunk, np.float32).reshape(-1), gap)][:-1])

    def close(self) -> None:
        self._voice = None


def state(voice: Voice, *, data_dir: Path) -> EngineState:
    """Needs the extra, the model, or a reinstall."""
    if find_spec("piper") is None:
        return EngineState(state="needs extra", hint=INSTALL)
    if broken := _broken():
        return EngineState(state="broken", hint=broken)
    if weights.missing(voice, data_dir=data_dir) or any(weights.size_of(file) is None for file in _files(voice, data_dir)):
        return EngineState(state="needs weights", hint=f"drift-audio voices add {voice.name}")
    return EngineState(state="ready")


def version(voice: Voice, *, data_dir: Path) -> str:
    """The package's version and the files' hashes."""
    if find_spec("piper") is None:
        raise EngineMissing(f"voice {voice.name!r} needs Piper; install it with: {INSTALL}")
    files = _files(voice, data_dir)
    if any(weights.size_of(file) is None for file in files):
        raise EngineMissing(f"voice {voice.name!r} needs its weights; run: drift-audio voices add {voice.name}")
    return f"1-{package_version('piper-tts')}-{weights.stamp(files)}"


def build(voice: Voice, *, data_dir: Path) -> Engine:
    """Load the model and espeak.

    Raises:
        EngineMissing: the extra or the weights are not here, or the package is broken.
    """
    named = version(voice, data_dir=data_dir)
    if broken := _broken():
        raise EngineMissing(broken)
    from piper import PiperVoice

    model, config = _files(voice, data_dir)
    try:
        loaded = PiperVoice.load(model, config, download_dir=model.parent)
    except Exception as error:
        broken = f"its weights cannot be loaded ({type(error).__name__}); add them again"
        raise EngineMissing(f"voice {voice.name!r}: {broken}") from error
    return PiperEngine(loaded, speaker=_speaker(voice, loaded.config), version=named)


def _speaker(voice: Voice, config: Any) -> int | None:
    wanted = voice.options.get("speaker")
    if wanted is None:
        return None
    table = dict(config.speaker_id_map)
    if isinstance(wanted, int) and 0 <= wanted < config.num_speakers:
        return wanted
    if wanted not in table:
        names = ", ".join(sorted(table)[:12]) or f"0 to {config.num_speakers - 1}"
        raise CatalogError(f"voice {voice.name!r}: its model has no speaker {wanted!r}; it has {names}")
    return int(table[wanted])


def _files(voice: Voice, data_dir: Path) -> list[Path]:
    home = weights.voice_folder(voice, data_dir=data_dir)
    return [home / "model.onnx", home / "model.onnx.json"]


def _broken() -> str:
    try:
        from piper import espeakbridge  # noqa: F401 - is it there and does it load
    except (ImportError, OSError) as error:
        return f"Piper's espeak does not load ({error}); reinstall it with: pip install --force-reinstall piper-tts"
    return ""
