"""What people did to each other: which act, by whom, to whom, how grave."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NotRequired, TypedDict, cast

from drift_audio.words.lazy_pattern import LazyPattern
from drift_audio.words.understanding.story import Gravity, Role
from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.words.understanding.tokens import Doc, Token
from drift_audio.words.understanding.unnamed_acts import Dealing
from drift_audio.yamlfile import read_mapping

GRADES: Final[tuple[Gravity, ...]] = ("none", "minor", "moderate", "major")
_NOT_DONE: Final = (
    r"(never|n't|did not|do not|not going to|without|have not|has not)( \w+)?(?: ever| even)? $"
    r"|\b(could|might|want to|wanted to|feel like|felt like|tempted to|about to|trying to|learn to)(?: have| just)? $"
)
_OWNER: Final = r"my (?:[\w-]+ ){0,2}?[\w-]+'s"
_OWNING: Final = "my|his|her|their|our|the|a|an|another"
_OWNERS: Final = re.compile(rf"\((?=[^()]*\bher\b)((?:{_OWNING})(?:\|(?:{_OWNING}))+)\)")
_LIGHT: Final = (
    r"just|really|so|then|and|but|again|today|yesterday|last night|this morning|tonight|ended up|went and|had to|kept|keep|have"
    r"|had|also|totally|completely|actually|basically|honestly|stupidly|managed to|started"
)
_OBJECT: Final = r"(?:me|him|her|them|us|my (?:[\w'-]+ ){0,2}?[\w'-]+)"


@dataclass(frozen=True)
class Act:
    """A class of acts from the lexicon."""

    name: str
    gravity: Gravity
    mutual: bool
    suffered: bool
    done: LazyPattern
    events: dict[str, str]
    link: str = "over"


class _Entry(TypedDict):
    """An act as `data/acts.yaml` has it."""

    name: str
    gravity: Gravity
    done: str
    caused: str
    hurt: str
    both: str
    mutual: NotRequired[bool]
    suffered: NotRequired[bool]
    link: NotRequired[str]


@dataclass(frozen=True)
class Deed:
    """One act found in the text. role: the listener's part in it; start: its place in the text."""

    act: Act
    role: Role
    start: int
    end: int


def deeds(text: str, doc: Doc) -> list[Deed]:
    """Acts between people in a tidied, parsed text, in order."""
    found = []
    lower = text.lower()
    for act in _acts():
        for match in act.done.finditer(lower):
            role = "both" if act.mutual else _role(match, text, doc)
            if act.suffered:
                # What one finds out or resents, one suffers: "she discovered ..." is the listener's own doing.
                role = "caused" if role == "hurt" else "hurt"
            if (
                role is not None
                and not _denied(match, lower)
                and not (act.name == "argue" and lower[: match.start()].endswith("in a "))
            ):
                found.append(Deed(act, role, match.start(), match.end()))
    mutual = [(deed.start, deed.end) for deed in found if deed.act.mutual]
    found = [
        deed for deed in found if deed.act.mutual or not any(start <= deed.start and deed.end <= end for start, end in mutual)
    ]
    return sorted(found, key=lambda deed: (deed.start, -GRADES.index(deed.act.gravity)))


def unnamed(told: Sequence[Dealing], text: str) -> list[Deed]:
    """Deeds of no named class: from what was done between two people, or from what came of it alone."""
    act, lower = _dealing(), text.lower()
    if told:
        return [Deed(act, dealing.role, dealing.start, dealing.end) for dealing in told]
    cues: dict[str, Role] = {"back": "both", "their_answer": "caused", "my_hurt": "hurt"}
    return [Deed(act, role, match.start(), match.end()) for name, role in cues.items() if (match := _cue(name).search(lower))][:1]


def others_in(deed: Deed, doc: Doc) -> list[Token]:
    """Nouns whom the deed names as its doer (where the listener was hurt) or its target (where they did it)."""
    span = doc.char_span(deed.start, deed.end, alignment_mode="expand")
    verb = next((token for token in span if token.pos_ in {"VERB", "AUX"}), None) if span is not None else None
    if verb is None or deed.role == "both":
        return []
    if deed.role == "hurt":
        doer = _doer(verb)
        return [doer] if doer is not None and doer.pos_ in {"NOUN", "PROPN"} else []
    leaves = [child for child in verb.children if child.dep_ in {"dobj", "dative"}]
    for prep in verb.children:
        if prep.dep_ == "prep" and prep.lower_ in {"at", "with", "to", "on"}:
            leaves += [child for child in prep.children if child.dep_ == "pobj"]
    return [leaf for leaf in leaves if leaf.pos_ in {"NOUN", "PROPN"}]


def leaves_a_mark(text: str) -> bool:
    """Whether the text tells of what a hurt leaves behind: silence, tears, a sting, guilt."""
    return any(_cue(name).search(text.lower()) for name in ("back", "their_answer", "my_hurt", "owned", "suffered"))


def has_cue(name: str, lower: str) -> bool:
    """Whether a cue of the data ("owned", "suffered", "heavier" ...) stands in a lower-case text."""
    return _cue(name).search(lower) is not None


