"""Writes a text the one way the signals are written: lower case, contractions opened, disguises removed."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_APOSTROPHES: Final = re.compile("[\u2018\u2019\u201b\u02bc\u02b9\u00b4`\u2032\uff07]")
_SPACED: Final = re.compile(r"\b(?:[a-z][ .*_-]){3,}[a-z]\b")
_INSIDE: Final = re.compile(r"(?<=[a-z])[!|1](?=[a-z])")
_LEET: Final = str.maketrans({"0": "o", "3": "e", "@": "a", "$": "s", "1": "i", "!": "i"})
_TOKEN: Final = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|[.,;!?]+|\n+")
_STARRED: Final = re.compile(r"\b([a-z]+)[*#_]+([a-z]+)\b")

# Contractions, with and without their apostrophe; ambiguous words ("well", "ill", "wed", "were", "hell") need it.
_WORDS: Final[dict[str, str]] = {
    "cannot": "can not", "cant": "can not", "can't": "can not", "won't": "will not", "wont": "will not", "shan't": "shall not",
    "dont": "do not", "doesnt": "does not", "didnt": "did not", "isnt": "is not", "arent": "are not", "wasnt": "was not",
    "werent": "were not", "wouldnt": "would not", "couldnt": "could not", "shouldnt": "should not", "hasnt": "has not",
    "havent": "have not", "hadnt": "had not", "aint": "am not", "ain't": "am not", "dunno": "do not know",
    "im": "i am", "i'm": "i am", "ive": "i have", "i'd": "i would", "id": "i would", "i'll": "i will", "ill": "ill",
    "hes": "he is", "shes": "she is", "theyre": "they are", "youre": "you are", "thats": "that is", "its": "its",
    "he's": "he is", "she's": "she is", "it's": "it is", "that's": "that is", "there's": "there is", "theres": "there is",
    "what's": "what is", "whats": "what is", "who's": "who is", "where's": "where is", "let's": "let us", "y'all": "you all",
    "wanna": "want to", "gonna": "going to", "gotta": "have to", "hafta": "have to", "tryna": "trying to", "finna": "going to",
    "u": "you", "ur": "your", "bf": "boyfriend", "gf": "girlfriend", "hubs": "husband", "hubby": "husband", "rn": "right now",
    "sb": "somebody", "smb": "somebody", "n't": "not", "ppl": "people", "fkn": "", "fucking": "", "fuckin": "", "bloody": "",
    "freaking": "", "goddamn": "", "damn": "", "effing": "", "literally": "literally", "rly": "really", "w": "with", "bc": "because",
    "cuz": "because", "cos": "because", "coz": "because", "cause": "because", "tho": "though", "em": "them", "'em": "them",
    "mam": "mum", "fiancé": "fiance", "anymore": "anymore", "anylonger": "any longer", "everyone's": "everyone is",
    "everybody's": "everybody is", "nobody's": "nobody is", "life's": "life is", "somethings": "something is",
    "dis": "this", "mysel": "myself", "meself": "myself", "mi": "my", "luv": "love", "nd": "and", "2day": "today",
    "2nite": "tonight", "2night": "tonight", "tonite": "tonight", "2moro": "tomorrow", "tmrw": "tomorrow", "tomoz": "tomorrow",
}  # fmt: skip
_PHRASES: Final = (
    (re.compile(r"\bany more\b"), "anymore"),
    (re.compile(r"\bno more\b(?= ?[.,;!?]|$)"), "anymore"),
    (re.compile(r"\b(?:my self|mysellf|my ?slef)\b"), "myself"),
    (re.compile(r"\bsui cide\b"), "suicide"),
    (re.compile(r"\bsui cidal\b"), "suicidal"),
    (re.compile(r"\bover dos(e|ed|ing)\b"), r"overdos\1"),
    (re.compile(r"\bun alive\b"), "unalive"),
    (re.compile(r"\bno one\b"), "nobody"),
    (re.compile(r"\bnot longer\b"), "no longer"),
    (re.compile(r"\b(step|grand|ex) (mum|mom|mother|dad|father|son|daughter|brother|sister|ma|pa)\b"), r"\1\2"),
    (re.compile(r"\bi (?:would|had) rather\b"), "i would rather"),
)
# Words worth mending when one letter went astray; each is far from any other English word.
_MENDED: Final = (
    "suicide", "suicidal", "myself", "himself", "herself", "overdose", "overdosed", "strangled", "threatened", "threatens",
    "husband", "boyfriend", "girlfriend", "epilepsy", "epileptic", "seizures", "schizophrenia", "psychosis", "hallucinating",
    "flashbacks", "tablets", "punched", "stabbed", "tomorrow", "anymore", "wouldn't", "couldn't", "terrified", "controls",
    "paracetamol", "medication", "meditation", "unalive", "bipolar", "dissociate", "dissociating", "abusive", "violent", "everyone", "everybody",
    "nobody", "burden", "living", "worthless", "hurting", "killing", "cutting", "choked", "breathing", "driving", "trauma",
    "traumatic", "scared", "afraid", "forced", "stalking", "stalker", "dying", "better", "without", "alive",
)  # fmt: skip
# Real words that stand one letter from a mended one.
_REAL: Final = frozenset(
    {
        "choker", "cooked", "checked", "chocked", "forded", "sacred", "scarred", "scarce", "stared", "scored", "bettor", "letter", "bitter",
        "butter", "batter", "loving", "giving", "lining", "liking", "leaving", "diving", "drying", "lying", "tying", "vying", "dyeing",
        "olive", "alike", "aline", "putting", "gutting", "nutting", "jutting", "cuttings", "hunting", "hurling", "hurtling", "filling",
        "billing", "milling", "willing", "tilling", "pilling", "lunched", "bunched", "hunched", "munched", "punches", "puncher", "stabled",
        "staffed", "talking", "walking", "stacking", "stalling", "staking", "stoking", "striving", "arriving", "driven", "draining", "drawing",
        "violet", "abrasive", "threatener", "forces", "forged", "voiced", "breeding", "breaking", "breathing", "wreathing", "bordered",
        "garden", "burdens", "husbands", "boyfriends", "girlfriends", "tablet", "seizure", "overdoses", "controlled", "control", "stalker's",
        "unaligned", "medications", "dicing", "widening", "scare", "scares", "scarred", "afraid", "herself", "himself", "terrifies", "braid",
        "alive", "better", "without", "trauma", "traumas", "husbandry", "burdened", "skilling", "chilling", "spilling", "drilling", "grilling",
        "shutting", "culling", "cursing", "hurting", "curing", "curling", "luring", "burning", "bursting", "during", "doing", "dying", "buying",
        "typing", "tiding", "choired", "chopped", "stroked", "stocked", "shocked", "cloaked", "chokes", "focused", "formed", "worked", "lived",
        "livid", "livery", "moving", "having", "saving", "living", "alive", "sliver", "silver", "wetter", "setter", "netter", "bothered",
        "mediation", "dedication", "indication", "meditations", "driveling", "driving", "punchy", "pinched", "stabbed", "breathings", "nobodys",
    }
)  # fmt: skip


def plain(text: str) -> str:
    """Lower case without disguises: compatibility forms folded, invisible characters gone, straight apostrophes."""
    folded = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    folded = _APOSTROPHES.sub("'", folded).translate({0x0131: "i", 0x0456: "i", 0x0430: "a", 0x0435: "e", 0x043E: "o", 0x0441: "c"})
    folded = re.sub(r"(?<=[a-z])@(?=[a-z])", "a", _INSIDE.sub("i", folded))
    folded = _SPACED.sub(lambda m: re.sub(r"[ .*_-]", "", m[0]), folded)
    return re.sub(r"([a-z])\1{2,}", r"\1\1", folded)


def normalise(text: str) -> str:
    """The text as words parted by one space, contractions opened, punctuation as words of its own, lines ended by " . ".

    Letters outside a-z lose their accents; what is in no Latin script is dropped.
    """
    folded = unicodedata.normalize("NFD", plain(text))
    folded = _STARRED.sub(_unstar, "".join(c for c in folded if not unicodedata.combining(c)).replace("-", " ").replace("…", " . "))
    words = " ".join(_open(token) for token in _TOKEN.findall(folded))
    words = re.sub(r" +", " ", words).strip()
    for pattern, plainly in _PHRASES:
        words = pattern.sub(plainly, words)
    return words


def sentences(normal: str) -> list[str]:
    """Sentences of a normalised text, without their final stop."""
    return [part.strip(" ,;") for part in re.split(r" ?[.!?]+ ?", normal) if part.strip(" ,;")]


def _open(token: str) -> str:
    if token[0] == "\n":
        return "."
    if token in _WORDS:
        return _WORDS[token]
    if "'" in token:
        return _apostrophe(token)
    if any(c.isdigit() for c in token) and any(c.isalpha() for c in token):
        token = token.translate(_LEET) if not re.fullmatch(r"\d+[a-z]{1,4}", token) else token
    return _mend(token) if len(token) >= 5 else token


def _apostrophe(token: str) -> str:
    word, _, tail = token.rpartition("'")
    if tail == "t" and word.endswith("n"):
        return f"{word[:-1]} not"
    opened = {"re": "are", "ll": "will", "ve": "have", "d": "would", "m": "am"}.get(tail, tail)
    return f"{_WORDS.get(word, word)} {opened}"


def _unstar(match: re.Match[str]) -> str:
    known = {"kll": "kill", "sicide": "suicide", "suicde": "suicide", "rpe": "rape", "rped": "raped", "ct": "cut", "de": "die", "mrder": "murder"}
    joined = match[1] + match[2]
    return known.get(joined, _mend(joined))


@cache
def _mend(token: str) -> str:
    if token in _REAL or token.startswith(_MENDED):
        return token
    near = [word for word in _MENDED if word[0] == token[0] and abs(len(word) - len(token)) <= 1]
    if not near:
        return token
    from rapidfuzz.distance import OSA

    return next((word for word in near if OSA.distance(word, token, score_cutoff=1) <= 1 and len(word) >= 6), token)
