"""What is settled and checked before anything is voiced: names, languages, beds, the voice's own treatment, the output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from drift_audio.language_tags import primary_language
from drift_audio.output_spec import name_output, prepare
from drift_audio.script.model import NO_BED, Cue, Optional, Part, Script

if TYPE_CHECKING:
    from drift_audio.catalog import Kind
    from drift_audio.output_spec import OutputSpec
    from drift_audio.render_options import RenderOptions
    from drift_audio.sound.beds.base import Bed
    from drift_audio.studio import Studio

_RENDERING: Final = (
    *("drift_audio.sound.beds.table", "drift_audio.sound.timeline", "drift_audio.sound.voice.speech"),
    *("drift_audio.sound.dsp.loudness", "drift_audio.sound.mixing.mix", "drift_audio.sound.mixing.voice_chain"),
    *("drift_audio.sound.encoding.export", "drift_audio.sound.encoding.mp3_splice", "pedalboard.io", "soundfile", "soxr"),
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A script that can be rendered as it is. path: of the finished file. open_bed: opens a bed expression from its beginning."""

    script: Script
    options: RenderOptions
    path: Path
    open_bed: Callable[[str], Bed]


def prepared(script: Script, studio: Studio, target: OutputSpec) -> Prepared:
    """Settle and check everything that can be known before a word is voiced.

    Raises:
        BadInput: a voice, bed or output cannot be used.
    """
    from drift_audio.render_options import RenderOptions

    prepare(target)
    script = settle(script if target.bed else without_bed(script), studio)
    for kind, name in named(script):
        check_name(kind, name, script, studio)
    options = fit(RenderOptions.of(script, target), script, studio)
    path = name_output(target, script.title, today=studio.today)
    return Prepared(script, options, path, bed_opener(script.seed, studio))


def settle(script: Script, studio: Studio) -> Script:
    """Fill in the voice and ambience that the script leaves open, so that it says all that is heard."""
    from drift_audio.sound.beds.defaults import default_ambience

    ambience = script.ambience or studio.default_ambience or default_ambience(script.theme, script.style)
    return script.model_copy(update={"voice": script.voice or studio.default_voice, "ambience": ambience})


def without_bed(script: Script) -> Script:
    """The same words with nothing beneath them: no bed from the start and none from a cue."""
    sections = tuple(section.model_copy(update={"parts": _without_beds(section.parts)}) for section in script.sections)
    return script.model_copy(update={"ambience": NO_BED, "sections": sections})


def _without_beds(parts: Sequence[Part]) -> tuple[Part, ...]:
    kept = [part for part in parts if not (isinstance(part, Cue) and (part.ambience or part.bed_db is not None))]
    return tuple(
        part.model_copy(update={"parts": _without_beds(part.parts)}) if isinstance(part, Optional) else part for part in kept
    )


def fit(options: RenderOptions, script: Script, studio: Studio) -> RenderOptions:
    """Treat the voice as its declaration asks, and tune the bells to the bed."""
    from drift_audio.sound.beds.table import bed_key
    from drift_audio.sound.mixing.bells import tuned

    bed = options.mix.ambience
    key = bed_key(bed, catalog=studio.ambience, user_dir=studio.user_dir) if bed else None
    processing = studio.voices[str(script.voice)].processing
    return replace(options, mix=replace(options.mix, key_hz=tuned(key), processing=processing))


def named(script: Script) -> tuple[tuple[Kind, str], ...]:
    """Every voice and then every bed that a script names, in front or in a marker."""
    cues = [part for section in script.sections for part in section.parts if isinstance(part, Cue)]
    voices = {name for name in (script.voice, *(cue.voice for cue in cues)) if name}
    beds = {name for name in (script.ambience, *(cue.ambience for cue in cues)) if name} - {NO_BED}
    return (*(("voices", name) for name in sorted(voices)), *(("ambience", name) for name in sorted(beds)))


def check_name(kind: Kind, name: str, script: Script, studio: Studio) -> None:
    """Find one of `named`.

    Raises:
        BadInput: it is unknown, or cannot be used.
    """
    from drift_audio.sound.beds.table import check_bed

    if kind == "voices":
        check_voice(name, script.language, studio)
    else:
        check_bed(name, catalog=studio.ambience, user_dir=studio.user_dir)


def check_voice(name: str, language: str, studio: Studio) -> None:
    """Find a voice that speaks a language (a BCP 47 tag).

    Raises:
        BadInput: it is unknown, or speaks another.
    """
    from drift_audio.errors import ScenarioError

    voice = studio.voices[name]
    wanted = primary_language(language)
    if not {wanted, "*"} & {primary_language(tag) for tag in voice.languages}:
        able = [other for other in studio.voices if wanted in {primary_language(tag) for tag in studio.voices[other].languages}]
        listed = ", ".join(_with_state(other, studio) for other in able)
        choices = f"voices that do: {listed}" if able else "no declared voice does; see drift-audio voices list"
        raise ScenarioError(f"voice {name!r} does not speak {language!r}; {choices}")


def _with_state(name: str, studio: Studio) -> str:
    from drift_audio.sound.engines.table import engine_state

    found = engine_state(studio.voices[name], data_dir=studio.voice_box.data_dir).state
    return name if found == "ready" else f"{name} ({found})"


def bed_opener(seed: int, studio: Studio) -> Callable[[str], Bed]:
    """Opens a bed expression from its beginning, with the session's seed."""
    from drift_audio.sound.beds.table import open_bed

    return lambda expression: open_bed(expression, seed=seed, catalog=studio.ambience, user_dir=studio.user_dir)


def import_sound() -> None:
    """Import what every rendering uses; libraries of sound take a third of a second."""
    for name in _RENDERING:
        import_module(name)
