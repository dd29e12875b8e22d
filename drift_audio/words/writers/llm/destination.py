"""Where the words go when a language model is asked."""

from __future__ import annotations

from urllib.parse import urlsplit

from drift_audio.config import LlmSettings
from drift_audio.errors import ConfigError
from drift_audio.machine import is_loopback
from drift_audio.scenario import Frozen


class Destination(Frozen):
    """Where the words go. host: shown to the user; local: they stay on this machine."""

    host: str
    model: str
    local: bool

    @property
    def sentence(self) -> str:
        where = "stays on this machine" if self.local else f"is sent to {self.host}"
        return f"what you wrote {where} and is read by the model {self.model}"


def destination(settings: LlmSettings) -> Destination:
    """Where the words would go.

    Raises:
        ConfigError: no model, no server named, or an address that is none.
    """
    if settings.model_file is not None:
        return Destination(host="this machine", model=settings.model_file.name, local=True)
    if settings.model is None:
        raise ConfigError("no language model is named; use --model, DRIFT_AUDIO_MODEL or [llm] model in config.toml")
    if settings.base_url is None or not settings.named_by_user:
        raise ConfigError(
            "no server is named for the language model, and none is guessed; use --base-url or OPENAI_BASE_URL, "
            "for example http://127.0.0.1:11434/v1 (Ollama) or https://api.openai.com/v1"
        )
    try:
        parts = urlsplit(settings.base_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigError("the server's address must look like https://host/v1 or http://127.0.0.1:8080/v1")
    if parts.username or parts.password:
        raise ConfigError("put no key or password into the server's address; use OPENAI_API_KEY")
    return Destination(host=f"{host}:{port}" if port else host, model=settings.model, local=is_loopback(host))
