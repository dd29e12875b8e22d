"""Tidies a text before it is parsed, and turns its phrases to the listener."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from drift_audio.yamlfile import read_mapping

DATA: Final = Path(__file__).parent / "data"
_QUOTES: Final = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-"}
)
_MISSING: Final = {
    "dont": "don't",
    "didnt": "didn't",
    "doesnt": "doesn't",
    "cant": "can't",
    "couldnt": "couldn't",
    "wont": "won't",
    "wouldnt": "wouldn't",
    "shouldnt": "shouldn't",
    "isnt": "isn't",
    "wasnt": "wasn't",
    "arent": "aren't",
    "werent": "weren't",
    "hasnt": "hasn't",
    "havent": "haven't",
    "hadnt": "hadn't",
    "im": "I'm",
    "ive": "I've",
    "id": "I'd",
    "i": "I",
    "i'm": "I'm",
    "i've": "I've",
    "i'd": "I'd",
    "i'll": "I'll",
    "hes": "he's",
    "shes": "she's",
    "theyre": "they're",
    "thats": "that's",
    "u": "you",
    "ur": "your",
    "bf": "boyfriend",
    "gf": "girlfriend",
    "hubby": "husband",
    "bday": "birthday",
    "tmrw": "tomorrow",
    "tmr": "tomorrow",
    "tomoz": "tomorrow",
    "tonite": "tonight",
    "bc": "because",
    "cuz": "because",
    "coz": "because",
    "cos": "because",
    "wanna": "want to",
    "gonna": "going to",
    "gotta": "have to",
    "w/": "with",
    "w": "with",
    "rly": "really",
    "abt": "about",
    "ppl": "people",
    "mum's": "mum's",
}
_SHIFTED: Final = {
    "my": "your",
    "our": "your",
    "mine": "yours",
    "me": "you",
    "us": "you",
    "i": "you",
    "we": "you",
    "myself": "yourself",
    "ourselves": "yourselves",
}


# One has one of these: "my husbands snoring" lost its apostrophe.
_LONE: Final = (
    r"\b(my (?:husband|wife|partner|boyfriend|girlfriend|mum|mom|dad|mother|father|fiancée?))s\b"
    r"(?= (?!(?:and|are|were|have|both|or|don't|never)\b)[a-z])"
)


# What is told as another's: "my flatmates birthday cake".
_THINGS: Final = (
    r"baby|back|bedroom|best|birthday|boyfriend|cake|car|clothes|dad|death|diary|dog|dress|ex|face|family|feelings|flat|food"
    r"|funeral|girlfriend|grave|hair|house|husband|job|kitchen|laptop|life|messages|mother|mum|name|new|operation|parents|party|phone"
    r"|place|present|room|secret|stuff|surgery|texts|things|trust|wedding|wife|work"
)
_THEIRS: Final = (
    r"\b(my (?:[a-z]+ )?(?:friend|flatmate|housemate|roommate|sister|brother|son|daughter|boss|colleague|neighbou?r"
    rf"|cousin|mate|aunt|uncle|nan|gran|grandma|grandad|ex))s (?=(?:\w+ )?(?:{_THINGS})\b)"
)


_AGES: Final = dict(
    zip(
        range(1, 18),
        (
            *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
            *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
        ),
        strict=True,
    )
)
_AGED: Final = rf"\b({'|'.join(_AGES.values())}|1?\d)[ -]?(?:years?[ -]old|yr[ -]?old|y\.?o\.?)(?![\w-])"


def tidy(text: str) -> str:
    """Straight quotes, apostrophes put back, "I" upright, chat spellings opened, one space between words."""
    straight = re.sub(r"\s+", " ", text.translate(_QUOTES)).strip()
    if straight.isupper():
        straight = straight.lower()
    straight = re.sub(_LONE, r"\1's", straight, flags=re.IGNORECASE)
    straight = re.sub(r"\bso called\b", "so-called", straight, flags=re.IGNORECASE)
    straight = re.sub(_AGED, r"\1-year-old", straight, flags=re.IGNORECASE)
    straight = re.sub(_THEIRS, r"\1's ", straight, flags=re.IGNORECASE)
    opened = re.sub(r"(?<![\w'])[A-Za-z]+/?(?:'[a-z]+)?(?![\w'])", lambda m: _MISSING.get(m[0].lower(), m[0]), straight)
    return re.sub(r"(?<![\w'.@-])[a-z]{2,}(?![\w@-])", lambda m: m[0].title() if m[0] in _given_names() else m[0], opened)


@cache
def _given_names() -> frozenset[str]:
    return frozenset(read_mapping(DATA / "people.yaml")["given_names"])


def to_listener(phrase: str) -> str:
    """The phrase with its first person turned to the second: "my husband's work" -> "your husband's work"."""
    return re.sub(r"(?<![\w'])[A-Za-z]+(?![\w'])", lambda m: _SHIFTED.get(m[0].lower(), m[0]), phrase)