def part_of(found: list[Deed], text: str) -> tuple[Role, float]:
    """The listener's part over all deeds, with its confidence."""
    lower = text.lower()
    roles = {deed.role for deed in found}
    owned, suffered = bool(_cue("owned").search(lower)), bool(_cue("suffered").search(lower))
    if _cue("back").search(lower) and roles:
        return "both", 0.85
    if {"caused", "hurt"} <= roles:
        found = _without_answers(found, lower)
        roles = {deed.role for deed in found}
    if {"caused", "hurt"} <= roles:
        return _weighed(found, owned=owned, suffered=suffered)
    if roles & {"caused", "hurt"}:
        return ("caused", 0.9) if "caused" in roles else ("hurt", 0.9)
    if roles == {"both"}:
        if owned and not suffered:
            return (
                ("caused", 0.6)
                if _cue("wish_to_mend").search(lower) and re.search(r"\bi (said|was|shouldn|regret|hurt)", lower)
                else ("both", 0.7)
            )
        return "both", 0.8
    if owned and re.search(
        r"apologi[sz]e to|sorry to|forgive me|what i (said|did)|how i (treated|spoke|behaved|acted|talked)|i hurt", lower
    ):
        return "caused", 0.7
    if suffered:
        return "hurt", 0.7
    return "none", 0.6


def gravity_of(found: list[Deed], text: str) -> tuple[Gravity, float]:
    """How grave the rupture is: the gravest deed, turned by the signs around it."""
    lower = re.sub(r"\b(feel|felt|feeling) (\w+ )?(awful|terrible|horrible)\b", "feel bad", text.lower())
    grade = max((GRADES.index(deed.act.gravity) for deed in found), default=2)
    if grade < 3 and _cue("graver").search(lower):
        grade = 3 if grade == 2 else 2
    elif grade == 1 and _cue("heavier").search(lower):
        grade = 2
    elif grade == 2 and _cue("lighter").search(lower) and not _cue("heavier").search(lower):
        grade = 1
    return GRADES[grade], 0.8 if found else 0.5


def wants_to_mend(text: str) -> bool:
    """Whether the text speaks of mending, forgiving or apologising."""
    return bool(_cue("wish_to_mend").search(text.lower()))


def _without_answers(found: list[Deed], lower: str) -> list[Deed]:
    """Deeds but for those that only answer an earlier one: withdrawing, leaving, finding out."""
    first = next(deed.role for deed in found if deed.role in {"caused", "hurt"})
    answers = [deed for deed in found if deed.role != first and _cue("answer").search(lower[deed.start : deed.end])]
    return [deed for deed in found if deed not in answers]


def _weighed(found: list[Deed], *, owned: bool, suffered: bool) -> tuple[Role, float]:
    caused = max(GRADES.index(deed.act.gravity) for deed in found if deed.role == "caused")
    hurt = max(GRADES.index(deed.act.gravity) for deed in found if deed.role == "hurt")
    first = next(deed.role for deed in found if deed.role in {"caused", "hurt"})
    if first == "caused" and not suffered and (caused > hurt or owned):
        return "caused", 0.6
    if first == "hurt" and not owned and (hurt > caused or suffered):
        return "hurt", 0.6
    return "both", 0.7


def _role(match: re.Match[str], text: str, doc: Doc) -> Role | None:
    """Who did it: read from the verb's subject, its passive agent, or the words just before."""
    before = text[: match.start()].lower()
    if owner := re.search(r"\b(my|his|her|their|\w+'s) (?:own |big |stupid |terrible |emotional )?$", before):
        return "caused" if owner[1] == "my" else "hurt"
    if re.search(
        r"\b(?:i(?:'m| am| was| feel| felt| got| have been|'ve been)|feeling|makes me feel)(?: \w+)? $", before
    ) and _participle(match[0]):
        return "hurt"
    verb = _verb(match, doc)
    doer = _doer(verb) if verb is not None else None
    if verb is None or doer is None:
        return _by_neighbours(match, text)
    passive = any(child.dep_ in {"nsubjpass", "auxpass"} for child in verb.children) or _got(verb)
    if doer.lower_ == "we" or any(other.lower_ in {"i", "me"} for other in doer.conjuncts):
        return "both"
    mine = doer.lower_ == "i"
    if passive and verb.lower_ not in {"been", "was"}:
        return "hurt" if mine else ("caused" if _agent_is_me(verb) else None)
    if mine:
        return None if _at_thing(verb) else "caused"
    return "hurt" if _is_person(doer) and _touches_me(match, verb, text) else None


def _participle(words: str) -> bool:
    """Whether what was done is told as something felt ("I feel betrayed")."""
    return re.match(r"\w+(?:ed|hurt)\b", words) is not None and " " not in words.strip()


def _verb(match: re.Match[str], doc: Doc) -> Token | None:
    span = doc.char_span(match.start(), match.end(), alignment_mode="expand")
    if span is None:
        return None
    verbs = [token for token in span if token.pos_ in {"VERB", "AUX"}]
    return verbs[0] if verbs else next((token.head for token in span if token.head.pos_ in {"VERB", "AUX"}), None)


