"""Spoken items -> an exact `Timeline`: pauses stretch until the session is as long as asked. Pure; integer frames throughout.

The order of means: pauses within their bounds, then whole optional blocks, then (asked of the caller) the pace of
speech, then a closing stillness. What is still missing is said in `Timeline.off_by` and its warnings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from drift_audio.script.model import Bell, Breath, Cue, Pause, Utterance
from drift_audio.script.shapes import Shape
from drift_audio.sound.audio import RATE
from drift_audio.sound.score import BedChange, BreathCycle, Event, Span, Speech, Spoken, Strike, Timeline


@dataclass(frozen=True, slots=True)
class Elastic:
    """How a kind of pause gives. seconds: nominal, where the script states none; least, most: factors of the nominal."""

    seconds: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class TimelineRules:
    """What a style allows; seconds unless said otherwise.

    longest_pause: no elastic pause grows beyond it (a longer nominal one stays as it is).
    comfort: pause factors between which no optional block needs to go.
    lead_in, tail: the bed alone before the first and after the last event, at most `edge_share` of the session each;
        both shrink with the pauses, down to a half and a third.
    bell_gap, bell_rest: between strikes, and from the last strike to what follows.
    pace: slowest and fastest speech, factors. stillness, stillness_share: the closing silence may last the greater of the two.
    """

    sentence: Elastic = Elastic(1.3, 0.5, 2.2)
    paragraph: Elastic = Elastic(2.4, 0.5, 2.2)
    nominal: Elastic = Elastic(3.0, 0.6, 2.0)
    section: Elastic = Elastic(4.5, 0.5, 2.2)
    longest_pause: float = 45.0
    comfort: tuple[float, float] = (0.8, 1.5)
    lead_in: float = 4.0
    tail: float = 8.0
    edge_share: float = 0.12
    bell_gap: float = 4.5
    bell_rest: float = 3.0
    bells: bool = True
    pace: tuple[float, float] = (0.94, 1.06)
    stillness: float = 30.0
    stillness_share: float = 0.15

    @classmethod
    def of(cls, form: Shape, *, bells: bool) -> TimelineRules:
        """Pauses of the style's palette, each stretched and shrunk as the bounds here say; its fades at both ends."""
        plain, palette = cls(), form.palette
        return replace(
            plain,
            sentence=replace(plain.sentence, seconds=palette.sentence),
            paragraph=replace(plain.paragraph, seconds=palette.paragraph),
            section=replace(plain.section, seconds=palette.section),
            lead_in=form.fades.in_s,
            tail=form.fades.out_s,
            bells=bells,
        )


@dataclass(frozen=True, slots=True)
class Solution:
    """timeline: the nearest there is at this pace. pace_needed: speak again at this pace and solve again, or None."""

    timeline: Timeline
    pace_needed: float | None


@dataclass(frozen=True, slots=True)
class _Slot:
    """A stretch of the session. nominal, least, most: frames (all equal when exact); opens: the section that begins here."""

    section: int
    nominal: float
    least: float
    most: float
    spoken: Spoken | None = None
    opens: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """Slots of one choice of optional blocks, and the pause factor that fits them (inf: too short, 0: too long)."""

    slots: tuple[_Slot, ...]
    scale: float
    excess: int


def solve(
    spoken: Sequence[Spoken],
    names: Sequence[str],
    *,
    seconds: float,
    rules: TimelineRules = TimelineRules(),
    pace: float = 1.0,
) -> Solution:
    """Place everything so that the session has exactly round(seconds * RATE) frames.

    Args:
        spoken: items in order, utterances with their clips.
        names: section names; `Item.section` indexes them.
        seconds: asked length of the finished file.
        rules: bounds of the style.
        pace: factor at which the clips were spoken.

    Returns:
        A solution; `off_by` of its timeline is signed (positive: longer than asked).
    """
    target = round(seconds * RATE)
    plan = _choose(spoken, rules, target)
    stillness = min(max(0, -plan.excess), round(max(rules.stillness, rules.stillness_share * seconds) * RATE))
    off_by = plan.excess + stillness
    pauses = _fill(plan, target)
    timeline = _place(plan.slots, pauses, names, rules, stillness=stillness)
    timeline = Timeline(
        timeline.events,
        timeline.sections,
        target + off_by,
        off_by=off_by / RATE,
        warnings=_warnings(off_by / RATE, stillness / RATE),
    )
    return Solution(timeline, _pace_needed(plan, pace, rules))


