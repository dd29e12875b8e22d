"""A style's shape becomes options of the sound wing: how pauses may move, how the delivery eases, how the bed makes room."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from drift_audio.language_tags import primary_language
from drift_audio.script.model import NO_BED
from drift_audio.script.shapes import Shape, shape
from drift_audio.sound.beds.defaults import default_for
from drift_audio.sound.encoding.export import ExportOptions
from drift_audio.sound.encoding.tags import Chapter, Tags, lines_of
from drift_audio.sound.mixing.ducking import Duck, Fades
from drift_audio.sound.mixing.mix import MixOptions
from drift_audio.sound.timeline import Elastic, TimelineRules
from drift_audio.sound.voice.arc import Arc

if TYPE_CHECKING:
    from drift_audio.output_spec import OutputSpec
    from drift_audio.scenario import Style
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
            rules=rules_of(form, bells=bells),
            arc=arc_of(form),
            mix=mix_of(form, script, target, bells=bells),
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
            chapters=tuple(Chapter(span.name, span.start, span.end) for span in timeline.sections),
            lines=lines_of(timeline) if self.words_in_tags else (),
        )


def default_ambience(theme: str | None, style: Style) -> str:
    """The bed when nobody named one: that of the theme in this style, else the style's own."""
    return default_for(theme, style) or shape(style).ambience


def rules_of(form: Shape, *, bells: bool) -> TimelineRules:
    """Pauses of the style's palette, each stretched and shrunk as the timeline's own bounds say."""
    plain = TimelineRules()

    def nominal(elastic: Elastic, seconds: float) -> Elastic:
        return replace(elastic, seconds=seconds)

    return replace(
        plain,
        sentence=nominal(plain.sentence, form.palette.sentence),
        paragraph=nominal(plain.paragraph, form.palette.paragraph),
        section=nominal(plain.section, form.palette.section),
        lead_in=form.fade_in_s,
        tail=form.fade_out_s,
        bells=bells,
    )


def arc_of(form: Shape) -> Arc:
    """The delivery arc, with a point wherever pace or level has one."""
    places = sorted({place for place, _ in (*form.arc.speed, *form.arc.level_db)})
    return Arc.of((place, form.arc.speed_at(place), form.arc.level_at(place)) for place in places)


def mix_of(form: Shape, script: Script, target: OutputSpec, *, bells: bool) -> MixOptions:
    """Bed, duck and fades of the style, level and bells of the target."""
    duck = Duck(depth_db=form.duck.depth_db, attack=form.duck.lead_s, hold=form.duck.hold_s, release=form.duck.release_s)
    return MixOptions(
        ambience=None if script.ambience in (None, NO_BED) else script.ambience,
        bed_level_db=target.bed_level_db,
        bells=bells,
        duck=duck,
        fades=Fades(fade_in=form.fade_in_s, fade_out=form.fade_out_s),
    )
