"""Who is concerned: relations, names and the pronouns that the text itself uses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from drift_audio.words.story import HE, IT, SHE, THEY, Person, Pronouns
from drift_audio.words.understanding.text import DATA
from drift_audio.words.yamlfile import read_yaml

Gender = Literal["he", "she", "neutral", "plural"]
_PRONOUNS: Final = {"he": HE, "she": SHE, "neutral": THEY, "plural": THEY}
_SPOKEN: Final = {"he": r"\b(?:he|him|his|himself)\b", "she": r"\b(?:she|her|hers|herself)\b"}
_OWNER: Final = r"(?:my|our)"
_NO_ADJECTIVE: Final = (
    r"and|or|but|so|because|when|while|if|that|his|her|their|your|its|the|an?|with|to|from|of|in|on|at|for|by|is|was|i|we"
)
_SORTS: Final = {"partner": 5, "family": 4, "child": 4, "friend": 3, "work": 2, "other": 2, "pet": 1}


@dataclass(frozen=True)
class Mention:
    """A person named in the text. start, end: characters of the noun; phrase: to be said back ("your husband").

    vague: told as "a colleague", "the landlord"; theirs only if something was done between them. behind: another is meant, who
    is told by this one ("my husband's mother").
    """

    noun: str
    gender: Gender
    sort: str
    start: int
    end: int
    phrase: str
    name: str | None = None
    vague: bool = False
    owned: bool = False
    behind: bool = False


def mentions(text: str) -> list[Mention]:
    """People of the listener named in a tidied text, in order: "my boss", "our son Tom", "mum", "a friend of mine"."""
    found = [_mention(match, text) for match in _finder().finditer(text)]
    return [mention for mention in found if mention is not None]


def person_of(mention: Mention, everyone: Sequence[Mention], text: str, *, late: bool = False) -> Person:
    """The person as the prose calls them, with pronouns that the noun or the text itself gave."""
    plural = mention.gender == "plural"
    return Person(
        noun=mention.noun,
        phrase=mention.phrase,
        pronouns=_pronouns(mention, everyone, text),
        plural=plural,
        name=mention.name,
        late=late,
        confidence=0.95 if mention.phrase.startswith("your ") else 0.8,
    )


def standing(mention: Mention, doc: Any) -> float:
    """How much the place in the sentence speaks for this one: who acts or stands beside the listener, not whose thing it is."""
    span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
    if span is None:
        return 0.0
    token = span.root
    if any(other.lower_ in {"i", "me"} for other in (*token.conjuncts, token.head)):
        return 2.0
    if token.dep_ == "poss":
        return -1.2
    if token.dep_ == "nsubj":
        return 0.0 if token.head.dep_ in {"advcl", "relcl", "acl"} else 1.0
    if token.dep_ in {"dobj", "dative"} and any(
        child.dep_ == "nsubj" and child.lower_ not in {"i", "we"} for child in token.head.children
    ):
        return -1.0
    beside = token.dep_ == "pobj" and token.head.lower_ in {"like", "than", "about", "as", "at", "of"}
    return -1.5 if beside and token.head.lower_ in {"like", "than", "as"} else 0.0


def named(text: str, name: str) -> Mention:
    """A person of whom only the name is told."""
    start = text.find(name)
    return Mention(noun=name, gender="neutral", sort="friend", start=start, end=start + len(name), phrase=name, name=name)


def turned(phrase: str) -> str:
    """A phrase whose bare "Mum" is told to the listener: "Mum's house" is "your mum's house"."""
    first = phrase.split(" ", 1)[0].removesuffix("'s")
    return f"your {first.lower()}{phrase[len(first) :]}" if first.lower() in _set("bare") else phrase


def names(text: str) -> list[str]:
    """Capitalised words inside sentences that are used as people: "Sam and I", "with Priya", "told Tom"."""
    found = [next(group for group in match.groups() if group) for match in _namers().finditer(text)]
    return [name for name in found if name.lower() not in _set("not_names") and name.lower() not in _lexicon()]


def _pronouns(mention: Mention, everyone: Sequence[Mention], text: str) -> Pronouns:
    if mention.gender in {"he", "she", "plural"}:
        return _PRONOUNS[mention.gender]
    after = text[mention.start :].lower()
    rivals = {other.gender for other in everyone if other.noun != mention.noun}
    counts = {gender: 0 if gender in rivals else len(re.findall(pattern, after)) for gender, pattern in _SPOKEN.items()}
    neutral_rivals = any(other.gender == "neutral" and other.noun != mention.noun and other.sort != "pet" for other in everyone)
    best = max(counts, key=lambda gender: counts[gender])
    told = counts[best] and not all(counts.values()) and not (neutral_rivals and not _nearest(mention, everyone, text, best))
    if told:
        return _PRONOUNS[best]
    return IT if mention.sort == "pet" else THEY


def _nearest(mention: Mention, everyone: Sequence[Mention], text: str, gender: str) -> bool:
    """Whether the first such pronoun after the mention comes before anyone else is named."""
    match = re.search(_SPOKEN[gender], text[mention.end :].lower())
    others = [
        other.start for other in everyone if other.start > mention.start and other.noun != mention.noun and other.sort != "pet"
    ]
    return match is not None and (not others or mention.end + match.start() < min(others))


def _mention(match: re.Match[str], text: str) -> Mention | None:
    raw = match["noun"].lower()
    base = _spelt(raw)
    gender, sort = _lexicon()[base]
    owner = (match["owner"] or "").lower()
    ahead = text[match.end("noun") :]
    if _excluded().match(f"{raw}{ahead[:24].lower()}"):
        return None
    vague = not owner and not _bare(match, raw, text)
    if vague and not (sort in {"work", "other", "friend"} and _articled(match, text)):
        return None
    behind = _possessor().match(ahead.lower()) is not None
    if behind and not owner:
        return None
    phrase = f"your {_adjective(match)}{base}" if owner in {"my", "our", ""} or owner.endswith("of mine") else f"your {base}"
    name = re.match(r",? ?(?:named |called )?([A-Z][a-zé]+)\b(?!')", ahead)
    given = name[1] if name and name[1].lower() not in _set("not_names") and (ahead[:1] == " " or ahead[:2] == ", ") else None
    return Mention(base, gender, sort, match.start("noun"), match.end("noun"), phrase, given, vague, bool(owner), behind)


def _adjective(match: re.Match[str]) -> str:
    words = (match["adjective"] or "").lower().split()
    kept = [
        word
        for word in words
        if word in {"little", "younger", "older", "youngest", "eldest", "oldest", "elder", "late", "twin", "big"}
    ]
    return "".join(f"{word} " for word in kept if word != "late")


def _bare(match: re.Match[str], raw: str, text: str) -> bool:
    """Whether a relation without "my" is still the listener's own ("mum died", "a friend of mine", "had a fight with bf")."""
    before = text[: match.start("noun")].rstrip().lower()
    if raw in _set("bare"):
        return not re.search(r"(?:\b(?:a|the|his|her|their|your|busy|tired|new|single|working)|'s)$", before)
    if text[match.end("noun") :].startswith(" of mine"):
        return True
    if raw in {"kids", "children", "twins", "boys", "girls", "baby"}:
        others = re.match(r" (?:from|at|in|on|who|that|next door|upstairs|downstairs|of)\b", text[match.end("noun") :])
        return others is None and re.search(r"\b(?:the|both|two|three|four|new)$", before) is not None
    if _said_with_the(raw, before) and not text[match.end("noun") :].startswith(" of "):
        return True
    article = re.search(
        r"\b(?:the|a|an|his|her|their|your|this|another|any|no|every|some|new|as|become|became|made me)(?: \w+)?$",
        before,
    )
    own_sort = _lexicon()[_spelt(raw)][1] in {"partner", "family", "child", "work"}
    return own_sort and not article and raw not in _set("never_bare")


