"""Mix expressions: `rain + fire:-6dB + warm-drone:-12dB`, a bed's name, or the path of a file or folder."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from drift_audio.errors import CatalogError

MAX_PARTS: Final = 12
LOWEST_DB: Final = -60.0
HIGHEST_DB: Final = 20.0

_LEVEL: Final = re.compile(r"\s*:\s*([+-]?\d+(?:\.\d+)?)\s*(?:dB)?\s*$", re.IGNORECASE)
_SPACED_PLUS: Final = re.compile(r"\s+\+\s+")
_NAMES_ONLY: Final = re.compile(r"[\w-]+(\s*:\s*-?\d+(\.\d+)?\s*(dB)?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """One source of a mix. source: a name or a path as written; level_db: against the others."""

    source: str
    level_db: float = 0.0


def parse(expression: str) -> tuple[Part, ...]:
    """Split an expression into its parts; a path that exists is taken whole, whatever signs are in it.

    Raises:
        CatalogError: empty, an empty part, too many parts, or a level out of range.
    """
    text = expression.strip()
    if not text:
        raise CatalogError("the ambience is empty; give a name, a file, a folder or a mix such as 'rain + fire:-6dB'")
    if _exists(text):
        return (Part(text),)
    parts = tuple(_part(piece, text) for piece in _pieces(text))
    if len(parts) > MAX_PARTS:
        raise CatalogError(f"ambience {text!r}: {len(parts)} parts; at most {MAX_PARTS} can be mixed")
    return parts


def absolute(expression: str) -> str:
    """The same mix with every file or folder by its whole path, so that it means the same from anywhere."""
    parts = [
        replace(part, source=str(Path(part.source).expanduser().absolute())) if is_path(part.source) else part
        for part in parse(expression)
    ]
    if not any(is_path(part.source) for part in parts):
        return expression
    return " + ".join(part.source + (f":{part.level_db:g}dB" if part.level_db else "") for part in parts)


def is_path(source: str) -> bool:
    """Whether a source is written as a file or folder rather than as a name."""
    return "/" in source or "\\" in source or source.startswith(("~", ".")) or bool(Path(source).suffix) or _exists(source)


def _pieces(text: str) -> list[str]:
    pieces = _SPACED_PLUS.split(f" {text} ")
    tight = text.split("+")
    if len(pieces) == 1 and len(tight) > 1 and all(_NAMES_ONLY.fullmatch(piece.strip()) for piece in tight):
        return tight
    return pieces


def _part(piece: str, whole: str) -> Part:
    match = _LEVEL.search(piece)
    source = (piece[: match.start()] if match else piece).strip()
    level = float(match.group(1)) if match else 0.0
    if not source or source in {"+", ":"} or source.startswith("+ ") or source.endswith(" +"):
        raise CatalogError(f"ambience {whole!r}: a part is empty; write it like 'rain + fire:-6dB'")
    if not LOWEST_DB <= level <= HIGHEST_DB:
        allowed = f"from {LOWEST_DB:g} to {HIGHEST_DB:g} dB"
        raise CatalogError(f"ambience {whole!r}: level of {source} must be {allowed}, not {level:g}")
    return Part(source, level)


def _exists(text: str) -> bool:
    try:
        return ("/" in text or "." in text or "\\" in text) and Path(text).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False
