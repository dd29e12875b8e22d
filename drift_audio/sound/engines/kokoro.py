"""Kokoro-82M as ONNX: many voices and blends of them from one model; 24 kHz.

Its known weaknesses are worked around here: phrases under about thirty phonemes come out garbled or with a sound put before
them, so they are spoken between two carrier phrases and cut out at the silences; slow sentences may get such a sound too, so
they follow a short lead; pieces over 250 phonemes are rushed, so long sentences are cut at phrase borders. The measurements
stand in docs/decisions/kokoro.md.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol
from weakref import WeakValueDictionary

import numpy as np

from drift_audio.errors import CatalogError, EngineError, EngineMissing, SpeechError
from drift_audio.sound import clip_guard
from drift_audio.sound.audio import Matrix, Mono
from drift_audio.sound.engines import weights
from drift_audio.sound.engines.base import Engine, EngineState, Voice
from drift_audio.sound.engines.phonemes import phonemizer

READS_IPA: Final = True
RATE: Final = 24_000
STYLE_ROWS: Final = 510
SHORT: Final = 32
LONGEST: Final = 250
GAP_S: Final = 0.16
SLOWEST: Final = 0.5
FASTEST: Final = 2.0
CARRIERS: Final = ("Gently now.", "Slowly now.")
LEADS: Final = ("And now.", "Gently now.")
SLOW: Final = 0.8
LANGUAGES: Final = {"a": "en-us", "b": "en-gb", "e": "es", "f": "fr", "h": "hi", "i": "it", "p": "pt-br"}
ALGORITHM: Final = "2"
_BLEND: Final = re.compile(r"^([a-z]{2}_[a-z]+)(?::(\d*\.?\d+))?$")

_SESSIONS: Final[WeakValueDictionary[tuple[str, int, int], ModelSession]] = WeakValueDictionary()
_OPENING: Final = threading.Lock()


class ModelSession(Protocol):
    """What onnxruntime's `InferenceSession` offers."""

    def run(self, output_names: None, input_feed: Mapping[str, object], /) -> Sequence[object]:
        """Every output for these inputs."""
        ...


class KokoroEngine:
    """One Kokoro voice: a model that may be shared, a style and a phonemizer."""

    rate = RATE

    def __init__(self, session: ModelSession, style: Matrix, read: Callable[[str], str], *, version: str, threads: int) -> None:
        self._session: ModelSession | None = session
        self._style = style
        self._read = read
        self._ids = vocabulary()
        self.version = version
        self.threads = threads

    def synthesize(self, text: str, *, speed: float, seed: int) -> Mono:
        # The model has no noise to seed; another seed means another carrier, so that a retry is not the same again.
        phonemes = "".join(letter for letter in self._read(text) if letter in self._ids).strip()
        if not any(letter.isalpha() for letter in phonemes):
            raise SpeechError("kokoro: there is nothing in it that can be said")
        speed = min(max(speed, SLOWEST), FASTEST)
        if len(phonemes) < SHORT:
            return self._short(phonemes, speed, CARRIERS[seed % len(CARRIERS)])
        gap = np.zeros(round(GAP_S * RATE / speed), np.float32)
        first, *others = split(phonemes)
        opening = self._led(first, speed, LEADS[seed % len(LEADS)]) if speed < SLOW else self._run(first, speed)
        pieces = [clip_guard.trim(piece, RATE) for piece in (opening, *(self._run(other, speed) for other in others))]
        return np.concatenate([part for piece in pieces for part in (piece, gap)][:-1])

    def close(self) -> None:
        self._session = None

    def _short(self, phonemes: str, speed: float, carrier: str) -> Mono:
        around = self._read(carrier)
        spoken = clip_guard.trim(self._run(f"{around} {phonemes} {around}", speed), RATE)
        share = (len(around) + 0.5) / (2 * len(around) + 2 + len(phonemes))
        return cut_between(spoken, round(share * spoken.size), round((1 - share) * spoken.size))

    def _led(self, phonemes: str, speed: float, lead: str) -> Mono:
        before = self._read(lead)
        spoken = clip_guard.trim(self._run(f"{before} {phonemes}", speed), RATE)
        share = (len(before) + 0.5) / (len(before) + 1 + len(phonemes))
        return cut_behind(spoken, round(share * spoken.size))

    def _run(self, phonemes: str, speed: float) -> Mono:
        if self._session is None:
            raise EngineError("kokoro was closed")
        tokens = [self._ids[letter] for letter in phonemes]
        inputs = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": self._style[min(len(tokens), STYLE_ROWS - 1)],
            "speed": np.array([speed], np.float32),
        }
        return np.asarray(self._session.run(None, inputs)[0], np.float32).reshape(-1)


