"""What this machine is to its programs: the addresses that lead back to it, and the cores it lends."""

from __future__ import annotations

import ipaddress
import os


def is_loopback(host: str) -> bool:
    """Whether only this machine can be reached by `host`; a name counts only when it is localhost."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def usable_cores() -> int:
    """Cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
