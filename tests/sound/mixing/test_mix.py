"""The mix: exact length, no jump, the bed where it should be, and the curves within their slopes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from drift_audio.output_spec import stem_files
from drift_audio.scenario import STYLES
from drift_audio.script.shapes import Duck, Fades, shape
from drift_audio.sound.audio import BLOCK, RATE, Floats, Samples, decibels
from drift_audio.sound.clip import Clip
from drift_audio.sound.dsp.loudness import Meter
from drift_audio.sound.mixing import ducking
from drift_audio.sound.mixing.bells import cue, strike, tuned
from drift_audio.sound.mixing.ducking import STEP
from drift_audio.sound.mixing.mix import MixOptions, SoftClipper, mix
from drift_audio.sound.mixing.stems import write_stems
from drift_audio.sound.mixing.voice_chain import VOICE_LUFS, levels, room, treat
from drift_audio.sound.score import BedChange, BreathCycle, Event, Span, Speech, Strike, Timeline
from tests.sound.instruments import pink

pytestmark = pytest.mark.long


def bed_gain_db(line: Timeline, options: MixOptions) -> Floats:
    """The bed's gain in dB over the session at the control rate, fades apart."""
    return ducking.bed_db(line, options.duck, options.fades)


def steepest(curve: Floats) -> tuple[float, float]:
    """Steepest fall and rise of a curve, in units a second, both positive."""
    slopes = np.diff(curve) * RATE / STEP
    return float(max(0.0, -slopes.min(initial=0.0))), float(max(0.0, slopes.max(initial=0.0)))


class NoiseBed:
    """Endless noise of -30 LUFS: the contract of a bed in ten lines."""

    def __init__(self, name: str) -> None:
        noise = pink(20, len(name))
        meter = Meter()
        meter.add(noise)
        self._noise = noise * np.float32(10 ** ((-30 - meter.lufs) / 20))
        self._at = 0

    def read(self, frames: int) -> Samples:
        places = (self._at + np.arange(frames)) % len(self._noise)
        self._at += frames
        return np.asarray(self._noise[places])


class VoicedClip(Clip):
    """A clip of harmonic sound, made when it is loaded."""

    def load(self) -> Samples:
        time = np.arange(self.frames) / RATE
        glide = 140 * time + 6 * np.sin(2 * np.pi * 0.9 * time)
        tone = sum(np.sin(2 * np.pi * k * glide + k) / k for k in range(1, 30))
        shaped = tone * (0.55 + 0.45 * np.sin(2 * np.pi * 3.5 * time)) * np.minimum(1, np.minimum(time, time[::-1]) / 0.01)
        return np.asarray(0.08 * shaped[:, np.newaxis], np.float32)


def voiced(seconds: float, level: float = -23.0) -> Clip:
    return VoicedClip(f"{seconds}", round(seconds * RATE), Path("nowhere"), RATE, level)


def timeline(seconds: float, speech: Sequence[tuple[float, float]], *others: Event) -> Timeline:
    spoken = [Speech(round(at * RATE), round(length * RATE), voiced(length), 0) for at, length in speech]
    events = sorted([*spoken, *others], key=lambda event: event.start)
    frames = round(seconds * RATE)
    return Timeline(tuple(events), (Span("One", 0, frames),), frames)


TALK = timeline(60.777, [(5, 3), (9.5, 4), (15, 2), (30, 5), (52, 2)], Strike(2 * RATE, 0))
OPTIONS = MixOptions(ambience="sea")


def joined(line: Timeline, options: MixOptions) -> Samples:
    blocks = list(mix(line, NoiseBed, options))
    assert all(block.dtype == np.float32 and block.shape[1] == 2 and len(block) <= BLOCK for block in blocks)
    return np.concatenate(blocks)


def lufs(samples: Samples) -> float:
    meter = Meter()
    meter.add(samples)
    return meter.lufs


def at(samples: Samples, start: float, end: float) -> Samples:
    return samples[round(start * RATE) : round(end * RATE)]