def _said_with_the(raw: str, before: str) -> bool:
    """Family that colloquial English calls "the wife", "the mother-in-law"."""
    return before.endswith(" the") and (raw in {"wife", "husband", "missus"} or raw.replace(" ", "-").endswith("-in-law"))


def _articled(match: re.Match[str], text: str) -> bool:
    before = text[: match.start("noun")].rstrip().lower()
    if re.search(r"\b(?:i'm|i am|as|being|like|become|was) (?:a|an|the)(?: \w+)?$", before):
        return False
    return (
        re.search(
            r"\b(?:a|an|the|this|another|one)(?: (?:old|new|close|good|senior|junior|male|female|certain|former))?$", before
        )
        is not None
    )


@cache
def _possessor() -> re.Pattern[str]:
    """ "My husband's mother": the mother is meant, not the husband."""
    return re.compile(rf"'s (?:\w+ )?(?:{'|'.join(_sorted_nouns())})\b")


def _spelt(raw: str) -> str:
    spellings = _table()["spellings"]
    if raw in _lexicon():
        return raw
    hyphened = raw.replace(" ", "-")
    return str(spellings.get(raw, spellings.get(hyphened, hyphened if hyphened in _lexicon() else raw)))


@cache
def _finder() -> re.Pattern[str]:
    nouns = "|".join(re.escape(noun) for noun in _sorted_nouns())
    return re.compile(
        rf"(?<![\w-])(?:(?P<owner>{_OWNER}) (?P<adjective>(?:(?!(?:{_OWNER}|{_NO_ADJECTIVE})\b)[\w-]+ ){{0,3}}?))?"
        rf"(?P<noun>(?!(?:oldest|eldest|youngest|firstborn|twin) (?:{nouns})\b)(?:{nouns}))"
        r"(?![\w-])(?! (?:brother|sister|son|daughter|boy|girl)s?\b)(?!s\b)",
        re.IGNORECASE,
    )


@cache
def _sorted_nouns() -> tuple[str, ...]:
    return tuple(sorted({*_lexicon(), *_table()["spellings"]}, key=len, reverse=True))


@cache
def _lexicon() -> dict[str, tuple[Gender, str]]:
    table = _table()
    genders: tuple[Gender, ...] = ("he", "she", "neutral", "plural")
    return {noun: (gender, sort) for gender in genders for sort, nouns in table[gender].items() for noun in nouns}


@cache
def _excluded() -> re.Pattern[str]:
    return re.compile(str(_table()["not_people"]))


@cache
def _namers() -> re.Pattern[str]:
    return re.compile("|".join(_table()["name_places"]))


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(_table()[name])


@cache
def _table() -> dict[str, Any]:
    return read_yaml(DATA / "people.yaml")
