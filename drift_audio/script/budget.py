"""How much of everything a session holds: seconds, words, sentences and breaths of each phase."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from drift_audio.scenario import Frozen
from drift_audio.script.model import Atom, Bell, Breath, Cue, Optional, Pause, Script, Section, Utterance
from drift_audio.script.shapes import Arc, Pattern, Phase, Shape, interpolate, shape

STANDARD_WPM: Final = 132.0
"""Words a minute while speaking at the arc's speed 1.0; every voice's `pace` is set so that it speaks like this."""

WORDS_PER_SENTENCE: Final = 12.5
BELL_S: Final = 4.0
LEAST_PAUSE: Final = 0.6
"""How far an elastic pause may shrink, as a share of its nominal length."""

EDGE_SHARE: Final = 0.12
_STATION: Final = 20


class PhasePlan(Frozen):
    """What one phase may hold.

    seconds: its time. words, sentences: to write. breath_s, cycles: time and number of counted breaths (`Pattern`).
    silence_s: all pauses of the phase together (breaths not counted). pause_s: mean pause after a sentence.
    start, end: place in the session, 0..1.
    """

    key: str
    title: str
    purpose: str
    seconds: float
    words: int
    sentences: int
    breath_s: float
    cycles: int
    silence_s: float
    pause_s: float
    start: float
    end: float


class Plan(Frozen):
    """The phase plan of a session; `speech_s` + pauses + breaths = `seconds`."""

    style: str
    minutes: float
    seconds: float
    words: int
    wpm: float
    not_speech: float
    pattern: Pattern
    phases: tuple[PhasePlan, ...]

    def phase(self, key: str) -> PhasePlan:
        return next(phase for phase in self.phases if phase.key == key)


def plan(style: str, minutes: float) -> Plan:
    """The plan of a session of this style and length: what offline and model writers write to."""
    form = shape(style)
    phases = form.phases_for(minutes)
    seconds = minutes * 60
    times = _times(phases, seconds)
    talk = _talk(phases, times, 1 - form.silence_for(minutes).target)
    plans: list[PhasePlan] = []
    start = 0.0
    for phase, time, share in zip(phases, times, talk, strict=True):
        end = min(1.0, start + time / seconds)
        plans.append(_phase_plan(form, phase, time, share, (start, end)))
        start = end
    words = sum(item.words for item in plans)
    return Plan(
        style=style,
        minutes=minutes,
        seconds=seconds,
        words=words,
        wpm=round(STANDARD_WPM * mean_speed(form.arc), 1),
        not_speech=form.silence_for(minutes).target,
        pattern=form.pattern,
        phases=tuple(plans),
    )


def _times(phases: Sequence[Phase], seconds: float) -> list[float]:
    whole = sum(phase.share for phase in phases)
    times = [min(max(phase.share / whole * seconds, phase.least_s), phase.most_s) for phase in phases]
    main = next(index for index, phase in enumerate(phases) if phase.main)
    times[main] += seconds - sum(times)
    return times


def _talk(phases: Sequence[Phase], times: Sequence[float], speech: float) -> list[float]:
    # Speech share of each phase: by density, never crowding out the breaths, and together exactly the session's share.
    room = [0.88 - phase.breath for phase in phases]
    wanted = speech * sum(times)
    shares = [0.0] * len(phases)
    free = set(range(len(phases)))
    for _ in phases:
        left = wanted - sum(shares[i] * times[i] for i in range(len(phases)) if i not in free)
        scale = left / sum(phases[i].density * times[i] for i in free)
        for i in free:
            shares[i] = scale * phases[i].density
        full = {i for i in free if shares[i] > room[i]}
        if not full or full == free:
            break
        for i in full:
            shares[i] = room[i]
        free -= full
    return shares


def _phase_plan(form: Shape, phase: Phase, time: float, talk: float, place: tuple[float, float]) -> PhasePlan:
    speed = form.arc.speed_at(sum(place) / 2)
    words = max(8, round(time * talk * STANDARD_WPM * speed / 60))
    sentences = max(1, round(words / WORDS_PER_SENTENCE))
    cycles = int(time * phase.breath / form.pattern.seconds)
    breath_s = cycles * form.pattern.seconds
    silence_s = max(0.0, time * (1 - talk) - breath_s)
    return PhasePlan(
        key=phase.key,
        title=phase.title,
        purpose=phase.purpose,
        seconds=round(time, 2),
        words=words,
        sentences=sentences,
        breath_s=breath_s,
        cycles=cycles,
        silence_s=round(silence_s, 2),
        pause_s=round(silence_s / sentences, 2),
        start=round(place[0], 4),
        end=round(place[1], 4),
    )


def mean_speed(arc: Arc) -> float:
    """Mean of the arc's speed over the session."""
    return sum(interpolate(arc.speed, step / _STATION) for step in range(_STATION + 1)) / (_STATION + 1)


