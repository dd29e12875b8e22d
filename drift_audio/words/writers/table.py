"""The one place that names the writers and says what each can do; each is imported when it is to write."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final, TypeGuard

from drift_audio.words.writers.base import Abilities, Build, ShowsRequest, Writer

if TYPE_CHECKING:
    from drift_audio.config import Settings

STANDS_IN: Final = "offline"
WRITERS: Final[Mapping[str, Abilities]] = {
    "offline": Abilities("drift_audio.words.writers.offline", second_process=True),
    "llm": Abilities("drift_audio.words.writers.llm", shows_request=True),
}


def chosen(wanted: str, *, model_configured: bool) -> str:
    """The writer that was asked for; "auto" takes the model when one is configured."""
    if wanted == "auto":
        return "llm" if model_configured else STANDS_IN
    return wanted


def open_writer(name: str, settings: Settings | None = None, *, key: bytes = b"") -> Writer:
    """A writer of the table, ready to write; see `base.Build`.

    Raises:
        ConfigError: the settings do not name what it needs.
    """
    build: Build = import_module(WRITERS[name].module).build
    return build(settings, key=key, stand_in=None if name == STANDS_IN else open_writer(STANDS_IN, settings, key=key))


def may_run_in_second_process(writer: Writer) -> bool:
    """Whether a process of its own may open this writer by its name; of one that is not in the table nobody knows."""
    return writer.name in WRITERS and WRITERS[writer.name].second_process


def shows_request(writer: Writer) -> TypeGuard[ShowsRequest]:
    """Whether a writer can show what it would send."""
    return writer.name in WRITERS and WRITERS[writer.name].shows_request
