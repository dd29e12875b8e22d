"""Settings of this installation; the only reader of the environment and of the user's settings file.

Precedence: command line > environment > `config.toml` in the config folder > default.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, SecretStr, ValidationError

from drift_audio.errors import ConfigError
from drift_audio.files import private_folder, write_once
from drift_audio.scenario import DEFAULT_MINUTES, MAX_MINUTES, MIN_MINUTES, Frozen, Style

APP: Final = "drift-audio"
DEFAULT_VOICE: Final = "heart"
DEFAULT_CACHE_BYTES: Final = 2 * 1024**3


class LlmSettings(Frozen):
    """How to reach the language model, from `[llm]` and its environment variables; the names are the ecosystem's own.

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

    @property
    def configured(self) -> bool:
        """Whether a model is named at all."""
        return self.model is not None or self.model_file is not None


class Settings(Frozen):
    """Everything that does not come with a single request.

    Folders are absolute. `locale` picks the help lines ("en_GB"). `cache_bytes` bounds the clip cache.
    """

    config_dir: Path
    data_dir: Path
    cache_dir: Path
    style: Style = "meditation"
    minutes: Annotated[float, Field(ge=MIN_MINUTES, le=MAX_MINUTES)] = DEFAULT_MINUTES
    voice: str = DEFAULT_VOICE
    ambience: str | None = None
    language: str = "en"
    locale: str = "en"
    output: Path = Path()
    cache_bytes: Annotated[int, Field(ge=0)] = DEFAULT_CACHE_BYTES
    llm: LlmSettings = LlmSettings()

    @property
    def user_voices(self) -> Path:
        return self.config_dir / "voices"

    @property
    def lexicon(self) -> Path:
        return self.config_dir / "lexicon.yaml"

    @property
    def user_ambience(self) -> Path:
        return self.config_dir / "ambience"


_ENVIRONMENT: Final[dict[str, str]] = {
    "DRIFT_AUDIO_STYLE": "style",
    "DRIFT_AUDIO_MINUTES": "minutes",
    "DRIFT_AUDIO_VOICE": "voice",
    "DRIFT_AUDIO_AMBIENCE": "ambience",
    "DRIFT_AUDIO_LANGUAGE": "language",
    "DRIFT_AUDIO_OUTPUT": "output",
    "DRIFT_AUDIO_CACHE_BYTES": "cache_bytes",
}
_LLM_ENVIRONMENT: Final[dict[str, str]] = {
    "OPENAI_BASE_URL": "base_url",
    "OPENAI_API_KEY": "api_key",
    "DRIFT_AUDIO_MODEL": "model",
    "DRIFT_AUDIO_MODEL_FILE": "model_file",
}


def load_settings(
    overrides: Mapping[str, Any] | None = None, *, environ: Mapping[str, str] | None = None, llm: Mapping[str, Any] | None = None
) -> Settings:
    """Settings by precedence; `overrides` and `llm` come from the command line, None values are ignored.

    Raises:
        ConfigError: an unknown or invalid setting, naming where it came from.
    """
    env = os.environ if environ is None else environ
    fields = folders(env)
    file = fields["config_dir"] / "config.toml"
    table = _read_toml(file)
    llm_fields: dict[str, Any] = dict(table.pop("llm", {}))
    fields |= {"locale": _locale(env)} | table
    fields |= {field: env[name] for name, field in _ENVIRONMENT.items() if env.get(name)}
    llm_fields |= {field: env[name] for name, field in _LLM_ENVIRONMENT.items() if env.get(name)}
    llm_fields |= {key: value for key, value in (llm or {}).items() if value is not None}
    # A key alone names no host, so the words of the situation would go nowhere on its account.
    llm_fields["named_by_user"] = bool(llm_fields.get("base_url"))
    fields |= {key: value for key, value in (overrides or {}).items() if value is not None}
    try:
        return Settings(**fields, llm=LlmSettings(**llm_fields))
    except ValidationError as error:
        raise ConfigError(_explain(error, file)) from None


def folders(env: Mapping[str, str]) -> dict[str, Any]:
    """Config, data and cache folders: `DRIFT_AUDIO_HOME` holds all three, else the platform's own places."""
    if home := env.get("DRIFT_AUDIO_HOME"):
        root = Path(home).expanduser().resolve()
        return {"config_dir": root / "config", "data_dir": root / "data", "cache_dir": root / "cache"}
    import platformdirs

    return {
        "config_dir": platformdirs.user_config_path(APP, appauthor=False),
        "data_dir": platformdirs.user_data_path(APP, appauthor=False),
        "cache_dir": platformdirs.user_cache_path(APP, appauthor=False),
    }


def installation_key(settings: Settings) -> bytes:
    """The 32-byte secret of this installation, made on first use (0600); cache names are keyed with it.

    Raises:
        ConfigError: the data folder cannot be written or the key file is damaged.
    """
    file = settings.data_dir / "key"
    try:
        private_folder(settings.data_dir)
        if not file.exists():
            write_once(file, secrets.token_bytes(32))
        key = file.read_bytes()
    except OSError as error:
        raise ConfigError(f"{file}: cannot be used ({error.strerror}); set DRIFT_AUDIO_HOME to a writable folder") from None
    if len(key) != 32:
        raise ConfigError(f"{file}: must hold 32 bytes, holds {len(key)}; delete it and run again (the clip cache starts anew)")
    return key


def _locale(env: Mapping[str, str]) -> str:
    for name in ("DRIFT_AUDIO_LOCALE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = env.get(name, "").split(".")[0].split("@")[0]
        if value and value not in {"C", "POSIX"}:
            return value
    return "en"


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: not valid TOML ({error})") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read ({error})") from None
    if not isinstance(table.get("llm", {}), dict):
        raise ConfigError(f"{file}: llm must be a table: [llm]")
    return table


def _explain(error: ValidationError, file: Path) -> str:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    allowed = ", ".join(sorted(name for name in Settings.model_fields if not name.endswith("_dir")))
    if first["type"] == "extra_forbidden":
        return f"{file}: unknown setting {field!r}; allowed are {allowed}"
    shown = "" if "key" in field else f" (got {first['input']!r})"
    return f"setting {field}: {first['msg']}{shown}; it stands in {file}, the environment or on the command line"
