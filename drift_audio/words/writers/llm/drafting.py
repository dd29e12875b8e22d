"""Asks the model for the parts of a session, judges each, and sends back once what cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from drift_audio.script.budget import PhasePlan, Plan
from drift_audio.script.model import Section, Utterance
from drift_audio.words.writers.base import Progress
from drift_audio.words.writers.llm.client import Answer, ChatClient, Message
from drift_audio.words.writers.llm.faults import FATAL, Fault
from drift_audio.words.writers.llm.fit_section import fit
from drift_audio.words.writers.llm.judge import Complaint, Judge
from drift_audio.words.writers.llm.parse_answer import read_section, read_whole
from drift_audio.words.writers.llm.prompts import Prompts
from drift_audio.words.writers.llm.schema import JsonSchema, section_schema, whole_schema

#: Tokens that one word takes in an answer, JSON and pauses included; and characters of a request that one token takes.
TOKENS_PER_WORD: Final = 3.0
CHARS_PER_TOKEN: Final = 3.5
LEAST_ANSWER: Final = 200
#: Rules of measure: breaking them makes a section less good, not wrong.
MEASURES: Final = frozenset(("length", "sentence length"))
TOKENS_SHOWN: Final = 16
#: After so many requests in a row without an answer, retries included, nobody is asked again.
PATIENCE: Final = 2


@dataclass
class Drafts:
    """What the model's part came to: usable sections by phase, and for each other phase the rule or fault that stopped it.

    spare: sections that miss their measure only; better than none where nobody can stand in.
    """

    sections: dict[str, Section] = field(default_factory=dict)
    spare: dict[str, Section] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    gone: Fault | None = None


class Drafting:
    """One session's conversation with a model."""

    def __init__(
        self, client: ChatClient, prompts: Prompts, judge: Judge, plan: Plan, *, context_tokens: int, whole: bool
    ) -> None:
        self._client, self._prompts, self._judge, self._plan = client, prompts, judge, plan
        self._context = context_tokens
        self._at_once = whole and fits_whole(prompts.whole(structured=True), plan, context_tokens)
        self._drafts = Drafts()
        self._seed = judge.scenario.seed
        self._failures = 0
        self._progress: Progress = lambda _kind, _text: None

    def run(self, progress: Progress) -> Drafts:
        """Ask for everything at once when that was allowed and fits the context, then part by part for what is missing."""
        self._progress = progress
        if self._at_once:
            self._whole()
        for phase in self._plan.phases:
            if phase.key in self._drafts.sections:
                continue
            if self._drafts.gone is not None:
                self._drafts.reasons.setdefault(phase.key, self._drafts.gone.kind)
            else:
                self._section(phase)
        return self._drafts

    def _whole(self) -> None:
        asked = self._prompts.whole(structured=self._client.dialect.structured)
        answer = self._ask(asked, whole_schema(self._plan.phases), self._plan.words, "the whole session")
        if answer is None:
            return
        for key, section in read_whole(answer.text, self._plan.phases, self._plan.style).items():
            phase = self._plan.phase(key)
            fitted = fit(section, phase, self._plan)
            complaints = self._judge.complaints(fitted, phase)
            if complaints:
                self._drafts.reasons[key] = _rules(complaints)
            else:
                self._keep(phase, fitted)

    def _section(self, phase: PhasePlan) -> None:
        asked = self._prompts.section(phase, before=self._before(phase), structured=self._client.dialect.structured)
        answer = self._ask(asked, section_schema(phase), phase.words, phase.title)
        complaints = self._take(answer, phase)
        if complaints and self._drafts.gone is None:
            again = self._prompts.repair(
                asked, answer.text if answer else "", tuple(complaint.message for complaint in complaints)
            )
            self._progress("note", f"{phase.title}: once more")
            complaints = self._take(self._ask(again, section_schema(phase), phase.words, phase.title), phase) or complaints
        if phase.key not in self._drafts.sections:
            self._drafts.reasons.setdefault(phase.key, _rules(complaints) or "no answer")

    def _take(self, answer: Answer | None, phase: PhasePlan) -> tuple[Complaint, ...]:
        if answer is None:
            return ()
        section = read_section(answer.text, phase, self._plan.style)
        fitted = None if section is None else fit(section, phase, self._plan)
        complaints = self._judge.complaints(fitted, phase)
        if fitted is not None and not complaints:
            self._keep(phase, fitted)
        elif fitted is not None and {complaint.rule for complaint in complaints} <= MEASURES:
            self._drafts.spare[phase.key] = fitted
        return complaints

    def _keep(self, phase: PhasePlan, section: Section) -> None:
        self._drafts.sections[phase.key] = section
        self._drafts.reasons.pop(phase.key, None)
        self._progress("section", phase.title)

    def _ask(self, messages: tuple[Message, ...], schema: JsonSchema, words: int, title: str) -> Answer | None:
        room = self._context - round(sum(len(message.content) for message in messages) / CHARS_PER_TOKEN)
        tokens = max(LEAST_ANSWER, min(round(words * TOKENS_PER_WORD) + LEAST_ANSWER, room))
        self._seed = (self._seed + 1) % 2**31
        try:
            answer = self._client.ask(messages, schema=schema, max_tokens=tokens, seed=self._seed, on_tokens=self._counter(title))
        except Fault as fault:
            self._failures += 1
            if fault.kind in FATAL or self._failures >= PATIENCE:
                self._drafts.gone = fault
            for phase in self._plan.phases:
                if phase.title == title and phase.key not in self._drafts.sections:
                    self._drafts.reasons[phase.key] = fault.kind
            return None
        self._failures = 0
        self._drafts.tokens_in += answer.tokens_in
        self._drafts.tokens_out += answer.tokens_out
        self._drafts.seconds += answer.seconds
        if answer.late:
            self._drafts.gone = Fault("timeout")
        return answer

    def _counter(self, title: str) -> Callable[[int], None]:
        def count(tokens: int) -> None:
            if tokens % TOKENS_SHOWN == 0:
                self._progress("tokens", f"{title}: {tokens} tokens")

        return count

    def _before(self, phase: PhasePlan) -> str:
        keys = [item.key for item in self._plan.phases]
        index = keys.index(phase.key)
        section = self._drafts.sections.get(keys[index - 1]) if index else None
        if section is None:
            return ""
        texts = [part.text for part in section.parts if isinstance(part, Utterance)]
        return " ".join(texts[-2:])


def fits_whole(messages: tuple[Message, ...], plan: Plan, context_tokens: int) -> bool:
    """Whether request and answer fit the model at once, with a tenth to spare."""
    asked = sum(len(message.content) for message in messages) / CHARS_PER_TOKEN
    return bool(asked + plan.words * TOKENS_PER_WORD < context_tokens * 0.9)


def _rules(complaints: tuple[Complaint, ...]) -> str:
    return ", ".join(dict.fromkeys(complaint.rule for complaint in complaints))
