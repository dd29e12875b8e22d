"""A chosen journey as a whole script: its five sections in the style's phases, held to the asked length.

A short session leaves the spare lines out, section by section. A long one has longer silences, and plain paragraphs of the shared
banks in breath and body; nothing is ever put into the heart of a journey.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from drift_audio.scenario import Scenario
from drift_audio.script.budget import Plan, estimate, least_seconds, plan, word_count
from drift_audio.script.lint import lint
from drift_audio.script.model import Breath, Part, Pause, Script, Section, Utterance
from drift_audio.script.sentences import sentences
from drift_audio.script.shapes import Palette, Shape, shape
from drift_audio.words.journeys.choose import Choice
from drift_audio.words.journeys.fill import Filled, fill
from drift_audio.words.journeys.load import load_journeys
from drift_audio.words.journeys.model import Breaths, Journey, Silence
from drift_audio.words.journeys.told_slots import Slots, slots_for, source_of
from drift_audio.words.understanding.story import Story
from drift_audio.words.writers.base import JourneyNote, LineNote
from drift_audio.words.writers.offline.bells import title, with_bells
from drift_audio.words.writers.offline.layout import atoms
from drift_audio.words.writers.offline.numbers import minutes_in_words
from drift_audio.words.writers.offline.paragraph_picker import Bench

FULL_FROM: Final = 8.0
MARGIN: Final = 0.98
LONGEST_PAUSE_S: Final = 75.0
# How far the pauses of a section may be moved from what the journey says, to give each phase its time.
SHORTEST, LONGEST = 0.6, 6.0
# The phases, counted from 0, that plain paragraphs may fill: the breath and the body, or what stands in their place.
PLAIN: Final = {1: ("plain-breath",), 2: ("plain-body", "plain-still")}
PLAIN_SHARE: Final = {1: 0.34, 2: 0.66}
# Spare lines go section by section: body, breath, heart, coming back, arriving.
SPARED: Final = (2, 1, 3, 4, 0)
AIM: Final = 0.03
ROUNDS: Final = 8
A_PARAGRAPH: Final = 40


@dataclass(frozen=True, slots=True)
class Draft:
    """A script with what it was made of."""

    script: Script
    journey: Journey
    slots: Slots


def note(draft: Draft, choice: Choice, scenario: Scenario, story: Story) -> JourneyNote:
    """The account of a journey for whoever wants to know."""
    journey, slots = draft.journey, draft.slots

    def line(text: str | None) -> LineNote | None:
        return LineNote(line=text, source=source_of(text, story.told, scenario.situation)) if text else None

    return JourneyNote(
        name=journey.name,
        image=journey.image,
        technique=journey.technique,
        matter=journey.matter,
        gloss=journey.gloss,
        rank=choice.rank,
        why=choice.why,
        told=tuple(found for text in slots.told if (found := line(text))),
        kept=line(slots.keep),
        answer=slots.answer,
        ache=slots.ache,
        wish=line(slots.wish),
        person=slots.person,
        others=choice.others,
    )


def journey_script(scenario: Scenario, story: Story, choice: Choice) -> Draft | None:
    """The script of a chosen journey, or None where it does not keep its style's grammar in so short a time."""
    journey = load_journeys()[choice.journey]
    # Where the wordings of this turn do not keep the grammar, those of the next may.
    for turn in (choice.turn, choice.turn + 1):
        slots = slots_for(story, journey, minutes=_minutes(scenario.minutes), turn=turn, text=scenario.situation)
        for tried, fewer in _ways(journey, slots, turn, scenario.minutes):
            script = _fitted(scenario, story, tried)
            if script is not None:
                return Draft(script, journey, fewer)
    return None


def _minutes(minutes: float) -> str:
    """The length as it stands in a sentence with any article: without "about"."""
    return minutes_in_words(minutes).removeprefix("about ")


def _ways(journey: Journey, slots: Slots, turn: int, minutes: float) -> Iterator[tuple[tuple[Filled, ...], Slots]]:
    """Fuller ways first: all lines, then fewer spare ones, then two told lines and the barest breath and body."""
    full, brief = (fill(journey, slots, turn=turn, short=short) for short in (False, True))
    if minutes >= FULL_FROM:
        yield full, slots
        for count in range(1, len(SPARED)):
            yield tuple(brief[at] if at in SPARED[:count] else section for at, section in enumerate(full)), slots
    yield brief, slots
    fewer = slots.model_copy(update={"told": slots.told[:2], "wish": None})
    least = fill(journey, fewer, turn=turn, short=True)
    yield least, fewer
    yield tuple(_barest(section) if at in (1, 2) else section for at, section in enumerate(least)), fewer


