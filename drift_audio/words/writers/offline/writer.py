"""Scenario and story in, a whole script out: a journey where one fits, else each phase of the style filled from the banks."""

from __future__ import annotations

from typing import Final

from drift_audio.errors import ScenarioError
from drift_audio.language_tags import primary_language
from drift_audio.scenario import Scenario
from drift_audio.script.budget import PhasePlan, Plan, least_seconds, plan
from drift_audio.script.lint import lint
from drift_audio.script.model import Script, Section
from drift_audio.script.shapes import Shape, shape
from drift_audio.words.journeys.choose import Choice, choose
from drift_audio.words.journeys.told_slots import told_sentences
from drift_audio.words.understanding.language import language_name
from drift_audio.words.understanding.story import Story
from drift_audio.words.writers.base import Progress, SectionReport, Written
from drift_audio.words.writers.offline.bells import title, with_bells
from drift_audio.words.writers.offline.fill_phase import SHORT_SESSION, Fit, Para, fill_phase
from drift_audio.words.writers.offline.journey_script import Draft, journey_script, note
from drift_audio.words.writers.offline.layout import lay_out
from drift_audio.words.writers.offline.numbers import minutes_in_words
from drift_audio.words.writers.offline.paragraph_picker import Bench
from drift_audio.words.writers.offline.plans import phase_tokens

ATTEMPTS: Final = 12
THINNER: Final = 0.85
TERSE: Final = 0.7
MARGIN: Final = 0.98


class OfflineWriter:
    """Writes journeys, and from the guides' phrase banks. The same scenario and story give the same script."""

    name = "offline"

    def write(self, scenario: Scenario, story: Story, *, progress: Progress | None = None) -> Written:
        """Write the whole script for the asked style, minutes and seed.

        Raises:
            ScenarioError: the language is not English; the LLM writer is named instead.
        """
        for tongue in (scenario.language, story.language):
            if primary_language(tongue) != "en":
                raise ScenarioError(
                    f"the offline writer speaks English only, not {language_name(tongue)}; "
                    "write in English, or use --writer llm (see drift-audio llm check)"
                )
        draft, choice = self._journey(scenario, story)
        script = draft.script if draft else self._best(scenario, story)
        if progress:
            for section in script.sections:
                progress("section", section.name)
        return Written(
            script=script,
            sections=tuple(SectionReport(section=item.name, writer=self.name) for item in script.sections),
            journey=note(draft, choice, scenario, story) if draft and choice else None,
        )

    def _journey(self, scenario: Scenario, story: Story) -> tuple[Draft | None, Choice | None]:
        told = bool(story.told) or scenario.discreet
        choice = choose(scenario, story, told=told)
        return (journey_script(scenario, story, choice) if choice else None), choice

    def _best(self, scenario: Scenario, story: Story) -> Script:
        """The first script that keeps its style's grammar and fits its time, or the one that fails least."""
        tries: list[tuple[int, float, Script]] = []
        thin = {False: 1.0, True: 1.0}
        for attempt in range(ATTEMPTS):
            # What a long session says in full may be too much for one of five to ten minutes; every other attempt is brief.
            brief = attempt % 2 == 1 and SHORT_SESSION <= scenario.minutes < 2 * SHORT_SESSION
            script = _script(scenario, story, attempt, thin[brief], brief=brief)
            over = max(0.0, least_seconds(script) - MARGIN * scenario.minutes * 60)
            broken = len(lint(script))
            if not broken and not over:
                return script
            tries.append((broken, over, script))
            thin[brief] *= THINNER if over else 1.0
        return min(tries, key=lambda tried: tried[:2])[2]


def _script(scenario: Scenario, story: Story, attempt: int, thin: float, *, brief: bool) -> Script:
    budget = plan(scenario.style, scenario.minutes)
    form = shape(scenario.style)
    length = minutes_in_words(scenario.minutes)
    told = told_sentences(story, night=form.rules.emergence == "never") if scenario.minutes >= SHORT_SESSION else ()
    bench = Bench(
        story, style=scenario.style, minutes=length, seed=scenario.seed, attempt=attempt, terse=thin < TERSE, told=bool(told)
    )
    size = SHORT_SESSION / 2 if brief else scenario.minutes
    return Script(
        title=title(scenario.seed, scenario.style),
        style=scenario.style,
        minutes=scenario.minutes,
        sections=tuple(_section(bench, item, form, budget, Fit(size, thin), told=told) for item in budget.phases),
        voice=scenario.voice,
        ambience=scenario.ambience,
        language=scenario.language,
        seed=scenario.seed,
        theme=story.theme,
    )


def _section(bench: Bench, item: PhasePlan, form: Shape, budget: Plan, fit: Fit, *, told: tuple[str, ...]) -> Section:
    tokens = phase_tokens(form.style, item.key, bench.theme)
    said = fill_phase(bench, tokens, item, form.phase(item.key), fit=fit)
    if told and item is budget.phases[0]:
        said = _with_told(bench, said, told)
    parts = lay_out(said, form.palette, budget.pattern, silence_s=item.silence_s)
    return Section(name=item.title, phase=item.key, parts=with_bells(parts, item.key, form, budget))


def _with_told(bench: Bench, said: list[Para], told: tuple[str, ...]) -> list[Para]:
    """The told lines in a paragraph of their own, before the one that meets the situation."""
    at = next((at for at, para in enumerate(said) if para.slot == "meet"), len(said))
    return [*said[:at], Para("told", " ".join([bench.draw("told-opens") or "", *told]).strip()), *said[at:]]
