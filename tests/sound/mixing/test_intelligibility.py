"""Words heard in the finished mix, over every bed at its default level, against the dry voice: measured by a recogniser."""

from __future__ import annotations

import re
from functools import cache, partial
from pathlib import Path

import numpy as np
import pytest

from drift_audio.catalog import Catalog
from drift_audio.script.model import Utterance
from drift_audio.sound.audio import RATE, Samples
from drift_audio.sound.beds.base import Bed
from drift_audio.sound.beds.spec import Ambience
from drift_audio.sound.beds.table import open_bed
from drift_audio.sound.dsp.loudness import master
from drift_audio.sound.engines.base import Voice
from drift_audio.sound.mixing.mix import MixOptions, mix
from drift_audio.sound.score import Item, Timeline
from drift_audio.sound.timeline import solve
from drift_audio.sound.voice.clip_cache import ClipCache
from drift_audio.sound.voice.speech import VoiceBox, speak
from tests.instruments import recogniser, word_errors

TEXT = """Welcome, and thank you for taking this time. You can stop at any moment, or open your eyes whenever you like.
Let your body find a position that asks nothing of you. Notice the places where the chair or the floor is holding you up.
There is nothing to fix in the next few minutes. Let the breath come and go by itself, the way waves come to a shore.
You might notice that the morning is still with you, the sharp words in the kitchen and the door that closed.
Shame often speaks in absolutes. It says always, and never, and it is rarely a careful witness.
See if you can picture the small things instead, the cup on the table, the light across the floor, the sound of his steps.
Perhaps there is a tightness in your chest, or a heaviness behind your eyes. Whatever is there is allowed to be there.
A good apology is specific. It names what was said, it says that it hurt, and it leaves out every excuse.
You could try the first sentence quietly now, just to hear how it feels in your own mouth.
Soften the forehead, the jaw and the shoulders. Let the hands be heavy and warm.
If the mind wanders to the washing, the bills or the shopping, that is simply what minds do.
Bring it back the way you would guide a child across a street, without scolding.
Picture the evening that you hope for. Two people at a table, tired and honest, and a little kinder than before.
When you are ready, feel your feet again, and the temperature of the air. Take one fuller breath, and let your eyes open."""

BEDS = Catalog("ambience", Ambience, user_folder=None)


# Every test hears the same three minutes: they are spoken once.
pytestmark = pytest.mark.xdist_group("intelligibility")

# Three words of this passage are one in a hundred: where the first seed of a bed says more, the mean of three decides.
SEEDS = (5, 6, 7)


def opened(expression: str, seed: int = 5) -> Bed:
    return open_bed(expression, seed=seed, catalog=BEDS, user_dir=None)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Timeline:
    """Three minutes of real speech."""
    folder = tmp_path_factory.mktemp("voice")
    cache_of_clips = ClipCache(folder / "clips", max_bytes=1 << 30, key=b"intelligibility!")
    voices = Catalog("voices", Voice, user_folder=None)
    items = [Item(Utterance(text=text), 0, None, "heart", 1.0, 0.5) for text in re.split(r"(?<=\.)\s+", TEXT)]
    with VoiceBox(voices, cache=cache_of_clips, data_dir=Path(folder)) as box:
        spoken = speak(items, box, seed=1)
    seconds = sum(entry.clip.frames for entry in spoken if entry.clip) / RATE * 1.35 + 14
    return solve(spoken, ["One"], seconds=seconds).timeline


def errors(samples: Samples) -> float:
    """Share of the words heard wrong."""
    import soxr

    mono = soxr.resample(samples.mean(axis=1), RATE, 16_000).astype(np.float32)
    segments, _ = recogniser().transcribe(mono, language="en", beam_size=5, condition_on_previous_text=False, temperature=0.0)
    return word_errors(TEXT, " ".join(segment.text for segment in segments))


@cache
def dry_errors(line: Timeline) -> float:
    return errors(np.concatenate(list(mix(line, opened, MixOptions(part="voice")))))


@pytest.mark.slow
def test_the_dry_voice_is_understood(talk: Timeline) -> None:
    assert dry_errors(talk) <= 0.03


#: Even noise, waves, grains, tones and calls: what CI runs of all beds.
SOME = {"rain", "ocean", "fire", "soft-piano", "summer-night"}


@pytest.mark.parametrize("bed", [pytest.param(bed, marks=pytest.mark.slow if bed in SOME else pytest.mark.sweep) for bed in BEDS])
def test_the_bed_costs_at_most_one_word_in_a_hundred(bed: str, talk: Timeline) -> None:
    heard: list[float] = []
    for seed in SEEDS:
        finished = master(mix(talk, partial(opened, seed=seed), MixOptions(ambience=bed)))
        heard.append(errors(np.concatenate(list(finished))))
        assert finished.report.limited <= 0.001
        if np.mean(heard) <= dry_errors(talk) + 0.01:
            return
    pytest.fail(f"{bed}: {np.mean(heard):.1%} of the words wrong over {len(heard)} seeds, {dry_errors(talk):.1%} dry")
