"""hibari: the embedded default. 24 kHz, numpy and onnxruntime only, one voice inside its wheel, the others one download each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import version as package_version
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from drift_audio.errors import CatalogError, EngineError, EngineMissing
from drift_audio.sound.audio import Mono
from drift_audio.sound.engines.base import Engine, EngineState, Voice

READS_IPA: Final = True
SLOWEST: Final = 0.5
FASTEST: Final = 2.0


class Model(Protocol):
    """What hibari's `Hibari` offers."""

    sample_rate: int

    def __call__(self, text: str, *, speed: float, seed: int) -> Mono:
        """A sentence as mono float32 at `sample_rate`."""
        ...


class HibariEngine:
    """One hibari voice. Its model runs one thread a call, so calls from several threads gain (measured: 1.9 times with two)."""

    def __init__(self, model: Model, version: str) -> None:
        self._model: Model | None = model
        self.rate = int(model.sample_rate)
        self.version = version
        self.threads = 4

    def synthesize(self, text: str, *, speed: float, seed: int) -> Mono:
        if self._model is None:
            raise EngineError("hibari was closed")
        try:
            samples = self._model(text, speed=min(max(speed, SLOWEST), FASTEST), seed=seed)
        except (RuntimeError, ValueError, KeyError, IndexError) as error:
            raise EngineError(f"hibari could not speak it: {type(error).__name__}") from error
        return np.asarray(samples, dtype=np.float32)

    def close(self) -> None:
        self._model = None


def state(voice: Voice, *, data_dir: Path) -> EngineState:
    """Ready when the voice's model is in the wheel, in our data folder or in hibari's own cache."""
    try:
        found = model_file(voice, data_dir=data_dir)
    except ImportError as error:
        return EngineState(state="broken", hint=f"hibari-tts does not import ({error}); reinstall drift-audio")
    if found is None:
        return EngineState(state="needs weights", hint=f"drift-audio voices add {voice.name}")
    return EngineState(state="ready")


def version(voice: Voice, *, data_dir: Path) -> str:  # noqa: ARG001 - the contract's arguments
    """The package's version and the model's registered hash."""
    return f"{package_version('hibari-tts')}-{str(_entry(voice).get('sha256', voice.model))[:12]}"


def build(voice: Voice, *, data_dir: Path) -> Engine:
    """Load the model and the pronunciation tables.

    Raises:
        EngineMissing: the voice's model is one download away.
    """
    from hibari import Hibari

    file = model_file(voice, data_dir=data_dir)
    if file is None:
        raise EngineMissing(f"voice {voice.name!r} needs its weights; run: drift-audio voices add {voice.name}")
    model = Hibari(voice=voice.model, model=str(file), g2p=english(british=bool(_entry(voice).get("british"))))
    return HibariEngine(model, version(voice, data_dir=data_dir))


@cache
def english(*, british: bool) -> Callable[[str], str]:
    """hibari's text-to-phoneme rules, loaded once (0.3 s); engines that read the same phonemes share them."""
    from hibari.g2p import G2P

    read: Callable[[str], str] = G2P(british=british)
    return read


def model_file(voice: Voice, *, data_dir: Path) -> Path | None:
    """Where the voice's model stands, or None; never downloads."""
    from hibari.voices import voice_path

    own = data_dir / "weights" / "hibari" / str(_entry(voice).get("file", ""))
    if own.is_file():
        return own
    try:
        return Path(voice_path(voice.model, download_missing=False))
    except FileNotFoundError:
        return None


def _entry(voice: Voice) -> dict[str, str | bool]:
    from hibari.voices import VOICES

    if voice.model not in VOICES:
        raise CatalogError(f"voice {voice.name!r}: hibari has no model {voice.model!r}; it has {', '.join(sorted(VOICES))}")
    return dict(VOICES[voice.model])
