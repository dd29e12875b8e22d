"""Finds guides by words: whole words and near spellings in the title weigh most, then headings, then the text."""

from __future__ import annotations

import re
from typing import Final

from drift_audio.scenario import Frozen
from drift_audio.words.guides.load import load_guides
from drift_audio.words.guides.model import Guide

NEAR: Final = 84
TITLE, HEADING, TEXT = 8.0, 3.0, 1.0


class Hit(Frozen):
    """A guide that speaks of what was asked; excerpt: the sentence that says so."""

    name: str
    title: str
    score: float
    excerpt: str


def search_guides(query: str, *, most: int = 8) -> list[Hit]:
    """Guides that speak of any word of the query, best first."""
    words = [word for word in re.findall(r"[a-z']+", query.lower()) if len(word) > 2]
    hits = [_hit(guide, words) for guide in load_guides().values()]
    return sorted((hit for hit in hits if hit.score > 0), key=lambda hit: (-hit.score, hit.name))[:most]


def _hit(guide: Guide, words: list[str]) -> Hit:
    headings = " ".join(re.findall(r"^##+ (.*)$", guide.article, re.MULTILINE))
    fields = ((f"{guide.name} {guide.title} {guide.summary}", TITLE), (headings, HEADING), (guide.article, TEXT))
    score = sum(weight * min(3, _count(text, word)) for text, weight in fields for word in words)
    return Hit(name=guide.name, title=guide.title, score=score, excerpt=_excerpt(guide.article, words))


def _count(text: str, word: str) -> int:
    stem = word[:-1] if len(word) > 4 and word.endswith("s") else word
    found = len(re.findall(rf"\b{re.escape(stem)}", text.lower()))
    if found or len(word) < 5:
        return found
    from rapidfuzz import fuzz

    return sum(fuzz.ratio(word, other) >= NEAR for other in set(re.findall(r"[a-z']{4,}", text.lower())))


def _excerpt(article: str, words: list[str]) -> str:
    body = re.sub(r"\s+", " ", re.sub(r"^#.*$|[*`]", "", article, flags=re.MULTILINE))
    sentences = re.split(r"(?<=[.?]) ", body)
    best = max(sentences, key=lambda sentence: sum(word in sentence.lower() for word in words))
    return best.strip()[:160]
