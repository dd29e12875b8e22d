"""Our meter against ffmpeg's ebur128 and the cases of EBU Tech 3341; the master against its promises."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drift_audio.errors import ExportError
from drift_audio.sound.audio import RATE, Mono, Samples, gain
from drift_audio.sound.dsp.limiter import ATTACK, Limiter
from drift_audio.sound.dsp.loudness import SILENCE, Meter, bed_lufs, clip_lufs, master
from tests.sound.instruments import cut, ebur128, pink, write


def sine(seconds: float, db: float, hertz: float = 1000.0, phase: float = 0.0, rate: int = RATE) -> Samples:
    time = np.arange(round(seconds * rate)) / rate
    return np.repeat((gain(db) * np.sin(2 * np.pi * hertz * time + phase))[:, np.newaxis], 2, axis=1)


def steps(*levels: tuple[float, float]) -> Samples:
    return np.concatenate([sine(seconds, db) for db, seconds in levels])


def eased(samples: Samples) -> Samples:
    """Fade the ends: an abrupt start rings differently in every interpolator."""
    ramp = np.ones(len(samples))
    ramp[: RATE // 10] = np.linspace(0, 1, RATE // 10)
    ramp[-RATE // 10 :] = np.linspace(1, 0, RATE // 10)
    return samples * ramp[:, np.newaxis]


def measure(samples: Samples, rate: int = RATE) -> Meter:
    meter = Meter(channels=samples.shape[1], rate=rate)
    for block in cut(samples, 50_001):
        meter.add(block)
    return meter


TECH_3341 = {
    "case 1": (steps((-23, 20)), -23.0),
    "case 2": (steps((-33, 20)), -33.0),
    "case 3": (steps((-36, 10), (-23, 60), (-36, 10)), -23.0),
    "case 4": (steps((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)), -23.0),
    "case 5": (steps((-26, 20), (-20, 20.1), (-26, 20)), -23.0),
}


@pytest.mark.parametrize("case", TECH_3341)
def test_the_cases_of_ebu_tech_3341(case: str) -> None:
    samples, wanted = TECH_3341[case]
    assert measure(samples).lufs == pytest.approx(wanted, abs=0.1)


@pytest.mark.parametrize(
    ("hertz", "phase", "db", "wanted"),
    [(RATE / 4, 0.0, -6.0, -6.0), (RATE / 4, 45.0, -6.0, -6.0), (RATE / 6, 60.0, -6.0, -6.0), (RATE / 8, 67.5, -6.0, -6.0)],
)
def test_the_true_peak_cases_of_ebu_tech_3341(hertz: float, phase: float, db: float, wanted: float) -> None:
    found = measure(eased(sine(3, db, hertz, np.radians(phase)))).true_peak_dbtp
    assert wanted - 0.4 <= found <= wanted + 0.2


def speech_like(seed: int) -> Samples:
    rng = np.random.default_rng(seed)
    envelope = np.repeat(rng.random(60) ** 2 * (rng.random(60) > 0.4), RATE // 6)
    return pink(10, seed) * np.convolve(envelope, np.hanning(2000) / 1000, mode="same")[:, np.newaxis].astype(np.float32)


SIGNALS = {
    **{name: samples for name, (samples, _) in TECH_3341.items()},
    **{f"tone of {hertz} Hz": eased(sine(8, -20, hertz, 0.3)) for hertz in (31, 60, 120, 440, 3000, 8000, 15000)},
    "quarter rate between samples": eased(sine(8, -6, RATE / 4, np.pi / 4)),
    "pink noise": eased(pink(12)),
    "white noise": eased(np.random.default_rng(3).standard_normal((RATE * 10, 2)) * 0.1),
    "one side only": eased(pink(8, 4)) * np.array([1.0, 0.0]),
    **{f"speech-like {seed}": speech_like(seed) for seed in (1, 2)},
    "clicks": np.where(np.random.default_rng(5).random((RATE * 8, 2)) < 1e-4, 0.7, 0.0),
    "quiet": eased(pink(8, 6, 0.001)),
}


@pytest.mark.parametrize("name", SIGNALS)
def test_agrees_with_ebur128(name: str, tmp_path: Path) -> None:
    samples = SIGNALS[name].astype(np.float32)
    theirs, ours = ebur128(write(tmp_path / "signal.wav", samples)), measure(samples)
    # ffmpeg prints one decimal, which alone is 0.05 away at most.
    assert ours.lufs == pytest.approx(theirs.lufs, abs=0.1)
    assert ours.true_peak_dbtp == pytest.approx(theirs.true_peak, abs=0.2)


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000, 96_000])
def test_agrees_at_other_rates(rate: int, tmp_path: Path) -> None:
    samples = pink(6).astype(np.float32)
    theirs = ebur128(write(tmp_path / "signal.wav", samples, rate))
    assert measure(samples, rate).lufs == pytest.approx(theirs.lufs, abs=0.1)


def test_silence_and_the_too_short_have_no_loudness() -> None:
    assert measure(np.zeros((RATE, 2), np.float32)).lufs == SILENCE
    assert measure(pink(0.3)).lufs == SILENCE


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(1, 40_000), min_size=1, max_size=8), st.integers(0, 5))
def test_how_a_stream_is_cut_never_shows(sizes: list[int], seed: int) -> None:
    samples = pink(2, seed, 0.3)
    blocks = np.split(samples, np.cumsum(sizes * 5)[np.cumsum(sizes * 5) < len(samples)])
    whole, pieces = Meter(), Meter()
    whole.add(samples)
    for block in blocks:
        pieces.add(block)
    assert pieces.lufs == pytest.approx(whole.lufs, abs=1e-4)
    assert pieces.true_peak_dbtp == pytest.approx(whole.true_peak_dbtp, abs=1e-4)
    limited, together = (np.concatenate(list(Limiter(gain_db=3, ceiling_dbtp=-6).run(given))) for given in (blocks, [samples]))
    np.testing.assert_allclose(limited, together, atol=1e-6)


@pytest.mark.parametrize("ceiling", [-1.5, -6.0, -12.0])
def test_the_limiter_holds_the_true_peak(ceiling: float) -> None:
    samples = np.concatenate([pink(4, 1, 0.25), eased(sine(2, 3, RATE / 4, np.pi / 4)), pink(2, 2, 0.5)]).astype(np.float32)
    limited = np.concatenate(list(Limiter(gain_db=2, ceiling_dbtp=ceiling).run(cut(samples))))
    assert limited.shape == samples.shape
    assert ceiling - 0.4 < measure(limited).true_peak_dbtp <= ceiling


def test_the_limiter_leaves_the_rest_alone() -> None:
    samples = pink(4, 1, 0.05)
    samples[2 * RATE : 2 * RATE + 3] = 1.0
    limiter = Limiter(gain_db=0, ceiling_dbtp=-1.5)
    limited = np.concatenate(list(limiter.run(cut(samples))))
    changed = np.flatnonzero(np.any(limited != samples, axis=1))
    assert changed.size == limiter.touched
    assert changed.min() > 2 * RATE - 2 * ATTACK - 16
    assert changed.max() < 2 * RATE + 2 * ATTACK + 16


@pytest.mark.parametrize("db", [-30.0, -9.0, -1.0])
def test_the_true_peak_of_a_master_is_that_of_its_result(db: float) -> None:
    made = master(iter(np.split(eased(sine(3, db, 997.0)).astype(np.float32), 5)), target_lufs=None)
    result = measure(np.concatenate(list(made)))
    assert made.report.true_peak_dbtp == pytest.approx(result.true_peak_dbtp, abs=0.35 if db > -1.5 else 0.01)


@pytest.mark.parametrize("target", [-16.0, -19.0, -23.0])
def test_the_master_reaches_its_target(target: float, tmp_path: Path) -> None:
    result = master(cut(speech_like(3)), target_lufs=target, ceiling_dbtp=-1.5, spool_dir=tmp_path)
    meter = measure(np.concatenate(list(result)))
    assert meter.lufs == pytest.approx(target, abs=0.3)
    assert result.report.lufs == pytest.approx(meter.lufs, abs=0.3)
    assert meter.true_peak_dbtp <= result.report.true_peak_dbtp + 0.01
    assert list(tmp_path.iterdir()) == []


def test_without_a_target_only_the_ceiling_holds() -> None:
    samples = pink(3)
    result = master(cut(samples), target_lufs=None)
    np.testing.assert_array_equal(np.concatenate(list(result)), samples)
    assert result.report.gain_db == 0
    silent = master(cut(np.zeros((RATE, 2), np.float32)))
    assert not np.concatenate(list(silent)).any()


def test_a_full_disk_is_said_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("drift_audio.sound.dsp.loudness._write_all", full)
    with pytest.raises(ExportError, match="no space left"):
        master(cut(pink(1)), spool_dir=tmp_path)


def tone(frames: int, rate: int, *, hertz: float = 997.0, level: float) -> Mono:
    return (level * np.sin(2 * np.pi * hertz * np.arange(frames) / rate)).astype(np.float32)


@given(level=st.floats(0.01, 0.9), hertz=st.floats(120, 6000))
@settings(max_examples=30, deadline=None)
def test_a_clip_is_as_loud_as_the_standard_says(level: float, hertz: float) -> None:
    samples = tone(96_000, 24_000, hertz=hertz, level=level)
    assert clip_lufs(samples, 24_000) == pytest.approx(20 * np.log10(level) - 3.01 - 0.691 + _k_gain_db(hertz), abs=0.15)


def test_the_reference_tone() -> None:
    """BS.1770: a 997 Hz sine at full scale in one channel reads -3.01 LKFS."""
    assert clip_lufs(tone(480_000, 48_000, level=1.0), 48_000) == pytest.approx(-3.01, abs=0.05)
    assert clip_lufs(np.zeros(1000, np.float32), 24_000) == -70.0


def _k_gain_db(hertz: float) -> float:
    """The standard's own two biquads at 48 kHz."""
    z = np.exp(-2j * np.pi * hertz / 48_000)
    shelf = np.polyval([1.19839281085285, -2.69169618940638, 1.53512485958697], z) / np.polyval(
        [0.73248077421585, -1.69065929318241, 1.0], z
    )
    high_pass = np.polyval([1.0, -2.0, 1.0], z) / np.polyval([0.99007225036621, -1.99004745483398, 1.0], z)
    return float(20 * np.log10(abs(shelf * high_pass)))


def test_a_bed_is_as_loud_as_the_meter_says() -> None:
    samples = pink(20)
    assert bed_lufs([samples[: 8 * RATE], samples[8 * RATE :]], RATE) == pytest.approx(measure(samples).lufs, abs=0.05)
    assert bed_lufs([], RATE) == bed_lufs([np.zeros((RATE, 2), np.float32)], RATE) == SILENCE
