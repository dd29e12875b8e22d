"""Deals variants like cards: consecutive seeds never get the same one until the deck is through."""

from __future__ import annotations

from functools import lru_cache
from math import gcd
from random import Random
from typing import Final

GOLDEN: Final = 0.6180339887498949
MONTH: Final = 30


@lru_cache(maxsize=4096)
def _shuffled(key: str, size: int, deck: int) -> tuple[int, ...]:
    order = list(range(size))
    Random(f"{key}/{size}/{deck}").shuffle(order)
    return tuple(order)


def deal(key: str, size: int, position: int) -> tuple[int, int]:
    """Card and deck number at a position of an endless row of shuffled decks of `size` cards."""
    deck, place = divmod(position, size)
    return _shuffled(key, size, deck)[place], deck


def walk(key: str, total: int, step: int) -> int:
    """Place number `step` of a walk over 0..total-1 that visits every place once before it returns, in long strides."""
    stride = max(1, round(total * GOLDEN))
    while gcd(stride, total) != 1:
        stride += 1
    return (Random(key).randrange(total) + step * stride) % total


def month_of_decks(size: int, share: int, every: int = 1) -> int:
    """How many decks of `size` cards a month of daily sessions goes through, when one in `every` of them takes `share` cards."""
    return -(-MONTH * share // (size * every)) + 1
