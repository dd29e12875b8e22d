"""The one place that names the speech engines; each is imported when a voice asks for it.

A third party adds an engine by an entry point of the group `drift_audio.engines`: its name is the engine's name in voices,
its object a module or instance that follows `base.Backend`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final

from drift_audio.errors import CatalogError
from drift_audio.sound.engines.base import Backend, Engine, EngineState, Voice

GROUP: Final = "drift_audio.engines"
BUILT_IN: Final[Mapping[str, str]] = {
    "hibari": "drift_audio.sound.engines.hibari",
    "kokoro": "drift_audio.sound.engines.kokoro",
    "piper": "drift_audio.sound.engines.piper",
    "coqui": "drift_audio.sound.engines.coqui",
    "openai-speech": "drift_audio.sound.engines.openai_speech",
    "tone": "drift_audio.sound.engines.tone",
}


def engine_names() -> tuple[str, ...]:
    """Every engine known here, built in or added by an entry point, sorted."""
    return tuple(sorted({*BUILT_IN, *(point.name for point in entry_points(group=GROUP))}))


def backend(voice: Voice) -> Backend:
    """The engine module that speaks `voice`.

    Raises:
        CatalogError: no engine of that name, or a third party's cannot be imported or does not follow the contract.
    """
    found = import_module(BUILT_IN[voice.engine]) if voice.engine in BUILT_IN else _third_party(voice)
    if not isinstance(found, Backend):
        raise CatalogError(f"voice {voice.name!r}: engine {voice.engine!r} lacks one of READS_IPA, state, version, build")
    return found


def open_engine(voice: Voice, *, data_dir: Path) -> Engine:
    """Load `voice`, ready to speak.

    Raises:
        EngineMissing: its package or weights are not here; the message says what to install.
    """
    return backend(voice).build(voice, data_dir=data_dir)


def engine_state(voice: Voice, *, data_dir: Path) -> EngineState:
    """Whether `voice` can speak here; a broken engine gets a state, never an exception."""
    try:
        return backend(voice).state(voice, data_dir=data_dir)
    except Exception as error:  # noqa: BLE001 - a third party's engine may fail in any way, and the list goes on
        return EngineState(state="broken", hint=f"{type(error).__name__}: {error}")


def _third_party(voice: Voice) -> object:
    points = entry_points(group=GROUP, name=voice.engine)
    if not points:
        raise CatalogError(f"voice {voice.name!r}: unknown engine {voice.engine!r}; there are {', '.join(engine_names())}")
    point = next(iter(points))
    try:
        loaded: object = point.load()
    except Exception as error:
        raise CatalogError(f"engine {voice.engine!r} ({point.value}) cannot be imported: {error}") from error
    return loaded
