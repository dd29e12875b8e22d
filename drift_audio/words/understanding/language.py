"""Which language a text is in, told by its commonest small words; enough to say "English only" honestly."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

_SMALL_WORDS: Final[dict[str, str]] = {
    "en": "the and i my to of a is was it that he she they have has with for not me at but on so what this you we be are do did had about "
    "when his her want feel am im been from because an can can't don't just very by or if after before our us them him how all want out up who",
    "de": "ich und der die das nicht mein meine meinen meiner mich mir ist war es er sie wir mit fur auf ein eine einen zu von den dem habe hat "
    "bin aber so wie was wenn dass im am noch mehr seit uber sehr kann will oder auch nach bei wegen vor immer",
    "es": "yo y el la los las de que no mi mis me es un una en con por para se lo al del su muy pero mas como esta estoy he ha porque cuando tengo "
    "siento quiero puedo todo sin le ya nada hoy ayer desde mucho",
    "fr": "je et le la les des de ne pas mon ma mes me est un une en avec pour que qui il elle nous se ce au du sur dans suis ai mais plus tres j "
    "c d l n m s qu parce quand tout sans fait depuis trop veux peux hier ete",
    "it": "io e il la gli di che non mio mia mi un una in con per sono ho ha ma piu come questo quando molto lo le del della anche perche",
    "pt": "eu e o a os as de que nao meu minha me um uma em com por para se do da mas mais como estou tenho quando muito porque ele ela voce",
    "nl": "ik en de het een niet mijn me is was hij zij wij met voor op van dat die heb heeft ben maar zo als ook nog meer omdat wanneer te in",
}
_NAMES: Final = {
    "de": "German", "es": "Spanish", "fr": "French", "it": "Italian", "pt": "Portuguese", "nl": "Dutch", "other": "another language",
}  # fmt: skip


def detect(text: str) -> str:
    """"en", "de", "es", "fr", "it", "pt", "nl", or "other" for a text in no Latin script; "en" when there is too little to tell."""
    letters = [c for c in text if c.isalpha()]
    if letters and sum(not _latin(c) for c in letters) > len(letters) / 2:
        return "other"
    scores = small_words(text)
    best = max(scores, key=lambda tongue: (scores[tongue], tongue == "en"))
    return best if scores[best] >= max(2, 1.5 * scores["en"]) and best != "en" else "en"


def small_words(text: str) -> dict[str, int]:
    """How many small words of each language stand in the text."""
    folded = unicodedata.normalize("NFD", text.casefold().replace("’", "'"))
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    words = re.findall(r"[a-z]+(?:'t)?", plain)
    return {tongue: sum(word in known for word in words) for tongue, known in _sets().items()}


def language_name(tag: str) -> str:
    """Name of a language tag in English, the tag itself when it is not known."""
    return _NAMES.get(tag.partition("-")[0].lower(), tag)


@cache
def _sets() -> dict[str, frozenset[str]]:
    return {tongue: frozenset(words.split()) for tongue, words in _SMALL_WORDS.items()}


def _latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith("LATIN")
