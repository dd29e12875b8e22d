"""The estimate of speech against the default voice itself."""

from __future__ import annotations

import numpy as np
import pytest

from drift_audio.catalog import Catalog
from drift_audio.config import load_settings
from drift_audio.script.budget import speech_seconds, word_count
from drift_audio.script.shapes import shape
from drift_audio.sound.clip_guard import trim
from drift_audio.sound.engines.base import Voice
from drift_audio.sound.engines.table import open_engine

#: None of these was among the sentences that the estimate was fitted to.
SENTENCES = (
    "Welcome, and thank you for taking these few minutes for yourself.",
    "You may stop at any time, or open your eyes whenever you like.",
    "Let the chair carry the back, and let the floor carry the feet.",
    "Perhaps there is a tightness under the ribs, and it can stay for now.",
    "Breathe out.",
    "Somewhere outside a gate closes, and the street is quiet again.",
    "What would your friend say, if she stood in this kitchen with you?",
    "The letter on the table has waited for a week, and it can wait for one more breath.",
    "Notice the left hand, the palm, the thumb, and the tips of the fingers.",
    "Good night.",
    "Tomorrow, when the phone rings, your shoulders will remember this.",
    "There is nothing here that needs an answer before morning.",
)


@pytest.mark.slow
def test_the_estimate_is_near_the_voice_over_the_arc() -> None:
    voice = Catalog("voices", Voice, user_folder=None).get(load_settings({}, environ={"HOME": "/nonexistent"}).voice)
    arc = shape("meditation").arc
    engine = open_engine(voice, data_dir=load_settings({}, environ={"HOME": "/nonexistent"}).data_dir)
    spoken = guessed = 0.0
    for number, text in enumerate(SENTENCES):
        speed = arc.speed_at(number / (len(SENTENCES) - 1))
        samples = engine.synthesize(text, speed=voice.pace * speed, seed=1)
        spoken += len(trim(np.asarray(samples), engine.rate)) / engine.rate
        guessed += speech_seconds(text, speed=speed)
    engine.close()
    pace = sum(map(word_count, SENTENCES)) / spoken * 60
    print(f"spoken {spoken:.1f} s, estimated {guessed:.1f} s ({guessed / spoken - 1:+.1%}), {pace:.0f} words a minute")
    assert guessed == pytest.approx(spoken, rel=0.05)
    assert 110 <= pace <= 140
