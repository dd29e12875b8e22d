"""The prompts, from the files of `writers/prompts/`: one file a purpose."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from drift_audio.language_tags import primary_language
from drift_audio.scenario import Scenario
from drift_audio.script.budget import PhasePlan, Plan
from drift_audio.script.rules import number_words
from drift_audio.script.shapes import shape
from drift_audio.words.understanding.story import Story
from drift_audio.words.writers.llm.client import Message
from drift_audio.yamlfile import read_mapping

if TYPE_CHECKING:
    from jinja2 import Environment, Template

FOLDER: Final = Path(__file__).parents[1] / "prompts"


class Prompts:
    """The requests of one session; the same scenario gives the same requests."""

    def __init__(self, scenario: Scenario, story: Story, plan: Plan) -> None:
        self._scenario, self._plan = scenario, plan
        self._style = shape(scenario.style)
        self.system = _template("system.md.j2").render(
            style=self._style, minutes=f"{scenario.minutes:g}", language=language_name(scenario.language)
        )
        fence = f"=== {_fence(scenario.situation)} ==="
        self._situation = _template("situation.md.j2").render(
            fence=fence,
            situation=scenario.situation.replace("===", "= ="),
            facts=_facts(story),
            part=story.part,
            gravity=story.gravity,
        )

    def secrets(self) -> tuple[str, ...]:
        """All that is ours in the requests and must not come back: rules, examples and instructions, without the situation.

        The duties are left out: what they ask to be said may be said in their words.
        """
        blank = {"situation": "", "plan": self._plan, "duties": "", "before": ""}
        forms = {"form": self._form(False, whole=False) + self._form(True, whole=False)}
        asked = (_template("section.md.j2").render(phase=phase, **blank, **forms) for phase in self._plan.phases)
        return (self.system, *(str(line["say"]) for line in _data("examples")[self._scenario.style]), *asked)

    def section(self, phase: PhasePlan, *, before: str, structured: bool) -> tuple[Message, ...]:
        """The request for one part; `before`: the words it follows on."""
        text = _template("section.md.j2").render(
            situation=self._situation, plan=self._plan, phase=phase, duties=self._duties(phase), before=before[-300:],
            form=self._form(structured, whole=False),
        )  # fmt: skip
        return (Message(role="system", content=self.system), Message(role="user", content=text))

    def whole(self, *, structured: bool) -> tuple[Message, ...]:
        """The request for all parts at once."""
        parts = [{"phase": phase, "duties": self._duties(phase)} for phase in self._plan.phases]
        text = _template("whole.md.j2").render(situation=self._situation, parts=parts, form=self._form(structured, whole=True))
        return (Message(role="system", content=self.system), Message(role="user", content=text))

    def repair(self, asked: tuple[Message, ...], answer: str, complaints: tuple[str, ...]) -> tuple[Message, ...]:
        """The same request once more, with the answer and what was wrong with it."""
        text = _template("repair.md.j2").render(complaints=complaints)
        return (*asked, Message(role="assistant", content=answer[:6000] or "-"), Message(role="user", content=text))

    def _duties(self, phase: PhasePlan) -> str:
        keys = [item.key for item in self._plan.phases]
        return _template("duties.md.j2").render(
            phase=phase, style=self._style, first=phase.key == keys[0], last=phase.key == keys[-1], pattern=self._plan.pattern,
            spoken_minutes=spoken_length(self._scenario.minutes),
        )  # fmt: skip

    def _form(self, structured: bool, *, whole: bool) -> str:
        name = "form_json.md.j2" if structured else "form_text.md.j2"
        return _template(name).render(whole=whole, example=_data("examples")[self._scenario.style])


def check_messages() -> tuple[Message, ...]:
    """The tiny request of `llm check`."""
    return (Message(role="user", content=_template("check.md.j2").render()),)


def language_name(tag: str) -> str:
    """A language by its English name, or the tag itself."""
    return str(_data("languages").get(primary_language(tag), f"the language with the tag {tag}"))


def spoken_length(minutes: float) -> str:
    """A length as a voice says it: "twelve minutes", "seven and a half minutes"."""
    whole, rest = divmod(round(minutes * 2), 2)
    half = " and a half" if rest else ""
    return f"{number_words(whole)}{half} minute{'' if (whole, rest) == (1, 0) else 's'}"


def version() -> str:
    """A fingerprint of all prompt files; changes whenever one of them does."""
    digest = hashlib.blake2b(digest_size=8)
    for file in sorted(FOLDER.iterdir(), key=lambda entry: entry.name):
        if file.suffix in {".j2", ".yaml"}:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _facts(story: Story) -> list[tuple[str, str]]:
    parts = {"caused": "the listener caused the hurt", "hurt": "the listener was hurt", "both": "both were hurt", "none": ""}
    person = ""
    if story.person is not None:
        words = story.person.pronouns
        person = f"{story.person.phrase} ({words.subject}/{words.object})"
    facts = {
        "theme": story.theme.replace("-", " "),
        "person": person,
        "what happened": story.event or "",
        "when": story.when or "",
        "part": parts[story.part],
        "gravity": "" if story.gravity == "none" else story.gravity,
        "feelings": ", ".join(story.feelings),
        "wish": story.wish or "",
        "time of day": story.occasion or "",
    }
    return [(name, value) for name, value in facts.items() if value]


def _fence(situation: str) -> str:
    # Nobody who writes a situation can know the mark that will close it.
    return hashlib.blake2b(situation.encode(), digest_size=6, person=b"drift-fence").hexdigest()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # Plain text for a model, not HTML: escaping would show entities to it.
    return Environment(loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=False)  # noqa: S701


def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _data(name: str) -> dict[str, Any]:
    return read_mapping(FOLDER / f"{name}.yaml")
