"""Where the labelled texts stand: `learnt` was learnt from or written beside the rules, `unseen` never was."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1] / "corpora"
CARE: Final = ROOT / "care"
STORIES: Final = ROOT / "stories"
STRANDS: Final = ROOT / "strands" / "learnt"
TOLD: Final = ROOT / "told" / "stories.yaml"
# Folders of care texts, one file an outcome; what stands in `learnt` without all four outcomes is for training alone.
CARE_LEARNT: Final = tuple(
    sorted(path for path in (CARE / "learnt").iterdir() if path.name == "first" or path.name.startswith("held_"))
)
CARE_UNSEEN: Final = tuple(sorted(path for path in (CARE / "unseen").iterdir() if path.name.startswith("held_")))


def lines(file: Path) -> list[str]:
    """The texts of a file, one a line; blank lines and comments are passed over."""
    return [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]


def care_texts(folder: Path, outcome: str) -> list[str]:
    """The texts of one outcome."""
    return lines(folder / f"{outcome}.txt")


def stories(name: str) -> Path:
    """The file of a story set, learnt from or not."""
    return next(file for kind in ("learnt", "unseen") if (file := STORIES / kind / f"{name}.txt").is_file())
