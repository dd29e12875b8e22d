"""The care gate: stops or softens a session where a person needs people rather than a recording.

Signals are data (see `data/`); this module only weighs them: crisis before abuse before caution. Nothing that was
typed is kept: a report holds the class of what was found, never a word of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from drift_audio.script.model import Optional, Script, Utterance
from drift_audio.words.care import help_lines
from drift_audio.words.care.classifier import HARMLESS, SURE, Heard, hear
from drift_audio.words.care.normalise import normalise, plain, sentences
from drift_audio.words.care.report import CareReport, Outcome
from drift_audio.words.care.signals import Rule, Signals, load_signals
from drift_audio.words.understanding.language import small_words

EYES_OPEN: Final = "walking"
_GRAVER: Final[tuple[Outcome, ...]] = ("crisis", "abuse", "caution")
_HEARD: Final[dict[Outcome, str]] = {"crisis": "sounds like danger", "abuse": "sounds like abuse", "caution": "caution"}
_OF_LISTENER: Final = re.compile(r"\b(?:I|me|my|myself)\b", re.IGNORECASE)
_ENOUGH_WEAK: Final = 2
_TRAUMATIC: Final = frozenset({"threats and violence", "sexual violence", "violence", "fear of someone close", "stalking"})
# The listener's own wish for the deed, which no novel and no profession explains away.
_OWN: Final = re.compile(
    r"\b(?:i|me)(?: \w+)? (?:want|wish|need|feel|feel like|think of|think about|might|may|will|am|going|have been|keep"
    r"|can not stop"
    r"|should|would rather|tried|plan|planned|was|became|consider|considered|thought about|contemplate)(?: \w+){0,5}? "
    r"(?:suicid\w*|overdos\w*"
    r"|die|dead|kill\w*|end it|end my|hurt\w*|cut\w*|harm\w*|join|follow|stab|shoot|murder|disappear)\b(?! (?:loss"
    r"|hotline|in the))"
)
# What only feels like a story is one's own life.
_LIKE_A_FILM: Final = re.compile(
    r"\b(?:as if|as though|like) (?:(?:i|it|this|life|everything|we|in|being|living|was|were|am|is) )+.*$"
)
_OUTGROWN: Final = frozenset({"suicide", "self-harm", "overdose", "panic on breath focus", "eating disorder"})
_IRREGULAR: Final = {
    "bite": "bit",
    "shake": "shak|shook",
    "throw": "thr[eo]w",
    "fling": "fl[iu]ng",
    "spit": "sp[ia]t",
    "shoot": "sho[ot]+",
}
_TO_LISTENER: Final = {"you're": "I am", "you've": "I have", "you'll": "I will", "yourself": "myself", "your": "my", "you": "I"}


def check(text: str, *, locale: str = "en", data_dir: Path | None = None) -> CareReport:
    """Judge what a person wrote before anything is done with it.

    Args:
        text: their words, in any language; German, Spanish and French are known by their first phrases only.
        locale: picks the help lines ("en_GB", "de", "fr_CH").
        data_dir: folder with the user's own `lines.yaml` and `signals.yaml`.

    Raises:
        ConfigError: one of the user's files is broken.
    """
    report, heard = by_rules(text, locale=locale, data_dir=data_dir), hear(text)
    if heard is None:
        return report
    if report.outcome != "ok":
        return CareReport() if _a_word_alone(text, heard) else report
    if heard.danger <= SURE or report.reason:
        return report
    return _report(heard.outcome, _HEARD[heard.outcome], locale, data_dir)


def _a_word_alone(text: str, heard: Heard) -> bool:
    """Whether one of our rules stopped a text for a word, and nothing in it sounds of danger.

    A rule of the user's own holds, and so does what the second net put together from several.
    """
    if heard.danger >= HARMLESS or by_rules(text).outcome == "ok" or _OWN.search(normalise(text)):
        return False
    signals = load_signals()
    return not any(any(rule.found(sentence)) for sentence in _masked(text, signals) for rule in signals.rules if rule.hint)


def by_rules(text: str, *, locale: str = "en", data_dir: Path | None = None) -> CareReport:
    """As `check`, without the second ear.

    Raises:
        ConfigError: one of the user's files is broken.
    """
    signals = load_signals(data_dir)
    found = _found(text, signals)
    for outcome in _GRAVER:
        reasons = [reason for kind, reason in found if kind == outcome]
        if reasons:
            return _report(outcome, reasons[0], locale, data_dir)
    for reason in ("bereaved", "recovered"):
        if ("ok", reason) in found:
            gentle = help_lines.kind_words(reason, folder=data_dir)
            return CareReport(reason=reason, message=gentle, lines=help_lines.help_lines("crisis", locale, folder=data_dir))
    return CareReport()


def check_script(script: Script, *, locale: str = "en") -> CareReport:
    """Judge a finished script: its sentences as if the listener had said them of themselves."""
    spoken = (part for section in script.sections for part in section.parts)
    atoms = (atom for part in spoken for atom in (part.parts if isinstance(part, Optional) else (part,)))
    texts = (atom.text for atom in atoms if isinstance(atom, Utterance))
    plain_rules = load_signals().without_hints()
    for text in texts:
        said = _as_listener(text)
        for outcome, reason in _found(said, plain_rules) if _OF_LISTENER.search(said) else ():
            if outcome in {"crisis", "abuse"} and reason != "danger":
                return _report(outcome, reason, locale, None)
    return CareReport()


def _report(outcome: Outcome, reason: str, locale: str, folder: Path | None) -> CareReport:
    if outcome == "caution":
        message = help_lines.kind_words(reason, folder=folder) or help_lines.kind_words("caution", folder=folder)
        return CareReport(outcome=outcome, reason=reason, message=message, style=EYES_OPEN)
    by_listener = outcome == "abuse" and "by the listener" in reason
    name = "abuse by the listener" if by_listener else reason
    message = help_lines.kind_words(name, folder=folder) or help_lines.kind_words(outcome, folder=folder)
    return CareReport(
        outcome=outcome,
        reason=reason,
        message=message,
        lines=help_lines.help_lines("crisis" if outcome == "crisis" else "abuse", locale, folder=folder),
        grounding=help_lines.grounding(folder=folder),
    )


def _found(text: str, signals: Signals) -> set[tuple[Outcome, str]] | list[tuple[Outcome, str]]:
    found = list(_in_foreign(text, signals))
    masked = _masked(text, signals)
    for sentence in masked:
        found += _in_sentence(sentence, signals)
    if (
        len({pattern for pattern in signals.weak for sentence in masked if signals.pattern(pattern).search(sentence)})
        >= _ENOUGH_WEAK
    ):
        found.append(("crisis", "suicide"))
    if len(masked) == 1 and signals.any_of(signals.untold, masked[0]):
        found.append(("caution", "hurt, not told how"))
    if not any(outcome in {"crisis", "abuse"} for outcome, _ in found):
        found += _by_grammar(masked, signals)
    return found


def _masked(text: str, signals: Signals) -> list[str]:
    """The normalised sentences of a text, their everyday idioms blanked out."""
    return [signals.masked(sentence) for sentence in sentences(normalise(text))]


def _in_sentence(sentence: str, signals: Signals) -> Iterator[tuple[Outcome, str]]:
    for rule in signals.rules:
        matches = rule.found(sentence)
        if rule.outcome == "caution":
            matches = (match for match in matches if not _anothers(sentence, match, signals))
        match = next(matches, None)
        if match is not None and not _set_elsewhere(sentence, rule, match[0], signals):
            yield _weighed(rule, sentence, signals)


def _anothers(sentence: str, match: re.Match[str], signals: Signals) -> bool:
    before, after = sentence[: match.start()].rstrip(), sentence[match.end() :]
    return signals.distant("anothers", before) and not signals.distant("witnessed", after)


def _outgrown(sentence: str, signals: Signals) -> bool:
    return signals.distant("past", sentence) and signals.distant("well", sentence) and not signals.distant("still", sentence)


def _weighed(rule: Rule, sentence: str, signals: Signals) -> tuple[Outcome, str]:
    if rule.reason in _OUTGROWN and _outgrown(sentence, signals):
        return "ok", "recovered"
    if rule.outcome == "abuse" and signals.distant("left_behind", sentence) and _outgrown(sentence, signals):
        return "ok", "recovered"
    if rule.outcome == "abuse" and signals.distant("got_out", sentence) and not signals.distant("back_again", sentence):
        return "ok", "recovered"
    if rule.outcome == "abuse" and signals.distant("brought_out", sentence):
        return "ok", "brought to safety"
    if rule.gentle and signals.any_of(signals.bereaved, sentence) and not _OWN.search(sentence):
        return "ok", "bereaved"
    if rule.helper or (rule.gentle and signals.any_of(signals.helper, sentence)):
        return "crisis", "someone else in danger"
    if rule.outcome == "abuse" and rule.reason in _TRAUMATIC and signals.any_of(signals.long_past, sentence):
        return "caution", "trauma"
    return rule.outcome, rule.reason  # type: ignore[return-value]


def _set_elsewhere(sentence: str, rule: Rule, found: str, signals: Signals) -> bool:
    """Whether the sentence speaks of a story, a game or the listener's profession rather than of their life."""
    if rule.playful and re.search(rf"\b(?:{signals.blows['playful']})s?\b", sentence):
        return True
    settings: tuple[str, ...] = tuple(signals.settings)
    if rule.outcome == "caution":
        # Whoever drives for a living drives too, and what a job has left behind is the listener's own.
        own = rule.hint or signals.distant("own_illness", sentence)
        settings = ("fiction", "character") if own else ("fiction", "character", "work")
    elif _OWN.search(sentence):
        return False
    elif rule.outcome == "abuse" and _OF_LISTENER.search(found):
        # A nurse may be beaten too, and a blow may fall after a film.
        settings = ("authorship", "character", "gaming")
    told = _LIKE_A_FILM.sub("", sentence)
    return any(signals.pattern(signals.settings[name]).search(told) for name in settings)


