"""Beds opened before they are needed: their grains and loops take half a second to make, while others wait or speak."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

from drift_audio.sound.beds.base import Bed

Open = Callable[[str], Bed]


class BedPrefetch:
    """One session's beds that were begun early, by their expression. A bed is a stream, so each is given away once."""

    def __init__(self) -> None:
        self._begun: dict[str, Future[Bed]] = {}

    def begin(self, expression: str, opener: Open) -> None:
        """Open a bed in a thread of its own, unless it is under way; what goes wrong shows when it is taken."""
        if not expression or expression in self._begun:
            return
        future = self._begun[expression] = Future()
        threading.Thread(target=_open, args=(future, opener, expression), name="early-bed", daemon=True).start()

    def or_else(self, opener: Open) -> Open:
        """An opener that gives the bed which was begun, and opens every other, or the same once more, by itself."""

        def take(expression: str) -> Bed:
            begun = self._begun.pop(expression, None)
            return opener(expression) if begun is None else begun.result()

        return take


def _open(future: Future[Bed], opener: Open, expression: str) -> None:
    try:
        future.set_result(opener(expression))
    except BaseException as error:  # noqa: BLE001 - handed over, raised where the bed is taken
        future.set_exception(error)
