"""The contract of a speech engine, and the voice that one is built from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, runtime_checkable

from pydantic import Field

from drift_audio.scenario import Frozen
from drift_audio.sound.audio import Mono


class Voice(Frozen):
    """A declared voice: one file of `voices/` (or of the user's own folder).

    pace: factor of the engine's own speed that suits a session. level_db: trim so that voices are equally loud.
    processing: preset of the voice chain. options: what only the engine understands (speaker, blend, style ...).
    weights: where the engine's files come from, each with its sha256 (engine's own format).
    """

    name: str
    engine: str
    model: str
    character: str
    languages: tuple[str, ...]
    licence: str
    source: str = ""
    pace: Annotated[float, Field(ge=0.5, le=1.5)] = 1.0
    level_db: Annotated[float, Field(ge=-24, le=24)] = 0.0
    processing: Literal["close", "room", "dry"] = "close"
    recommended: bool = False
    tags: tuple[str, ...] = ()
    options: dict[str, Any] = Field(default_factory=dict)
    weights: tuple[dict[str, Any], ...] = ()


class Engine(Protocol):
    """Turns sentences into audio at its own rate. Built once from a voice and reused.

    rate: hertz of what `synthesize` returns.
    version: changes whenever the same text would sound different (package version and weights); part of the cache key.
    threads: how many `synthesize` calls may run at once from as many threads with gain (1 = not thread-safe).
    """

    rate: int
    version: str
    threads: int

    def synthesize(self, text: str, *, speed: float, seed: int) -> Mono:
        """Speak one normalised sentence without markup: mono float32 (frames,) at `rate`.

        speed: factor of the engine's normal speed, reached by the model and never by resampling.
        seed: fixes any noise, so that the same call gives the same samples.

        Raises:
            EngineError: the engine cannot speak this text.
        """
        ...

    def close(self) -> None:
        """Let go of models, processes and locks; a second call does nothing."""
        ...


class EngineState(Frozen):
    """What `doctor` and `voices list` say of an engine or a voice. `hint` is the one thing to do when it is not ready."""

    state: Literal["ready", "needs extra", "needs weights", "needs key", "needs server", "broken"]
    hint: str = ""


@runtime_checkable
class Backend(Protocol):
    """What an engine module (or the object behind a third party's entry point) offers; importing it must be cheap.

    READS_IPA: whether `synthesize` understands the lexicon's `[word](/ipa/)` links; else it gets the plain word.
    """

    READS_IPA: bool

    def state(self, voice: Voice, *, data_dir: Path) -> EngineState:
        """Whether `voice` can speak here, found out without loading a model."""
        ...

    def version(self, voice: Voice, *, data_dir: Path) -> str:
        """Changes whenever the same text would sound different; part of the cache key, cheap, loads no model."""
        ...

    def build(self, voice: Voice, *, data_dir: Path) -> Engine:
        """Load the voice.

        Raises:
            EngineMissing: a package or weights are not here, with what to install.
        """
        ...