def _choose(spoken: Sequence[Spoken], rules: TimelineRules, target: int) -> _Plan:
    """The fullest choice of optional blocks with comfortable pauses; else the least strained one; else the nearest."""
    groups = sorted({item.item.group for item in spoken if item.item.group is not None})
    order = _spread(groups)
    plans: list[_Plan] = []
    for dropped in range(len(order) + 1):
        gone = set(order[:dropped])
        plan = _plan([item for item in spoken if item.item.group not in gone], rules, target)
        if rules.comfort[0] <= plan.scale <= rules.comfort[1]:
            return plan
        plans.append(plan)
    fitting = [plan for plan in plans if 0 < plan.scale < math.inf]
    if fitting:
        return min(fitting, key=lambda plan: abs(math.log(plan.scale)))
    return min(plans, key=lambda plan: abs(plan.excess))


def _spread(groups: Sequence[int]) -> list[int]:
    """An order of dropping that thins a session evenly instead of emptying its end: the last of the longest run of neighbours."""
    order: list[int] = []
    runs = [list(groups)] if groups else []
    while runs:
        run = max(runs, key=len)
        runs.remove(run)
        middle = len(run) // 2
        order.append(run[middle])
        runs.extend(part for part in (run[:middle], run[middle + 1 :]) if part)
    return order


