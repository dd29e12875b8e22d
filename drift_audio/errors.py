"""Every error this program raises on purpose, in one tree.

::

    DriftError                    exit 1   something failed that was not the user's doing
    ├── BadInput                  exit 2   the user can fix it: the message says what, where, what is allowed, what to do
    │   ├── ScenarioError                  a field of the scenario (situation, minutes, style ...)
    │   ├── ScriptError                    a script file: carries the file and the line
    │   ├── CatalogError                   an unknown or broken voice, ambience or guide
    │   ├── ConfigError                    the config file, an environment variable, a batch or daily file
    │   └── OutputError                    an output path that cannot be used
    ├── CareStop                  exit 3   stopped out of care for the person; carries the report to show
    ├── EngineError               exit 1   a speech engine failed
    │   ├── EngineMissing                  its extra is not installed, or its weights are not here
    │   └── SpeechError                    it spoke, and the guard refused what it said
    ├── WriterError               exit 1   a script writer failed and nothing could stand in
    ├── ExportError               exit 1   the file could not be written (full disk, encoder)
    └── DeliveryError             exit 1   batch, cluster, daily, feed or server
"""

from __future__ import annotations

from typing import Any

EXIT_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_CARE = 3
EXIT_INTERRUPTED = 130


class DriftError(Exception):
    """Root of the tree; `exit_code` is what the command line exits with."""

    exit_code = EXIT_FAILED


class BadInput(DriftError):
    """Something the user gave cannot be used; the message is one clear line."""

    exit_code = EXIT_BAD_INPUT


class ScenarioError(BadInput):
    """A field of a scenario is missing, out of range or unknown."""


class ScriptError(BadInput):
    """A script text cannot be read. `line` counts from 1; `file` is a display name or None."""

    def __init__(self, message: str, *, line: int, file: str | None = None) -> None:
        self.line = line
        self.file = file
        self.reason = message
        where = f"{file}:{line}" if file else f"line {line}"
        super().__init__(f"{where}: {message}")


class CatalogError(BadInput):
    """A voice, ambience or guide is unknown or its declaration is broken."""


class ConfigError(BadInput):
    """A setting from the command line, the environment or a file is wrong."""


class OutputError(BadInput):
    """The output path cannot be used (a folder, exists already, not writable)."""


class CareStop(DriftError):
    """The care gate stopped the session. `report` is a `words.care.CareReport`; never put the situation in the message."""

    exit_code = EXIT_CARE

    def __init__(self, report: Any) -> None:
        self.report = report
        super().__init__(f"stopped out of care: {report.outcome}")


class EngineError(DriftError):
    """A speech engine failed."""


class EngineMissing(EngineError):
    """An engine's package or weights are not here; the message says what to install."""


class SpeechError(EngineError):
    """The clip guard refused what an engine produced, after its retries."""


class WriterError(DriftError):
    """A script writer failed."""


class ExportError(DriftError):
    """The finished file could not be written."""


class DeliveryError(DriftError):
    """A batch, cluster, daily run, feed or server failed."""
