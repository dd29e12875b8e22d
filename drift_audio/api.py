"""The Python door: one call makes one session."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drift_audio.config import load_settings
from drift_audio.files import located
from drift_audio.output_spec import OutputSpec
from drift_audio.pipeline import create as _create
from drift_audio.progress import OnEvent, silent
from drift_audio.session import Session

if TYPE_CHECKING:
    from drift_audio.scenario import Scenario


def create(
    scenario: Scenario,
    output: str | Path = ".",
    *,
    settings: Mapping[str, Any] | None = None,
    on_event: OnEvent | None = None,
    **target: Any,
) -> Session:
    """Make one session from Python.

    Args:
        scenario: what is asked for.
        output: a file or a folder (existing, or written with a slash at its end).
        settings: overrides of `config.Settings` fields.
        on_event: called with every progress event.
        target: further fields of `output_spec.OutputSpec` (format, force, bed_level_db, bells ...).

    Raises:
        DriftError: see `drift_audio.errors`.
    """
    from drift_audio.studio import open_studio
    from drift_audio.words.process import begin

    with begin() as process, open_studio(load_settings(settings), once=True) as studio:
        return _create(
            scenario, studio, OutputSpec(output=located(output), **target), on_event=on_event or silent, process=process
        )
