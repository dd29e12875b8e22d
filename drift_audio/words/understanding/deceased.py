"""Whether the person of a grief has died: read from who is said to have, never from a funeral in the text alone."""

from __future__ import annotations

import re
from typing import Final

from drift_audio.words.understanding.people import Mention
from drift_audio.words.understanding.story import Pronouns
from drift_audio.words.understanding.tokens import Doc, Token

_DIED: Final = frozenset({"die", "pass", "drown", "perish"})
_TAKEN: Final = frozenset({"lose", "bury", "cremate", "mourn", "kill", "euthanise", "euthanize", "take", "grieve"})
_OF_THE_DEAD: Final = (
    r"death|passing|funeral|ashes|grave|headstone|memorial|wake|cremation|burial|estate|will|inquest|loss|eulogy|suicide|obituary"
)
_GONE: Final = (
    r"(?:'s| is| are| was| were) (?:now |all |been )?(?:gone|dead|no longer (?:here|with us))\b"
    r"|(?:'s| has| have| had)? (?:suddenly |just |recently )?(?:passed|went|left us|slipped away|took (?:his|her|their) own life)"
    r"(?: away| on| over)?(?=[.,;!?]|$| (?:in|on|last|this|two|three|a|at|when|and|suddenly|before|after|from|peacefully)\b)"
    r"|(?:'s| was| is| had to be| has to be|) put (?:down|to sleep)\b"
    r"|(?:'s| has| have)? (?:been )?dead\b"
)
_ENDED: Final = r"broke up|break-?up|split up|divorce|separat|dumped|left me|walked out|moved out|lost touch|ended it"


def departed(mention: Mention, doc: Doc, pronouns: Pronouns) -> bool:
    """Whether the text says that this person or pet has died."""
    text = doc.text
    before, after = text[: mention.start].lower(), text[mention.end :].lower()
    name = rf"(?: {re.escape(mention.name.lower())})?" if mention.name and mention.noun != mention.name else ""
    spoken = rf"(?:{pronouns.subject}|{mention.noun.lower()})"
    return bool(
        mention.late
        or re.match(rf"{name}(?:'s|') (?:\w+ )?(?:{_OF_THE_DEAD})\b", after)
        or re.match(rf"{name}(?:{_GONE})", after)
        or re.search(rf"\b(?:{_OF_THE_DEAD}|life) (?:of|for) (?:\w+ ){{0,3}}$", before)
        or (
            re.search(r"\b(?:put|had|having) (?:\w+ ){0,3}$", before)
            and re.match(r"(?: \w+)? (?:put )?(?:down|to sleep)\b", after)
        )
        or (re.search(r"\bwithout (?:\w+ ){0,3}$", before) and not re.search(_ENDED, text.lower()))
        or re.search(rf"\b{spoken}(?:{_GONE})", text.lower())
        or re.search(rf"\b(?:put|had|have) {pronouns.object} (?:put )?(?:down|to sleep)\b", text.lower())
        or (re.search(r"\bmiss(?:ing)? (?:\w+ ){0,2}$", before) and re.search(r"\b(?:funeral|died|passed|buried)\b", after))
        or re.search(
            rf"\b(?:lost {pronouns.possessive} (?:\w+ )?(?:battle|fight)|took {pronouns.possessive} own life)\b", text.lower()
        )
        or any(_told_of(verb, mention, pronouns) for verb in doc if verb.pos_ in {"VERB", "AUX"})
    )


def _told_of(verb: Token, mention: Mention, pronouns: Pronouns) -> bool:
    """Whether a verb of dying has this one for its subject, or a verb of losing for its object."""
    lemma = verb.lemma_.lower()
    if verb.tag_ in {"VBG", "VB"} and lemma in {*_DIED, "lose"}:
        # "Is dying", "might die": not yet.
        return False
    if lemma in _DIED:
        return any(_is(child, mention, pronouns) for child in verb.children if child.dep_ in {"nsubj", "nsubjpass"}) or (
            verb.dep_ == "relcl" and _is(verb.head, mention, pronouns)
        )
    if lemma not in _TAKEN or any(child.lower_ in {"touch", "patience", "temper"} for child in verb.children):
        return False
    if verb.dep_ == "relcl" and lemma in {"lose", "bury"} and _is(verb.head, mention, pronouns):
        return True
    places = {"dobj", "nsubjpass"} if lemma in {"lose", "bury", "cremate", "mourn", "grieve"} else {"nsubjpass"}
    return any(_is(child, mention, pronouns) for child in verb.children if child.dep_ in places)


def _is(token: Token, mention: Mention, pronouns: Pronouns) -> bool:
    if token.lower_ in {pronouns.subject, pronouns.object} - {"it", "they", "them"}:
        return True
    return bool(mention.start <= token.idx < mention.end or token.text == mention.name)
