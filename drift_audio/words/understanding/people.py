"""Who is concerned: relations, names and the pronouns that the text itself uses."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal, cast

from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.words.understanding.tokens import Doc, Token
from drift_audio.yamlfile import read_mapping

Gender = Literal["he", "she", "neutral", "plural"]
_TITLES: Final[dict[str, Gender]] = {
    **dict.fromkeys(("Mr", "Sir", "Father"), "he"),
    **dict.fromkeys(("Mrs", "Ms", "Miss", "Sister", "Madam", "Madame"), "she"),
}
_OWNER: Final = r"(?:my|our)"
_NO_ADJECTIVE: Final = (
    r"and|or|but|so(?!-)|because|when|while|if|that|his|her|their|your|its|the|an?|with|to|from|of|in|on|at|for|by|is|was|i|we"
)


@dataclass(frozen=True)
class Mention:
    """A person named in the text. start, end: characters of the noun; phrase: to be said back ("your husband").

    vague: told as "a colleague", "the landlord"; theirs only if something was done between them. behind: another is meant, who
    is told by this one ("my husband's mother"). late: called so ("my late husband").
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
    late: bool = False


def mentions(text: str) -> list[Mention]:
    """People of the listener named in a tidied text, in order: "my boss", "our son Tom", "mum", "a friend of mine"."""
    found = [_mention(match, text) for match in _finder(_nouns_in(text)).finditer(text)]
    found += [_described(match) for match in _describer().finditer(text)]
    known = [mention for mention in found if mention is not None]
    known += [_stranger(match) for match in _pattern("stranger").finditer(text) if not _inside(match, known)]
    known += [_titled(match) for match in _pattern("titled", 0).finditer(text) if not _named_so(match, text)]
    return sorted(known, key=lambda mention: mention.start)


def standing(mention: Mention, doc: Doc) -> float:
    """How much the place in the sentence speaks for this one: who acts or stands beside the listener, not whose thing it is."""
    span = doc.char_span(mention.start, mention.end, alignment_mode="expand")
    if span is None:
        return 0.0
    token = span.root
    if any(other.lower_ in {"i", "me"} for other in (*token.conjuncts, token.head)):
        return 2.0
    if token.dep_ == "poss":
        return 1.0 if token.head.lower_ in _set("trusted_things") else -1.2
    if token.dep_ == "nsubj":
        return 0.0 if token.head.dep_ in {"advcl", "relcl", "acl"} or _reported(token.head) else 1.0
    if token.dep_ in {"dobj", "dative"} and any(
        child.dep_ == "nsubj" and child.lower_ not in {"i", "we"} for child in token.head.children
    ):
        return -1.0
    if token.dep_ != "pobj":
        return 0.0
    if token.head.lower_ == "from" and token.head.head.pos_ in {"NOUN", "PROPN"}:
        return -1.0
    return -1.5 if token.head.lower_ in {"like", "than", "as"} or looks_on(mention, token.doc.text) else 0.0


def looks_on(mention: Mention, text: str) -> bool:
    """Whether somebody only stood by: "in front of my parents"."""
    return re.search(r"\bin front of (?:(?:my|our|the|all|a|an) )*(?:[\w-]+ )?$", text[: mention.start].lower()) is not None


def is_someone(token: Token) -> bool:
    """Whether a noun that is no relation is still somebody: "strangers", "a cyclist", "Tom"."""
    return token.lower_ in _set("someone") or (token.tag_ == "NNP" and _may_be_name(token.text) and token.text.istitle())


def gender_of(noun: str) -> Gender | None:
    """The gender that a noun for somebody of the listener's gives, "neutral" where it gives none; None for any other word."""
    known = _lexicon().get(_spelt(noun.lower()))
    return known[0] if known else None


def is_bare(noun: str) -> bool:
    """Whether the listener calls somebody by the noun alone: "Mum", "Grandad"."""
    return noun.lower() in _set("bare")