@pytest.mark.parametrize("part", ["all", "voice", "bed"])
def test_exact_length_and_repeatable(part: str) -> None:
    options = replace(OPTIONS, part=part)  # type: ignore[arg-type]
    first, second = joined(TALK, options), joined(TALK, options)
    assert first.shape == (TALK.frames, 2)
    np.testing.assert_array_equal(first, second)


def test_the_stems_add_up_where_nothing_but_voice_and_bed_sounds() -> None:
    whole = joined(TALK, replace(OPTIONS, processing="dry", bells=False))
    parts = joined(TALK, replace(OPTIONS, part="voice")) + joined(TALK, replace(OPTIONS, part="bed"))
    np.testing.assert_allclose(whole, parts, atol=1e-6)


def test_stems_are_files_as_long_as_the_session(tmp_path: Path) -> None:
    wanted = stem_files(tmp_path, "evening")
    write_stems(TALK, NoiseBed, OPTIONS, wanted)
    paths = tuple(wanted.values())
    assert [path.name for path in paths] == ["evening-voice.wav", "evening-bed.wav"]
    voice, bed = (soundfile.read(path, dtype="float32")[0] for path in paths)
    assert voice.shape == bed.shape == (TALK.frames, 2)
    np.testing.assert_allclose(voice, joined(TALK, replace(OPTIONS, part="voice")), atol=1e-6)
    assert not voice[: 4 * RATE].any()
    assert bed[4 * RATE :].any()


@pytest.mark.parametrize("level", [-12.0, -15.0, -20.0])
def test_the_bed_lies_as_far_under_the_voice_as_asked(level: float) -> None:
    bed = joined(TALK, replace(OPTIONS, part="bed", bed_level_db=level, duck=Duck(presence_db=0)))
    assert lufs(at(bed, 31, 35)) - VOICE_LUFS == pytest.approx(level, abs=1.0)


def test_the_duck_is_done_at_the_first_syllable_and_returns_slowly() -> None:
    duck = Duck()
    curve = bed_gain_db(TALK, OPTIONS)
    down, there = curve[round(29.2 * 100)], curve[3000]
    assert there == pytest.approx(-duck.depth_db, abs=0.1)
    assert down == pytest.approx(0, abs=0.1)
    assert curve[round(36.0 * 100)] < -0.5 * duck.depth_db
    assert curve[round(38.0 * 100)] > -0.1
    assert np.all(curve[500:1700] == pytest.approx(-duck.depth_db)), "it does not come back in short gaps"


def test_slopes_stay_gentle() -> None:
    cycles = [BreathCycle(round((38 + 10 * k) * RATE), 4 * RATE, 0, 6 * RATE, 0, 0) for k in range(1)]
    line = timeline(60, [(5, 3), (9, 2), (14, 3), (20.6, 2), (51, 3)], *cycles, BedChange(25 * RATE, None, -6.0))
    for style in STYLES:
        fall, rise = steepest(bed_gain_db(line, replace(OPTIONS, duck=shape(style).duck)))
        assert fall <= 22.0, style
        assert rise <= 7.0, style
    whole = ducking.speaking(line, Duck())
    assert whole.min() >= 0
    assert whole.max() <= 1


def test_the_bed_goes_down_with_a_voice_that_sinks() -> None:
    """Fifteen decibels under the voice stay fifteen when the delivery arc has taken the voice down by four."""
    lowered = [
        replace(clip.clip, gain_db=db) for clip, db in zip(timeline(60, [(5, 3), (50, 3)]).speech(), (0.0, -4.0), strict=True)
    ]
    spoken = [Speech(at * RATE, clip.frames, clip, 0) for at, clip in zip((5, 50), lowered, strict=True)]
    line = Timeline(tuple(spoken), (Span("One", 0, 60 * RATE),), 60 * RATE)
    curve = bed_gain_db(line, replace(OPTIONS, duck=Duck(lift_db=0)))
    assert curve[5100] - curve[600] == pytest.approx(-4, abs=0.3)
    assert curve[5800] == pytest.approx(-4, abs=0.1), "and it does not come up again when the last word is said"
    assert np.abs(np.diff(curve[1200:4800])).max() < 0.01


