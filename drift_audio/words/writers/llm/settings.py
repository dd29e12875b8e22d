"""How to reach the language model, and where that sends the words."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from drift_audio.errors import ConfigError
from drift_audio.scenario import Frozen


class LlmSettings(Frozen):
    """Filled by `config`; the names are the ecosystem's own.

    timeout_s: bound on one answer, connection included. retries: further tries after a passing failure.
    context_tokens: what the model can hold; small ones are asked section by section.
    model_file: a .gguf to run here. named_by_user: the server's address came from the user, not from a default.
    """

    base_url: str | None = None
    model: str | None = None
    api_key: SecretStr | None = None
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 120.0
    retries: Annotated[int, Field(ge=0, le=10)] = 2
    context_tokens: Annotated[int, Field(ge=512)] = 8192
    model_file: Path | None = None
    named_by_user: bool = False


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


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
