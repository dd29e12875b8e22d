"""In which order the wordings of one paragraph are used: each as far as may be from those that were said before it.

Every deck that deals a paragraph within a month has wordings of its own, and so has every day on which it may be said besides.
So nobody hears a paragraph in the same words twice in thirty days, as long as it has as many wordings as decks.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from drift_audio.words.guides.template import Choice, Seq, Text, count
from drift_audio.words.shuffle import MONTH, deal, walk

CANDIDATES: Final = 42
BLOCK: Final = 4
PAIR: Final = 2
SPARE: Final = 10
FAIR_SHARE: Final = 0.36  # a pair that shares nothing leaves halves for all others; thirds are fairer to every pair

Picks = dict[tuple[int, ...], int]


@lru_cache(maxsize=2048)
def order(tree: Seq, key: str, need: int = CANDIDATES) -> tuple[int, ...]:
    """Indices of a pruned template's wordings (at most `CANDIDATES`), the farthest from the earlier ones next.

    Neighbours in this order are shuffled a little by `key`, so that two sessions are not near each other in every paragraph.
    need: how many of them a month says. If it is two, they differ in all that they can.
    """
    total = count(tree)
    found = [walk(key, total, step) for step in range(min(total, CANDIDATES))]
    picks = {index: dict(_picks(tree, index)) for index in found}
    cost = dict.fromkeys(found, 0.0)
    ordered: list[int] = []
    while cost:
        index = min(cost, key=cost.__getitem__)
        del cost[index]
        ordered.append(index)
        fair = _alike(picks[index], picks[index]) * FAIR_SHARE * (need > PAIR)
        for other in cost:
            cost[other] += max(fair, _alike(picks[index], picks[other])) ** 2
    return tuple(ordered[at] for at in _shuffled(len(ordered), key, min(BLOCK, max(need, 1))))


def own(wordings: int, decks: int, deck: int) -> range:
    """Places in the order of a paragraph's wordings that belong to one deck of the `decks` of a month."""
    return range(deck % min(decks, wordings), wordings, min(decks, wordings) + _spare(wordings, decks))


def besides(wordings: int, decks: int, seed: int, *, shift: int) -> range:
    """Places that belong to this seed alone, when the paragraph is said out of its turn; none on most days."""
    spare = _spare(wordings, decks)
    day, off = divmod(seed + shift, -(-MONTH // spare)) if spare else (0, 1)
    return range(0) if off else range(decks + day % spare, wordings, decks + spare)


def onward(wordings: int, seed: int) -> range:
    """Places from one that the seed picks, for a paragraph that is nobody's turn: never none."""
    return range(seed % wordings, wordings)


def _spare(wordings: int, decks: int) -> int:
    """Classes of wordings that no deck of a month uses."""
    return min(SPARE, max(0, wordings - decks))


def _shuffled(size: int, key: str, most: int) -> Iterator[int]:
    for first in range(0, size, most):
        block = min(most, size - first)
        yield from (first + deal(f"{key}/block", block, first // BLOCK * block + at)[0] for at in range(block))


def _alike(one: Picks, other: Picks) -> int:
    """Words of the alternatives that two wordings share."""
    return sum(words for path, words in one.items() if path in other)


def _picks(sequence: Seq, index: int, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], int]]:
    """Which alternative wording `index` takes at each place, with the words of it; the same walk as `template.expand`."""
    for at, node in enumerate(sequence):
        if not isinstance(node, Choice):
            continue
        index, own = divmod(index, sum(node.sizes))
        for number, (option, size) in enumerate(zip(node.options, node.sizes, strict=True)):
            if own < size:
                here = (*path, at, number)
                yield here, sum(len(part.text.split()) for part in option if isinstance(part, Text))
                yield from _picks(option, own, here)
                break
            own -= size
