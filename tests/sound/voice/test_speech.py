from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from drift_audio.errors import EngineError, EngineMissing, SpeechError
from drift_audio.script.model import Bell, Breath, Cue, Pause, Script, Section, Utterance
from drift_audio.script.shapes import Arc
from drift_audio.sound.audio import RATE
from drift_audio.sound.clip import load_clip
from drift_audio.sound.engines import tone
from drift_audio.sound.engines.base import Voice
from drift_audio.sound.score import Item, Spoken, flatten
from drift_audio.sound.voice import speech
from drift_audio.sound.voice.clip_cache import ClipCache
from drift_audio.sound.voice.normalise_text import spoken_form
from drift_audio.sound.voice.speech import VoiceBox, speak

TONE = Voice(name="tone", engine="tone", model="sine", character="a tone", languages=("en",), licence="GPL-3.0-or-later")
SENTENCES = ("Let your hands be heavy.", "Nothing is asked of you now.", "Let your hands be heavy.", "You have 5 minutes.")


def box(folder: Path, *voices: Voice) -> VoiceBox:
    known = {voice.name: voice for voice in (voices or (TONE,))}
    return VoiceBox(known, ClipCache(folder / "clips", max_bytes=10**9, key=b"k" * 16), folder, workers=3)


def items(*parts: Utterance | Pause | Breath | Bell | Cue, voice: str = "tone") -> tuple[Item, ...]:
    return flatten(Script(title="T", style="sleep", minutes=5, sections=(Section(name="S", parts=parts),)), voice)


def says(*texts: str) -> tuple[Item, ...]:
    return items(*(Utterance(text=text) for text in texts))


def clip_of(spoken: Spoken) -> speech.Clip:
    assert spoken.clip is not None
    return spoken.clip


def test_order_length_and_what_does_not_speak(tmp_path: Path) -> None:
    two = Utterance(text="Two here.")
    parts = (Utterance(text="One."), Pause(seconds=3), Bell(), two, Cue(speed=0.8), two)
    with box(tmp_path) as voices:
        spoken = speak(items(*parts), voices, seed=1)
    assert [bool(each.clip) for each in spoken] == [True, False, False, True, False, True]
    assert [each.item.part for each in spoken] == list(parts)
    slow, plain = clip_of(spoken[5]).frames, clip_of(spoken[3]).frames
    assert slow / plain == pytest.approx(1 / 0.8, rel=0.01)


def test_tone_clips_are_exactly_as_long_as_documented(tmp_path: Path) -> None:
    with box(tmp_path) as voices:
        for each in speak(says(*SENTENCES), voices, seed=1):
            assert isinstance(each.item.part, Utterance)
            expected = tone.seconds(spoken_form(each.item.part.text))
            assert abs(clip_of(each).frames - expected * RATE) <= 2
            assert clip_of(each).text == each.item.part.text
            assert load_clip(clip_of(each)).shape == (clip_of(each).frames, 1)


def test_a_sentence_is_voiced_once_and_an_edit_voices_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    original = tone.ToneEngine.synthesize

    def counting(self: tone.ToneEngine, text: str, *, speed: float, seed: int) -> np.ndarray:
        said.append(text)
        return original(self, text, speed=speed, seed=seed)

    monkeypatch.setattr(tone.ToneEngine, "synthesize", counting)
    with box(tmp_path) as voices:
        speak(says(*SENTENCES), voices, seed=1)
    assert sorted(said) == sorted({spoken_form(text) for text in SENTENCES})
    said.clear()
    with box(tmp_path) as voices:
        again = speak(says(*SENTENCES[:3], "You have all the time there is."), voices, seed=1)
    assert said == ["You have all the time there is."]
    assert len(again) == 4


def test_everything_cached_loads_no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with box(tmp_path) as voices:
        first = speak(says(*SENTENCES), voices, seed=1)
    monkeypatch.setattr(speech, "open_engine", lambda *_args, **_more: pytest.fail("an engine was loaded"))
    with box(tmp_path) as voices:
        assert speak(says(*SENTENCES), voices, seed=1) == first


def test_thread_order_does_not_show(tmp_path: Path) -> None:
    texts = [f"This is sentence number {number}, spoken softly." for number in range(24)]
    with box(tmp_path / "a") as many, box(tmp_path / "b") as one:
        one.workers = 1
        a = speak(says(*texts), many, seed=1)
        b = speak(says(*reversed(texts)), one, seed=1)
    for left, right in zip(a, reversed(b), strict=True):
        assert clip_of(left).frames == clip_of(right).frames
        assert (load_clip(clip_of(left)) == load_clip(clip_of(right))).all()


