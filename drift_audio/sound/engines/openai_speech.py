"""Any server with OpenAI's `/v1/audio/speech`: OpenAI itself, or one of your own (Kokoro-FastAPI, LocalAI, Speaches ...).

The sentences are sent to the address that the voice names. Nothing is sent anywhere unless a voice of this engine is chosen.
"""

from __future__ import annotations

import io
import socket
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np

from drift_audio.errors import CatalogError, EngineError, EngineMissing, SpeechError
from drift_audio.machine import is_loopback
from drift_audio.sound.audio import Mono
from drift_audio.sound.engines.base import Engine, EngineState, Voice

READS_IPA: Final = False
RATE: Final = 24_000
TIMEOUT_S: Final = 120.0
MAX_BYTES: Final = 64 * 1024 * 1024
SLOWEST: Final = 0.25
FASTEST: Final = 4.0

_PORTS: Final = {"http": 80, "https": 443}
_KNOCK_S: Final = 0.5


class OpenAISpeechEngine:
    """A voice of a speech server; several requests may be under way."""

    rate = RATE

    def __init__(self, client: Any, voice: Voice, *, version: str) -> None:
        self._client = client
        self._model = voice.model
        self._speaker = str(voice.options["voice"])
        self._manner = str(voice.options.get("instructions", ""))
        self._host = host(voice)
        self.version = version
        self.threads = int(voice.options.get("threads", 4))

    def synthesize(self, text: str, *, speed: float, seed: int) -> Mono:  # noqa: ARG002 - the protocol has no seed
        more = {"instructions": self._manner} if self._manner else {}
        try:
            answer = self._client.audio.speech.create(
                model=self._model,
                voice=self._speaker,
                input=text,
                response_format="wav",
                speed=min(max(speed, SLOWEST), FASTEST),
                **more,
            )
            raw = answer.read()
        except Exception as error:
            raise translated(error, self._host) from error
        return decode(raw, self._host)

    def close(self) -> None:
        self._client.close()


def decode(raw: bytes, name: str) -> Mono:
    """Mono float32 at 24 kHz from what a server sent: any format that soundfile reads.

    Raises:
        SpeechError: empty, too large, or not audio (an HTML page, a JSON error).
    """
    import soundfile
    import soxr

    if not raw or len(raw) > MAX_BYTES:
        raise SpeechError(f"the speech server {name} answered with {len(raw):,} bytes")
    try:
        samples, rate = soundfile.read(io.BytesIO(raw), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError):
        raise SpeechError(f"the speech server {name} answered with something that is not audio") from None
    mono = samples.mean(axis=1)
    return np.asarray(mono if rate == RATE else soxr.resample(mono, rate, RATE), np.float32)


def translated(error: Exception, name: str) -> EngineError:
    """An error of the client as one of ours; the words that were sent are never in it."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return SpeechError(f"the speech server {name} took longer than {TIMEOUT_S:g} s")
    if isinstance(error, openai.APIConnectionError):
        return EngineError(f"the speech server {name} cannot be reached; is it running?")
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return EngineMissing(f"the speech server {name} refused the key; set OPENAI_API_KEY to one that it knows")
    if isinstance(error, openai.APIStatusError):
        return EngineError(f"the speech server {name} answered {error.status_code}; check the voice's model and voice name")
    return EngineError(f"the speech server {name} failed: {type(error).__name__}")


def host(voice: Voice) -> str:
    """Host and port of the voice's server.

    Raises:
        CatalogError: the voice names no http(s) address or no speaker.
    """
    address = urlsplit(str(voice.options.get("base_url", "")))
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise CatalogError(f"voice {voice.name!r}: options.base_url must be the http(s) address of a speech server, up to /v1")
    if not voice.options.get("voice"):
        raise CatalogError(f"voice {voice.name!r}: options.voice must name a speaker of that server")
    return address.netloc.rpartition("@")[2]


def state(voice: Voice, *, data_dir: Path) -> EngineState:  # noqa: ARG001 - the contract's arguments
    """Ready when there is a key to send, or a server on this machine takes the call; nothing is asked of either."""
    where = host(voice)
    try:
        _client(voice).close()
    except EngineMissing as error:
        return EngineState(state="needs key", hint=str(error))
    if _local(voice) and not _answers(voice):
        return EngineState(state="needs server", hint=f"start your speech server; nothing listens at {where}")
    return EngineState(state="ready")


def version(voice: Voice, *, data_dir: Path) -> str:  # noqa: ARG001 - the contract's arguments
    """The server's address; a server that changes a model under the same name cannot be noticed."""
    return f"1-{host(voice)}"


def build(voice: Voice, *, data_dir: Path) -> Engine:
    """A client of the voice's server.

    Raises:
        EngineMissing: a remote server and no key.
    """
    return OpenAISpeechEngine(_client(voice), voice, version=version(voice, data_dir=data_dir))


def _local(voice: Voice) -> bool:
    return is_loopback(urlsplit(str(voice.options.get("base_url"))).hostname or "")


def _answers(voice: Voice) -> bool:
    address = urlsplit(str(voice.options.get("base_url")))
    try:
        socket.create_connection((address.hostname, address.port or _PORTS[address.scheme]), timeout=_KNOCK_S).close()
    except (OSError, ValueError):
        return False
    return True


def _client(voice: Voice) -> Any:
    import openai

    key = (
        {"api_key": "none"} if _local(voice) else {}
    )  # a remote server's key comes from OPENAI_API_KEY, read by the library itself
    try:
        return openai.OpenAI(base_url=str(voice.options.get("base_url")), timeout=TIMEOUT_S, max_retries=2, **key)  # type: ignore[arg-type]
    except openai.OpenAIError:
        raise EngineMissing(f"set OPENAI_API_KEY to use {host(voice)}; the words of the session will be sent there") from None
