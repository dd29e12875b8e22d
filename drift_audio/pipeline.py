"""The whole line on one screen: situation -> care -> story -> writer -> script -> speech -> timeline -> mix -> master -> file.

It receives ready objects in a `Studio`, reads no environment, prints nothing and has no clock but the one it is handed.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from drift_audio.output_spec import prepare, stem_files
from drift_audio.preflight import Prepared, bed_opener, import_sound, prepared
from drift_audio.progress import Event, OnEvent, silent
from drift_audio.session import session_of
from drift_audio.words.compose import compose

if TYPE_CHECKING:
    from drift_audio.output_spec import OutputSpec
    from drift_audio.scenario import Scenario
    from drift_audio.script.model import Script
    from drift_audio.session import Session
    from drift_audio.sound.beds.prefetch import BedPrefetch
    from drift_audio.sound.dsp.loudness import MasterReport
    from drift_audio.sound.score import Spoken, Timeline
    from drift_audio.studio import Studio
    from drift_audio.words.process import WordsProcess
    from drift_audio.words.writers.base import Written


def create(
    scenario: Scenario, studio: Studio, target: OutputSpec, *, on_event: OnEvent = silent, process: WordsProcess | None = None
) -> Session:
    """Situation in, finished file out: the words, and then `render`.

    Args:
        scenario: what is asked for.
        studio: ready objects.
        target: where to and in which form.
        on_event: called with every progress event.
        process: writes the words while this process gets ready to speak them; for a single session.

    Raises:
        CareStop: the person needs something else than a session.
        BadInput: scenario, catalogue or output cannot be used; nothing was made.
        DriftError: a stage failed; no partial file is left.
    """
    from drift_audio.preflight import check_voice
    from drift_audio.sound.beds.prefetch import BedPrefetch
    from drift_audio.sound.memory import release_freed_memory

    prepare(target)
    release_freed_memory()
    voice = scenario.voice or studio.default_voice
    check_voice(voice, scenario.language, studio)
    studio.voice_box.warm(voice)
    beds = BedPrefetch()
    written = _words(scenario, studio, process, _begin_bed(beds, scenario, studio, target, on_event))
    session = render(written.script, studio, target, on_event=on_event, beds=beds)
    return session.written_by(studio.writer.name, written)


def render(
    script: Script, studio: Studio, target: OutputSpec, *, on_event: OnEvent = silent, beds: BedPrefetch | None = None
) -> Session:
    """A script becomes a finished file: voice it, solve the timeline, mix, master, encode.

    beds: what was begun of them already.

    Raises:
        BadInput: a voice, bed or output cannot be used; found before anything is voiced.
        DriftError: a stage failed; no partial file is left.
    """
    from drift_audio.sound.beds.prefetch import BedPrefetch

    ready = prepared(script, studio, target)
    beds = beds or BedPrefetch()
    beds.begin(ready.options.mix.ambience or "", ready.open_bed)
    timeline = arrange(ready, studio, on_event=on_event)
    if studio.once:
        studio.voice_box.rest()
    report = produce(timeline, replace(ready, open_bed=beds.or_else(ready.open_bed)), studio, on_event=on_event)
    _write_extras(timeline, ready, target)
    return session_of(ready.path, ready.script, timeline, report, target)


def arrange(ready: Prepared, studio: Studio, *, on_event: OnEvent) -> Timeline:
    """Voice every sentence and solve the pauses; speak once more at another pace when pauses alone do not suffice."""
    from drift_audio.sound.timeline import solve

    script, rules = ready.script, ready.options.rules
    names = tuple(section.name for section in script.sections)
    spoken = speak_all(ready, studio, pace=1.0, on_event=on_event)
    on_event(Event("arrange"))
    solution = solve(spoken, names, seconds=script.minutes * 60, rules=rules)
    if (pace := solution.pace_needed) is not None:
        spoken = speak_all(ready, studio, pace=pace, on_event=on_event)
        solution = solve(spoken, names, seconds=script.minutes * 60, rules=rules, pace=pace)
    return solution.timeline


def speak_all(ready: Prepared, studio: Studio, *, pace: float, on_event: OnEvent) -> tuple[Spoken, ...]:
    """Every part of the script with its clip; pace: factor of the voice's own."""
    from drift_audio.sound.score import flatten
    from drift_audio.sound.voice.speech import speak

    script = ready.script

    def on_clip(done: int, total: int) -> None:
        on_event(Event("speak", done, total))

    return speak(
        flatten(script, str(script.voice)),
        studio.voice_box,
        seed=script.seed,
        pace=pace,
        arc=ready.options.arc,
        language=script.language,
        on_clip=on_clip,
    )


def produce(timeline: Timeline, ready: Prepared, studio: Studio, *, on_event: OnEvent) -> MasterReport:
    """Mix, master and encode in blocks; the file appears under its name only when it is whole."""
    from drift_audio.sound.dsp.loudness import master
    from drift_audio.sound.encoding.export import export
    from drift_audio.sound.mixing.mix import mix

    options = ready.options
    scratch = Path(tempfile.mkdtemp(prefix="drift-", dir=studio.spool_dir))
    try:
        on_event(Event("mix"))
        mixed = mix(timeline, ready.open_bed, options.mix)
        mastered = master(mixed, target_lufs=options.loudness, ceiling_dbtp=options.ceiling_dbtp, spool_dir=scratch)
        on_event(Event("export"))
        tags = options.tags(ready.script, timeline, studio.today())
        export(mastered, ready.path, frames=timeline.frames, options=options.export, tags=tags)
        return mastered.report
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _begin_bed(beds: BedPrefetch, scenario: Scenario, studio: Studio, target: OutputSpec, on_event: OnEvent) -> OnEvent:
    """Passes progress on, and begins the bed as soon as theme and style are known."""

    def heard(event: Event) -> None:
        on_event(event)
        if event.style is not None and target.bed:
            from drift_audio.sound.beds.defaults import default_ambience

            bed = scenario.ambience or studio.default_ambience or default_ambience(event.theme, event.style)
            beds.begin(bed, bed_opener(scenario.seed, studio))

    return heard


def _words(scenario: Scenario, studio: Studio, process: WordsProcess | None, on_event: OnEvent) -> Written:
    """The words from the other process, or from this one, which then lets go of what reading took."""
    from drift_audio.sound.memory import release_freed_memory
    from drift_audio.words.understanding.reader import release

    written = process.compose(scenario, studio, on_event=on_event, meanwhile=import_sound) if process else None
    if written is None:
        written = compose(scenario, studio, on_event=on_event)
        if studio.once:
            release()
            release_freed_memory()
    return written


def _write_extras(timeline: Timeline, ready: Prepared, target: OutputSpec) -> None:
    """The stems and the script file, where they were asked for."""
    from drift_audio.files import write_private
    from drift_audio.script.format import format_script
    from drift_audio.sound.mixing.stems import write_stems

    if target.stems is not None:
        write_stems(timeline, ready.open_bed, ready.options.mix, stem_files(target.stems, ready.path.stem))
    if target.script_out is not None:
        write_private(target.script_out, format_script(ready.script))
