"""The listener's part and how grave it was, weighed from every sign at once.

No single word decides who hurt whom: named deeds, the grammar of the others, cues of guilt and of hurt and the sound of the
whole text (with the people in it made nameless) are read together by a linear model learnt in `scripts/train-themes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final, cast

from drift_audio.words.understanding import acts, theme_model
from drift_audio.words.understanding.arrays import Doubles, Matrix, Vector
from drift_audio.words.understanding.people import Mention
from drift_audio.words.understanding.story import Gravity, Role
from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.words.understanding.tokens import Doc, Token
from drift_audio.words.understanding.unnamed_acts import Dealing

_CUES: Final = ("owned", "suffered", "back", "their_answer", "my_hurt", "heavier", "lighter", "graver")
# A unit vector has small numbers beside the signs, which are 0 to 2.
_SOUND: Final = 6.0
_VECTOR: Final = 384
# For the theme the sound is the greater part; held against sets j to n unseen.
_THEME_TOLD: Final = 0.2
_THEME_NAMELESS: Final = 0.7


def weigh(signs: Doubles) -> tuple[tuple[Role, float], tuple[Gravity, float]]:
    """Part and gravity with their confidence, from `signs`; both "none" together."""
    part, sure = cast("tuple[Role, float]", _best("part", signs))
    if part == "none":
        return ("none", sure), ("none", sure)
    gravity, how_sure = cast("tuple[Gravity, float]", _best("gravity", signs, without="none"))
    return (part, sure), (gravity, how_sure)


def signs(text: str, doc: Doc, mentions: Sequence[Mention], named: Sequence[acts.Deed], dealt: Sequence[Dealing]) -> Doubles:
    """All signs of a tidied text as one vector of float64: counts and cues, then the sound of the text without its people."""
    import numpy as np

    lower = text.lower()
    first: Sequence[acts.Deed | Dealing] = named[:1] or dealt[:1]
    roles = [min(2, sum(deed.role == role for deed in named)) for role in ("caused", "hurt", "both")]
    roles += [min(2, sum(dealing.role == role for dealing in dealt)) for role in ("caused", "hurt")]
    roles += [any(deed.role == role for deed in first) for role in ("caused", "hurt")]
    cues = [acts.has_cue(name, lower) for name in _CUES]
    grades = [any(deed.act.gravity == grade for deed in named) for grade in ("minor", "moderate", "major")]
    told = np.array([*roles, *cues, *_opening(doc), *grades], dtype=np.float64)
    return np.concatenate([told, _SOUND * theme_model.vector(_nameless(text, mentions))])


def theme_signs(text: str, signs: Doubles, flags: Sequence[bool], *, nameless: bool) -> Doubles:
    """What the theme is read from: the sound of the text, all `signs` of what was done, and flags of who is spoken of.

    nameless: the text has nobody's names in it, so that its sound is among the signs already.
    """
    import numpy as np

    sound = signs[-_VECTOR:] / _SOUND
    told = np.concatenate([signs[:-_VECTOR], np.array(flags, dtype=np.float64)])
    return np.concatenate([sound if nameless else theme_model.vector(text), _THEME_TOLD * told, _THEME_NAMELESS * sound])


def _opening(doc: Doc) -> list[bool]:
    """Who the first clause is about: I, we, another and I, another."""
    subject = next((token for token in doc if token.dep_ == "nsubj"), None)
    if subject is None:
        return [False] * 4
    beside = beside_me(subject)
    return [subject.lower_ == "i", subject.lower_ == "we", beside, subject.lower_ not in {"i", "we"}]


def beside_me(subject: Token) -> bool:
    """Whether the listener and another are the subject together: "my brother and I", "me and my brother"."""
    others = tuple(subject.conjuncts)
    return bool(others) and any(token.lower_ in {"i", "me"} for token in (subject, *others))


def _nameless(text: str, mentions: Sequence[Mention]) -> str:
    """The text with each "my husband" as "they", so that what was done is heard and not to whom."""
    for mention in sorted(mentions, key=lambda m: -m.start):
        if mention.owned:
            start = max(text.lower().rfind(owner, 0, mention.start) for owner in ("my ", "our "))
            start = start if start >= 0 and mention.start - start <= 25 else mention.start
            text = f"{text[:start]}they{text[mention.end :]}"
    return text


def _best(name: str, signs: Doubles, *, without: str | None = None) -> tuple[str, float]:
    import numpy as np

    weights, bias, names = _reading(name)
    logits = weights @ signs + bias
    share = np.exp(logits - logits.max())
    share = share / share.sum()
    order = [index for index in np.argsort(-share) if names[index] != without]
    return names[order[0]], round(float(share[order[0]]), 2)


@cache
def _reading(name: str) -> tuple[Matrix, Vector, tuple[str, ...]]:
    import numpy as np

    with np.load(DATA / "theme_model.npz", allow_pickle=False) as learnt:
        return learnt[f"{name}_weights"], learnt[f"{name}_bias"], tuple(str(word) for word in learnt[f"{name}_names"])
