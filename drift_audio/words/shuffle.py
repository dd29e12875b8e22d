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


@lru_cache(maxsize=4096)
def _rows(key: str, size: int, share: int, chunk: int) -> tuple[tuple[int, int], ...]:
    """Decks end to end, as many as it takes for hands of `share` cards to come out even; no hand holds a card twice."""
    decks = share // gcd(size, share)
    row: list[tuple[int, int]] = []
    for deck in range(chunk * decks, (chunk + 1) * decks):
        begun = len(row) % share  # the hand that lies across two decks has these already
        held = {card for card, _ in row[len(row) - begun :]}
        cards = _shuffled(key, size, deck)
        first = [card for card in cards if card not in held][: share - begun] if begun else []
        row += [(card, deck) for card in (*first, *(card for card in cards if card not in first))]
    return tuple(row)


def hand(key: str, size: int, share: int, turn: int) -> tuple[tuple[int, int], ...]:
    """The `share` cards (of `size`) of one turn, all different, each with the number of its deck.

    No two turns get the same card of the same deck: a card that comes round again does so with another number.
    """
    chunk, place = divmod(turn, size // gcd(size, share))
    return _rows(key, size, share, chunk)[place * share : (place + 1) * share]


def month_of_decks(size: int, share: int, every: int = 1) -> int:
    """How many decks of `size` cards any month of daily sessions touches, when one in `every` of them takes `share` cards."""
    turns = -(-MONTH // every)
    return -(-(turns * share + size - gcd(size, share)) // size)
