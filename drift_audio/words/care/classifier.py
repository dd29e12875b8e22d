"""Two classifiers beside the rules: how much a text sounds like danger, by the sentence model with an adapter of their own.

The rules know wordings; these know what is meant by them, and hear most of what nobody foresaw. A story is heard whole, so that a
dark sentence counts for what it means among the others, and so that length alone raises nothing. A few sentences are heard one by
one, and three together, by an adapter that learnt from such lines. Without the model's package the rules stand alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from drift_audio.words.care.report import Outcome
from drift_audio.words.understanding import theme_model
from drift_audio.words.understanding.arrays import Matrix, Tensor, Vector
from drift_audio.words.understanding.language import detect
from drift_audio.words.understanding.minilm import MiniLM, adapted
from drift_audio.words.understanding.wordpiece import pieces

DATA: Final = Path(__file__).parent / "data"
OUTCOMES: Final[tuple[Outcome, ...]] = ("ok", "crisis", "abuse", "caution")
Kind = Literal["line", "story"]
# From so many sentences and words on, a text is a story and is heard as one.
STORY_SENTENCES: Final = 4
STORY_WORDS: Final = 40
_TOGETHER: Final = 3
# Pieces of a window, and words that surely fit into one: what was learnt from was seldom longer.
MOST_PIECES: Final = 320
_WINDOW_WORDS: Final = 200
_MOST_SENTENCES: Final = 120
# Every reading is over vectors of unit length, made louder so that learning moves; and over so many of the loudest pieces.
LOUD: Final = 20.0
LOUDEST: Final = 5
_END: Final = re.compile(r"(?<=[.!?])[\"')’”]*\s+|\n+")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a text sounds like. log_odds: of danger or a need for care, of a story; of its gravest sentence where it is none.

    kind: which danger it would be. outcome: the likeliest answer but "ok". caution: probability of a need for care alone, 0 to 1.
    """

    log_odds: float
    kind: Outcome
    outcome: Outcome
    caution: float
    is_story: bool


def hear(text: str) -> Heard | None:
    """What an English text sounds like; None of another language, or where the model is missing."""
    if detect(text) != "en" or not theme_model.ready():
        return None
    sentences = spoken(text)
    if not sentences:
        return None
    story = is_story(sentences)
    parts = windows(sentences) if story else units(sentences)
    return _gravest(map(tuned("story" if story else "line").likely, parts), story=story)


def is_story(sentences: Sequence[str]) -> bool:
    """Whether sentences are to be heard together rather than one by one."""
    return len(sentences) >= STORY_SENTENCES and sum(len(sentence.split()) for sentence in sentences) >= STORY_WORDS


def units(sentences: Sequence[str]) -> list[str]:
    """What is heard at once of a few sentences: each alone, and three together, for what one of them only hints at."""
    rows = [sentences[at : at + _TOGETHER] for at in range(max(1, len(sentences) - _TOGETHER + 1))] if len(sentences) > 1 else []
    return [*sentences, *(" ".join(row) for row in rows)]


def _gravest(shares: Iterable[tuple[float, ...]], *, story: bool) -> Heard:
    """The reading of the part that sounds gravest."""
    heard = [_heard(share, story=story) for share in shares]
    return max(heard, key=lambda one: one.log_odds)


def _heard(share: tuple[float, ...], *, story: bool) -> Heard:
    danger = share[1] + share[2] + (0.0 if story else share[3])
    return Heard(
        log_odds=math.log((danger + 1e-9) / (1 - danger + 1e-9)),
        kind="crisis" if share[1] >= share[2] else "abuse",
        outcome=OUTCOMES[1 + max(range(3), key=lambda at: share[1 + at])],
        caution=share[3],
        is_story=story,
    )


def spoken(text: str) -> list[str]:
    """The sentences of a text as they were typed; of a very long one those of its beginning and of its end."""
    parts = [part.strip() for part in _END.split(text)]
    told = [part for part in parts if re.search(r"[^\W\d_]", part)]
    half = _MOST_SENTENCES // 2
    return told if len(told) <= _MOST_SENTENCES else [*told[:half], *told[-half:]]


def windows(sentences: Sequence[str]) -> list[str]:
    """What is heard at once: the whole story, or of a long one stretches that overlap by half."""
    found, begin = [], 0
    while begin < len(sentences):
        end, words = begin, 0
        while end < len(sentences) and (words := words + len(sentences[end].split())) <= _WINDOW_WORDS:
            end += 1
        end = max(end, begin + 1)
        found.append(" ".join(sentences[begin:end]))
        if end == len(sentences):
            break
        begin = max(begin + 1, (begin + end) // 2)
    return found


@dataclass(frozen=True)
class Tuned:
    """The sentence model with the classifier's adapter, and two readings of it.

    weights: float32 (4, 768) over the whole text, bias: float32 (4,), piece_weights: float32 (4, 384) over its loudest pieces.
    """

    model: MiniLM
    weights: Matrix
    bias: Vector
    piece_weights: Matrix

    def likely(self, text: str) -> tuple[float, ...]:
        """Probability of each of `OUTCOMES` for one text of at most `MOST_PIECES` pieces; the rest is left out."""
        import numpy as np

        logits = self.logits(self.model.states(pieces(text, most=MOST_PIECES)))
        shares = np.exp(logits - logits.max())
        return tuple((shares / shares.sum()).tolist())

    def logits(self, last: Matrix) -> Vector:
        """Log odds of each outcome, but for a constant, from the model's last layer (pieces, 384)."""
        import numpy as np

        inner = last[1:-1] if len(last) > 2 else last
        single = inner / np.linalg.norm(inner, axis=1, keepdims=True) @ (LOUD * self.piece_weights.T)
        loudest = np.sort(single, axis=0)[-LOUDEST:].mean(axis=0)
        odds: Vector = LOUD * (self.weights @ theme_model.summed_up(last)) + self.bias + loudest
        return odds


def tuned(kind: Kind) -> Tuned:
    """A classifier, ready to hear; the sentence model is shared with whoever has it loaded.

    Raises:
        ModuleNotFoundError: the model is not installed.
    """
    learnt = learnt_for(kind)
    readings = (learnt[name].astype("f4") for name in ("weights", "bias", "piece_weights"))
    return Tuned(adapted(theme_model.model(), learnt), *readings)


@cache
def learnt_for(kind: Kind) -> dict[str, Tensor]:
    """Adapter and readings of a classifier, in 16 bits; what they were learnt from is told in the note beside each file."""
    import numpy as np

    with np.load(DATA / f"{kind}_classifier.npz", allow_pickle=False) as file:
        return dict(file.items())
