"""What the rules hear in a text: signals tried on every sentence, weak ones only together, blows by who did what to whom."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from drift_audio.words.care.normalise import normalise, plain, sentences
from drift_audio.words.care.report import Outcome
from drift_audio.words.care.signals import Rule, Signals
from drift_audio.words.understanding.language import small_words

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


class Finding(NamedTuple):
    """What one rule heard. hint: put together from several words that alone say nothing. users: a rule of the user's own file."""

    outcome: Outcome
    reason: str
    hint: bool = False
    users: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that rules heard in a text.

    own_wish: the listener's own wish for the deed, which nothing explains away. said_safe: they say in so many words what was
    meant, or that nothing threatens them.
    """

    findings: tuple[Finding, ...] = ()
    own_wish: bool = False
    said_safe: bool = False

    @property
    def found(self) -> tuple[tuple[Outcome, str], ...]:
        return tuple((finding.outcome, finding.reason) for finding in self.findings)


def evidence_of(text: str, signals: Signals) -> Evidence:
    """What the rules hear in a text, whatever else it holds."""
    normal = normalise(text)
    findings = tuple(_found(text, normal, signals))
    return Evidence(findings, _OWN.search(normal) is not None, signals.distant("said_safe", normal))


def of_listener(sentence: str) -> bool:
    """Whether a sentence speaks of the listener at all."""
    return _OF_LISTENER.search(sentence) is not None


def _found(text: str, normal: str, signals: Signals) -> list[Finding]:
    found = [Finding(outcome, reason) for outcome, reason in _in_foreign(text, signals)]
    # Everyday idioms are blanked out before a rule is tried.
    masked = [signals.masked(sentence) for sentence in sentences(normal)]
    for sentence in masked:
        found += _in_sentence(sentence, signals)
    weak = {pattern for pattern in signals.weak for sentence in masked if signals.pattern(pattern).search(sentence)}
    if len(weak) >= _ENOUGH_WEAK:
        found.append(Finding("crisis", "suicide"))
    if len(masked) == 1 and signals.any_of(signals.untold, masked[0]):
        found.append(Finding("caution", "hurt, not told how"))
    if not any(finding.outcome in {"crisis", "abuse"} for finding in found):
        found += [Finding(outcome, reason) for outcome, reason in _by_grammar(masked, signals)]
    return found


def _in_sentence(sentence: str, signals: Signals) -> Iterator[Finding]:
    for rule in signals.rules:
        matches = rule.found(sentence)
        if rule.outcome == "caution":
            matches = (match for match in matches if not _anothers(sentence, match, signals))
        match = next(matches, None)
        if match is not None and not _set_elsewhere(sentence, rule, match[0], signals):
            yield Finding(*_weighed(rule, sentence, signals), rule.hint, rule.users)


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
