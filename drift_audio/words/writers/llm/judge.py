"""Holds a model's section to everything a script is held to, and says what is wrong in words a model can act upon."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from drift_audio.scenario import Scenario
from drift_audio.script.budget import PhasePlan, Plan
from drift_audio.script.lint import lint, rules_for_section
from drift_audio.script.model import Script, Section, Utterance
from drift_audio.words.writers.llm.fit_section import words_of

LEAST_WORDS: Final = 0.75
MOST_WORDS: Final = 1.3
#: A short part may miss its budget by one long sentence.
SENTENCE: Final = 15
_LEAK_WORDS: Final = 8
_QUOTE_WORDS: Final = 9


@dataclass(frozen=True, slots=True)
class Complaint:
    """A rule and what to do about it."""

    rule: str
    message: str


@dataclass(frozen=True)
class Judge:
    """Judges sections of one session. `secrets`: texts of ours that must not come back in an answer."""

    scenario: Scenario
    plan: Plan
    secrets: tuple[str, ...]
    locale: str = "en"

    def complaints(self, section: Section | None, phase: PhasePlan) -> tuple[Complaint, ...]:
        """Everything wrong with a section; empty when it may be used."""
        if section is None:
            return (Complaint("unreadable", "nothing in it can be spoken; write plain sentences in the form asked for"),)
        probe = Script(
            title="Probe",
            style=self.scenario.style,
            minutes=self.scenario.minutes,
            language=self.scenario.language,
            sections=(section,),
        )
        keys = [item.key for item in self.plan.phases]
        rules = rules_for_section(first=phase.key == keys[0], last=phase.key == keys[-1])
        found = [Complaint(violation.rule, violation.message) for violation in lint(probe, rules=rules)]
        return (*self._length(section, phase), *found, *self._care(probe), *self._echoes(section))

    def _length(self, section: Section, phase: PhasePlan) -> tuple[Complaint, ...]:
        words = words_of(section)
        least = min(LEAST_WORDS * phase.words, phase.words - SENTENCE)
        if least <= words <= max(MOST_WORDS * phase.words, phase.words + SENTENCE):
            return ()
        return (Complaint("length", f"it has {words} words; about {phase.words} are needed"),)

    def _care(self, probe: Script) -> tuple[Complaint, ...]:
        from drift_audio.words.care.gate import check_script

        report = check_script(probe, locale=self.locale)
        if report.outcome in ("crisis", "abuse"):
            return (Complaint("care", "it speaks of harm in a way that no session may; stay with calm and support"),)
        return ()

    def _echoes(self, section: Section) -> tuple[Complaint, ...]:
        said = " ".join(part.text for part in section.parts if isinstance(part, Utterance))
        found = []
        if any(_shared(said, secret, _LEAK_WORDS) for secret in self.secrets):
            found.append(Complaint("leak", "it repeats the instructions; write only what the listener is to hear"))
        if _shared(said, self.scenario.situation, _QUOTE_WORDS):
            found.append(Complaint("quote", "it repeats the listener's own sentences; use fresh words"))
        return tuple(found)


def _shared(said: str, source: str, length: int) -> bool:
    """Whether a run of `length` words of `source` stands in `said`."""
    spoken = re.findall(r"\w+", said.lower())
    known = re.findall(r"\w+", source.lower())
    runs = {tuple(known[at : at + length]) for at in range(len(known) - length + 1)}
    return any(tuple(spoken[at : at + length]) in runs for at in range(len(spoken) - length + 1))