def cut_between(samples: Mono, first: int, second: int) -> Mono:
    """What stands between two silences, the pair that is long and near the expected places (in samples).

    Raises:
        SpeechError: there are no two silences to cut at.
    """
    quiet = silences(samples)
    pairs = [(a, b) for index, a in enumerate(quiet) for b in quiet[index + 1 :]]
    if not pairs:
        raise SpeechError("kokoro: a short phrase ran into the words around it")

    before, behind = max(pairs, key=lambda pair: _fit(pair[0], first) + _fit(pair[1], second))
    start, stop = max(before[0], before[1] - round(0.015 * RATE)), behind[0] + round(0.02 * RATE)
    return samples[start : min(stop, behind[1])]


def cut_behind(samples: Mono, expected: int) -> Mono:
    """What stands behind the silence that is long and near `expected` (in samples), looked for up to twice as far.

    Raises:
        SpeechError: there is no silence to cut at.
    """
    quiet = [gap for gap in silences(samples) if gap[0] < 2.2 * expected]
    if not quiet:
        raise SpeechError("kokoro: a sentence ran into the words before it")
    start, stop = max(quiet, key=lambda gap: _fit(gap, expected))
    return samples[max(start, stop - round(0.015 * RATE)) :]


def _fit(gap: tuple[int, int], expected: int) -> float:
    return (gap[1] - gap[0]) - abs((gap[0] + gap[1]) / 2 - expected) / 2


