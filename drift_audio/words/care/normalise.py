"""Writes a text the one way the signals are written: lower case, contractions opened, disguises removed."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from drift_audio.yamlfile import read_mapping

DATA: Final = Path(__file__).parent / "data"

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_APOSTROPHES: Final = re.compile("[\u2018\u2019\u201b\u02bc\u02b9\u00b4`\u2032\uff07]")
_SPACED: Final = re.compile(r"\b(?:[a-z][ .*_-]){3,}[a-z]\b")
_INSIDE: Final = re.compile(r"(?<=[a-z])[!|1](?=[a-z])")
_LEET: Final = str.maketrans({"0": "o", "3": "e", "@": "a", "$": "s", "1": "i", "!": "i"})
_TOKEN: Final = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|[.,;!?]+|\n+")
_STARRED: Final = re.compile(r"\b([a-z]+)[*#_]+([a-z]+)\b")

_DEEDS: Final = r"(?:be|not|never|just|do|end|kill|die|go|hurt|jump|take)\b"
_PHRASES: Final = (
    (re.compile(r"\bany more\b"), "anymore"),
    (re.compile(r"\bno more\b(?= ?[.,;!?]|$)"), "anymore"),
    (re.compile(r"\b(?:my self|mysellf|my ?slef)\b"), "myself"),
    (re.compile(r"\bsui cide\b"), "suicide"),
    (re.compile(r"\bsui cidal\b"), "suicidal"),
    (re.compile(r"\bover dos(e|ed|ing)\b"), r"overdos\1"),
    (re.compile(r"\bun alive\b"), "unalive"),
    (re.compile(r"\bno one\b"), "nobody"),
    (re.compile(r"\b(want|need|going|like|love|have|trying|how|ready|used) 2\b"), r"\1 to"),
    (re.compile(r"\bnot longer\b"), "no longer"),
    (re.compile(r"\b(want|wish|going|ready|need|hope) to dye\b(?= ?[.,;!?]|$| tonight| now| so| because| and)"), r"\1 to die"),
    (re.compile(rf"(?:^|(?<= if)|(?<= think)|(?<= then)|(?<= and)|(?<= that)|(?<=^if)) ?ill (?={_DEEDS})"), " i will "),
    (re.compile(r"\b(step|grand|ex) (mum|mom|mother|dad|father|son|daughter|brother|sister|ma|pa)\b"), r"\1\2"),
    (re.compile(r"\bi (?:would|had) rather\b"), "i would rather"),
)
_HOMOGLYPHS: Final = {0x0131: "i", 0x0456: "i", 0x0430: "a", 0x0435: "e", 0x043E: "o", 0x0441: "c"}
_STARRED_WORDS: Final = {
    "kll": "kill",
    "sicide": "suicide",
    "rpe": "rape",
    "rped": "raped",
    "ct": "cut",
    "de": "die",
    "mrder": "murder",
}


@dataclass(frozen=True)
class Spelling:
    """full: contraction or chat spelling to full words; mended: words set right; real: neighbours left alone."""

    full: dict[str, str]
    mended: tuple[str, ...]
    real: frozenset[str]


@cache
def spelling() -> Spelling:
    """The packaged spellings."""
    table = read_mapping(DATA / "spelling.yaml")
    return Spelling(full=table["full"], mended=tuple(table["mended"]), real=frozenset(table["real"]))


def plain(text: str) -> str:
    """Lower case without disguises: compatibility forms folded, invisible characters gone, straight apostrophes."""
    folded = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()
    folded = _APOSTROPHES.sub("'", folded).translate(_HOMOGLYPHS)
    folded = re.sub(r"(?<=[a-z])@(?=[a-z])", "a", _INSIDE.sub("i", folded))
    folded = _SPACED.sub(lambda m: re.sub(r"[ .*_-]", "", m[0]), folded)
    return re.sub(r"([a-z])\1{2,}", r"\1\1", folded)


def normalise(text: str) -> str:
    """The text as words parted by one space, contractions opened, punctuation as words of its own, lines ended by " . ".

    Letters outside a-z lose their accents; what is in no Latin script is dropped.
    """
    folded = "".join(c for c in unicodedata.normalize("NFD", plain(text)) if not unicodedata.combining(c))
    folded = _STARRED.sub(_unstar, folded.replace("-", " ").replace("…", " . "))
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
    full = spelling().full
    if token in full:
        return full[token]
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
    return f"{spelling().full.get(word, word)} {opened}"


def _unstar(match: re.Match[str]) -> str:
    joined = match[1] + match[2]
    return _STARRED_WORDS.get(joined, _mend(joined))


@cache
def _mend(token: str) -> str:
    known = spelling()
    if token in known.real or token.startswith(known.mended):
        return token
    near = [word for word in known.mended if word[0] == token[0] and abs(len(word) - len(token)) <= 1]
    if not near:
        return token
    from rapidfuzz.distance import OSA

    return next((word for word in near if OSA.distance(word, token, score_cutoff=1) <= 1 and len(word) >= 7), token)
