"""Tells what was understood of a situation and how the session is planned: `drift-audio script --explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drift_audio.errors import ConfigError
from drift_audio.scenario import Frozen
from drift_audio.words.understanding.facts import Facts
from drift_audio.words.writers.base import JourneyNote

if TYPE_CHECKING:
    from drift_audio.scenario import Scenario
    from drift_audio.words.compose import WritingContext
    from drift_audio.words.understanding.story import Person, Story, ToldLine
    from drift_audio.words.writers.base import Written

NEAREST: Final = 3


class PhaseLine(Frozen):
    """One phase as it was written. minutes, share: planned."""

    title: str
    minutes: float
    share: float
    writer: str


class PersonShown(Frozen):
    """The one concerned. pronouns: subject, object, possessive."""

    noun: str
    pronouns: tuple[str, str, str]


class MatterLine(Frozen):
    """One of the matters that a situation sounds like: its line for a person to read, and how near it lies, 0 to about 1."""

    matter: str
    gloss: str
    near: float


class ToldClause(Frozen):
    """A line that may be said back, and the clause of the situation that it came from. sure: 0 to 1."""

    line: str
    kind: str
    sure: float
    clause: str


class Explained(Frozen):
    """What `--explain` shows; `why` has one line for each of the first keys, `told` stands in the order of the situation.

    told: what might be said back. journey: which one the session is, with what is said back in it; None where banks or a model
    wrote. facts: what is known to be so, and not to be so. matters: the nearest three.
    """

    theme: str
    part: str
    gravity: str
    person: PersonShown | None
    care: str
    phases: tuple[PhaseLine, ...]
    why: dict[str, str]
    journey: JourneyNote | None = None
    facts: Facts = Facts()
    matters: tuple[MatterLine, ...] = ()
    told: tuple[ToldClause, ...] = ()


def explain(scenario: Scenario, written: Written, context: WritingContext) -> Explained:
    """Read the situation once more and lay open what came of it.

    Raises:
        CareStop: as the pipeline does.
    """
    from drift_audio.words.compose import attend, understand

    attended = attend(scenario, context)
    notes, story = attended.notes, understand(attended.scenario)
    return Explained(
        theme=story.theme,
        part=story.part,
        gravity=story.gravity,
        person=_person(story.person),
        care="caution" if notes else "ok",
        phases=_phases(written),
        why=_why(story, notes),
        journey=written.journey,
        facts=story.facts,
        matters=_matters(attended.scenario),
        told=tuple(_told(line, attended.scenario.situation) for line in story.told),
    )


def _told(line: ToldLine, situation: str) -> ToldClause:
    clause = " ".join(situation[line.start : line.end].split())
    return ToldClause(line=line.sentence, kind=line.kind, sure=line.sure, clause=clause)


def _matters(scenario: Scenario) -> tuple[MatterLine, ...]:
    from drift_audio.words.journeys.matters import glosses, heard

    if scenario.steady:
        return ()
    ranking = heard(scenario.situation)[:NEAREST]
    return tuple(MatterLine(matter=row.matter, gloss=glosses()[row.matter], near=round(row.near, 3)) for row in ranking)


def _person(person: Person | None) -> PersonShown | None:
    if person is None:
        return None
    pronouns = person.pronouns
    return PersonShown(noun=person.noun, pronouns=(pronouns.subject, pronouns.object, pronouns.possessive))


def _phases(written: Written) -> tuple[PhaseLine, ...]:
    from drift_audio.script.budget import plan
    from drift_audio.words.writers.table import STANDS_IN

    script = written.script
    planned = {phase.key: phase.seconds for phase in plan(script.style, script.minutes).phases}
    by = {report.section: report.writer for report in written.sections}
    lines = []
    for section in script.sections:
        seconds = planned.get(section.phase or "", 0.0)
        writer = by.get(section.name) or by.get(section.phase or "") or STANDS_IN
        lines.append(PhaseLine(title=section.name, minutes=seconds / 60, share=seconds / (script.minutes * 60), writer=writer))
    return tuple(lines)


def _why(story: Story, notes: tuple[str, ...]) -> dict[str, str]:
    lines = {
        "theme": f"{story.theme_confidence:.0%} sure",
        "part": f"{story.part_confidence:.0%} sure",
        "gravity": f"{story.gravity_confidence:.0%} sure",
        "care": " ".join(notes),
    }
    if story.person is not None:
        lines["person"] = f"{story.person.confidence:.0%} sure"
    told = {name: getattr(story, name) for name in ("event", "when", "wish", "setting")}
    told |= {"feelings": ", ".join(story.feelings), "strands": ", ".join(strand.name for strand in story.strands)}
    return {**lines, **{key: value for key, value in told.items() if value}}


def dry_run(scenario: Scenario, context: WritingContext) -> str:
    """What would be sent to the language model, and where; nothing is sent.

    Raises:
        ConfigError: the offline writer would write, which sends nothing to anybody.
    """
    from drift_audio.words.compose import attend, understand
    from drift_audio.words.writers.table import shows_request

    writer = context.writer
    if not shows_request(writer):
        raise ConfigError("nothing would be sent: the offline writer writes on this machine; name a model to see its request")
    attended = attend(scenario, context).scenario
    return writer.dry_run(attended, understand(attended))
