"""The sentence model in numpy against the runtime it was made for, and what it must not cost."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from drift_audio.words.understanding import minilm, theme_model

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def file() -> Path:
    found = theme_model.model_file()
    assert found is not None
    return found


def test_it_is_the_runtime_s_result_at_every_length(file: Path) -> None:
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    model, rng = minilm.load(file), np.random.default_rng(3)
    for length in (2, 3, 15, 16, 17, 90, 256):
        ids = rng.integers(0, 30_522, (1, length)).astype(np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        told = session.run(None, feed)[0][0].mean(axis=0)
        assert model(ids[0].tolist()) == pytest.approx(told, abs=5e-6)


def test_the_weights_stay_on_disk(file: Path) -> None:
    words, _ = minilm.load(file).words
    assert not words.flags.owndata
    assert words.dtype == np.int8


@pytest.mark.parametrize("content", [b"", b"\x3a\x00", b"\x3a\x05\x2a\x03\x42\x01x", b"\xff" * 40, b"plain text", bytes(9)])
def test_another_file_is_named_and_nothing_else_happens(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="model"):
        minilm.load(path)


def test_numbers_of_any_size_are_read() -> None:
    message = np.frombuffer(b"\x08\x96\x01" + b"\x15" + struct.pack("<f", 1.5) + b"\x1a\x02hi", dtype=np.uint8)
    fields = list(minilm._fields(message))
    assert fields[0][:2] == (1, 150)
    assert bytes(fields[1][2]) == struct.pack("<f", 1.5)
    assert bytes(fields[2][2]) == b"hi"


def test_a_story_costs_less_than_forty_megabytes_more() -> None:
    """Peak of a process that reads one story, with the model and without, in fresh processes."""
    code = (
        "import resource, sys\n"
        "from drift_audio.words.understanding import theme_model\n"
        "if sys.argv[1] == 'without': theme_model.ready = lambda: False\n"
        "from drift_audio.words.understanding.reader import read_story\n"
        "read_story('I snapped at my husband over the dishes and he left')\n"
        "assert 'onnxruntime' not in sys.modules\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    peaks = [
        int(subprocess.run([sys.executable, "-c", code, how], capture_output=True, text=True, check=True).stdout)
        for how in ("with", "without")
    ]
    assert peaks[0] - peaks[1] < 40_000
