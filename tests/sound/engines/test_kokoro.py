"""Kokoro's handling of short, long and blended speech, on a stand-in for the model; test_real.py has the real weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift_audio.errors import CatalogError, EngineMissing, SpeechError
from drift_audio.sound.engines import kokoro, weights
from drift_audio.sound.engines.base import Voice
from drift_audio.sound.engines.phonemes import phonemizer, to_misaki

VOICE = Voice(
    name="mine", engine="kokoro", model="kokoro-v1.0-int8", character="c", languages=("en",), licence="l",
    options={"style": "af_a:0.75+bf_b:0.25"},
)  # fmt: skip
STEP = 1200


class Session:
    """50 ms of tone a phoneme, of silence a mark or space: what was asked for can be read off the length."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.styles: list[float] = []

    def run(self, _outputs: None, inputs: dict[str, Any]) -> list[np.ndarray]:
        tokens = list(inputs["tokens"][0][1:-1])
        self.asked.append(tokens)
        self.styles.append(float(inputs["style"][0, 0]))
        letters = {number: letter for letter, number in kokoro.vocabulary().items()}
        step = round(STEP / float(inputs["speed"][0]))
        tone = 0.3 * np.sin(2 * np.pi * 300 * np.arange(step) / kokoro.RATE)
        return [np.concatenate([tone if letters[t].isalpha() else np.zeros(step) for t in tokens]).astype(np.float32)]


def engine() -> tuple[kokoro.KokoroEngine, Session]:
    session = Session()
    style = np.arange(510, dtype=np.float32).reshape(510, 1, 1).repeat(256, axis=2)
    return kokoro.KokoroEngine(session, style, phonemizer("en-us"), version="1", threads=2), session


def test_a_short_phrase_is_cut_out_of_its_carrier() -> None:
    made, session = engine()
    samples = made.synthesize("Five.", speed=1.0, seed=0)
    sounds = sum(letter.isalpha() for letter in phonemizer("en-us")("Five."))
    assert len(session.asked[0]) > kokoro.SHORT / 2
    voiced = np.abs(samples) > 1e-4
    assert voiced.sum() / STEP == pytest.approx(sounds, abs=0.3)


def test_a_slow_sentence_is_cut_off_its_lead() -> None:
    made, session = engine()
    text = "Let your shoulders soften, and notice the weight of your hands."
    plain = made.synthesize(text, speed=0.9, seed=0)
    slow = made.synthesize(text, speed=0.6, seed=0)
    assert len(session.asked[1]) > len(session.asked[0])
    assert (np.abs(slow) > 1e-4).sum() == pytest.approx((np.abs(plain) > 1e-4).sum() * 0.9 / 0.6, rel=0.02)


def test_a_retry_is_carried_by_other_words() -> None:
    made, session = engine()
    made.synthesize("Five.", speed=1.0, seed=4)
    made.synthesize("Five.", speed=1.0, seed=5)
    assert session.asked[0] != session.asked[1]


def test_a_sentence_goes_as_it_is_and_a_long_one_in_pieces() -> None:
    made, session = engine()
    made.synthesize("Let your shoulders soften, and notice the weight of your hands.", speed=0.9, seed=0)
    assert len(session.asked) == 1
    session.asked.clear()
    made.synthesize("and let it go, " * 40 + "softly.", speed=0.9, seed=0)
    assert len(session.asked) > 2
    assert all(len(tokens) <= kokoro.LONGEST for tokens in session.asked)


def test_the_style_row_is_that_of_the_length() -> None:
    made, session = engine()
    made.synthesize("Let your shoulders soften, and notice the weight of your hands.", speed=0.9, seed=0)
    assert session.styles[0] == len(session.asked[0])


def test_nothing_to_say_is_refused() -> None:
    with pytest.raises(SpeechError, match="nothing in it"):
        engine()[0].synthesize("...", speed=1.0, seed=0)


