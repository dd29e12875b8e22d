"""A second ear beside the rules: how much each sentence sounds like danger, by the sentence model with an adapter of its own.

The rules know wordings; this knows what is meant by them, and hears most of what nobody foresaw. It widens what the rules hear,
and it lets through what a rule stopped for a word alone ("my boss is going to kill me") where nothing in the whole text sounds
of danger to it. Learnt by `scripts/train-care`; without the model's package the rules stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from drift_audio.words.care.report import Outcome
from drift_audio.words.understanding import theme_model
from drift_audio.words.understanding.language import detect
from drift_audio.words.understanding.minilm import MiniLM, adapted
from drift_audio.words.understanding.wordpiece import pieces

DATA: Final = Path(__file__).parent / "data"
OUTCOMES: Final[tuple[Outcome, ...]] = ("ok", "crisis", "abuse", "caution")
SURE: Final = 0.85
# Of 287 danger signs of two sets it never saw that a rule had stopped, none was below this; of six figures of speech, four.
HARMLESS: Final = 0.001
MOST_PIECES: Final = 96
_TOGETHER: Final = 3
_MOST_SENTENCES: Final = 60
_END: Final = re.compile(r"(?<=[.!?])[\"')’”]*\s+|\n+")


@dataclass(frozen=True, slots=True)
class Heard:
    """How likely the gravest part of a text speaks of danger, 0 to 1, and of which."""

    danger: float
    outcome: Outcome


def hear(text: str) -> Heard | None:
    """What the gravest part of an English text sounds like; None of another language, or where the model is missing."""
    if detect(text) != "en" or not theme_model.ready():
        return None
    ear = tuned()
    gravest = min((ear.likely(part) for part in units(spoken(text))), key=lambda share: share[0], default=None)
    if gravest is None:
        return None
    return Heard(1 - gravest[0], OUTCOMES[1 + max(range(3), key=lambda at: gravest[1 + at])])


def spoken(text: str) -> list[str]:
    """The sentences of a text as they were typed, from its end backwards no more than are worth the time."""
    parts = [part.strip() for part in _END.split(text)]
    return [part for part in parts if re.search(r"[^\W\d_]", part)][-_MOST_SENTENCES:]


def units(sentences: Sequence[str]) -> list[str]:
    """What is judged at once: each sentence alone, and a few together, for what one sentence only hints at."""
    rows = [sentences[at : at + _TOGETHER] for at in range(max(1, len(sentences) - _TOGETHER + 1))] if len(sentences) > 1 else []
    return [*sentences, *(" ".join(row) for row in rows)]


@dataclass(frozen=True)
class Tuned:
    """The sentence model with the ear's adapter, and the reading of it: weights float32 (4, 768), bias float32 (4,)."""

    model: MiniLM
    weights: Any
    bias: Any

    def likely(self, text: str) -> tuple[float, ...]:
        """Probability of each of `OUTCOMES` for one unit."""
        import numpy as np

        logits = self.weights @ theme_model.summed_up(self.model.states(pieces(text, most=MOST_PIECES))) + self.bias
        shares = np.exp(logits - logits.max())
        return tuple((shares / shares.sum()).tolist())


def tuned() -> Tuned:
    """The ear, ready to hear; the sentence model is shared with whoever has it loaded.

    Raises:
        ModuleNotFoundError: the model is not installed.
    """
    learnt = _learnt()
    return Tuned(adapted(theme_model.model(), learnt), learnt["weights"].astype("f4"), learnt["bias"].astype("f4"))


@cache
def _learnt() -> dict[str, Any]:
    """Adapter and reading as `scripts/train-care` wrote them, in 16 bits."""
    import numpy as np

    with np.load(DATA / "classifier.npz", allow_pickle=False) as file:
        return dict(file.items())
