"""What a finished audio file is like, and whether it keeps what this program promises of its sessions. Any audio file will do.

The file is read once in blocks. Speech is found by what makes a voice in a session: it stands in the middle of the image, above
the bed, in the band of speech. Under it the bed is read off the difference of the two ears, where a centred voice is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from drift_audio.errors import BadInput
from drift_audio.scenario import Frozen
from drift_audio.sound.audio import CHANNELS, Floats, Indices, Mask, Reals, Samples
from drift_audio.sound.decode import SoundReader
from drift_audio.sound.dsp.loudness import SILENCE, Meter

SHORTEST_S: Final = 0.4
LOWEST_RATE: Final = 8_000
COLUMNS: Final = 1200
BANDS: Final = 160
LOWEST_HZ: Final = 50.0
HIGHEST_HZ: Final = 16_000.0
TOLERANCE_LU: Final = 0.5
PEAK_DBTP: Final = -1.0
BED_BELOW_DB: Final = (9.0, 24.0)
EDGE_DB: Final = 25.0
LONGEST_HOLE_S: Final = 0.5

_STEP_S: Final = 0.05
_BLOCK_S: Final = 4.0
_WINDOW: Final = 2048
_VOICE_HZ: Final = (200.0, 1200.0)
_REST_S: Final = 2.5
_FLOOR_DB: Final = -100.0
_FULL: Final = 0.9995
_QUIET: Final = 20
_SYLLABLES_DB: Final = 2.5


class Verdict(Frozen):
    """One promise: whether it is kept, and the figure that says so."""

    name: str
    kept: bool
    detail: str


class Report(Frozen):
    """What was found. Levels in LUFS, dBTP or dB; times in seconds.

    curve: short-term loudness (3 s) at each second. speech: (start, end) of every stretch of voice. silence_s: time in which
    nothing sounds. voice_lufs: loudness while it speaks. bed_rest_lufs: bed by itself. bed_speech_lufs: bed under the voice.
    None where there is no such thing in the file.
    """

    file: str
    seconds: float
    rate: int
    channels: int
    lufs: float | None
    true_peak_dbtp: float | None
    curve: tuple[float, ...]
    speech: tuple[tuple[float, float], ...]
    speech_share: float
    silence_s: float
    voice_lufs: float | None
    bed_rest_lufs: float | None
    bed_speech_lufs: float | None
    verdicts: tuple[Verdict, ...] = ()

    @property
    def kept(self) -> bool:
        return all(verdict.kept for verdict in self.verdicts)


@dataclass(frozen=True)
class Picture:
    """What a drawing needs. low, high: extremes of the wave in each of COLUMNS; power: (COLUMNS, BANDS) in dB, low band first."""

    low: Floats
    high: Floats
    power: Floats


@dataclass
class _Scan:
    """Everything gathered in the one pass."""

    rate: int
    channels: int
    frames: int
    meter: Meter
    middle: list[Floats] = field(default_factory=list)
    side: list[Floats] = field(default_factory=list)
    whole: list[Floats] = field(default_factory=list)
    edges: list[float] = field(default_factory=list)
    clipped: int = 0
    hole: int = 0
    running: int = 0
    low: Floats = field(default_factory=lambda: np.zeros(COLUMNS))
    high: Floats = field(default_factory=lambda: np.zeros(COLUMNS))
    power: Floats = field(default_factory=lambda: np.zeros((COLUMNS, BANDS)))
    counts: Floats = field(default_factory=lambda: np.zeros(COLUMNS))


def inspect(path: Path, *, target_lufs: float | None = -16.0) -> tuple[Report, Picture]:
    """Read a file and judge it against the promises; `target_lufs` None leaves loudness unjudged.

    Raises:
        BadInput: missing, not audio, or empty.
    """
    scan = _scan(path)
    report = _report(path, scan)
    power = 10 * np.log10(_spectra(scan) + 1e-12)
    verdicts = tuple(_verdicts(report, scan, target_lufs))
    return report.model_copy(update={"verdicts": verdicts}), Picture(scan.low, scan.high, power)


def _scan(path: Path) -> _Scan:
    with SoundReader(path) as sound:
        if sound.frames < sound.rate * SHORTEST_S:
            raise BadInput(f"{path}: {sound.frames / sound.rate:.2f} s long; there is too little in it to be inspected")
        if sound.rate < LOWEST_RATE:
            raise BadInput(f"{path}: {sound.rate} Hz is too low a rate to be inspected; {LOWEST_RATE:,} Hz is the least")
        if sound.channels > CHANNELS:
            raise BadInput(f"{path}: {sound.channels} channels; mono and stereo can be inspected, so fold it down first")
        scan = _Scan(sound.rate, sound.channels, sound.frames, Meter(channels=sound.channels, rate=sound.rate))
        decoded, start = sound.decoded, 0
        while len(samples := sound.read(int(_BLOCK_S / _STEP_S) * int(_STEP_S * sound.rate))):
            _take(scan, samples, start)
            start += len(samples)
        if sound.decoded and not decoded:
            return _scan(path)  # damaged on the way: now from its beginning by what could be decoded
    scan.frames = start
    return scan


def _take(scan: _Scan, block: Samples, start: int) -> None:
    scan.meter.add(block)
    step = int(_STEP_S * scan.rate)
    count = len(block) // step
    middle, side = (block[:, 0] + block[:, -1]) / 2, (block[:, 0] - block[:, -1]) / 2
    if count:
        scan.middle.append(_band_power(middle[: count * step].reshape(count, step), scan.rate))
        scan.side.append(_band_power(side[: count * step].reshape(count, step), scan.rate))
        scan.whole.append((block[: count * step].reshape(count, -1).astype(np.float64) ** 2).mean(1))
    _watch(scan, block, start)
    _draw(scan, middle, start)


def _band_power(frames: Reals, rate: int) -> Floats:
    power = np.abs(np.fft.rfft(frames * np.hanning(frames.shape[1]), axis=1)) ** 2
    hertz = np.fft.rfftfreq(frames.shape[1], 1 / rate)
    wanted = (hertz >= _VOICE_HZ[0]) & (hertz <= _VOICE_HZ[1])
    return np.asarray(power[:, wanted].sum(1) / frames.shape[1] ** 2 * 5.33, np.float64)


def _watch(scan: _Scan, block: Samples, start: int) -> None:
    edge = int(0.02 * scan.rate)
    if start == 0:
        scan.edges.append(float((block[:edge] ** 2).mean()))
    if start + len(block) >= scan.frames:
        scan.edges.append(float((block[-edge:] ** 2).mean()))
    loudest = np.abs(block).T.max(axis=0)  # channels first: NumPy is slow along an axis of two
    full = loudest >= _FULL
    scan.clipped += int((full[2:] & full[1:-1] & full[:-2]).sum())
    sounding = np.flatnonzero(loudest)
    margin = 2 * scan.rate
    if start < margin or start + len(block) > scan.frames - margin:
        return
    gaps = np.diff(np.concatenate([[-1 - scan.running], sounding, [len(block)]])) - 1
    scan.hole = max(scan.hole, int(gaps.max(initial=0)))
    scan.running = int(gaps[-1])


def _draw(scan: _Scan, middle: Reals, start: int) -> None:
    columns = np.minimum((np.arange(start, start + len(middle)) * COLUMNS) // max(1, scan.frames), COLUMNS - 1)
    turns = np.flatnonzero(np.diff(columns, prepend=-1))
    scan.low[columns[turns]] = np.minimum(scan.low[columns[turns]], np.minimum.reduceat(middle, turns))
    scan.high[columns[turns]] = np.maximum(scan.high[columns[turns]], np.maximum.reduceat(middle, turns))
    hop = max(1, scan.frames // COLUMNS // 3)
    starts = np.arange(0, len(middle) - _WINDOW, hop)
    if not len(starts):
        return
    frames = middle[starts[:, np.newaxis] + np.arange(_WINDOW)] * np.hanning(_WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    where = columns[starts + _WINDOW // 2]
    np.add.at(scan.power, where, power[:, _bins(scan.rate)])
    np.add.at(scan.counts, where, 1)


def _spectra(scan: _Scan) -> Floats:
    """Mean power of every column; one in which no window has its middle (at the ends, and between blocks) is as its neighbour."""
    seen = np.flatnonzero(scan.counts)
    if not len(seen):
        return scan.power
    after = np.searchsorted(seen, np.arange(COLUMNS)).clip(1, len(seen) - 1) if len(seen) > 1 else np.zeros(COLUMNS, int)
    near = np.where(np.arange(COLUMNS) - seen[after - 1] < seen[after] - np.arange(COLUMNS), seen[after - 1], seen[after])
    return np.asarray((scan.power[seen] / scan.counts[seen, np.newaxis])[np.searchsorted(seen, near)])


def _bins(rate: int) -> Indices:
    top = min(HIGHEST_HZ, rate * 0.49)
    return np.round(np.geomspace(LOWEST_HZ, top, BANDS) * _WINDOW / rate).astype(np.int64)


def _report(path: Path, scan: _Scan) -> Report:
    momentary = np.maximum(scan.meter.momentary(), _FLOOR_DB)
    talking = _talking(scan)
    rests = _resting(talking)
    voice = _mean_db(momentary, talking, whole=True)
    bed = _mean_db(momentary, rests, whole=False)
    level = np.concatenate(scan.whole) if scan.whole else np.zeros(1)
    return Report(
        file=path.name,
        seconds=scan.frames / scan.rate,
        rate=scan.rate,
        channels=scan.channels,
        lufs=_or_none(scan.meter.lufs),
        true_peak_dbtp=_or_none(scan.meter.true_peak_dbtp),
        curve=tuple(round(float(value), 2) for value in _short_term(momentary)),
        speech=tuple(_spans(talking)),
        speech_share=float(talking.mean()) if len(talking) else 0.0,
        silence_s=float((level < 1e-6).sum() * _STEP_S),
        voice_lufs=voice,
        bed_rest_lufs=bed,
        bed_speech_lufs=_under_speech(scan, talking, rests, bed),
    )


def _or_none(value: float) -> float | None:
    return None if value == SILENCE else value


def _short_term(momentary: Floats) -> Floats:
    power = 10 ** (momentary / 10)
    if len(power) < 30:
        return np.array([10 * np.log10(power.mean())]) if len(power) else np.zeros(0)
    return np.asarray(10 * np.log10(np.convolve(power, np.full(30, 1 / 30), mode="valid")[::10]))


def _talking(scan: _Scan) -> Mask:
    """Which steps of 50 ms hold voice."""
    if not scan.middle:
        return np.zeros(0, bool)
    middle = 10 * np.log10(np.concatenate(scan.middle) + 1e-12)
    apart = middle - 10 * np.log10(np.concatenate(scan.side) + 1e-12)
    level = np.convolve(middle, np.full(5, 0.2), mode="same")
    edge = _split(level[level > -90.0])
    talking = level > edge
    if not 0.02 < talking.mean() < 0.98 or level[talking].mean() - level[~talking].mean() < 6.0:
        return np.zeros(len(level), bool)
    if _flutter(middle)[talking].std() < _SYLLABLES_DB:
        return np.zeros(len(level), bool)
    # A wave or a gust is as wide when it is loud as when it is not; a voice comes from the middle.
    stereo = scan.channels == 2 and np.median(apart) < 60.0
    if stereo and np.median(apart[talking]) - np.median(apart[~talking]) < 3.0:
        return np.zeros(len(level), bool)
    return _closed(talking, int(0.25 / _STEP_S))


def _flutter(level: Floats) -> Floats:
    # What is left of the level when its course over half a second is taken away: syllables, in speech.
    return level - np.convolve(level, np.full(11, 1 / 11))[5 : 5 + len(level)]


def _split(levels: Floats) -> float:
    # Otsu: the level that parts the histogram into the two tightest groups.
    if len(levels) < 10:
        return 0.0
    edges = np.linspace(levels.min(), levels.max() + 1e-9, 65)
    count, _ = np.histogram(levels, edges)
    middle = (edges[:-1] + edges[1:]) / 2
    left, total = np.cumsum(count), count.sum()
    moment = np.cumsum(count * middle)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (moment[-1] * left / total - moment) ** 2 / (left * (total - left))
    return float(middle[int(np.nanargmax(np.where(np.isfinite(between), between, np.nan)))])


def _closed(talking: Mask, most: int) -> Mask:
    closed = talking.copy()
    for start, end in _runs(~talking):
        if end - start <= most and start > 0 and end < len(talking):
            closed[start:end] = True
    for start, end in _runs(closed):
        if end - start < 3:
            closed[start:end] = False
    return closed


def _runs(mask: Mask) -> Iterator[tuple[int, int]]:
    turns = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    yield from zip(turns[::2].tolist(), turns[1::2].tolist(), strict=True)


def _spans(talking: Mask) -> Iterator[tuple[float, float]]:
    return ((round(start * _STEP_S, 2), round(end * _STEP_S, 2)) for start, end in _runs(talking))


def _resting(talking: Mask) -> Mask:
    # Far enough from any voice that the bed is back at its own level; the fades at both ends are left out.
    near = int(_REST_S / _STEP_S)
    resting = ~talking
    for start, end in _runs(talking):
        resting[max(0, start - near) : end + near] = False
    edge = min(len(resting) // 20, int(20 / _STEP_S))
    if edge:
        resting[:edge] = resting[-edge:] = False
    return resting


def _mean_db(momentary: Floats, mask: Mask, *, whole: bool) -> float | None:
    """Mean loudness of the 400 ms blocks that lie wholly in the mask, the quiet ones gated away for a whole voice."""
    steps = int(0.4 / _STEP_S)
    inside = (
        np.array([mask[2 * k : 2 * k + steps].all() for k in range(len(momentary))], bool) if mask.any() else np.zeros(0, bool)
    )
    if inside.sum() < 3:
        return None
    power = 10 ** (momentary[inside] / 10)
    if whole:
        power = power[power > power.mean() / 10]
    level = float(10 * np.log10(power.mean()))
    return level if level > -80.0 else None


def _under_speech(scan: _Scan, talking: Mask, rests: Mask, bed: float | None) -> float | None:
    if bed is None or scan.channels < 2 or not talking.any() or not rests.any():
        return None
    # The quiet fifth: between syllables the reflections of the voice are out of the way.
    side = np.concatenate(scan.side)
    resting, speaking = (float(np.percentile(side[mask], _QUIET)) for mask in (rests, talking))
    if resting < 1e-10:
        return None
    return bed + float(10 * np.log10(max(speaking, 1e-12) / resting))


def _verdicts(report: Report, scan: _Scan, target: float | None) -> Iterator[Verdict]:
    lufs, peak = report.lufs, report.true_peak_dbtp
    if target is not None:
        kept = lufs is not None and abs(lufs - target) <= TOLERANCE_LU
        yield Verdict(name="loudness", kept=kept, detail=f"{_shown(lufs)} LUFS; promised {target:g} ± {TOLERANCE_LU:g}")
    kept = peak is None or peak <= PEAK_DBTP
    yield Verdict(name="true peak", kept=kept, detail=f"{_shown(peak)} dBTP; promised at most {PEAK_DBTP:g}")
    yield Verdict(name="no clipping", kept=scan.clipped == 0, detail=f"{scan.clipped} samples stand flat at full scale")
    yield from _edges(report, scan)
    if report.bed_rest_lufs is not None:
        hole = scan.hole / scan.rate
        yield Verdict(name="no holes", kept=hole <= LONGEST_HOLE_S, detail=f"longest digital silence {hole:.2f} s")
    if report.voice_lufs is not None and report.bed_speech_lufs is not None:
        below = report.voice_lufs - report.bed_speech_lufs
        kept = BED_BELOW_DB[0] <= below <= BED_BELOW_DB[1]
        allowed = f"promised {BED_BELOW_DB[0]:g} to {BED_BELOW_DB[1]:g}"
        yield Verdict(name="bed under the voice", kept=kept, detail=f"{below:.1f} dB below it; {allowed}")


def _edges(report: Report, scan: _Scan) -> Iterator[Verdict]:
    body = report.lufs if report.lufs is not None else 0.0
    for name, power in zip(("begins gently", "ends gently"), (scan.edges[0], scan.edges[-1]), strict=True):
        level = 10 * np.log10(power + 1e-12)
        yield Verdict(
            name=name,
            kept=bool(level <= body - EDGE_DB),
            detail=f"{level:.0f} dBFS at the edge; the file is {_shown(report.lufs)} LUFS",
        )


def _shown(value: float | None) -> str:
    return "silent" if value is None else f"{value:.1f}"