def test_long_silences_lift_and_breaths_swell() -> None:
    duck = Duck()
    quiet = timeline(60, [(5, 3), (50, 3)])
    assert bed_gain_db(quiet, OPTIONS)[2800] == pytest.approx(duck.lift_db)
    cycle = BreathCycle(20 * RATE, 4 * RATE, 2 * RATE, 6 * RATE, 0, 0)
    breathing = ducking.swell(timeline(60, [], cycle), duck)
    assert breathing[2000] == pytest.approx(0)
    assert breathing[2450] == pytest.approx(duck.swell_db)
    assert breathing[3200] == pytest.approx(0)


def test_it_begins_and_ends_in_silence_and_never_jumps() -> None:
    sound = joined(TALK, replace(OPTIONS, bells=False))
    assert np.abs(sound[:8]).max() < 1e-4
    assert np.abs(sound[-8:]).max() < 1e-4
    assert lufs(at(sound, 0, 1)) < lufs(at(sound, 2.5, 4.4)) - 6


def test_a_bell_at_the_very_end_dies_away() -> None:
    line = timeline(20, [], Strike(18 * RATE, 0))
    sound = joined(line, OPTIONS)
    assert np.abs(at(sound, 18.5, 19)).max() > 0.01
    assert np.abs(sound[-20:]).max() < 1e-4
    assert np.abs(np.diff(at(sound, 19, 20), axis=0)).max() < 0.02


def test_leaving_a_mix_early_stops_its_threads() -> None:
    before = threading.active_count()
    blocks = mix(TALK, NoiseBed, OPTIONS)
    next(blocks)
    assert threading.active_count() > before
    blocks.close()
    assert threading.active_count() == before


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0.05, 12), st.floats(0.4, 8)), min_size=1), st.floats(3, 12), st.floats(0.3, 1.0))
def test_no_timeline_makes_the_bed_pump(gaps: list[tuple[float, float]], depth: float, attack: float) -> None:
    duck = Duck(depth_db=depth, lead_s=attack)
    spoken, now = [], 4.0
    for gap, length in gaps:
        spoken.append((now + gap, length))
        now += gap + length
    line = timeline(now + 10, spoken)
    fall, rise = steepest(ducking.bed_db(line, duck, Fades()))
    slope = np.pi / 2
    assert fall <= slope * (depth / attack + duck.lift_db / 4) * 1.02
    assert rise <= slope * (depth / duck.release_s + duck.lift_db / 4) * 1.02
    speaking = ducking.speaking(line, duck)
    for start, length in spoken:
        under = speaking[round(start * 100 + 0.5) : int((start + length) * 100)]
        assert under.min() == 1.0, "the ramp is done at the first syllable"


def test_the_bed_stays_whole_until_the_last_word_and_then_takes_its_time() -> None:
    line = timeline(600, [(5, 3), (500, 10)])
    curve = ducking.fade(line, Fades(out_s=150))
    assert curve[510 * 100] == pytest.approx(1.0, abs=0.01)
    assert curve[555 * 100] == pytest.approx(0.5, abs=0.02)
    assert curve[-1] == 0.0


def test_peaks_of_a_bed_are_bent_and_the_rest_is_left_alone() -> None:
    quiet = pink(1, 3, 0.02)
    assert SoftClipper().apply(quiet) is quiet
    crackle = quiet.copy()
    crackle[1000:1010] += np.float32(0.9)
    tamed = SoftClipper().apply(crackle)
    assert np.abs(tamed).max() < 0.6 * np.abs(crackle).max()
    np.testing.assert_array_equal(tamed[4000:], crackle[4000:])
    deep = np.sin(2 * np.pi * 40 * np.arange(RATE) / RATE).astype(np.float32)[:, np.newaxis].repeat(2, axis=1) * np.float32(0.5)
    np.testing.assert_allclose(SoftClipper().apply(deep), deep, atol=1e-6)