def silences(samples: Mono) -> list[tuple[int, int]]:
    """Inner stretches of at least 15 ms under 3 % of the peak, as [start, stop) in samples."""
    window = RATE // 200
    level = np.abs(samples[: samples.size // window * window]).reshape(-1, window).max(axis=1)
    quiet = np.concatenate([[False], level < 0.03 * level.max(initial=0.0), [False]])
    edges = np.flatnonzero(quiet[1:] != quiet[:-1]).reshape(-1, 2)
    inner = [(int(a), int(b)) for a, b in edges if a > 0 and b < level.size and b - a >= 3]
    return [(a * window, b * window) for a, b in inner]


def split(phonemes: str, longest: int = LONGEST) -> tuple[str, ...]:
    """Cut at phrase borders into pieces of at most `longest` phonemes and of nearly the same length."""
    if len(phonemes) <= longest:
        return (phonemes,)
    middle = len(phonemes) / 2
    borders = [m.end() for m in re.finditer(r"[.!?;:,—…]+\s+", phonemes)] or [m.end() for m in re.finditer(r"\s+", phonemes)]
    inner = [at for at in borders if SHORT <= at <= len(phonemes) - SHORT]
    at = min(inner, key=lambda border: abs(border - middle)) if inner else int(middle)
    return split(phonemes[:at].strip(), longest) + split(phonemes[at:].strip(), longest)


def parse_blend(text: str) -> dict[str, float]:
    """Shares by style name of "af_heart" or "af_heart:0.7+af_nicole:0.3"; they add up to 1.

    Raises:
        CatalogError: not of that form, or no positive share.
    """
    shares: dict[str, float] = {}
    for part in text.replace(" ", "").split("+"):
        found = _BLEND.match(part)
        if not found or len(shares) >= 8:
            raise CatalogError(f"style {text!r} must be a style or a blend such as af_heart:0.7+af_nicole:0.3")
        shares[found[1]] = shares.get(found[1], 0.0) + float(found[2] or 1)
    total = sum(shares.values())
    if total <= 0:
        raise CatalogError(f"style {text!r}: the shares must add up to more than nothing")
    return {name: share / total for name, share in shares.items()}


def load_style(shares: dict[str, float], home: Path) -> Matrix:
    """The blended style: float32 (510, 1, 256); row n suits n phonemes."""
    blend = np.zeros((STYLE_ROWS, 1, 256), np.float32)
    for name, share in shares.items():
        file = home / "voices" / f"{name}.bin"
        if weights.size_of(file) != blend.nbytes:
            raise EngineMissing(f"the Kokoro style {name} is not here; add it with: drift-audio voices add PATH")
        blend += np.float32(share) * np.fromfile(file, "<f4").reshape(blend.shape)
    return blend


def vocabulary() -> dict[str, int]:
    """Phoneme to token number."""
    import hibari

    file = Path(hibari.__file__).parent / "assets" / "vocab.json"
    found: dict[str, int] = json.loads(file.read_text("utf-8"))
    return found


def state(voice: Voice, *, data_dir: Path) -> EngineState:
    """Ready when the model and every style of the blend are here."""
    home = weights.voice_folder(voice, data_dir=data_dir)
    files = needed(voice, home)
    language_of(voice)
    if weights.missing(voice, data_dir=data_dir) or any(weights.size_of(file) is None for file in files):
        return EngineState(state="needs weights", hint=f"drift-audio voices add {voice.name}")
    return EngineState(state="ready")


def version(voice: Voice, *, data_dir: Path) -> str:
    """Our handling and the files' hashes."""
    files = needed(voice, weights.voice_folder(voice, data_dir=data_dir))
    if any(weights.size_of(file) is None for file in files):
        raise EngineMissing(f"voice {voice.name!r} needs its weights; run: drift-audio voices add {voice.name}")
    return f"{ALGORITHM}-{weights.stamp(files)}"


def needed(voice: Voice, home: Path) -> list[Path]:
    """The model and the style files of a voice."""
    return [home / "model.onnx", *(home / "voices" / f"{name}.bin" for name in parse_blend(style_of(voice)))]


def style_of(voice: Voice) -> str:
    """The style or blend that a voice asks for."""
    return str(voice.options.get("style", "af_heart"))


def language_of(voice: Voice) -> str:
    """espeak-like language of the style with the largest share.

    Raises:
        CatalogError: its language is none that we can put into phonemes.
    """
    shares = parse_blend(style_of(voice))
    letter = max(shares, key=lambda name: shares[name])[0]
    if letter not in LANGUAGES:
        raise CatalogError(f"voice {voice.name!r}: styles starting with {letter!r} speak a language that is not supported yet")
    return LANGUAGES[letter]


def build(voice: Voice, *, data_dir: Path) -> Engine:
    """Load model, style and pronunciation.

    Raises:
        EngineMissing: weights are not here.
    """
    home = weights.voice_folder(voice, data_dir=data_dir)
    named = version(voice, data_dir=data_dir)
    style = load_style(parse_blend(style_of(voice)), home)
    session = open_session(home / "model.onnx", threads=1)
    return KokoroEngine(session, style, phonemizer(language_of(voice)), version=named, threads=8)


def open_session(model: Path, *, threads: int) -> ModelSession:
    """An onnxruntime session of `threads` a call; callers bring the parallelism, which costs less than threads inside.

    Voices of the same model share the session while any of them is open.
    """
    key = (str(model), model.stat().st_mtime_ns, threads)
    with _OPENING:
        if (session := _SESSIONS.get(key)) is None:
            session = _SESSIONS[key] = _load(model, threads)
        return session


def _load(model: Path, threads: int) -> ModelSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session: ModelSession = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        kind = type(error).__name__
        raise EngineMissing(f"{model}: is not a model that onnxruntime can load ({kind}); add it again") from error
    return session
