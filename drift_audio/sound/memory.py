"""Keeps the C library from hoarding what numpy gave back: a mix moves large arrays through several threads."""

from __future__ import annotations

import ctypes
import gc
import sys
from contextlib import suppress
from typing import Final

_ARENA_MAX: Final = -8
"""M_ARENA_MAX of glibc's malloc.h."""

_MMAP_THRESHOLD: Final = -3
"""M_MMAP_THRESHOLD of the same."""

_TRIM_THRESHOLD: Final = -1

_LARGE: Final = 4 << 20


def release_freed_memory() -> None:
    """Return freed memory to the system, let threads share one heap from here on, and keep large arrays out of it.

    glibc gives every thread a heap of its own and keeps what is freed there: 100 MB more at the peak of a session, for no
    time gained. An array of 4 MB or more gets pages of its own, which go back when it goes. Does nothing with another C library.
    """
    gc.collect()
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_ARENA_MAX, 1)
        libc.mallopt(_MMAP_THRESHOLD, _LARGE)
        libc.mallopt(_TRIM_THRESHOLD, 16 * _LARGE)
        libc.malloc_trim(0)