def _plan(spoken: Sequence[Spoken], rules: TimelineRules, target: int) -> _Plan:
    edge = rules.edge_share * target
    lead_in, tail = min(rules.lead_in * RATE, edge), min(rules.tail * RATE, edge)
    first = spoken[0].item.section if spoken else 0
    last = spoken[-1].item.section if spoken else 0
    opening = _Slot(first, round(lead_in), round(lead_in) // 2, round(lead_in), opens=True)
    ending = _Slot(last, round(tail), round(tail) // 3, round(tail))
    slots = (opening, *_lay_out(spoken, rules), ending)
    least, most = math.ceil(sum(slot.least for slot in slots)), math.floor(sum(slot.most for slot in slots))
    if least > target:
        return _Plan(slots, 0.0, least - target)
    if most < target:
        return _Plan(slots, math.inf, most - target)
    return _Plan(slots, _scale(slots, target), 0)


def _exact(section: int, frames: float, spoken: Spoken | None = None, *, opens: bool = False) -> _Slot:
    whole = round(frames)
    return _Slot(section, whole, whole, whole, spoken, opens)


def _elastic(section: int, kind: Elastic, rules: TimelineRules, seconds: float | None = None) -> _Slot:
    nominal = kind.seconds if seconds is None else seconds
    most = max(nominal, min(nominal * kind.most, rules.longest_pause))
    return _Slot(section, nominal * RATE, nominal * kind.least * RATE, most * RATE)


def _lay_out(spoken: Sequence[Spoken], rules: TimelineRules) -> list[_Slot]:
    """Slots in order with the implied pauses between them; a stated pause replaces the implied one it stands beside."""
    slots: list[_Slot] = []
    section: int | None = None
    # sounded: something was heard already. silence: seconds stated since the last sound. paragraph: nominal seconds of a
    # paragraph's pause that waits for what follows it.
    sounded, silence, paragraph = False, 0.0, None
    for entry in spoken:
        part, here = entry.item.part, entry.item.section
        if isinstance(part, Cue):  # takes no time, and belongs to what came before: it must not open a section
            slots.append(_exact(here if section is None else section, 0, entry))
            continue
        if isinstance(part, Pause) and part.elastic and part.role == "paragraph":
            # Not laid yet: a section's pause or a stated one behind it may take its place.
            paragraph = max(paragraph or 0.0, part.seconds)
            continue
        if isinstance(part, Bell) and not rules.bells:
            continue
        opens = section is not None and here != section
        # A section's pause counts what was stated before it; under a quarter of a second the rest would not be heard as one.
        if opens and sounded and rules.section.seconds - silence > 0.25:
            slots.append(_elastic(section or 0, rules.section, rules, rules.section.seconds - silence))
            silence, paragraph = rules.section.seconds, None
        # Between two sounds with nothing stated the script implies a pause: that of a paragraph, or of a sentence.
        if not isinstance(part, Pause) and sounded and silence == 0:
            slots.append(_elastic(here, rules.paragraph if paragraph else rules.sentence, rules, paragraph))
        slot = _slot_of(entry, rules)
        slots.append(_Slot(here, slot.nominal, slot.least, slot.most, slot.spoken, opens))
        silence = silence + part.seconds if isinstance(part, Pause) else 0.0
        sounded = sounded or not isinstance(part, Pause)
        paragraph, section = None, here
    return slots


def _slot_of(entry: Spoken, rules: TimelineRules) -> _Slot:
    """The slot of a part that takes time: an utterance, a breath set, bells or a stated pause."""
    part, section = entry.item.part, entry.item.section
    if isinstance(part, Pause):
        return _elastic(section, rules.nominal, rules, part.seconds) if part.elastic else _exact(section, part.seconds * RATE)
    if isinstance(part, Breath):
        return _exact(section, sum(_phases(part)) * part.cycles, entry)
    if isinstance(part, Bell):
        return _exact(section, (rules.bell_gap * (part.count - 1) + rules.bell_rest) * RATE, entry)
    if entry.clip is None:
        raise ValueError("an utterance came without its clip")
    return _exact(section, entry.clip.frames, entry)


def _phases(breath: Breath) -> tuple[int, int, int, int]:
    """Frames of in, hold, out and rest."""
    return round(breath.in_s * RATE), round(breath.hold_s * RATE), round(breath.out_s * RATE), round(breath.rest_s * RATE)


def _scale(slots: Sequence[_Slot], target: int) -> float:
    """Water-filling: the one factor s with sum(clamp(nominal * s, least, most)) = target."""
    low, high = 0.0, 64.0
    gaps = [slot for slot in slots if slot.most > slot.least]
    rest = target - sum(slot.nominal for slot in slots if slot.most <= slot.least)
    if not gaps:
        return 1.0
    for _ in range(64):  # halves the range to below any double, so the result does not depend on where it began
        middle = (low + high) / 2
        filled = sum(min(max(gap.nominal * middle, gap.least), gap.most) for gap in gaps)
        low, high = (middle, high) if filled < rest else (low, middle)
    return high


def _fill(plan: _Plan, target: int) -> list[int]:
    """Frames of every slot; rounding is carried along, so that the sum is exact."""
    lengths = [min(max(slot.nominal * plan.scale, slot.least), slot.most) if slot.nominal else 0.0 for slot in plan.slots]
    elastic = [slot.most > slot.least for slot in plan.slots]
    wanted = target + plan.excess - sum(round(length) for length, gives in zip(lengths, elastic, strict=True) if not gives)
    total = sum(length for length, gives in zip(lengths, elastic, strict=True) if gives)
    frames: list[int] = []
    seen, given = 0.0, 0
    for length, gives in zip(lengths, elastic, strict=True):
        if not gives:
            frames.append(round(length))
            continue
        # The running sum is rounded, not each length: errors cannot add up, and the last one lands on `wanted` exactly.
        seen += length
        until = round(wanted * seen / total)
        frames.append(until - given)
        given = until
    return frames


def _place(
    slots: Sequence[_Slot], frames: Sequence[int], names: Sequence[str], rules: TimelineRules, *, stillness: int
) -> Timeline:
    """Walk the slots once: events at their places, and where each section opens."""
    events: list[Event] = []
    borders: list[tuple[int, int]] = []
    position = before = 0
    for index, (slot, length) in enumerate(zip(slots, frames, strict=True)):
        if slot.opens:  # a chapter begins half a second before its first word, or in the middle of a shorter pause
            borders.append((slot.section, position - min(RATE // 2, before // 2)))
        if index == len(slots) - 1:
            position += stillness
        if slot.spoken is not None:
            events.extend(_events(slot.spoken, position, rules))
        before = length if slot.spoken is None else before if length == 0 else 0  # silence so far; a cue does not break it
        position += length
    events.sort(key=lambda event: event.start)
    return Timeline(tuple(events), _spans(borders, names, position), position)


def _spans(borders: Sequence[tuple[int, int]], names: Sequence[str], end: int) -> tuple[Span, ...]:
    """Sections tile the session; one that lost all its parts has no span."""
    edges = [*borders, (-1, end)]
    spans = (Span(names[section], start, until) for (section, start), (_, until) in pairwise(edges))
    return tuple(span for span in spans if span.end > span.start)


def _events(entry: Spoken, start: int, rules: TimelineRules) -> list[Event]:
    part, section = entry.item.part, entry.item.section
    if isinstance(part, Utterance) and entry.clip is not None:
        return [Speech(start, entry.clip.frames, entry.clip, section)]
    if isinstance(part, Bell):
        return [Strike(start + round(index * rules.bell_gap * RATE), section) for index in range(part.count)]
    if isinstance(part, Breath):
        return _breaths(entry, part, start)
    if isinstance(part, Cue) and (part.ambience is not None or part.bed_db is not None):
        return [BedChange(start, part.ambience, part.bed_db)]
    return []


def _breaths(entry: Spoken, breath: Breath, start: int) -> list[Event]:
    """Cycles, exact, and the spoken cues at the start of their phases; a cue that does not fit its phase is left out."""
    inhale, hold, exhale, rest = _phases(breath)
    section, cycle = entry.item.section, inhale + hold + exhale + rest
    phases = {"in": (0, inhale), "hold": (inhale, hold), "out": (inhale + hold, exhale)}
    events: list[Event] = [
        BreathCycle(start + number * cycle, inhale, hold, exhale, rest, section) for number in range(breath.cycles)
    ]
    seen = dict.fromkeys(phases, 0)
    for name, clip in entry.cues:
        offset, room = phases[name]
        number = seen[name]
        seen[name] += 1
        if clip.frames <= room and number < breath.cycles:
            events.append(Speech(start + number * cycle + offset, clip.frames, clip, section))
    return events


def _pace_needed(plan: _Plan, pace: float, rules: TimelineRules) -> float | None:
    """The pace that would fit, as near as the limits allow; None when it is not needed or would change nothing."""
    speech = sum(slot.nominal for slot in plan.slots if slot.spoken and slot.spoken.clip)
    if not plan.excess or not speech:
        return None
    ratio = speech / max(1.0, speech - plan.excess * 1.02)
    wanted = min(max(pace * ratio, rules.pace[0]), rules.pace[1])
    return wanted if abs(wanted / pace - 1) > 0.001 else None


def _warnings(off_by: float, stillness: float) -> tuple[str, ...]:
    if off_by > 0.01:
        return (f"the words need {off_by:.1f} s more than was asked for, even with the shortest pauses; ask for more minutes",)
    if off_by < -0.01:
        return (f"the session is {-off_by:.1f} s shorter than asked: there are too few words for its length",)
    return (f"a closing stillness of {stillness:.0f} s fills the asked length",) if stillness > 1 else ()
