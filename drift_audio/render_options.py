"""How one script is to sound: its style's shape and what the output asks for, as the sound wing takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from drift_audio.language_tags import primary_language
from drift_audio.script.model import NO_BED
from drift_audio.script.shapes import Arc, Shape, shape
from drift_audio.sound.encoding.export import ExportOptions
from drift_audio.sound.encoding.tags import Tags, lines_of
from drift_audio.sound.mixing.mix import MixOptions
from drift_audio.sound.timeline import TimelineRules

if TYPE_CHECKING:
    from drift_audio.output_spec import OutputSpec
    from drift_audio.script.model import Script
    from drift_audio.sound.score import Timeline

CEILING_DBTP: Final = -1.5
NOTE: Final = "Not while driving or using machines."
_LANGUAGES: Final = {
    "en": "eng",
    "de": "deu",
    "fr": "fra",
    "es": "spa",
    "it": "ita",
    "pt": "por",
    "nl": "nld",
    "ja": "jpn",
    "zh": "zho",
}


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How one script is to sound.

    loudness: LUFS of the whole file, None leaves it as mixed. ceiling_dbtp: of the samples before they are encoded.
    words_in_tags: whether the spoken words travel in the file's tags.
    """

    rules: TimelineRules
    arc: Arc
    mix: MixOptions
    export: ExportOptions
    loudness: float | None
    ceiling_dbtp: float = CEILING_DBTP
    words_in_tags: bool = False

    @classmethod
    def of(cls, script: Script, target: OutputSpec) -> RenderOptions:
        """From the script's style and what the target asks for."""
        form = shape(script.style)
        bells = target.bells and form.rules.bell
        return cls(
            rules=TimelineRules.of(form, bells=bells),
            arc=form.arc,
            mix=_mix_options(form, script, target, bells=bells),
            export=ExportOptions(format=target.suffix, bitrate=target.bitrate),
            loudness=None if target.loudness is None else float(target.loudness),
            words_in_tags=target.captions,
        )

    def tags(self, script: Script, timeline: Timeline, day: date) -> Tags:
        """What the file says of itself; its title is the script's, nothing is taken from the situation."""
        return Tags(
            title=script.title,
            genre=script.style.capitalize(),
            date=day.isoformat(),
            comment=NOTE,
            language=_LANGUAGES.get(primary_language(script.language), "und"),
            chapters=timeline.sections,
            lines=lines_of(timeline) if self.words_in_tags else (),
        )


def _mix_options(form: Shape, script: Script, target: OutputSpec, *, bells: bool) -> MixOptions:
    """Bed, duck and fades of the style, level and bells of the target."""
    return MixOptions(
        ambience=None if script.ambience in (None, NO_BED) else script.ambience,
        bed_level_db=target.bed_level_db,
        bells=bells,
        duck=form.duck,
        fades=form.fades,
    )
