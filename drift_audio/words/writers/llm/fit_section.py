"""Fits a model's section to its plan: repeats and surplus go, pauses add up, breaths and bells stand where they belong."""

from __future__ import annotations

import re
from typing import Final

from drift_audio.script.budget import PhasePlan, Plan, speech_seconds, word_count
from drift_audio.script.model import Atom, Bell, Breath, Pause, Section, Utterance
from drift_audio.script.shapes import shape

MOST_WORDS: Final = 1.15
LONGEST_PAUSE_S: Final = 25.0
SET_CYCLES: Final = 6
_KEPT_FIRST: Final = 5
_KEPT_LAST: Final = 2


def fit(section: Section, phase: PhasePlan, plan: Plan) -> Section:
    """The section at its planned length: words, pauses and breaths."""
    sentences = _trim(_without_repeats(_sentences(section)), round(phase.words * MOST_WORDS))
    atoms = _pauses(sentences, phase)
    atoms = _breaths(atoms, phase, plan)
    return section.model_copy(update={"parts": tuple(_bells(atoms, phase, plan))})


def words_of(section: Section) -> int:
    """Words spoken in a section."""
    return sum(word_count(part.text) for part in section.parts if isinstance(part, Utterance))


def _sentences(section: Section) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    for part in section.parts:
        if isinstance(part, Utterance):
            found.append((part.text, 0.0))
        elif isinstance(part, Pause) and found:
            found[-1] = (found[-1][0], found[-1][1] + part.seconds)
    return found


def _without_repeats(sentences: list[tuple[str, float]]) -> list[tuple[str, float]]:
    seen: set[str] = set()
    kept: list[tuple[str, float]] = []
    for text, pause in sentences:
        key = " ".join(re.findall(r"\w+", text.lower()))
        if key not in seen or word_count(text) < 4:
            kept.append((text, pause))
        seen.add(key)
    return kept


def _trim(sentences: list[tuple[str, float]], most: int) -> list[tuple[str, float]]:
    # The first sentences say what must be said early and the last ones close, so the surplus goes before the end.
    kept = list(sentences)
    while sum(word_count(text) for text, _ in kept) > most and len(kept) > _KEPT_FIRST + _KEPT_LAST:
        del kept[-_KEPT_LAST - 1]
    return kept


def _pauses(sentences: list[tuple[str, float]], phase: PhasePlan) -> list[Atom]:
    spoken = sum(speech_seconds(text) for text, _ in sentences)
    room = max(0.5 * len(sentences), phase.seconds - phase.breath_s - spoken)
    given = sum(pause for _, pause in sentences)
    marked = sum(pause > 0 for _, pause in sentences)
    sparse = marked * 4 < len(sentences)
    atoms: list[Atom] = []
    for text, pause in sentences:
        wanted = room / len(sentences) if sparse else pause * room / given
        atoms.append(Utterance(text=text))
        if wanted >= 0.5:
            atoms.append(Pause(seconds=round(min(wanted, LONGEST_PAUSE_S), 1)))
    return atoms


def _breaths(atoms: list[Atom], phase: PhasePlan, plan: Plan) -> list[Atom]:
    if not phase.cycles:
        return atoms
    sets = max(1, round(phase.cycles / SET_CYCLES))
    per_set, more = divmod(phase.cycles, sets)
    ends = [index for index, atom in enumerate(atoms) if isinstance(atom, Utterance)]
    out = list(atoms)
    for number in reversed(range(sets)):
        at = ends[min(len(ends) - 1, (number + 1) * len(ends) // (sets + 1))] + 1
        out.insert(at, Breath(**plan.pattern.model_dump(), cycles=per_set + (1 if number < more else 0)))
    return out


def _bells(atoms: list[Atom], phase: PhasePlan, plan: Plan) -> list[Atom]:
    form = shape(plan.style)
    bells = form.bells_for(plan.minutes)
    opening: list[Atom] = []
    if bells.opening and phase.key == plan.phases[0].key:
        opening = [Bell(count=bells.opening), Pause(seconds=form.palette.breath)]
    closing: list[Atom] = [Bell(count=bells.closing)] if bells.closing and phase.key == plan.phases[-1].key else []
    return opening + atoms + closing
