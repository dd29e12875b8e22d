from __future__ import annotations

import os
import subprocess
import sys

import pytest

from drift_audio.machine import is_loopback, usable_cores


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.9.10", "::1"])
def test_these_lead_back_to_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "0.0.0.0", "::", "192.168.1.4", "example.org", "localhost.example.org", "127.0.0.1.example.org"]
)
def test_these_may_lead_elsewhere(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to some of its cores")
def test_only_the_cores_lent_to_the_process_count() -> None:
    one = min(os.sched_getaffinity(0))
    code = f"import os\nos.sched_setaffinity(0, {{{one}}})\nfrom drift_audio.machine import usable_cores\nprint(usable_cores())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "1"
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
