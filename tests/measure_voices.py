"""Measures voices: words heard wrong, DistillMOS where it is installed, times real time; and the 200-clip test of short cues,
slow speed and long sentences. Run by hand: python -m tests.measure_voices VOICE... [--cues]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from drift_audio.config import load_settings
from drift_audio.script.model import Utterance
from drift_audio.sound import clip_guard
from drift_audio.sound.audio import RATE
from drift_audio.sound.clip import Clip
from drift_audio.sound.score import Item
from drift_audio.sound.voice.clip_cache import ClipCache
from drift_audio.sound.voice.speech import VoiceBox, speak
from drift_audio.studio import voice_catalog
from tests.instruments import recogniser, simple

PASSAGE = (
    "You can let this be easy, and there is nothing here that you have to do well.",
    "Feel the weight of your hands, and notice where your back meets the chair.",
    "Breathe in slowly, and let the next breath go a little longer than it came.",
    "Somewhere in the house a clock is ticking, and you can let it tick.",
    "When a thought arrives, you may nod to it, and come back to the sound of the rain.",
    "This morning something sharp was said, and it has stayed in the room ever since.",
    "You might notice a small quiet place under the worry, the way a lake is still below its waves.",
    "Your shoulders can drop a little further, and your jaw can loosen.",
    "Picture the kitchen in the evening, with one lamp on and the table cleared.",
    "Hear yourself saying that you are sorry, plainly, and then listening.",
    "Each time you open a door today, this calm comes back to you by itself.",
    "In a moment you will stretch, open your eyes, and carry this with you.",
)
CUES = (
    "Relax.", "Breathe in.", "Five.", "And rest.", "Four.", "Three.", "Two.", "One.", "And out.", "Hold it.", "Breathe out.",
    "Good.", "Let go.", "Softer now.", "Stay here.", "Slowly.", "And again.", "Ten.", "Deeper still.", "Rest here.",
    "Just this.", "Nothing to do.", "Let it be.", "Breathe.", "And breathe in again.", "Drifting down.", "All is well.",
    "Listen.", "Notice the breath.", "Only this moment.",
)  # fmt: skip
LONG = (
    (
        "And as the evening settles around the house, and the last light leaves the window, you can feel how the weight of the "
        "whole long day slides slowly from your shoulders, down along your arms, through your open hands, and out into the quiet "
        "floor, so that nothing at all is left for you to carry, to answer, or to hold together any more tonight."
    ),
    (
        "If the mind should wander off to the things that were said, or the things that were not said, or to whatever is waiting "
        "for you tomorrow morning, then you can simply notice that it has gone, without any blame, and with the same patience "
        "that you would show to a small child, lead it gently back to this one breath."
    ),
)
SPEEDS = (0.75, 0.8, 0.85, 0.9)


@dataclass(frozen=True)
class Row:
    """What was measured of a voice. errors: share of words heard wrong. realtime: seconds of speech made in a second."""

    voice: str
    seconds: float
    errors: float
    realtime: float
    mos: float | None


@dataclass(frozen=True)
class Bad:
    """A clip that was not heard as it was written."""

    said: str
    heard: str
    speed: float
    seconds: float


def passage(voice: str, voices: VoiceBox) -> Row:
    """Speak the twelve sentences cold and measure them."""
    voices.engine(voice).synthesize("Warming up.", speed=1.0, seed=0)
    started = time.perf_counter()
    clips = clips_of(PASSAGE, voice, voices)
    took = time.perf_counter() - started
    seconds = sum(clip.frames for clip in clips) / RATE
    wrong = sum(word_distance(text, heard(clip)) for text, clip in zip(PASSAGE, clips, strict=True))
    words = sum(len(simple(text).split()) for text in PASSAGE)
    return Row(voice, seconds, wrong / words, seconds / took, mos(clips))


def short_and_long(voice: str, voices: VoiceBox) -> tuple[int, list[Bad]]:
    """204 clips: the cues at six slow speeds, sentences and sentences of over 50 words at four."""
    bad, count = [], 0
    for speed, texts in plan().items():
        clips = clips_of(texts, voice, voices, speed=speed / voices.voice(voice).pace)
        count += len(clips)
        judged = (judge(text, clip, speed) for text, clip in zip(texts, clips, strict=True))
        bad += [each for each in judged if each]
    return count, bad


def judge(text: str, clip: Clip, speed: float) -> Bad | None:
    """What is wrong with a clip, if anything is."""
    listened, seconds = heard(clip), clip.frames / RATE
    words = len(simple(text).split())
    wrong = garbled(text, listened) if words <= 6 else word_distance(text, listened) > 0.05 * words
    lasts = 0.4 < seconds / clip_guard.typical_seconds(text, speed) < 2.2
    return None if lasts and not wrong else Bad(text, listened, speed, round(seconds, 2))


def plan() -> dict[float, tuple[str, ...]]:
    """Texts by speed."""
    return dict.fromkeys(SPEEDS, CUES + LONG + PASSAGE[:4]) | dict.fromkeys((0.78, 0.88), CUES)


def clips_of(texts: Sequence[str], voice: str, voices: VoiceBox, *, speed: float = 1.0) -> list[Clip]:
    items = [Item(Utterance(text=text), 0, None, voice, speed, 0.0) for text in texts]
    return [spoken.clip for spoken in speak(items, voices, seed=0) if spoken.clip]


def heard(clip: Clip) -> str:
    """What the recogniser hears, with half a second of silence around."""
    import soxr

    silence = np.zeros(RATE // 2, np.float32)
    samples = np.concatenate([silence, clip.load()[:, 0], silence])
    segments, _ = recogniser().transcribe(
        soxr.resample(samples, RATE, 16_000),
        language="en",
        beam_size=2,
        condition_on_previous_text=False,
        without_timestamps=True,
    )
    return " ".join(segment.text.strip() for segment in segments)


def word_distance(said: str, listened: str) -> int:
    """Words substituted, left out or put in."""
    import jiwer

    result = jiwer.process_words(simple(said), simple(listened) or "-")
    return int(result.substitutions + result.deletions + result.insertions)


def garbled(said: str, listened: str) -> bool:
    """Whether a short cue came out wrong: a word too many or too few, sounds put before or behind it, or mostly other sounds.

    A recogniser cannot tell "and rest" from "in rest", nor "for" from "four", when it hears nothing else: a third of the
    phonemes may differ inside.
    """
    from rapidfuzz.distance import Levenshtein

    from drift_audio.sound.engines.phonemes import phonemizer

    read = phonemizer("en-us")
    a, b = ("".join(c for c in read(simple(text)) if c.isalpha()) for text in (said, listened))
    words = len(simple(said).split()) - len(simple(listened).replace("-", " ").split())
    added = len(b) > len(a) and (b.startswith(a) or b.endswith(a))
    merged = "".join(simple(said).split()) == "".join(simple(listened).split())
    return not merged and (words != 0 or added or Levenshtein.distance(a, b) > max(1 + (" " in said), len(a) // 3))


@cache
def _mos_model() -> Any:
    import distillmos

    model = distillmos.ConvTransformerSQAModel()
    model.eval()
    return model


def mos(clips: Sequence[Clip]) -> float | None:
    """Mean DistillMOS over the clips, None where it is not installed."""
    try:
        import torch

        model = _mos_model()
    except (ImportError, OSError):
        return None
    import soxr

    with torch.no_grad():
        scores = [model(torch.from_numpy(soxr.resample(c.load()[:, 0], RATE, 16_000)).float()[None]).item() for c in clips]
    return float(np.mean(scores))


def session(voice: str, folder: Path, *, minutes: float) -> tuple[float, float]:
    """Seconds that a whole new session takes, and seconds that only its sentences take on as many threads, engine loaded."""
    from concurrent.futures import ThreadPoolExecutor

    from drift_audio import pipeline
    from drift_audio.machine import usable_cores
    from drift_audio.output_spec import OutputSpec
    from drift_audio.scenario import Scenario
    from drift_audio.studio import open_studio

    asked: list[dict[str, Any]] = []
    scenario = Scenario(
        situation="I snapped at my husband over the dishes and he left without a word", minutes=minutes, voice=voice
    )
    settings = load_settings({"cache_dir": folder / "cache"})
    with open_studio(settings, writer="offline") as studio:
        engine = studio.voice_box.engine(voice)
        original = engine.synthesize

        def noting(text: str, *, speed: float, seed: int) -> Any:
            asked.append({"text": text, "speed": speed, "seed": seed})
            return original(text, speed=speed, seed=seed)

        engine.synthesize = noting  # type: ignore[method-assign]
        started = time.perf_counter()
        pipeline.create(scenario, studio, OutputSpec(output=folder / "session.mp3"))
        whole = time.perf_counter() - started
        started = time.perf_counter()
        with ThreadPoolExecutor(min(engine.threads, usable_cores())) as pool:
            list(pool.map(lambda call: original(call["text"], speed=call["speed"], seed=call["seed"]), asked))
        return whole, time.perf_counter() - started


def measure(names: Sequence[str], *, cues: bool) -> None:
    settings = load_settings()
    catalog = voice_catalog(settings)
    print(f"{'voice':<14}{'engine':<9}{'speech s':>9}{'wrong %':>9}{'MOS':>7}{'x real time':>13}")
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            cache_ = ClipCache(Path(folder), max_bytes=10**9, key=b"measure-voices-0")
            with VoiceBox(catalog, cache_, settings.data_dir) as voices:
                row = passage(name, voices)
                shown = "-" if row.mos is None else f"{row.mos:.2f}"
                engine = catalog[name].engine
                print(
                    f"{name:<14}{engine:<9}{row.seconds:>9.1f}{100 * row.errors:>9.1f}{shown:>7}{row.realtime:>13.1f}", flush=True
                )
                if cues:
                    count, bad = short_and_long(name, voices)
                    print(f"  {len(bad)} of {count} short, slow and long clips not heard as written", flush=True)
                    for each in bad:
                        print(f"    {each.speed}: {each.said[:40]!r} heard {each.heard[:60]!r} ({each.seconds} s)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voices", nargs="+")
    parser.add_argument("--cues", action="store_true", help="also 204 short, slow and long clips")
    parser.add_argument("--session", type=float, metavar="MINUTES", help="also a whole session against its sentences alone")
    given = parser.parse_args()
    measure(given.voices, cues=given.cues)
    for each in given.voices if given.session else ():
        with tempfile.TemporaryDirectory() as scratch:
            took, alone = session(each, Path(scratch), minutes=given.session)
            print(
                f"{each}: session of {given.session:g} min {took:.1f} s, sentences alone {alone:.1f} s, ratio {took / alone:.2f}"
            )
