"""Builds the ready objects of a session from settings; the one place where settings become a `Studio`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from drift_audio.catalog import Catalog
from drift_audio.compose import OnEvent, silent
from drift_audio.config import Settings, installation_key, load_settings, private_folder
from drift_audio.errors import ConfigError
from drift_audio.pipeline import Session, Studio
from drift_audio.pipeline import create as _create
from drift_audio.target import Target, located

if TYPE_CHECKING:
    from drift_audio.scenario import Scenario
    from drift_audio.sound.engines.base import Voice
    from drift_audio.sound.speech import VoiceBox
    from drift_audio.words.writers.base import Writer

WriterName = Literal["auto", "offline", "llm"]
WRITERS: Final = ("auto", "offline", "llm")


@contextmanager
def open_studio(
    settings: Settings, *, writer: WriterName = "auto", today: Callable[[], date] | None = None, once: bool = False
) -> Iterator[Studio]:
    """A studio for as many sessions as wanted; engines stay open until it closes, or, for `once`, until they have spoken.

    Raises:
        ConfigError: a folder cannot be used, or an LLM writer was asked for and none is configured.
    """
    studio = replace(build_studio(settings, writer=writer, today=today), once=once)
    try:
        yield studio
    finally:
        studio.close()


def build_studio(settings: Settings, *, writer: WriterName = "auto", today: Callable[[], date] | None = None) -> Studio:
    """The studio itself; the caller closes it."""
    from drift_audio.sound.beds.spec import Ambience

    voices = voice_catalog(settings)
    return Studio(
        voices=voices,
        ambience=Catalog("ambience", Ambience, user_folder=settings.user_ambience),
        voice_box=open_voices(settings, voices),
        writer=choose_writer(settings, writer, installation_key(settings)),
        default_voice=settings.voice,
        default_ambience=settings.ambience,
        locale=settings.locale,
        user_dir=settings.config_dir,
        spool_dir=Path(tempfile.gettempdir()),
        today=today or clock(os.environ.get("SOURCE_DATE_EPOCH")),
    )


def voice_catalog(settings: Settings) -> Catalog[Voice]:
    """The packaged voices and the user's own."""
    from drift_audio.sound.engines.base import Voice

    return Catalog("voices", Voice, user_folder=settings.user_voices)


def open_voices(settings: Settings, voices: Catalog[Voice]) -> VoiceBox:
    """The voices with the clip cache and the user's lexicon; the caller closes it.

    Raises:
        ConfigError: a folder cannot be used, or the lexicon is broken.
    """
    from drift_audio.sound.clips import ClipCache
    from drift_audio.sound.lexicon import load_lexicon
    from drift_audio.sound.speech import VoiceBox

    key = installation_key(settings)
    try:
        private_folder(settings.cache_dir)
    except OSError as error:
        where = f"{settings.cache_dir}: cannot be made ({error.strerror})"
        raise ConfigError(f"{where}; set DRIFT_AUDIO_HOME to a writable folder") from None
    cache = ClipCache(settings.cache_dir / "clips", max_bytes=settings.cache_bytes, key=key)
    return VoiceBox(voices, cache, settings.data_dir, lexicon=load_lexicon(settings.lexicon))


def choose_writer(settings: Settings, wanted: WriterName, key: bytes) -> Writer:
    """The writer asked for; "auto" takes the model when one is configured."""
    from drift_audio.words.writers.offline import OfflineWriter

    offline = OfflineWriter()
    if wanted == "offline" or (wanted == "auto" and not settings.llm.configured):
        return offline
    if not settings.llm.configured:
        raise ConfigError(
            "no language model is configured; name one with --model (and --base-url), DRIFT_AUDIO_MODEL or [llm] in config.toml, "
            "or use --writer offline"
        )
    from drift_audio.words.writers.llm import LlmSettings, LlmWriter

    llm = LlmSettings(**settings.llm.model_dump())
    return LlmWriter(llm, fallback=offline, cache_dir=settings.cache_dir / "scripts", key=key)


def clock(epoch: str | None) -> Callable[[], date]:
    """Today's date, or the fixed one of `SOURCE_DATE_EPOCH` for reproducible files."""
    if epoch and epoch.isdigit():
        fixed = datetime.fromtimestamp(int(epoch), UTC).date()
        return lambda: fixed
    return lambda: datetime.now().astimezone().date()


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
        target: further fields of `target.Target` (format, force, bed_level_db, bells ...).

    Raises:
        DriftError: see `drift_audio.errors`.
    """
    from drift_audio.apart import begin

    with begin() as apart, open_studio(load_settings(settings), once=True) as studio:
        return _create(scenario, studio, Target(output=located(output), **target), on_event=on_event or silent, apart=apart)
