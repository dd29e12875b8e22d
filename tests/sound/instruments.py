"""Independent instruments and simple sources that the sound tests share."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from drift_audio.sound.audio import RATE, Samples
from tests.instruments import ffmpeg


def needed(command: str) -> str:
    path = shutil.which(command)
    if path is None:
        pytest.skip(f"the {command} command is not installed here")
    return path


def decode(path: Path) -> Samples:
    """Decoded samples at the session's rate: float32 (frames, 2)."""
    command = [ffmpeg(), "-v", "error", "-i", str(path), "-f", "f32le", "-ac", "2", "-ar", str(RATE), "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stderr == b"", done.stderr.decode()
    return np.frombuffer(done.stdout, np.float32).reshape(-1, 2)


@dataclass(frozen=True)
class Reading:
    lufs: float
    true_peak: float


def ebur128(path: Path) -> Reading:
    """What ffmpeg's ebur128 filter says of a file."""
    command = [ffmpeg(), "-hide_banner", "-nostats", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    lufs, peak = re.findall(r"I:\s+(-?[\d.]+) LUFS", text)[-1], re.findall(r"Peak:\s+(-?[\d.]+|-inf) dBFS", text)[-1]
    return Reading(float(lufs), float(peak))


def write(path: Path, samples: Samples, rate: int = RATE) -> Path:
    soundfile.write(path, samples, rate, subtype="FLOAT")
    return path


def cut(samples: Samples, size: int = 65_536) -> Iterator[Samples]:
    for start in range(0, len(samples), size):
        yield samples[start : start + size].astype(np.float32)


def pink(seconds: float, seed: int = 0, level: float = 0.05) -> Samples:
    """Stereo noise of 3 dB less an octave."""
    frames = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal((frames, 2)), axis=0)
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(frames, 1 / RATE), 20))[:, np.newaxis]
    noise = np.fft.irfft(spectrum, frames, axis=0)
    return np.asarray(noise * level / noise.std(), np.float32)
