"""Builds the ready objects of a session from settings; the one place where settings become a `Studio`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from drift_audio.catalog import Catalog
from drift_audio.config import Settings, installation_key
from drift_audio.errors import ConfigError
from drift_audio.files import private_folder

if TYPE_CHECKING:
    from drift_audio.sound.beds.spec import Ambience
    from drift_audio.sound.engines.base import Voice
    from drift_audio.sound.voice.speech import VoiceBox
    from drift_audio.words.writers.base import Writer

WriterName = Literal["auto", "offline", "llm"]


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
    from drift_audio.sound.voice.clip_cache import ClipCache
    from drift_audio.sound.voice.lexicon import load_lexicon
    from drift_audio.sound.voice.speech import VoiceBox

    key = installation_key(settings)
    try:
        private_folder(settings.cache_dir)
    except OSError as error:
        where = f"{settings.cache_dir}: cannot be made ({error.strerror})"
        raise ConfigError(f"{where}; set DRIFT_AUDIO_HOME to a writable folder") from None
    cache = ClipCache(settings.cache_dir / "clips", max_bytes=settings.cache_bytes, key=key)
    return VoiceBox(voices, cache, settings.data_dir, lexicon=load_lexicon(settings.lexicon))


def choose_writer(settings: Settings, wanted: WriterName, key: bytes) -> Writer:
    """The writer asked for; "auto" takes the model when one is configured.

    Raises:
        ConfigError: a model was asked for and none is configured.
    """
    from drift_audio.words.writers.table import chosen, open_writer

    return open_writer(chosen(wanted, model_configured=settings.llm.configured), settings, key=key)


def clock(epoch: str | None) -> Callable[[], date]:
    """Today's date, or the fixed one of `SOURCE_DATE_EPOCH` for reproducible files."""
    if epoch and epoch.isdigit():
        fixed = datetime.fromtimestamp(int(epoch), UTC).date()
        return lambda: fixed
    return lambda: datetime.now().astimezone().date()


@dataclass(frozen=True)
class Studio:
    """Ready objects that every session shares; built by `studio.open_studio`.

    voices, ambience: catalogues. voice_box: opened engines and the clip cache. writer: who writes scripts.
    default_voice, default_ambience: where neither request nor script names one. locale: for help lines.
    user_dir: folder of the user's own data files. spool_dir: where big temporary files may stand. today: the clock.
    once: for a single session, so that parser and engines may go as soon as they have done their part.
    """

    voices: Catalog[Voice]
    ambience: Catalog[Ambience]
    voice_box: VoiceBox
    writer: Writer
    default_voice: str
    default_ambience: str | None
    locale: str
    user_dir: Path
    spool_dir: Path
    today: Callable[[], date]
    once: bool = False

    def close(self) -> None:
        self.voice_box.close()