@given(
    st.lists(st.text(alphabet="abdefɪəˈ", min_size=1, max_size=30), min_size=1, max_size=60), st.sampled_from([" ", ", ", ". "])
)
def test_splitting_loses_nothing_and_keeps_the_limit(words: list[str], joint: str) -> None:
    text = joint.join(words)
    pieces = kokoro.split(text)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(0 < len(piece) <= kokoro.LONGEST for piece in pieces)


def test_cutting_needs_two_silences() -> None:
    tone = np.ones(2400, np.float32) * 0.1
    gap = np.zeros(1200, np.float32)
    with pytest.raises(SpeechError, match="ran into"):
        kokoro.cut_between(np.concatenate([tone, gap, tone]), 2400, 4000)
    cut = kokoro.cut_between(np.concatenate([tone, gap, 2 * tone, gap, tone]), 3000, 6600)
    assert (cut >= 0.15).sum() == 2400
    assert not ((cut > 0.05) & (cut < 0.15)).any()


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("af_heart", {"af_heart": 1.0}),
        ("af_heart:0.7+af_nicole:0.3", {"af_heart": 0.7, "af_nicole": 0.3}),
        ("af_a:2 + bf_b:6", {"af_a": 0.25, "bf_b": 0.75}),
        ("af_a+af_a", {"af_a": 1.0}),
    ],
)
def test_blends(text: str, shares: dict[str, float]) -> None:
    assert kokoro.parse_blend(text) == pytest.approx(shares)


@pytest.mark.parametrize(
    "text", ["", "heart", "af_heart:x", "af_heart:-1", "af_heart:0", "../af_x", "af_heart++", "af_heart:1:2"]
)
def test_what_is_no_blend_is_refused(text: str) -> None:
    with pytest.raises(CatalogError, match="style"):
        kokoro.parse_blend(text)


def test_styles_are_blended_by_their_shares(tmp_path: Path) -> None:
    home = weights.voice_folder(VOICE, data_dir=tmp_path)
    (home / "voices").mkdir(parents=True)
    np.full(510 * 256, 4.0, "<f4").tofile(home / "voices" / "af_a.bin")
    np.full(510 * 256, 8.0, "<f4").tofile(home / "voices" / "bf_b.bin")
    assert np.allclose(kokoro.load_style(kokoro.parse_blend(kokoro.style_of(VOICE)), home), 5.0)
    assert kokoro.language_of(VOICE) == "en-us"
    with pytest.raises(EngineMissing, match="af_c is not here"):
        kokoro.load_style({"af_c": 1.0}, home)


def test_state_and_version_follow_the_files(tmp_path: Path) -> None:
    assert kokoro.state(VOICE, data_dir=tmp_path).state == "needs weights"
    with pytest.raises(EngineMissing, match="drift-audio voices add mine"):
        kokoro.build(VOICE, data_dir=tmp_path)
    home = weights.voice_folder(VOICE, data_dir=tmp_path)
    (home / "voices").mkdir(parents=True)
    for name in ("af_a", "bf_b"):
        np.zeros(510 * 256, "<f4").tofile(home / "voices" / f"{name}.bin")
    (home / "model.onnx").write_bytes(b"no model at all")
    assert kokoro.state(VOICE, data_dir=tmp_path).state == "ready"
    before = kokoro.version(VOICE, data_dir=tmp_path)
    (home / "model.onnx").write_bytes(b"another, as long")
    assert kokoro.version(VOICE, data_dir=tmp_path) != before
    with pytest.raises(EngineMissing, match="not a model that onnxruntime can load"):
        kokoro.build(VOICE, data_dir=tmp_path)


def test_languages_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(CatalogError, match="not supported"):
        kokoro.language_of(VOICE.model_copy(update={"options": {"style": "jf_alpha"}}))


def test_espeak_phonemes_become_misakis() -> None:
    assert to_misaki("həlˈoʊ dʒˈeɪmz", english=True) == "həlˈO ʤˈAmz"
    assert set(to_misaki("tʃˈaʊ aɪ ɔɪ ɐ ɚ r", english=True)) <= {*kokoro.vocabulary(), " "}