def is_given_name(word: str) -> bool:
    """Whether a capitalised word may be somebody's name."""
    return _may_be_name(word)


def _reported(verb: Token) -> bool:
    """Whether a clause is what another said ("Carol said that my sister ..."): its doer is only spoken of."""
    if verb.dep_ != "ccomp":
        return False
    teller = next((child for child in verb.head.children if child.dep_ == "nsubj"), None)
    return teller is not None and teller.lower_ not in {"i", "we", "it", "this", "that"}


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
    return [name for name in found if _may_be_name(name)]


def named_mentions(doc: Doc, known: Sequence[Mention]) -> list[Mention]:
    """People told by their name alone who act, or whom the listener acts on: "Ben and I", "Ben made", "I told Ben"."""
    taken = {mention.name for mention in known}
    found: dict[str, Mention] = {}
    for token in doc:
        if token.text not in taken and token.text not in found and _stands_as_person(token):
            found[token.text] = named(doc.text, token.text)
    return list(found.values())


def _stands_as_person(token: Token) -> bool:
    if token.tag_ != "NNP" or not token.text.istitle() or not token.text.isalpha() or not _may_be_name(token.text):
        return False
    if re.match(r", (?:my|our) ", token.doc.text[token.idx + len(token) :]):
        return False
    if token.dep_ in {"compound", "appos", "poss"} or any(
        child.dep_ in {"det", "poss", "compound"} and child.lower_ != "our" for child in token.children
    ):
        return False
    if any(other.lower_ in {"i", "me"} for other in (*token.conjuncts, token.head)):
        return True
    if token.dep_ in {"nsubj", "nsubjpass"}:
        return token.head.pos_ == "VERB" and not _reported(token.head)
    if token.dep_ == "pobj":
        return token.head.head.lemma_.lower() in cast("dict[str, list[str]]", _table()["name_after"]).get(token.head.lower_, ())
    mine = any(child.dep_ == "nsubj" and child.lower_ == "i" for child in token.head.children)
    return token.dep_ in {"dobj", "dative"} and mine and token.head.lemma_.lower() in _set("done_to_people")


def _may_be_name(word: str) -> bool:
    return word.lower() not in _set("not_names") and word.lower() not in _lexicon() and word.lower() not in _spellings()


def _mention(match: re.Match[str], text: str) -> Mention | None:
    raw = match["noun"].lower()
    base = _spelt(raw)
    gender, sort = _lexicon()[base]
    owner = (match["owner"] or "").lower()
    ahead = text[match.end("noun") :]
    if _excluded().match(f"{raw}{ahead[:24].lower()}"):
        return None
    theirs = None if owner else _theirs(text[: match.start("noun")], ahead, raw)
    if theirs == "":
        return None
    one_of_many = gender == "plural" and owner and re.search(r"\bone of $", text[: match.start()].lower())
    if one_of_many and (single := _single(base)):
        base, gender, sort = single, *_lexicon()[single]
    vague = not owner and theirs is None and not _bare(match, raw, text)
    if vague and not (sort in {"work", "other", "friend"} and _articled(match, text)):
        return None
    behind = _possessor(_nouns_in(ahead)).match(ahead.lower()) is not None or _parent_before(text[: match.start()])
    if behind and not owner:
        return None
    phrase = f"{theirs}" if theirs else f"your {_adjective(match)}{base}"
    name = re.match(r",? ?(?:named |called )?([A-Z][a-zé]+)\b(?!')", ahead)
    given = name[1] if name and name[1].lower() not in _set("not_names") and (ahead[:1] == " " or ahead[:2] == ", ") else None
    vague = vague and not given
    own = bool(owner or theirs or given or (raw in _set("bare") and not vague))
    late = re.search(r"\blate\b", (match["adjective"] or "").lower()) is not None
    return Mention(base, gender, sort, match.start("noun"), match.end("noun"), phrase, given, vague, own, behind, late)


