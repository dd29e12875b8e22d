"""In which order the wordings of one paragraph are used: each as far as may be from those that were said before it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from drift_audio.words.guides.template import Choice, Seq, Text, count
from drift_audio.words.writers.offline.deal import deal, walk

CANDIDATES: Final = 42
BLOCK: Final = 5

Picks = dict[tuple[int, ...], int]


@lru_cache(maxsize=2048)
def order(tree: Seq, key: str) -> tuple[int, ...]:
    """Indices of a pruned template's wordings (at most `CANDIDATES`), the farthest from the earlier ones next.

    Neighbours in this order are shuffled a little by `key`, so that two sessions are not near each other in every paragraph.
    """
    total = count(tree)
    found = [walk(key, total, step) for step in range(min(total, CANDIDATES))]
    picks = {index: dict(_picks(tree, index)) for index in found}
    cost = dict.fromkeys(found, 0)
    ordered: list[int] = []
    while cost:
        index = min(cost, key=cost.__getitem__)
        del cost[index]
        ordered.append(index)
        for other in cost:
            cost[other] += _alike(picks[index], picks[other]) ** 2
    return tuple(ordered[at] for at in _shuffled(len(ordered), key))


def _shuffled(size: int, key: str) -> Iterator[int]:
    for first in range(0, size, BLOCK):
        block = min(BLOCK, size - first)
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
