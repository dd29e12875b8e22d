"""The whole line on one screen: situation -> care -> story -> writer -> script -> speech -> timeline -> mix -> master -> file.

It receives ready objects in a `Studio`, reads no environment, prints nothing and has no clock but the one it is handed.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drift_audio.compose import Event, OnEvent, compose, silent
from drift_audio.target import Target, name_output, prepare, stem_files, write_private
from drift_audio.words.script.model import NO_BED, Cue, Optional, Script
from drift_audio.words.writers.base import SectionReport, Written

if TYPE_CHECKING:
    from drift_audio.apart import Apart
    from drift_audio.catalog import Catalog, Kind
    from drift_audio.direction import Direction
    from drift_audio.scenario import Scenario
    from drift_audio.sound.beds.base import Bed
    from drift_audio.sound.beds.early import EarlyBeds
    from drift_audio.sound.beds.spec import Ambience
    from drift_audio.sound.engines.base import Voice
    from drift_audio.sound.loudness import MasterReport
    from drift_audio.sound.score import Spoken, Timeline
    from drift_audio.sound.speech import VoiceBox
    from drift_audio.words.writers.base import Writer


@dataclass(frozen=True, slots=True)
class SectionTime:
    """A section of the finished file, in seconds from its start."""

    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Session:
    """A finished session. lufs, true_peak_dbtp: measured before encoding; None when mastering was off."""

    path: Path
    seconds: float
    lufs: float | None
    true_peak_dbtp: float | None
    sections: tuple[SectionTime, ...]
    seed: int
    warnings: tuple[str, ...]
    script: Script
    timeline: Timeline
    voice: str
    ambience: str | None
    writer: str = "file"
    reports: tuple[SectionReport, ...] = ()
    tokens: int = 0
    script_path: Path | None = None


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


def create(
    scenario: Scenario, studio: Studio, target: Target, *, on_event: OnEvent = silent, apart: Apart | None = None
) -> Session:
    """Situation in, finished file out: `compose` and then `render`.

    Args:
        scenario: what is asked for.
        studio: ready objects.
        target: where to and in which form.
        on_event: called with every progress event.
        apart: a process that writes the words while this one gets ready to speak them; for a single session.

    Raises:
        CareStop: the person needs something else than a session.
        BadInput: scenario, catalogue or output cannot be used; nothing was made.
        DriftError: a stage failed; no partial file is left.
    """
    from drift_audio.sound.beds.early import EarlyBeds
    from drift_audio.sound.memory import give_back

    prepare(target)
    give_back()
    _check_voice(scenario.voice or studio.default_voice, scenario.language, studio)
    studio.voice_box.warm(scenario.voice or studio.default_voice)
    beds = EarlyBeds()
    written = _words(scenario, studio, apart, _opening(beds, scenario, studio, target, on_event))
    session = render(written.script, studio, target, on_event=on_event, beds=beds)
    return replace(
        session,
        writer=studio.writer.name,
        reports=written.sections,
        tokens=written.tokens_in + written.tokens_out,
        warnings=written.warnings + session.warnings,
    )


def _opening(beds: EarlyBeds, scenario: Scenario, studio: Studio, target: Target, on_event: OnEvent) -> OnEvent:
    """Passes progress on, and begins the bed as soon as theme and style are known."""

    def heard(event: Event) -> None:
        on_event(event)
        if event.style is not None and target.bed:
            from drift_audio.direction import default_ambience

            bed = scenario.ambience or studio.default_ambience or default_ambience(event.theme, event.style)
            beds.begin(bed, bed_opener(scenario.seed, studio))

    return heard


def _words(scenario: Scenario, studio: Studio, apart: Apart | None, on_event: OnEvent) -> Written:
    """The words from the other process, or from this one, which then lets go of what reading took."""
    from drift_audio.sound.memory import give_back
    from drift_audio.words.reader import release

    written = apart.compose(scenario, studio, on_event=on_event, meanwhile=_get_ready) if apart else None
    if written is None:
        written = compose(scenario, studio, on_event=on_event)
        if studio.once:
            release()
            give_back()
    return written


def _get_ready() -> None:
    """Import what every rendering uses; libraries of sound take a third of a second."""
    for name in ("beds.table", "export", "loudness", "mix", "mp3", "speech", "timeline", "voice_chain"):
        import_module(f"drift_audio.sound.{name}")
    for name in ("pedalboard.io", "soundfile", "soxr"):
        import_module(name)


def render(
    script: Script, studio: Studio, target: Target, *, on_event: OnEvent = silent, beds: EarlyBeds | None = None
) -> Session:
    """A script becomes a finished file: voice it, solve the timeline, mix, master, encode.

    beds: what was begun of them already.

    Raises:
        BadInput: a voice, bed or output cannot be used; found before anything is voiced.
        DriftError: a stage failed; no partial file is left.
    """
    from drift_audio.direction import Direction
    from drift_audio.sound.beds.early import EarlyBeds

    prepare(target)
    script = settle(script if target.bed else without_bed(script), studio)
    check_names(script, studio)
    direction = fit(Direction.of(script, target), script, studio)
    path = name_output(target, script.title, today=studio.today)
    opener = bed_opener(script.seed, studio)
    beds = beds or EarlyBeds()
    beds.begin(direction.mix.ambience or "", opener)
    timeline = arrange(script, studio, direction, on_event=on_event)
    if studio.once:
        studio.voice_box.rest()
    report = produce(timeline, beds.or_else(opener), script, studio, direction, path, on_event=on_event)
    if target.stems is not None:
        from drift_audio.sound.stems import write_stems

        write_stems(timeline, opener, direction.mix, stem_files(target.stems, path.stem))
    if target.script_out is not None:
        from drift_audio.words.script.format import format_script

        write_private(target.script_out, format_script(script))
    return _session(path, script, timeline, report, target)


def settle(script: Script, studio: Studio) -> Script:
    """Fill in the voice and ambience that the script leaves open, so that it says all that is heard."""
    from drift_audio.direction import default_ambience

    ambience = script.ambience or studio.default_ambience or default_ambience(script.theme, script.style)
    return script.model_copy(update={"voice": script.voice or studio.default_voice, "ambience": ambience})


def without_bed(script: Script) -> Script:
    """The same words with nothing beneath them: no bed from the start and none from a cue."""
    sections = tuple(section.model_copy(update={"parts": _without_beds(section.parts)}) for section in script.sections)
    return script.model_copy(update={"ambience": NO_BED, "sections": sections})


def _without_beds(parts: Sequence[Any]) -> tuple[Any, ...]:
    kept = [part for part in parts if not (isinstance(part, Cue) and (part.ambience or part.bed_db is not None))]
    return tuple(
        part.model_copy(update={"parts": _without_beds(part.parts)}) if isinstance(part, Optional) else part for part in kept
    )


def fit(direction: Direction, script: Script, studio: Studio) -> Direction:
    """Treat the voice as its declaration asks, and tune the bells to the bed."""
    from drift_audio.sound.beds.table import bed_key
    from drift_audio.sound.bells import tuned

    bed = direction.mix.ambience
    key = bed_key(bed, catalog=studio.ambience, user_dir=studio.user_dir) if bed else None
    processing = studio.voices[str(script.voice)].processing
    return replace(direction, mix=replace(direction.mix, key_hz=tuned(key), processing=processing))


def check_names(script: Script, studio: Studio) -> None:
    """Find every voice and bed that the script names, before anything is voiced."""
    for kind, name in named(script):
        check_name(kind, name, script, studio)


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
        _check_voice(name, script.language, studio)
    else:
        check_bed(name, catalog=studio.ambience, user_dir=studio.user_dir)


def _check_voice(name: str, language: str, studio: Studio) -> None:
    from drift_audio.errors import ScenarioError

    voice = studio.voices[name]
    wanted = _base(language)
    if not {wanted, "*"} & {_base(tag) for tag in voice.languages}:
        able = [other for other in studio.voices if wanted in {_base(tag) for tag in studio.voices[other].languages}]
        named = ", ".join(_with_state(other, studio) for other in able)
        choices = f"voices that do: {named}" if able else "no declared voice does; see drift-audio voices list"
        raise ScenarioError(f"voice {name!r} does not speak {language!r}; {choices}")


def _with_state(name: str, studio: Studio) -> str:
    from drift_audio.sound.engines.table import engine_state

    found = engine_state(studio.voices[name], data_dir=studio.voice_box.data_dir).state
    return name if found == "ready" else f"{name} ({found})"


def _base(tag: str) -> str:
    """Primary language of a BCP 47 tag."""
    return tag.partition("-")[0].lower()


def arrange(script: Script, studio: Studio, direction: Direction, *, on_event: OnEvent) -> Timeline:
    """Voice every sentence and solve the pauses; speak once more at another pace when pauses alone do not suffice."""
    from drift_audio.sound.timeline import solve

    names = tuple(section.name for section in script.sections)
    pace = 1.0
    spoken = speak_all(script, studio, direction, pace=pace, on_event=on_event)
    on_event(Event("arrange"))
    solution = solve(spoken, names, seconds=script.minutes * 60, rules=direction.rules)
    if solution.pace_needed is not None:
        pace = solution.pace_needed
        spoken = speak_all(script, studio, direction, pace=pace, on_event=on_event)
        solution = solve(spoken, names, seconds=script.minutes * 60, rules=direction.rules, pace=pace)
    return solution.timeline


def speak_all(script: Script, studio: Studio, direction: Direction, *, pace: float, on_event: OnEvent) -> tuple[Spoken, ...]:
    """Every part of the script with its clip."""
    from drift_audio.sound.score import flatten
    from drift_audio.sound.speech import speak

    items = flatten(script, str(script.voice))
    on_clip = lambda done, total: on_event(Event("speak", done, total))  # noqa: E731 - a name for the argument below
    return speak(
        items, studio.voice_box, seed=script.seed, pace=pace, arc=direction.arc, language=script.language, on_clip=on_clip
    )


def produce(
    timeline: Timeline,
    open_bed: Callable[[str], Bed],
    script: Script,
    studio: Studio,
    direction: Direction,
    path: Path,
    *,
    on_event: OnEvent,
) -> MasterReport:
    """Mix, master and encode in blocks; the file appears under its name only when it is whole."""
    from drift_audio.sound.export import export
    from drift_audio.sound.loudness import master
    from drift_audio.sound.mix import mix

    scratch = Path(tempfile.mkdtemp(prefix="drift-", dir=studio.spool_dir))
    try:
        on_event(Event("mix"))
        mixed = mix(timeline, open_bed, direction.mix)
        mastered = master(mixed, target_lufs=direction.loudness, ceiling_dbtp=direction.ceiling_dbtp, spool_dir=scratch)
        on_event(Event("export"))
        tags = direction.tags(script, timeline, studio.today())
        export(mastered, path, frames=timeline.frames, options=direction.export, tags=tags)
        return mastered.report
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def bed_opener(seed: int, studio: Studio) -> Callable[[str], Bed]:
    """Opens a bed expression from its beginning, with the session's seed."""
    from drift_audio.sound.beds.table import open_bed

    return lambda expression: open_bed(expression, seed=seed, catalog=studio.ambience, user_dir=studio.user_dir)


def _session(path: Path, script: Script, timeline: Timeline, report: MasterReport, target: Target) -> Session:
    sections = tuple(SectionTime(s.name, s.start / timeline.rate, s.end / timeline.rate) for s in timeline.sections)
    measured = target.loudness is not None
    return Session(
        path=path,
        seconds=timeline.frames / timeline.rate,
        lufs=report.lufs if measured else None,
        true_peak_dbtp=report.true_peak_dbtp if measured else None,
        sections=sections,
        seed=script.seed,
        warnings=timeline.warnings,
        script=script,
        timeline=timeline,
        voice=str(script.voice),
        ambience=script.ambience,
        script_path=target.script_out,
    )