def _single(plural: str) -> str | None:
    """The one of many: "one of my pupils" is a pupil."""
    forms = (plural.removesuffix("s"), re.sub(r"ies$", "y", plural), {"children": "child"}.get(plural, ""))
    return next((form for form in forms if form != plural and form in _lexicon()), None)


def _described(match: re.Match[str]) -> Mention:
    """Someone told by where they are met: "the woman I share an office with" is a colleague, "the man upstairs" a neighbour."""
    word = match["who"].lower()
    gender: Gender = "she" if word in {"woman", "girl", "lady"} else "neutral" if word == "person" else "he"
    noun, sort = ("colleague", "work") if match["work"] else ("neighbour", "other")
    return Mention(noun, gender, sort, match.start("who"), match.end(), f"your {noun}", vague=True)


def _stranger(match: re.Match[str]) -> Mention:
    """Somebody of no relation: "a girl from my netball team"."""
    word = match["who"].lower()
    gender: Gender = "she" if word in {"woman", "girl", "lady"} else "he"
    return Mention(word, gender, "other", match.start("who"), match.end("who"), f"the {word}", vague=True)


def _titled(match: re.Match[str]) -> Mention:
    """Somebody told by title and name: "Mrs Kaur"."""
    name = f"{match['title']} {match['name'].removesuffix(chr(39) + 's')}"
    return Mention(name, _TITLES.get(match["title"], "neutral"), "other", match.start(), match.end(), name, name, owned=True)


def _inside(match: re.Match[str], known: Sequence[Mention]) -> bool:
    return any(mention.start < match.end() and match.start("who") < mention.end for mention in known)


def _named_so(match: re.Match[str], text: str) -> bool:
    """Whether the title only names a relation: "my neighbour Mr Hassan"."""
    before = text[: match.start()].rstrip(" ,").lower()
    return any(before.endswith(f" {noun}") for noun in _sorted_nouns())


def _theirs(before: str, ahead: str, raw: str) -> str | None:
    """Another's relation as a phrase: "your son's fiancée", "Tom's wife", "the mother of your kids".

    None where it is nobody else's, "" where the owner is not known ("her best friend's mother").
    """
    if (
        (child := re.match(r" (?:of|to) (?:my|our) ([\w-]+)", ahead))
        and before.lower().endswith("the ")
        and raw in _set("parents")
    ):
        return f"the {_spelt(raw)} of your {child[1].lower()}"
    whose = re.search(r"(?P<other>[\w' -]*?[\w-]+)(?P<mark>'s|(?<=s)')(?: [\w-]+)? $", before)
    if whose is None:
        return None
    last = whose["other"].rsplit(" ", 1)[-1]
    if last.lower() in _set("contracted"):
        return None
    if own := _own_at_end().search(whose["other"]):
        return f"your {_spelt(own['noun'].lower())}{whose['mark']} {_spelt(raw)}"
    if last.lower() in _set("bare"):
        return f"your {last.lower()}{whose['mark']} {_spelt(raw)}"
    return f"{last}{whose['mark']} {_spelt(raw)}" if last.istitle() and last.lower() not in _set("not_names") else ""


def _parent_before(before: str) -> bool:
    """ "The mother of" my kids: she is meant, not they."""
    return re.search(rf"\bthe (?:{'|'.join(_set('parents'))}) (?:of|to) $", before.lower()) is not None


@cache
def _own_at_end() -> re.Pattern[str]:
    """The owner of a relation that follows: "my line manager" 's boss."""
    nouns = "|".join(re.escape(noun) for noun in _sorted_nouns())
    return re.compile(rf"\b(?:{_OWNER}) (?:[\w-]+ ){{0,2}}?(?P<noun>(?<![\w-])(?:{nouns}))$", re.IGNORECASE)


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
        r"\b(?:the|a|an|his|her|their|your|this|another|any|no|every|some|new|as|bec[oa]me|made(?: me)?|promoted to)(?: \w+)?$",
        before,
    )
    own_sort = _lexicon()[_spelt(raw)][1] in {"partner", "family", "child", "work"}
    return own_sort and not article and raw not in _set("never_bare")


