"""Tidies a text before it is parsed, and turns its phrases to the listener."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

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
_LONE: Final = r"\b(my (?:husband|wife|partner|boyfriend|girlfriend|mum|mom|dad|mother|father|fiancée?))s\b(?= [a-z])"


def tidy(text: str) -> str:
    """Straight quotes, apostrophes put back, "I" upright, chat spellings opened, one space between words."""
    straight = re.sub(r"\s+", " ", text.translate(_QUOTES)).strip()
    if straight.isupper():
        straight = straight.lower()
    straight = re.sub(_LONE, r"\1's", straight, flags=re.IGNORECASE)
    return re.sub(r"(?<![\w'])[A-Za-z]+/?(?:'[a-z]+)?(?![\w'])", lambda m: _MISSING.get(m[0].lower(), m[0]), straight)


def to_listener(phrase: str) -> str:
    """The phrase with its first person turned to the second: "my husband's work" -> "your husband's work"."""
    return re.sub(r"(?<![\w'])[A-Za-z]+(?![\w'])", lambda m: _SHIFTED.get(m[0].lower(), m[0]), phrase)
