"""The LLM writer: a model writes, our grammar and care judge, the offline writer stands in for what cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from drift_audio.config import LlmSettings
from drift_audio.errors import BadInput, WriterError
from drift_audio.scenario import Scenario
from drift_audio.script.budget import Plan, plan
from drift_audio.script.lint import Violation, lint
from drift_audio.script.model import Script, Section
from drift_audio.script.shapes import shape
from drift_audio.words.understanding.story import Story
from drift_audio.words.writers.base import Progress, SectionReport, Writer, Written
from drift_audio.words.writers.llm.cache import ScriptCache
from drift_audio.words.writers.llm.client import ChatClient, open_client
from drift_audio.words.writers.llm.destination import Destination, destination
from drift_audio.words.writers.llm.drafting import Drafting, Drafts, fits_whole
from drift_audio.words.writers.llm.faults import Fault
from drift_audio.words.writers.llm.fit_section import words_of
from drift_audio.words.writers.llm.judge import Judge
from drift_audio.words.writers.llm.llama_server import check_model_file, serve
from drift_audio.words.writers.llm.prompts import Prompts, version

NO_KEY: Final = "none"


class LlmWriter:
    """Writes through any OpenAI-compatible server or a local .gguf model; see `Writer`."""

    name = "llm"

    def __init__(
        self, settings: LlmSettings, fallback: Writer, cache_dir: Path | None = None, *, key: bytes = b"", locale: str = "en"
    ) -> None:
        self._settings = settings
        self._fallback = fallback
        self._cache = ScriptCache(cache_dir, key=key)
        self._locale = locale

    def write(self, scenario: Scenario, story: Story, *, progress: Progress | None = None) -> Written:
        """Write the script; sections that the model could not write well are the offline writer's, and the report says so.

        Raises:
            ConfigError: the model or its server is not named, or its file cannot be run.
            WriterError: a section is missing and the offline writer cannot stand in (another language than English).
        """
        tell: Progress = progress or (lambda _kind, _text: None)
        where = destination(self._settings)
        if self._settings.model_file is not None:
            check_model_file(self._settings.model_file)
        name = self._cache.name(
            version(),
            scenario.model_dump_json(),
            story.model_dump_json(),
            where.model_dump_json(),
            str(self._settings.context_tokens),
        )
        kept = self._cache.load(name)
        if kept is not None:
            tell("note", "the script of an earlier run is used again; nobody was asked")
            return kept.model_copy(update={"tokens_in": 0, "tokens_out": 0})
        tell("note", where.sentence)
        made = plan(scenario.style, scenario.minutes)
        drafts = self._draft(scenario, story, made, tell)
        assembly = _Assembly(scenario, story, made, drafts, self._base(scenario, story, tell), self._locale)
        written = assembly.written(where)
        if assembly.by_model:
            self._cache.store(name, written)
        return written

    def dry_run(self, scenario: Scenario, story: Story) -> str:
        """What would be sent and where, word for word; nothing is sent."""
        where = destination(self._settings)
        made = plan(scenario.style, scenario.minutes)
        prompts = Prompts(scenario, story, made)
        whole = prompts.whole(structured=True)
        requests = [whole]
        if self._settings.model_file is not None or not fits_whole(whole, made, self._settings.context_tokens):
            requests = [prompts.section(phase, before="", structured=True) for phase in made.phases]
        head = f"{where.sentence[0].upper()}{where.sentence[1:]}, in {len(requests)} request{'s' if len(requests) > 1 else ''}."
        shown = [f"--- {message.role} ---\n{message.content.strip()}" for messages in requests for message in messages]
        return "\n\n".join([head, *shown]) + "\n"

    def _draft(self, scenario: Scenario, story: Story, made: Plan, tell: Progress) -> Drafts:
        prompts = Prompts(scenario, story, made)
        judge = Judge(scenario, made, secrets=prompts.secrets(), locale=self._locale)
        try:
            with open_model(self._settings) as client:
                # A model small enough for a file of its own writes one part better than five.
                whole = self._settings.model_file is None
                return Drafting(client, prompts, judge, made, context_tokens=self._settings.context_tokens, whole=whole).run(tell)
        except Fault as fault:
            return Drafts(gone=fault, reasons={phase.key: fault.kind for phase in made.phases})

    def _base(self, scenario: Scenario, story: Story, tell: Progress) -> Script | None:
        try:
            return self._fallback.write(scenario, story, progress=tell).script
        except (BadInput, WriterError):
            return None


@contextmanager
def open_model(settings: LlmSettings) -> Iterator[ChatClient]:
    """A client for the configured model; a local file is served for as long as the block lasts."""
    where = destination(settings)
    if settings.model_file is not None:
        with (
            serve(settings.model_file, context_tokens=settings.context_tokens) as local,
            open_client(settings, base_url=local.base_url, model=local.model, api_key=local.api_key) as client,
        ):
            yield client
        return
    key = settings.api_key.get_secret_value() if settings.api_key is not None else NO_KEY
    with open_client(settings, base_url=settings.base_url or "", model=where.model, api_key=key) as client:
        yield client


@dataclass
class _Assembly:
    """Joins the model's sections with the offline writer's until the whole script keeps the grammar."""

    scenario: Scenario
    story: Story
    plan: Plan
    drafts: Drafts
    base: Script | None
    locale: str

    @property
    def by_model(self) -> tuple[str, ...]:
        return tuple(phase.key for phase in self.plan.phases if phase.key in self.drafts.sections)

    def written(self, where: Destination) -> Written:
        self._give_way()
        script = self._script()
        left = lint(script)
        if self.base is None and any(violation.kind == "safety" for violation in left):
            raise WriterError(f"the model's script breaks rules that protect the listener ({_names(left)}); nothing was made")
        return Written(
            script=script,
            sections=tuple(self._report(phase.key, phase.title) for phase in self.plan.phases),
            warnings=self._warnings(where, left),
            tokens_in=self.drafts.tokens_in,
            tokens_out=self.drafts.tokens_out,
        )

    def _give_way(self) -> None:
        # Each turn one of the model's sections gives way to the offline writer's, the one that the broken rule points at.
        while self.base is not None and self.drafts.sections:
            violations = lint(self._script())
            if not violations:
                return
            key = self._culprit(violations)
            self.drafts.reasons[key] = _names(violations)
            del self.drafts.sections[key]

    def _culprit(self, violations: tuple[Violation, ...]) -> str:
        keys = [phase.key for phase in self.plan.phases]
        for violation in violations:
            if violation.section is not None and keys[violation.section] in self.drafts.sections:
                return keys[violation.section]
        return max(self.by_model, key=lambda key: abs(words_of(self.drafts.sections[key]) / self.plan.phase(key).words - 1))

    def _script(self) -> Script:
        if self.base is not None and not self.drafts.sections:
            return self.base
        sections = tuple(self._section(phase.key) for phase in self.plan.phases)
        if self.base is not None:
            return self.base.model_copy(update={"sections": sections})
        asked = self.scenario
        return Script(
            title=shape(asked.style).title, style=asked.style, minutes=asked.minutes, sections=sections, voice=asked.voice,
            ambience=asked.ambience, language=asked.language, seed=asked.seed, theme=self.story.theme,
        )  # fmt: skip

    def _section(self, key: str) -> Section:
        if key in self.drafts.sections:
            return self.drafts.sections[key]
        own = [section for section in self.base.sections if section.phase == key] if self.base else []
        if own:
            return own[0]
        if key in self.drafts.spare:
            return self.drafts.spare[key]
        reason = self.drafts.reasons.get(key, "no answer")
        if self.drafts.gone is not None:
            raise WriterError(f"the language model cannot be used: {self.drafts.gone}")
        raise WriterError(
            f"the model could not write the part {self.plan.phase(key).title!r} ({reason}), and the offline writer, "
            "which speaks English only, cannot stand in; try a larger model"
        )

    def _report(self, key: str, title: str) -> SectionReport:
        if key in self.drafts.sections:
            return SectionReport(section=title, writer="llm")
        if self.base is None and key in self.drafts.spare:
            return SectionReport(section=title, writer="llm", reason=f"kept although: {self.drafts.reasons.get(key, 'length')}")
        return SectionReport(section=title, writer="offline", reason=self.drafts.reasons.get(key, "no answer"))

    def _warnings(self, where: Destination, left: tuple[Violation, ...]) -> tuple[str, ...]:
        notes: list[str] = []
        if self.drafts.gone is not None:
            notes.append(f"the model {where.model} at {where.host} could not be used: {self.drafts.gone}")
        missing = [report for report in (self._report(p.key, p.title) for p in self.plan.phases) if report.writer != "llm"]
        if len(missing) == len(self.plan.phases):
            reasons = ", ".join(dict.fromkeys(report.reason for report in missing))
            notes.append(f"the offline writer wrote the whole script, not {where.model} ({reasons})")
        elif missing:
            listed = "; ".join(f"{report.section} ({report.reason})" for report in missing)
            notes.append(
                f"{where.model} wrote {len(self.by_model)} of {len(self.plan.phases)} parts; the offline writer wrote {listed}"
            )
        if left:
            notes.append(f"the script does not keep every rule of its style: {_names(left)}")
        return tuple(notes)


def _names(violations: tuple[Violation, ...]) -> str:
    return ", ".join(dict.fromkeys(violation.rule for violation in violations))
