"""Keeps the C library from hoarding what numpy gave back: a mix moves large arrays through several threads."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from typing import Final

_ARENA_MAX: Final = -8
"""M_ARENA_MAX of glibc's malloc.h."""


def give_back() -> None:
    """Return freed memory to the system, and let threads share one heap from here on.

    glibc gives every thread a heap of its own and keeps what is freed there: 100 MB more at the peak of a session, for no
    time gained. Does nothing with another C library.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_ARENA_MAX, 1)
        libc.malloc_trim(0)