def _doer(verb: Token) -> Token | None:
    for token in (verb, *verb.ancestors):
        own = next((child for child in token.children if child.dep_ in {"nsubj", "nsubjpass", "csubj"}), None)
        if own is not None:
            return token.head if own.lower_ in {"who", "that", "which"} and token.dep_ == "relcl" else own
        poss = next((child for child in token.children if child.dep_ == "poss"), None)
        if poss is not None and token.tag_ == "VBG":
            return poss
        if token.dep_ not in {"conj", "xcomp", "advcl", "pcomp", "ccomp", "acl", "aux", "prep", "dep", "acomp", "attr", "relcl"}:
            return None
    return None


def _by_neighbours(match: re.Match[str], text: str) -> Role | None:
    before = text[max(0, match.start() - 40) : match.start()].lower()
    pronouns = re.findall(r"\b(i|he|she|they|we)\b|\bmy [\w-]+", before)
    if re.search(r"\bmy [\w' -]{2,25}$", before) or (pronouns and pronouns[-1] in {"he", "she", "they"}):
        return "hurt"
    if pronouns and pronouns[-1] == "we":
        return "both"
    if pronouns and pronouns[-1] == "i":
        return "caused"
    if not before.strip(" .,"):
        return "hurt" if re.match(r"(?:got|been|being)\b.* by$", match[0].lower()) else "caused"
    # A diary leaves the "I" away: "Ended up shouting at mum", "Got shouted at again".
    opened = re.fullmatch(rf"(?:.*[.!?;] )?(?:(?:{_LIGHT}) )*(?P<got>(?:got|been|being|getting) (?:\w+ly )?)?", before)
    return None if opened is None else "hurt" if opened["got"] else "caused"


def _got(verb: Token) -> bool:
    return verb.tag_ == "VBN" and any(
        child.lower_ in {"got", "get", "been", "being", "was", "were"}
        for child in verb.children
        if child.dep_ in {"aux", "auxpass"}
    )


def _agent_is_me(verb: Token) -> bool:
    agents = (child for child in verb.children if child.dep_ == "agent")
    return any(leaf.lower_ == "me" for agent in agents for leaf in agent.children)


def _at_thing(verb: Token) -> bool:
    """ "I yelled at the television" hurts nobody."""
    for prep in verb.children:
        if prep.dep_ == "prep" and prep.lower_ in {"at", "with"}:
            leaf = next((child for child in prep.children if child.dep_ == "pobj"), None)
            if leaf is not None and leaf.lower_ in {
                "tv",
                "television",
                "screen",
                "computer",
                "printer",
                "car",
                "god",
                "myself",
                "referee",
                "wall",
                *("machine", "robot", "phone", "laptop", "telly", "door", "sky", "clock", "radio", "traffic", "lift", "kettle"),
                *("wheel", "pillow", "ceiling", "mirror", "floor", "app", "website", "internet", "router", "bin", "car"),
            }:
                return True
    return any(child.dep_ == "dobj" and child.lower_ == "myself" for child in verb.children)


def _is_person(token: Token) -> bool:
    return token.lower_ in {"he", "she", "they", "who", "someone", "somebody", "everyone", "people", "nobody"} or token.pos_ in {
        "NOUN",
        "PROPN",
    }


def _touches_me(match: re.Match[str], verb: Token, text: str) -> bool:
    sentence = verb.sent.text.lower()
    return bool(re.search(r"\b(i|me|my|mine|us|our|we|i'm|i've)\b", sentence)) or "my" in text[: match.start()].lower()


def _denied(match: re.Match[str], lower: str) -> bool:
    """Whether it was not done, or only thought of ("I never ...", "I could have ...", "I want to ...")."""
    return re.search(_NOT_DONE, lower[: match.start()]) is not None


@cache
def _dealing() -> Act:
    """The act of no named class."""
    happened = "what happened between you and {p}"
    return Act(
        "dealing", "moderate", False, False, LazyPattern(r"(?!)"), {"caused": happened, "hurt": happened, "both": happened}
    )


@cache
def _acts() -> tuple[Act, ...]:
    return tuple(_read())


def _read() -> Iterator[Act]:
    for entry in cast("list[_Entry]", _table()["acts"]):
        events = {"caused": entry["caused"], "hurt": entry["hurt"], "both": entry["both"]}
        yield Act(
            entry["name"],
            entry["gravity"],
            bool(entry.get("mutual")),
            bool(entry.get("suffered")),
            LazyPattern(rf"\b{_opened(entry['done'])}\b"),
            events,
            entry.get("link", "over"),
        )


def _opened(pattern: str) -> str:
    """A pattern of the data with its shorthand written out: <obj>, and owners that may be told by their noun."""
    owned = _OWNERS.sub(lambda match: f"(?:{_OWNER}|{match[1]})", pattern)
    return owned.replace("<obj>", _OBJECT)


@cache
def _cue(name: str) -> LazyPattern:
    return LazyPattern(rf"\b{_opened(str(_table()[name]))}")


@cache
def _table() -> Mapping[str, object]:
    return read_mapping(DATA / "acts.yaml")
