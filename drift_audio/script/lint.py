"""The grammar of a style, enforced on any script, whoever wrote it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from drift_audio.script.budget import Estimate, estimate, word_count
from drift_audio.script.model import Atom, Bell, Optional, Script, Section, Utterance
from drift_audio.script.rules import WordRules, other_language, spoken_minutes, word_rules
from drift_audio.script.shapes import Shape, shape

Kind = Literal["safety", "shape", "craft"]
SHARES_FROM: Final = 3.0
ENOUGH_FOR_A_MEAN: Final = 10
_TOLERANCE: Final = 0.02
_CONTACT: Final = re.compile(
    r"https?:|www\.|\b\S+@\S+\.\w|\b(?:\d[\s().-]?){5,}\b|\b\d{3}\b(?!\s*(?:minutes|steps|breaths))", re.IGNORECASE
)
_MARKUP: Final = re.compile(r"[\[\]{}<>*_`#|]")


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a script breaks.

    kind: "safety" concerns the person, "shape" the phases, "craft" the making. section: index, None for the whole script.
    message: one line that a writer can act upon; quotes nothing of the script.
    """

    rule: str
    message: str
    section: int | None = None
    kind: Kind = "craft"


@dataclass(frozen=True)
class _Case:
    script: Script
    shape: Shape
    words: WordRules | None
    seconds: float
    speech_s: float | None
    phases: tuple[str | None, ...]
    texts: tuple[tuple[str, ...], ...] = field(default=())

    @cached_property
    def estimate(self) -> Estimate:
        return estimate(self.script)

    @cached_property
    def said(self) -> str:
        return " ".join(text for section in self.texts for text in section)

    def opening(self, share: float) -> str:
        """The words of the first `share` of the session, at least 60 of them."""
        words = self.said.split()
        return " ".join(words[: max(60, round(len(words) * share))])

    def named(self, phase: str) -> str:
        return " ".join(text for key, texts in zip(self.phases, self.texts, strict=True) if key == phase for text in texts)


Rule = Callable[[_Case], Iterator[Violation]]


def lint(
    script: Script, *, seconds: float | None = None, speech_s: float | None = None, rules: Sequence[Rule] | None = None
) -> tuple[Violation, ...]:
    """Every rule that the script breaks, in the order of the rules; empty when it may be voiced.

    Args:
        seconds: length of the session when known; the asked one otherwise.
        speech_s: measured seconds of speech when it is already voiced; estimated otherwise.
        rules: only these (`rules_for_section`); all of `RULES` by default.
    """
    form = shape(script.style)
    case = _Case(
        script=script,
        shape=form,
        words=word_rules(script.language),
        seconds=seconds or script.minutes * 60,
        speech_s=speech_s,
        phases=tuple(_phase_of(section, form) for section in script.sections),
        texts=tuple(tuple(atom.text for atom in atoms(section) if isinstance(atom, Utterance)) for section in script.sections),
    )
    return tuple(violation for rule in (RULES if rules is None else rules) for violation in rule(case))


def rules_for_section(*, first: bool, last: bool) -> tuple[Rule, ...]:
    """The rules that one section alone can be held to, by its place."""
    opening = (_agency, _driving, _stated_length) if first else ()
    closing = (_ending, _emergence) if last else ()
    return (*opening, *closing, _forbidden, _eyes, _bells, _sentences, _loops, _language)


def atoms(section: Section) -> Iterator[Atom]:
    """All atoms of a section, optional ones among them."""
    for part in section.parts:
        yield from part.parts if isinstance(part, Optional) else (part,)


def _phase_of(section: Section, form: Shape) -> str | None:
    # A hand-written script may leave out the comment and still use the phase's own title.
    if section.phase:
        return section.phase
    return next((phase.key for phase in form.phases if section.name.lower() in (phase.title.lower(), phase.key)), None)