def _barest(section: Filled) -> Filled:
    """Only the first line, and the counted breaths with the line before them."""
    keep: list[str | Silence | Breaths] = []
    for at, item in enumerate(section.items):
        before_breath = at + 1 < len(section.items) and isinstance(section.items[at + 1], Breaths)
        first = isinstance(item, str) and not any(isinstance(other, str) for other in section.items[:at])
        if isinstance(item, Breaths) or before_breath or (first and not _has_breath(section)) or isinstance(item, Silence):
            keep.append(item)
    last = max((at for at, item in enumerate(keep) if not isinstance(item, Silence)), default=0)
    return replace(section, items=tuple(keep[: last + 2]))


def _has_breath(section: Filled) -> bool:
    return any(isinstance(item, Breaths) for item in section.items)


def _fitted(scenario: Scenario, story: Story, filled: Sequence[Filled]) -> Script | None:
    """The script with as many plain paragraphs as its length asks for, if it keeps the grammar."""
    budget, form = plan(scenario.style, scenario.minutes), shape(scenario.style)
    words = 0
    for _ in range(ROUNDS):
        sections = _sections(filled, _plain(scenario, story, words), form.palette)
        script = _script(scenario, story, _timed(scenario, sections, budget, form), budget, form)
        if least_seconds(script) <= MARGIN * scenario.minutes * 60 and not lint(script):
            return script
        missing = _missing_words(script, form)
        if missing <= 0:
            return None
        words += max(missing, A_PARAGRAPH)
    return None


def _missing_words(script: Script, form: Shape) -> int:
    seconds = script.minutes * 60
    most = form.silence_for(script.minutes).most - AIM
    speech = estimate(script).speech
    return round(((1 - most) * seconds - speech) * 2.1)


def _plain(scenario: Scenario, story: Story, words: int) -> dict[int, list[str]]:
    """Plain paragraphs by place of the phase, about so many words in all."""
    said: dict[int, list[str]] = {at: [] for at in PLAIN}
    if not words:
        return said
    bench = Bench(story, style=scenario.style, minutes=_minutes(scenario.minutes), seed=scenario.seed)
    for at, slots in PLAIN.items():
        room = words * PLAIN_SHARE[at]
        while room > 0 and (left := [slot for slot in slots if bench.has(slot)]):
            for slot in left if room > A_PARAGRAPH else left[:1]:
                a_session = max(1, round(words * PLAIN_SHARE[at] / A_PARAGRAPH / len(slots)))
                text = bench.draw(slot, a_session=a_session)
                if text is None:
                    continue
                said[at].append(text)
                room -= word_count(text)
        said[at].sort(key=lambda text: _order(bench, text))
    return said


def _order(bench: Bench, text: str) -> int:
    """Paragraphs of the body go from the feet upwards, as their bank does; a silence stands where it was dealt."""
    return bench.places.get(text, 0)


def _sections(filled: Sequence[Filled], plain: dict[int, list[str]], palette: Palette) -> list[list[Part]]:
    return [[*_parts(section.items), *_plain_parts(plain.get(at, ()), palette)] for at, section in enumerate(filled)]


def _parts(items: Sequence[str | Silence | Breaths]) -> Iterator[Part]:
    for item in items:
        if isinstance(item, str):
            yield from (Utterance(text=sentence) for sentence in sentences(item))
        elif isinstance(item, Silence):
            yield Pause(seconds=item.seconds)
        else:
            yield Breath(in_s=item.in_s, hold_s=item.hold_s, out_s=item.out_s, rest_s=item.rest_s, cycles=item.cycles)


def _plain_parts(texts: Sequence[str], palette: Palette) -> Iterator[Part]:
    for text in texts:
        yield from atoms(text, palette)
        yield Pause(seconds=palette.body)


def _timed(scenario: Scenario, sections: list[list[Part]], budget: Plan, form: Shape) -> list[list[Part]]:
    """The sections with their pauses made longer or shorter, so that each phase comes near to its planned time."""
    draft = _script(scenario, None, sections, budget, form)
    told = estimate(draft).sections
    timed = []
    for parts, seconds, phase in zip(sections, told, budget.phases, strict=True):
        silent = sum(part.seconds for part in parts if isinstance(part, Pause))
        factor = min(LONGEST, max(SHORTEST, (phase.seconds - (seconds - silent)) / silent)) if silent else 1.0
        timed.append([_stretched(part, factor) for part in parts])
    return timed


def _stretched(part: Part, factor: float) -> Part:
    if not isinstance(part, Pause):
        return part
    return part.model_copy(update={"seconds": round(min(max(part.seconds, LONGEST_PAUSE_S), part.seconds * factor), 1)})


def _script(scenario: Scenario, story: Story | None, sections: Sequence[Sequence[Part]], budget: Plan, form: Shape) -> Script:
    return Script(
        title=title(scenario.seed, scenario.style),
        style=scenario.style,
        minutes=scenario.minutes,
        sections=tuple(
            Section(name=phase.title, phase=phase.key, parts=with_bells(tuple(parts), phase.key, form, budget))
            for phase, parts in zip(budget.phases, sections, strict=True)
        ),
        voice=scenario.voice,
        ambience=scenario.ambience,
        language=scenario.language,
        seed=scenario.seed,
        theme=story.theme if story else None,
    )