def test_beds_cross_without_a_hole() -> None:
    line = timeline(60, [], BedChange(15 * RATE, "fire", None), BedChange(30 * RATE, None, -6.0))
    bed = joined(line, replace(OPTIONS, part="bed"))
    before, during, after = (lufs(at(bed, *span)) for span in ((8, 14), (16, 20), (22, 29)))
    assert during == pytest.approx(before, abs=1.0)
    assert after == pytest.approx(before, abs=1.0)
    assert lufs(at(bed, 33.5, 36)) == pytest.approx(after - 6, abs=1.5)


def test_no_bed_means_silence_between_words() -> None:
    sound = joined(TALK, MixOptions(bells=False))
    assert not at(sound, 22, 29).any()
    assert lufs(at(sound, 30.2, 34.8)) > -30


def test_clips_come_to_one_level_without_losing_the_arc() -> None:
    loud, soft, arced = voiced(3, -19.0), voiced(3.1, -27.0), replace(voiced(3.2, -26.0), gain_db=-3.0)
    middle = [voiced(9, -23.0), voiced(9.1, -23.0)]
    gains = levels([loud, soft, arced, *middle])
    after = {clip: clip.level_lufs + gains[clip] for clip in gains}
    assert abs(after[loud] - after[soft]) < 3.0
    assert after[middle[0]] == pytest.approx(VOICE_LUFS - 3.01)
    assert after[arced] == pytest.approx(VOICE_LUFS - 6.01)


def test_the_voice_is_centred_wide_and_not_boomy() -> None:
    voice = voiced(4).load()
    for preset in ("close", "room"):
        treated = treat(voice, preset)  # type: ignore[arg-type]
        left, right = np.square(treated).sum(axis=0)
        assert decibels(float(np.sqrt(left / right))) == pytest.approx(0, abs=0.8)
        middle, side = treated.mean(axis=1), (treated[:, 0] - treated[:, 1]) / 2
        width = 10 * np.log10(np.square(side).sum() / np.square(middle).sum())
        assert -30 < width < -10
    rumble = np.sin(2 * np.pi * 25 * np.arange(RATE) / RATE).astype(np.float32)[:, np.newaxis]
    assert np.abs(treat(rumble, "close")[RATE // 2 : RATE]).max() < 0.25


def test_the_room_is_small_and_even() -> None:
    impulse = room(0.045, -19.0)
    energies = 10 * np.log10(np.square(impulse).sum(axis=0))
    assert energies == pytest.approx([-19.0, -19.0], abs=0.01)
    assert len(impulse) < 0.1 * RATE
    assert not np.allclose(impulse[:, 0], impulse[:, 1])


@pytest.mark.parametrize("sound", [strike(220.0), cue("in"), cue("hold"), cue("out")])
def test_bells_start_softly_ring_at_their_pitch_and_end_in_silence(sound: Samples) -> None:
    assert np.abs(sound).max() == pytest.approx(1.0)
    assert np.abs(sound[0]).max() < 1e-3
    assert np.abs(sound[-RATE // 100 :]).max() < 1e-3
    assert np.abs(np.diff(sound, axis=0)).max() < 0.4


def test_a_key_becomes_a_bell_of_the_middle_octave() -> None:
    assert tuned(None) == tuned("A2") == tuned("a4") == 220.0
    assert tuned("C3") == pytest.approx(261.63, abs=0.01)
    assert tuned("Eb2") == tuned("D#3") == pytest.approx(311.13, abs=0.01)
    assert all(170 < tuned(letter + sign) < 340 for letter in "CDEFGAB" for sign in ("2", "b2", "#4"))


def test_the_bell_is_tuned_to_its_key() -> None:
    for key in (196.0, 261.6):
        ringing = strike(key)[RATE : 5 * RATE, 0] * np.hanning(4 * RATE)
        peak = np.abs(np.fft.rfft(ringing)).argmax() / 4
        assert peak == pytest.approx(key, abs=0.8)