def _said_with_the(raw: str, before: str) -> bool:
    """Family that colloquial English calls "the wife", "the mother-in-law"."""
    return re.search(r"\bthe$", before) is not None and (
        raw in {"wife", "husband", "missus", "other half", "better half"} or raw.replace(" ", "-").endswith("-in-law")
    )


def _articled(match: re.Match[str], text: str) -> bool:
    before = text[: match.start("noun")].rstrip().lower()
    if re.search(r"\b(?:i'm|i am|as|being|like|become|was) (?:a|an|the)(?: \w+)?$", before):
        return False
    return re.search(r"\b(?:a|an|the|this|another|one)(?: (?!of\b|and\b|is\b|was\b)[a-z-]+)?$", before) is not None


def _describer() -> re.Pattern[str]:
    return _pattern("described")


@cache
def _pattern(name: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(str(_table()[name]), flags)


@lru_cache(maxsize=64)
def _possessor(among: tuple[str, ...]) -> re.Pattern[str]:
    """ "My husband's mother": the mother is meant, not the husband."""
    return re.compile(rf"'s (?:\w+ )?(?:{'|'.join(among) or '(?!)'})\b")


def _spelt(raw: str) -> str:
    if raw in _lexicon():
        return raw
    hyphened = raw.replace(" ", "-")
    return _spellings().get(raw, _spellings().get(hyphened, hyphened if hyphened in _lexicon() else raw))


def _nouns_in(text: str) -> tuple[str, ...]:
    """The nouns for people that may stand in a text: an expression of all of them would take a tenth of a second to compile."""
    lower = text.lower()
    return tuple(noun for noun in _sorted_nouns() if noun in lower)


@lru_cache(maxsize=64)
def _finder(among: tuple[str, ...]) -> re.Pattern[str]:
    nouns = "|".join(re.escape(noun) for noun in among) or "(?!)"
    return re.compile(
        rf"(?<![\w-])(?:(?P<owner>{_OWNER}) (?P<adjective>(?:(?!(?:{_OWNER}|{_NO_ADJECTIVE})\b)[\w-]+ ){{0,3}}?))?"
        rf"(?P<noun>(?!(?:oldest|eldest|youngest|firstborn|twin) (?:{nouns})\b)(?:{nouns}))"
        r"(?![\w-])(?! (?:brother|sister|son|daughter|boy|girl)s?\b)(?!s\b)",
        re.IGNORECASE,
    )


@cache
def _sorted_nouns() -> tuple[str, ...]:
    return tuple(sorted({*_lexicon(), *_spellings()}, key=len, reverse=True))


@cache
def _lexicon() -> dict[str, tuple[Gender, str]]:
    genders: tuple[Gender, ...] = ("he", "she", "neutral", "plural")
    return {noun: (gender, sort) for gender in genders for sort, nouns in _sorts(gender).items() for noun in nouns}


@cache
def _excluded() -> re.Pattern[str]:
    return re.compile(str(_table()["not_people"]))


@cache
def _namers() -> re.Pattern[str]:
    return re.compile("|".join(cast("list[str]", _table()["name_places"])))


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(cast("list[str]", _table()[name]))


def _spellings() -> Mapping[str, str]:
    """Other spellings of the nouns for people, by the noun they stand for."""
    return cast("dict[str, str]", _table()["spellings"])


def _sorts(gender: Gender) -> Mapping[str, list[str]]:
    return cast("dict[str, list[str]]", _table()[gender])


@cache
def _table() -> Mapping[str, object]:
    return read_mapping(DATA / "people.yaml")
