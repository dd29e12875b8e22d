"""English and a few other languages to the phoneme alphabet that Kokoro reads (misaki's): hibari's rules, else espeak."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Final

from drift_audio.errors import EngineError, EngineMissing

ESPEAK_VOICES: Final = {"en-us": "en-us", "en-gb": "en-gb", "es": "es", "fr": "fr", "hi": "hi", "it": "it", "pt-br": "pt-br"}
_TIES: Final = {"aɪ": "I", "aʊ": "W", "eɪ": "A", "oʊ": "O", "əʊ": "Q", "ɔɪ": "Y", "dʒ": "ʤ", "tʃ": "ʧ", "dz": "ʣ", "ts": "ʦ"}
_ENGLISH: Final = {"ɚ": "əɹ", "ɐ": "ə", "r": "ɹ", "x": "k", "ç": "k", "ɬ": "l", "e": "A", "o": "ɔ", "ɾ": "T", "ʔ": "t", "g": "ɡ"}
_LOCK: Final = threading.Lock()


@cache
def phonemizer(language: str) -> Callable[[str], str]:
    """A function from a normalised sentence to phonemes.

    language: "en-us", "en-gb", "es", "fr", "hi", "it" or "pt-br".

    Raises:
        EngineMissing: espeak is needed (no English, or hibari is broken) and piper-tts, which carries it, is not installed.
    """
    if language.startswith("en"):
        try:
            from drift_audio.sound.engines.hibari import english

            return _first_thread_first(english(british=language == "en-gb"))
        except ImportError:
            pass  # espeak reads English too, a little worse
    return _espeak(language)


def _first_thread_first(g2p: Callable[[str], str]) -> Callable[[str], str]:
    # hibari loads its network for unknown words lazily; two threads must not do that at once.
    def read(text: str) -> str:
        with _LOCK:
            return g2p(text)

    return read


def _espeak(language: str) -> Callable[[str], str]:
    try:
        from piper.phonemize_espeak import EspeakPhonemizer
    except ImportError as error:
        install = "pip install 'drift-audio[piper]'"
        raise EngineMissing(f"{language} needs espeak, which the piper extra carries: {install}") from error
    espeak = EspeakPhonemizer()
    voice = ESPEAK_VOICES[language]

    def read(text: str) -> str:
        try:
            with _LOCK:
                clauses = espeak.phonemize(voice, text)
        except RuntimeError as error:
            raise EngineError(f"espeak cannot read {language}: {error}") from error
        return to_misaki(" ".join("".join(clause) for clause in clauses), english=language.startswith("en"))

    return read


def to_misaki(ipa: str, *, english: bool) -> str:
    """espeak's IPA in misaki's alphabet: diphthongs and affricates are single letters there."""
    text = ipa.replace("\u0361", "").replace("\u200d", "").replace("^", "")
    for pair, letter in _TIES.items():
        text = text.replace(pair, letter)
    if english:
        text = "".join(_ENGLISH.get(letter, letter) for letter in text).replace("ː", "")
    return text.replace("\u0329", "").replace("-", "")
