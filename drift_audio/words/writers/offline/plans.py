"""Which slots a phase is made of, in which order: read from `plans.yaml` beside the shared banks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from drift_audio.errors import CatalogError
from drift_audio.words.guides.load import SHARED, load_banks
from drift_audio.words.guides.model import Banks

BREATH: Final = "@breath"
DEFAULT_MIDDLE: Final = ("look", "image", "kind", "turn", "step")
TURN: Final = "turn"
STILL: Final = "still"  # a stretch without words stands before the turning point, where there is room for one
ONCE: Final = frozenset({"image", "step"})


@dataclass(frozen=True, slots=True)
class Token:
    """One slot of a phase.

    required: always said. longer: required in sessions that are not short. repeat: said again, with other words, until the
    phase is full. spare: only when the slots before it have nothing left. mixed: spread among what stands before it.
    counted: only before counted breaths.
    """

    slot: str
    required: bool = False
    repeat: bool = False
    counted: bool = False
    longer: bool = False
    spare: bool = False
    mixed: bool = False


def phase_tokens(style: str, phase: str, theme: Banks) -> tuple[Token, ...]:
    """The slots of one phase of a style; `@theme` stands for the theme's own middle.

    Raises:
        CatalogError: the plan does not name this phase.
    """
    plans = load_banks(SHARED).plans or {}
    names = plans.get(f"{style}-{phase}")
    if names is None:
        raise CatalogError(f"guides/{SHARED}/plans.yaml: no plan for {style}-{phase}")
    tokens: list[Token] = []
    for name in names:
        tokens += _middle(theme) if name == "@theme" else [_token(name)]
    return tuple(tokens)


def _middle(theme: Banks) -> list[Token]:
    names = (theme.plans or {}).get("theme", DEFAULT_MIDDLE)
    tokens: list[Token] = []
    for slot in (_token(name).slot for name in names):
        tokens += [Token(STILL)] if slot == TURN else []
        tokens.append(Token(slot, required=slot == TURN, repeat=slot not in ONCE))
    return tokens


def _token(name: str) -> Token:
    slot = name.rstrip("!*^+~&")
    flags = name[len(slot) :]
    return Token(
        slot,
        required="!" in flags,
        repeat="*" in flags,
        counted="^" in flags,
        longer="+" in flags,
        spare="~" in flags,
        mixed="~" in flags or "&" in flags,
    )
