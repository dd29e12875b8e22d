"""Reading a YAML mapping, ours or the user's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from drift_audio.errors import ConfigError


def read_yaml(file: Path) -> dict[str, Any]:
    """A YAML mapping.

    Raises:
        ConfigError: unreadable, not YAML, or no mapping.
    """
    import yaml

    try:
        table = yaml.load(file.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe loaders both
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{file}: cannot be read ({str(error).splitlines()[0]})") from None
    if not isinstance(table, dict):
        raise ConfigError(f"{file}: must be a mapping")
    return table
