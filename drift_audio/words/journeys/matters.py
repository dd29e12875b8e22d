"""Which matter a story sounds like: the nearest of many tellings by the sentence model, and a few words that speak for one.

The ranking alone permits nothing: it is right first in seven stories of ten. Only what a journey needs, confirmed, permits it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from drift_audio.scenario import Frozen
from drift_audio.words.journeys.load import load_journeys
from drift_audio.words.lazy_pattern import LazyPattern
from drift_audio.words.understanding import theme_model
from drift_audio.words.understanding.arrays import Vector
from drift_audio.yamlfile import read_mapping

FILE: Final = Path(__file__).parent / "matters.yaml"
VECTORS: Final = Path(__file__).parent / "tellings.npz"
NEAREST: Final = 3
CUE: Final = 0.04
MOST_CUES: Final = 2
_WHOLE: Final = 127.0


class Heard(Frozen):
    """A matter and how near it lies, about 0 to 1."""

    matter: str
    near: float


def sound_of(text: str) -> Vector | None:
    """What a text is held against tellings by; None where the sentence model is missing."""
    return theme_model.vector(text) if theme_model.ready() else None


def heard(text: str, sound: Vector | None = None) -> tuple[Heard, ...]:
    """Every matter, the nearest first; none without the sentence model. sound: of the text, where it is known already."""
    own = sound_of(text) if sound is None else sound
    if own is None:
        return ()
    rows = [
        Heard(matter=matter, near=_near(own, texts) + CUE * min(MOST_CUES, cued(matter, text)))
        for matter, texts in tellings().items()
    ]
    return tuple(sorted(rows, key=lambda row: -row.near))


def nearness(sound: Vector, tellings_of: Iterable[str]) -> float:
    """How near the sound of a text lies to some tellings."""
    return _near(sound, tuple(tellings_of))


def glosses() -> Mapping[str, str]:
    """The line of each matter that can be shown to a person."""
    return {matter: str(row["gloss"]) for matter, row in _table().items()}


@cache
def tellings() -> dict[str, tuple[str, ...]]:
    """How each matter is told: by its own list and by its journeys."""
    told = {matter: list(row["tellings"]) for matter, row in _table().items()}
    for journey in load_journeys().values():
        if not journey.told_centred:
            told.setdefault(journey.matter, []).extend(journey.tellings)
    return {matter: tuple(texts) for matter, texts in told.items()}


def every_telling() -> tuple[str, ...]:
    """All that `tellings.npz` holds the vectors of."""
    own = (text for journey in load_journeys().values() if journey.told_centred for text in journey.tellings)
    return tuple(dict.fromkeys([*(text for texts in tellings().values() for text in texts), *own]))


def pack(texts: Iterable[str]) -> dict[str, Any]:
    """Keys and vectors (int8, 127 is 1) of tellings, as they are stored; those that are stored already are not read anew."""
    import numpy as np

    every = tuple(texts)
    return {
        "keys": np.array([_key(text) for text in every]),
        "vectors": np.round(_vectors(every) * _WHOLE).astype(np.int8),
    }


def _near(own: Any, texts: tuple[str, ...]) -> float:
    import numpy as np

    found = np.sort(_vectors(texts) @ own)[-NEAREST:]
    return float(found.mean()) if len(found) else 0.0


def cued(matter: str, text: str) -> int:
    """How many of the words that speak for a matter stand in a text."""
    low = text.lower().replace("\u2019", "'")
    return sum(pattern.search(low) is not None for pattern in _cues().get(matter, ()))


@cache
def _vectors(texts: tuple[str, ...]) -> Any:
    import numpy as np

    known = _stored()
    # A telling that was written since the vectors were is heard as well, only more slowly.
    rows = [known.get(_key(text)) for text in texts]
    return np.stack([theme_model.vector(text) if row is None else row for text, row in zip(texts, rows, strict=True)])


@cache
def _stored() -> dict[str, Any]:
    import numpy as np

    if not VECTORS.is_file():
        return {}
    with np.load(VECTORS, allow_pickle=False) as stored:
        vectors = stored["vectors"].astype(np.float32) / _WHOLE
        return {str(key): vector for key, vector in zip(stored["keys"], vectors, strict=True)}


def stored_keys() -> frozenset[str]:
    """Keys of the tellings whose vectors are stored."""
    return frozenset(_stored())


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _cues() -> dict[str, tuple[LazyPattern, ...]]:
    return {
        matter: tuple(LazyPattern(rf"(?<!\w)(?:{cue.lower()})(?!\w)") for cue in row.get("cues", ()))
        for matter, row in _table().items()
    }


@cache
def _table() -> dict[str, Any]:
    return read_mapping(FILE)