def _phases(case: _Case) -> Iterator[Violation]:
    order = [phase.key for phase in case.shape.phases]
    keys = [key for key in case.phases if key]
    if not keys:
        return
    for index, key in enumerate(case.phases):
        if key and key not in order:
            yield Violation("phases", f"phase {key!r} is none of {case.script.style}: {', '.join(order)}", index, "shape")
    for phase in case.shape.phases_for(case.script.minutes):
        if phase.required and phase.key not in keys:
            yield Violation("phases", f"phase {phase.key!r} is missing", None, "shape")
    known = [order.index(key) for key in keys if key in order]
    if known != sorted(known):
        yield Violation("order", f"phases must come in the order {', '.join(order)}", None, "shape")


def _shares(case: _Case) -> Iterator[Violation]:
    total = sum(case.estimate.sections) or 1.0
    if case.script.minutes < SHARES_FROM:
        return  # what must be said early fills most of so short a session
    for phase in case.shape.phases_for(case.script.minutes):
        own = [index for index, key in enumerate(case.phases) if key == phase.key]
        if not own:
            continue
        share = sum(case.estimate.sections[index] for index in own) / total
        if not phase.least - 0.03 <= share <= phase.most + 0.03:
            message = f"phase {phase.key!r} takes {share:.0%} of the session; {phase.least:.0%} to {phase.most:.0%} are allowed"
            yield Violation("share", message, own[0], "shape")


def _emergence(case: _Case) -> Iterator[Violation]:
    if case.words is None or case.shape.rules.emergence == "optional":
        return
    last = len(case.script.sections) - 1
    if case.shape.rules.emergence == "never":
        if "emergence" in case.phases or case.words.waking.search(" ".join(case.texts[last])):
            yield Violation(
                "emergence", f"{case.script.style} never wakes the listener; take out the waking words", last, "safety"
            )
        return
    text = case.named("emergence") or " ".join(case.texts[last])
    if not (case.words.waking.search(text) and all(number.search(text) for number in case.words.counting)):
        message = "hypnosis ends by counting from one to five: the body, the room, eyes open, fully awake"
        yield Violation("emergence", message, last, "safety")


def _agency(case: _Case) -> Iterator[Violation]:
    if case.words and not case.words.agency.search(case.opening(case.shape.rules.agency_within)):
        yield Violation("agency", "say early that the listener may stop, move or open their eyes at any time", 0, "safety")


def _driving(case: _Case) -> Iterator[Violation]:
    if case.words and case.shape.rules.driving_note and not case.words.driving.search(case.opening(0.3)):
        yield Violation("driving", "say early that this is not for driving or using machines", 0, "safety")


def _stated_length(case: _Case) -> Iterator[Violation]:
    if case.words is None:
        return
    asked = case.script.minutes
    if case.words.minutes is not None and case.words.minutes.search(case.opening(0.25)):
        return
    if not any(abs(value - asked) <= max(1.0, asked * 0.12) for value in spoken_minutes(case.opening(0.25), case.words)):
        yield Violation("length stated", f"say early how long the session is: about {asked:g} minutes", 0)


def _ending(case: _Case) -> Iterator[Violation]:
    texts = case.texts[-1] or (case.texts[-2] if len(case.texts) > 1 else ())
    last = len(case.texts) - 1
    # Where nobody is woken the words only grow fewer; a last picture is an end.
    fades = case.shape.rules.emergence == "never"
    clear = fades or case.words is None or case.words.endings.search(" ".join(texts[-6:]))
    if not texts or not clear or not re.search(r"[.!?…。！？][\"'”’»)]*$", texts[-1]):
        yield Violation("ending", "the last section must end clearly, with a whole sentence that closes the session", last)


def _forbidden(case: _Case) -> Iterator[Violation]:
    for index, texts in enumerate(case.texts):
        said = " ".join(texts).replace("’", "'")
        for rule in case.words.forbidden if case.words else ():
            if rule.pattern.search(said):
                yield Violation("forbidden", f"{rule.name}: {rule.reason}", index, "safety")
        if re.search(r"[!！]", said):
            yield Violation("exclamation", "no exclamation marks", index)
        if _CONTACT.search(said):
            yield Violation(
                "contact",
                "no telephone numbers, addresses or links; the program shows checked help lines itself",
                index,
                "safety",
            )
        if _MARKUP.search(said):
            yield Violation("markup", "brackets or markup would be spoken", index)


