"""Put on PYTHONPATH by the batch tests: every sentence that the tone voice really speaks is noted, in every process."""

import os

from drift_audio.sound.engines import tone

_speak = tone.ToneEngine.synthesize


def _noted(self, text, *, speed, seed):
    samples = _speak(self, text, speed=speed, seed=seed)
    with open(os.environ["DRIFT_TEST_VOICED"], "a") as file:  # noqa: PTH123
        file.write(f"{speed:.4f} {seed} {text!r}\n")
    return samples


tone.ToneEngine.synthesize = _noted
