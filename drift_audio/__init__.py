"""Drift Audio: a situation in your own words becomes a finished, personal audio session. Public names only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

# onnxruntime, which the speech engines import, otherwise keeps a device number and reports its use to its maker over the network.
os.putenv("ORT_DISABLE_TELEMETRY", "1")

__version__ = "0.1.0"
__all__ = ["Scenario", "Session", "__version__", "create"]

if TYPE_CHECKING:
    from drift_audio.api import create
    from drift_audio.scenario import Scenario
    from drift_audio.session import Session

_HOMES = {"Scenario": "drift_audio.scenario", "Session": "drift_audio.session", "create": "drift_audio.api"}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
