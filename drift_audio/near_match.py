"""What somebody may have meant by a name that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

LEAST_LIKENESS: Final = 60.0
WORD_SHARE: Final = 0.85


def near_matches(name: str, choices: Iterable[str], *, limit: int = 3) -> tuple[str, ...]:
    """Choices that look like `name`, or share whole words with it, best first."""
    from rapidfuzz import utils

    wanted = utils.default_process(name)
    likeness = {choice: _likeness(wanted, utils.default_process(choice)) for choice in choices}
    near = [choice for choice, value in likeness.items() if value >= LEAST_LIKENESS]
    return tuple(sorted(near, key=lambda choice: -likeness[choice])[:limit])


def hint(name: str, choices: Iterable[str]) -> str:
    """What to say of an unknown `name`: the near choices, or all of them."""
    choices = tuple(choices)
    near = near_matches(name, choices)
    return f"did you mean {' or '.join(near)}?" if near else f"choose one of {', '.join(choices)}"


def _likeness(wanted: str, choice: str) -> float:
    """0..100: by their letters, or a little less by their words ("rain" is a part of "rain tent", which is itself nearer)."""
    from rapidfuzz import fuzz

    return max(fuzz.ratio(wanted, choice), WORD_SHARE * fuzz.token_set_ratio(wanted, choice)) if wanted else 0.0
