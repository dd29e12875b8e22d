"""Finished scripts by keyed hash, so that a run that fails later asks nobody again."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from drift_audio.files import private_folder, write_whole
from drift_audio.words.writers.base import Written

MOST_FILES: Final = 64


class ScriptCache:
    """A private folder of finished scripts. Names are keyed hashes: without the key they tell nothing."""

    def __init__(self, folder: Path | None, *, key: bytes) -> None:
        self._folder = folder
        self._key = key[:64]

    def name(self, *asked: str) -> str:
        """Name of the answer to exactly this request."""
        digest = hashlib.blake2b(key=self._key, digest_size=20)
        for part in asked:
            digest.update(len(part).to_bytes(8, "big") + part.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def load(self, name: str) -> Written | None:
        """A kept script, or None; a damaged file counts as none."""
        if self._folder is None:
            return None
        file = self._folder / f"{name}.json"
        try:
            written = Written.model_validate_json(file.read_bytes())
            os.utime(file)
        except (OSError, ValidationError):
            return None
        return written

    def store(self, name: str, written: Written) -> None:
        """Keep a script; a folder that cannot be written costs the cache, not the session."""
        if self._folder is None:
            return
        try:
            write_whole(private_folder(self._folder) / f"{name}.json", written.model_dump_json().encode())
            self._forget_old()
        except OSError:
            return

    def _forget_old(self) -> None:
        folder = self._folder or Path()
        files = sorted(folder.glob("*.json"), key=lambda file: (file.stat().st_mtime, file.name))
        for file in files[: max(0, len(files) - MOST_FILES)]:
            file.unlink(missing_ok=True)