def test_the_arc_moves_speed_and_level(tmp_path: Path) -> None:
    arc = Arc(speed=((0.0, 1.0), (1.0, 0.8)), level_db=((0.0, 0.0), (1.0, -6.0)))
    with box(tmp_path) as voices:
        first, _, last = speak(says("The same words.", "Others stand here.", "The same words."), voices, seed=1, arc=arc)
    assert clip_of(last).frames / clip_of(first).frames == pytest.approx(1 / 0.8, rel=0.01)
    assert clip_of(last).level_lufs == pytest.approx(clip_of(first).level_lufs - 6, abs=0.2)
    assert np.abs(load_clip(clip_of(last))).max() == pytest.approx(np.abs(load_clip(clip_of(first))).max() / 2, rel=0.05)


def test_pace_is_reached_by_the_engine(tmp_path: Path) -> None:
    with box(tmp_path) as voices:
        plain = clip_of(speak(says("A sentence of some length."), voices, seed=1)[0])
        quick = clip_of(speak(says("A sentence of some length."), voices, seed=1, pace=1.05)[0])
    assert plain.frames / quick.frames == pytest.approx(1.05, rel=0.005)


def test_breaths_are_cued_sparsely_and_within_their_phases(tmp_path: Path) -> None:
    breath = Breath(in_s=4, hold_s=3, out_s=6, cycles=9)
    with box(tmp_path) as voices:
        spoken = speak(items(breath), voices, seed=5)[0]
        assert speak(items(breath), voices, seed=5)[0] == spoken
        hurried = speak(items(Breath(in_s=0.5, out_s=0.6)), voices, seed=5)[0]
    assert [phase for phase, _ in spoken.cues] == ["in", "hold", "out", "in", "out"]
    room = {"in": 4.0, "hold": 3.0, "out": 6.0}
    assert all(clip.frames < room[phase] * RATE for phase, clip in spoken.cues)
    assert spoken.clip is None
    assert hurried.cues == ()


def test_progress_counts_up_to_all_of_them(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    with box(tmp_path) as voices:
        speak(says(*SENTENCES), voices, seed=1, on_clip=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


class Faulty:
    """An engine that fails in the way its text names."""

    rate = 24_000
    version = "1"
    threads = 1

    def __init__(self) -> None:
        self.tries: list[tuple[str, int]] = []

    def synthesize(self, text: str, *, speed: float, seed: int) -> np.ndarray:
        self.tries.append((text, seed))
        good = tone.ToneEngine().synthesize(text, speed=speed, seed=seed)
        if "once" in text and len(self.tries) == 1:
            return good[:0]
        if "never" in text:
            return np.zeros(24_000, np.float32)
        if "raise" in text:
            raise EngineError("the model fell over")
        return good

    def close(self) -> None: ...


def faulty(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[VoiceBox, Faulty]:
    engine = Faulty()
    monkeypatch.setattr(speech, "open_engine", lambda *_args, **_more: engine)
    return box(folder), engine


def test_a_bad_take_is_tried_again_with_another_seed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    voices, engine = faulty(tmp_path, monkeypatch)
    assert clip_of(speak(says("This fails once."), voices, seed=1)[0]).frames > 0
    assert len({seed for _, seed in engine.tries}) == 2


def test_refusal_names_the_sentence_and_not_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    voices, engine = faulty(tmp_path, monkeypatch)
    with pytest.raises(SpeechError, match=r"sentence 2 of the script .*nothing can be heard") as caught:
        speak(says("All is well.", "My secret; never spoken!"), voices, seed=1)
    assert "secret" not in str(caught.value)
    assert engine.tries[-1][0] == "My secret, never spoken."
    assert len(engine.tries) == 5


def test_an_engine_failure_carries_its_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    voices, _ = faulty(tmp_path, monkeypatch)
    with pytest.raises(EngineError, match=r"sentence 1 \(voice tone\): the model fell over"):
        speak(says("Now raise it."), voices, seed=1)


def test_an_interrupt_stops_soon_and_keeps_the_cache(tmp_path: Path) -> None:
    texts = [f"Sentence {number} of very many." for number in range(200)]

    def stop(done: int, total: int) -> None:
        if done == 10:
            raise KeyboardInterrupt

    voices = box(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        speak(says(*texts), voices, seed=1, on_clip=stop)
    kept = len(list(tmp_path.rglob("*.flac")))
    assert 10 <= kept <= 10 + 2 * 2 * 3
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("speak")]


def test_missing_weights_say_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path / "none"))
    emma = TONE.model_copy(update={"name": "emma", "engine": "hibari", "model": "emma"})
    with pytest.raises(EngineMissing, match="drift-audio voices add emma"):
        speak(items(Utterance(text="Hello."), voice="emma"), box(tmp_path, emma), seed=1)


def test_engines_are_opened_once_and_closed(tmp_path: Path) -> None:
    voices = box(tmp_path)
    engine = voices.engine("tone")
    voices.warm("tone").join()
    assert voices.engine("tone") is engine
    voices.close()
    assert voices.engine("tone") is not engine
