"""A few sentences to a plain WAV file, for trying a voice; no bed, no levelling, nothing elastic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from drift_audio.errors import ScenarioError
from drift_audio.files import check_output, output_file
from drift_audio.script.model import Utterance
from drift_audio.script.sentences import split
from drift_audio.sound.audio import RATE, Samples
from drift_audio.sound.score import Item
from drift_audio.sound.sound_file import sound_writer
from drift_audio.sound.voice.speech import VoiceBox, speak

GAP_S: Final = 0.7
MAX_CHARS: Final = 5_000
PASSAGE: Final = (
    "You can let this be easy.",
    "Feel the weight of your hands, and let the next breath go a little longer than it came.",
    "There is nothing to solve for these few minutes.",
    "And rest.",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A written file and its length in seconds."""

    path: Path
    voice: str
    seconds: float


def write_sample(
    texts: Sequence[str], path: Path, voices: VoiceBox, *, voice: str, speed: float = 1.0, force: bool = False
) -> Sample:
    """Speak `texts` one after the other into `path`: WAV, 16 bit, mono at the session's rate; whole or not at all.

    Raises:
        OutputError: the path does not end in .wav, exists (without `force`), or its folder is missing.
        EngineError: the voice cannot speak here, or not this.
    """
    check_output(path, formats=("wav",), force=force)
    samples = say(texts, voices, voice=voice, speed=speed)
    with output_file(path) as part, sound_writer(part, RATE, 1, container="WAV", subtype="PCM_16") as file:
        file.write(samples)
    return Sample(path, voice, samples.shape[0] / RATE)


def say(texts: Sequence[str], voices: VoiceBox, *, voice: str, speed: float = 1.0) -> Samples:
    """The texts spoken with short silences between: float32 (frames, 1) at the session's rate."""
    items = [Item(Utterance(text=text), 0, None, voice, speed, 0.0) for text in texts]
    clips = [spoken.clip for spoken in speak(items, voices, seed=0) if spoken.clip is not None]
    if not clips:
        raise ScenarioError("there is nothing to say: the text holds no words")
    gap = np.zeros((round(GAP_S * RATE), 1), np.float32)
    pieces = [piece for clip in clips for piece in (clip.load(), gap)]
    return np.concatenate(pieces[:-1])


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text as it stands, a new one with each line.

    Raises:
        ScenarioError: blank, or longer than 5,000 characters.
    """
    if len(text) > MAX_CHARS:
        raise ScenarioError(f"the text has {len(text):,} characters; the limit for trying a voice is {MAX_CHARS:,}")
    found = tuple(part for line in text.splitlines() for part in split(line.strip()) if part)
    if not found:
        raise ScenarioError("there is nothing to say: the text is empty")
    return found