def _by_grammar(masked: list[str], signals: Signals) -> Iterator[tuple[Outcome, str]]:
    wanted = re.compile(rf"\b(?:{'|'.join(_stems(signals))})\w*")
    for sentence in masked:
        if not wanted.search(sentence) or signals.distant("simile", sentence):
            continue
        if any(signals.pattern(setting).search(sentence) for setting in signals.settings.values()):
            continue
        from drift_audio.words.care.violence import blow

        verdict = blow(sentence, signals.blows)
        if verdict == "violence":
            yield "caution", "trauma"
        elif verdict:
            yield "abuse", "violence" if verdict == "abuse" else "violence by the listener"


def _stems(signals: Signals) -> list[str]:
    return [_IRREGULAR.get(verb, verb.rstrip("e")) for verb in (*signals.blows["verbs"], *signals.blows["throws"])]


def _in_foreign(text: str, signals: Signals) -> Iterator[tuple[Outcome, str]]:
    folded = unicodedata.normalize("NFD", plain(text).replace("ß", "ss"))
    words = " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in folded if not unicodedata.combining(c))))
    scores = small_words(text)
    for outcome, tongues in signals.foreign.items():
        for tongue, patterns in tongues.items():
            # A caution names illnesses that English spells alike, so the language must show itself.
            shown = scores[tongue] > scores["en"]
            spoken = shown or (scores["en"] <= scores[tongue] and outcome != "caution")
            if spoken and any(signals.pattern(pattern).search(words) for pattern in patterns):
                yield outcome, {"crisis": "suicide", "abuse": "violence", "caution": "caution"}[outcome]  # type: ignore[misc]


def _as_listener(text: str) -> str:
    words = re.compile(rf"\b({'|'.join(_TO_LISTENER)})\b", re.IGNORECASE)
    return words.sub(lambda match: _TO_LISTENER[match[0].lower()], text.replace("’", "'"))
