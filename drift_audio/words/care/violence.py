"""Who did what to whom: blows between people who are close, read from the grammar of a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, TypedDict

from drift_audio.words.understanding.parser import parser
from drift_audio.words.understanding.tokens import Token

Who = Literal["me", "close", "they", "small", "other", "thing"]
Verdict = Literal["abuse", "abuse by the listener", "violence"]
_ME: Final = frozenset({"i", "me", "myself", "we", "us", "ourselves"})
_THEY: Final = frozenset({"he", "she", "they", "him", "her", "them"})
# Children's squabbles are their parents' worry, not abuse.
_YOUNG: Final = frozenset({"son", "daughter", "kid", "child", "nephew", "niece", "brother", "sister"})
_SIBLING: Final = frozenset({"brother", "sister", "friend", "him", "her", "them", "classmate", "cousin"})
_PLAYMATE: Final = frozenset({"boy", "girl", "kid", "child", "toddler", "pupil", "baby"})
# What the listener seizes or pushes to save.
_RESCUED: Final = re.compile(
    r"\b(?:before|from|out of|away|back|off)\b.*\b(?:road|street|cars?|bus|bike|traffic|kerb|curb|edge|water|pool|river|fire"
    r"|stove|oven|path|way|tracks?|platform|cliff|ledge|window|fall|falling|fell|ran|run|drown\w*)\b"
)
_MERELY_THOUGHT: Final = frozenset(
    {"could", "would", "might", "want", "wish", "like", "love", "imagine", "dream", "tempt", "feel", "think"}
)
# What a boss "is going to" do is a figure of speech; a threat of death is heard by its own rule.
_NOT_YET: Final = frozenset({"will", "would", "could", "might", "go", "gonna", "want"})
_FIGURATIVE: Final = re.compile(
    r"look|glance|party|question|word|shade|ball|tantrum|idea|number|kiss|confetti|insult|compliment|fit|smile|pillow|fact|statistic|money|deadline|work"
)


class Blows(TypedDict):
    """Words of `data/violence.yaml`: verbs, who may be meant, what makes a weak verb a blow; `playful` is a pattern."""

    verbs: list[str]
    throws: list[str]
    weak: list[str]
    force: list[str]
    partner: list[str]
    family: list[str]
    small: list[str]
    other: list[str]
    playful: str


def blow(sentence: str, lists: Blows) -> Verdict | None:
    """The gravest thing done between persons in one normalised sentence, or None."""
    if re.search(rf"\b(?:{lists['playful']})s?\b", sentence):
        return None
    doc = parser()(re.sub(r"\bi\b", "I", sentence))
    verdicts = {verdict for verb in doc if verb.pos_ in {"VERB", "AUX", "NOUN"} for verdict in _judge(verb, lists)}
    return next((v for v in ("abuse", "abuse by the listener", "violence") if v in verdicts), None)


def _judge(verb: Token, lists: Blows) -> Iterator[Verdict]:
    lemma = verb.lemma_.lower()
    if lemma in lists["throws"]:
        target = _target_of_throw(verb)
    elif lemma in lists["verbs"] and verb.pos_ == "VERB":
        target = _object(verb)
    else:
        return
    if target is None or _denied(verb) or (lemma in lists["weak"] and not _forceful(verb, lists["force"])):
        return
    doer = _subject(verb)
    if doer is not None and doer.lemma_ in _YOUNG and target.lower_ in _SIBLING:
        return
    if (
        doer is not None
        and doer.lemma_ in _YOUNG
        and target.lemma_ in _PLAYMATE
        and not any(c.dep_ == "poss" for c in target.children)
    ):
        return
    if doer is not None and _who(doer, lists) == "me" and lemma in lists["weak"] and _RESCUED.search(verb.doc.text.lower()):
        return
    verdict = _between(_who(doer, lists), _who(target, lists))
    if verdict == "violence" and any(word.lemma_.lower() in _NOT_YET for word in (*verb.children, verb.head)):
        return
    if verdict == "abuse by the listener" and _thought_only(verb) and _who(target, lists) != "small":
        return
    if verdict:
        yield verdict


def _between(doer: Who, target: Who) -> Verdict | None:
    if doer == "me":
        return "abuse by the listener" if target in {"close", "they", "small"} else None
    if doer in {"close", "they"} and target in {"me", "close", "small", "they"}:
        return "abuse"
    if doer in {"other", "thing"} and target == "me":
        return "violence" if doer == "other" else None
    return None


def _who(token: Token | None, lists: Blows) -> Who:
    if token is None:
        return "thing"
    word, lemma = token.lower_, token.lemma_.lower()
    if word in _ME:
        return "me"
    if word in _THEY:
        return "they"
    for name in ("small", "other"):
        if lemma in lists[name] or word in lists[name]:
            return name
    return "close" if {lemma, word} & {*lists["partner"], *lists["family"]} else "thing"


def _subject(verb: Token) -> Token | None:
    """Who does it: agent of a passive, own subject, or that of the verb it hangs on."""
    passive = any(child.dep_ in {"nsubjpass", "auxpass"} for child in verb.children)
    if passive:
        by = (child for child in verb.children if child.dep_ in {"agent", "prep"} and child.lower_ == "by")
        return next((child for agent in by for child in agent.children if child.dep_ == "pobj"), None)
    for token in (verb, *verb.ancestors):
        own = next((child for child in token.children if child.dep_ in {"nsubj", "csubj", "nsubjpass"}), None)
        if own is not None:
            return token.head if own.lower_ in {"who", "that", "which"} and token.dep_ == "relcl" else own
        if token.dep_ not in {"conj", "xcomp", "advcl", "pcomp", "ccomp", "acl", "prep", "dep"}:
            return None
    return None


def _object(verb: Token) -> Token | None:
    for child in verb.children:
        if child.dep_ in {"dobj", "nsubjpass", "dative"}:
            return child
    return None


def _target_of_throw(verb: Token) -> Token | None:
    thing = next((child for child in verb.children if child.dep_ == "dobj"), None)
    if thing is not None and _FIGURATIVE.search(thing.lower_):
        return None
    for prep in verb.subtree:
        if prep.dep_ == "prep" and prep.lower_ in {"at", "against", "across", "towards"}:
            return next((child for child in prep.children if child.dep_ == "pobj"), None)
    return None


def _denied(verb: Token) -> bool:
    chain = (verb, verb.head) if verb.dep_ in {"xcomp", "conj"} else (verb,)
    words = (child for token in chain for child in token.children)
    return any(word.dep_ == "neg" or word.lower_ in {"never", "nearly", "almost"} for word in words)


def _thought_only(verb: Token) -> bool:
    words = [*verb.children, *list(verb.ancestors)[:2]]
    return any(token.lemma_.lower() in _MERELY_THOUGHT for token in words)


def _forceful(verb: Token, force: list[str]) -> bool:
    return any(token.lower_ in force for token in verb.doc)