def _eyes(case: _Case) -> Iterator[Violation]:
    if case.words is None or case.shape.rules.eyes != "open":
        return
    for index, texts in enumerate(case.texts):
        if case.words.closed_eyes.search(" ".join(texts)):
            yield Violation("eyes", f"in {case.script.style} the eyes stay open", index, "safety")


def _bells(case: _Case) -> Iterator[Violation]:
    for index, section in enumerate(case.script.sections):
        if not case.shape.rules.bell and any(isinstance(atom, Bell) for atom in atoms(section)):
            yield Violation("bell", f"no bell in {case.script.style}", index)


def _sentences(case: _Case) -> Iterator[Violation]:
    rules = case.shape.rules
    lengths: list[int] = []
    for index, texts in enumerate(case.texts):
        counts = [word_count(text) for text in texts]
        lengths += counts
        if counts and max(counts) > rules.longest_words:
            number = counts.index(max(counts)) + 1
            yield Violation(
                "sentence length", f"sentence {number} has {max(counts)} words; at most {rules.longest_words} are allowed", index
            )
    mean = sum(lengths) / max(1, len(lengths))
    low, high = rules.mean_words
    if len(lengths) >= ENOUGH_FOR_A_MEAN and not low <= mean <= high:
        yield Violation("sentence length", f"sentences have {mean:.1f} words on average; {low:g} to {high:g} suit the style")


def _loops(case: _Case) -> Iterator[Violation]:
    seen: Counter[str] = Counter()
    for index, texts in enumerate(case.texts):
        for text in texts:
            key = " ".join(re.findall(r"\w+", text.lower()))
            seen[key] += 1
            if seen[key] == 3 and word_count(text) >= 5:
                yield Violation("repetition", "the same sentence stands three times", index)


def _pace(case: _Case) -> Iterator[Violation]:
    speech = case.speech_s or case.estimate.speech
    words = sum(word_count(text) for texts in case.texts for text in texts)
    low, high = case.shape.rules.wpm
    # Short sessions of short cues are slower by their nature; the estimate knows.
    if words >= 60 and not low * (1 - _TOLERANCE) <= words / speech * 60 <= high * (1 + _TOLERANCE):
        yield Violation("pace", f"{words / speech * 60:.0f} words a minute while speaking; {low:g} to {high:g} are allowed")


def _silence(case: _Case) -> Iterator[Violation]:
    speech = case.speech_s or case.estimate.speech
    limits = case.shape.silence_for(case.script.minutes)
    share = 1 - speech / case.seconds
    if not limits.least - _TOLERANCE <= share <= limits.most + _TOLERANCE:
        message = f"{share:.0%} of the session is not speech; {limits.least:.0%} to {limits.most:.0%} are allowed"
        more = case.seconds * (limits.least if share < limits.least else limits.most)
        words = abs(round((case.seconds - more - speech) * 2.1))
        hint = f"take out about {words} words" if share < limits.least else f"write about {words} words more"
        yield Violation("silence", f"{message}; {hint}")


def _fits(case: _Case) -> Iterator[Violation]:
    fixed = case.estimate.speech + case.estimate.exact
    if fixed > case.seconds * 1.02:
        message = f"speech, breaths and exact silences need {fixed:.0f} s, the session has {case.seconds:.0f} s"
        yield Violation("too long", message)


def _language(case: _Case) -> Iterator[Violation]:
    other = other_language(case.said, case.script.language)
    if other:
        yield Violation("language", f"written in {other!r}, asked was {case.script.language!r}")


RULES: Final[tuple[Rule, ...]] = (
    _phases,
    _shares,
    _emergence,
    _agency,
    _driving,
    _stated_length,
    _ending,
    _forbidden,
    _eyes,
    _bells,
    _sentences,
    _loops,
    _pace,
    _silence,
    _fits,
    _language,
)