def word_count(text: str) -> int:
    """Words as a listener counts them; "don't" and "twenty-one" are one each."""
    return len(re.findall(r"[^\W_]+(?:['’\-][^\W_]+)*", text))


def speech_seconds(text: str, *, speed: float = 1.0) -> float:
    """Seconds of one spoken sentence at the standard pace, trimmed to the voice.

    Least squares over 36 sentences of the default voice at nine speeds, checked on twelve others; totals within 3 %.
    `speed` is the product of cues and arc.
    """
    letters = len(re.sub(r"\s+", " ", text.strip()))
    marks = len(re.findall(r"[,;:–—]", text))
    stops = len(re.findall(r"[.!?…]+\s", text))
    return (0.0742 * letters + 0.364 * marks + 0.87 * stops + 0.366) / speed


class Estimate(Frozen):
    """What a script will take before anything is voiced, in seconds.

    sections: nominal seconds of each. speech: voice alone. exact: breaths, bells and exact silences.
    elastic: pauses that may stretch or shrink, sentence pauses among them.
    """

    sections: tuple[float, ...]
    speech: float
    exact: float
    elastic: float

    @property
    def seconds(self) -> float:
        return self.speech + self.exact + self.elastic


def estimate(script: Script) -> Estimate:
    """Estimate a script at the standard pace under its style's arc; optional parts count."""
    form = shape(script.style)
    flat = [(atom, index) for index, section in enumerate(script.sections) for atom in _flat(section)]
    sums = {"speech": 0.0, "exact": 0.0, "elastic": 0.0}
    sections = [0.0] * len(script.sections)
    speed = 1.0
    after_words = False
    for position, (atom, index) in enumerate(flat):
        if isinstance(atom, Cue):
            speed = atom.speed or speed
            continue
        bucket, seconds = _cost(atom, speed * form.arc.speed_at(position / max(1, len(flat) - 1)))
        gap = form.palette.sentence if after_words and isinstance(atom, Utterance) else 0.0
        sums[bucket] += seconds
        sums["elastic"] += gap
        sections[index] += seconds + gap
        after_words = isinstance(atom, Utterance)
    return Estimate(sections=tuple(sections), **sums)


def least_seconds(script: Script) -> float:
    """The shortest that a script can become: pauses at their shortest, and the bed alone only briefly at both ends."""
    form = shape(script.style)
    told = estimate(script)
    edge = EDGE_SHARE * script.minutes * 60
    edges = min(form.fades.in_s, edge) / 2 + min(form.fades.out_s, edge) / 3
    return told.speech + told.exact + LEAST_PAUSE * told.elastic + edges


def _flat(section: Section) -> Iterator[Atom]:
    for part in section.parts:
        yield from part.parts if isinstance(part, Optional) else (part,)


def _cost(atom: Atom, speed: float) -> tuple[str, float]:
    match atom:
        case Utterance():
            return "speech", speech_seconds(atom.text, speed=speed)
        case Pause():
            return ("elastic" if atom.elastic else "exact"), atom.seconds
        case Breath():
            return "exact", atom.seconds
        case Bell():
            return "exact", BELL_S * atom.count
    return "exact", 0.0
