"""Nothing that we import reports home: the speech runtime would, were it not told otherwise before it starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def left_behind(code: str, home: Path) -> list[str]:
    """Files that a Python process leaves in an empty home and temporary folder of its own."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "ORT_"))}
    env |= {"HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True)
    return sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())


SPEAK = "from hibari import Hibari; Hibari()('Hello there.')"


def test_the_speech_runtime_does_not_report_home(tmp_path: Path) -> None:
    assert left_behind(f"import drift_audio; {SPEAK}", tmp_path) == []
