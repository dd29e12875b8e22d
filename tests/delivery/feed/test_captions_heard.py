"""What the captions say is what is heard, when it is heard: measured on the decoded sound, silences included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from drift_audio import pipeline
from drift_audio.config import load_settings
from drift_audio.delivery.feed.captions import captions
from drift_audio.output_spec import OutputSpec
from drift_audio.script.markup import parse
from drift_audio.studio import open_studio
from tests.delivery.batches import SCRIPT

STEP_S = 0.01  # 441 frames, a whole number, so that the grid does not drift itself
WORDS = SCRIPT.replace("{number}", "one").replace("[pause]", "[silence 7s]\n\nNow a line after a silence.\n\n[pause 2s]")


def test_every_cue_begins_and_ends_with_the_voice(tmp_path: Path) -> None:
    settings = load_settings(environ={"DRIFT_AUDIO_HOME": str(tmp_path / "home")})
    target = OutputSpec(output=tmp_path / "a.wav", bells=False, bed_level_db=-60)
    with open_studio(settings, writer="offline") as studio:
        session = pipeline.render(parse(WORDS), studio, target)
    samples, rate = soundfile.read(session.path, always_2d=True)
    step = round(rate * STEP_S)
    frames = samples[: len(samples) // step * step, 0].reshape(-1, step)
    loud = np.sqrt(np.mean(frames**2, axis=1)) > 0.02
    lines = captions(session.timeline)
    assert len(lines) == 5
    assert len(samples) == session.timeline.frames
    for line in lines:
        begin, end = round(line.start / STEP_S), round(line.end / STEP_S)
        middle = (begin + end) // 2
        first = begin - 20 + int(np.argmax(loud[begin - 20 : middle]))
        assert abs(first - begin) * STEP_S <= 0.05, line
        last = middle + int(np.flatnonzero(loud[middle : end + 20])[-1])
        assert abs(last + 1 - end) * STEP_S <= 0.05, line
    spoken = np.zeros(len(loud), bool)
    for line in lines:
        spoken[round(line.start / STEP_S) - 5 : round(line.end / STEP_S) + 5] = True
    assert not loud[~spoken].any(), "nothing is said outside the cues"
