"""Loudness after ITU-R BS.1770-4, and the two-pass master built on it.

A session is metered exactly, in one streaming pass (`LoudnessMeter`). Clips and beds are weighted on their spectrum instead
(`clip_lufs`, `bed_lufs`), which costs a fifth and is as good where there are no gates to pass or no transients.
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import numpy as np

from drift_audio.errors import ExportError
from drift_audio.sound.audio import BLOCK, CHANNELS, RATE, Channels, Floats, Mono, Samples, decibels
from drift_audio.sound.dsp.filters import Filter, k_power_response, k_weighting
from drift_audio.sound.dsp.limiter import Limiter, PeakMeter
from drift_audio.sound.dsp.read_ahead import read_ahead

ABSOLUTE_GATE: Final = -70.0
RELATIVE_GATE: Final = -10.0
SILENCE: Final = float("-inf")
MAX_GAIN_DB: Final = 40.0

_OFFSET = -0.691
_HOPS_A_BLOCK = 4
_CLIP_WINDOW: Final = 4096
_BED_BLOCK_S: Final = 0.4


class LoudnessMeter:
    """Integrated loudness of a stream of blocks.

    Args:
        channels: 1 or 2; both weigh the same.
        rate: hertz, 8,000 or more.
    """

    def __init__(self, *, channels: int = CHANNELS, rate: int = RATE) -> None:
        self._channels, self._rate = channels, rate
        self._hop = rate // 10
        self._weighting = Filter(*k_weighting(rate), channels=channels)
        self._rest = np.zeros((channels, 0), np.float32)
        self._energies: list[Floats] = []

    def add(self, block: Samples) -> None:
        """Take in the next frames: float32 (frames, channels)."""
        joined = np.concatenate([self._rest, block.T], axis=1)
        whole = joined.shape[1] // self._hop * self._hop
        self._rest = joined[:, whole:].copy()
        if whole:
            self._weigh(joined[:, :whole])

    def _weigh(self, samples: Channels) -> None:
        hops = self._weighting.apply(samples).reshape(self._channels, -1, self._hop)
        self._energies.append(np.einsum("chi,chi->h", hops, hops, dtype=np.float64) / self._hop)

    def momentary(self) -> Floats:
        """Loudness of every 400 ms block, a hop of 100 ms apart, in LUFS."""
        return _lufs(self._blocks())

    @property
    def lufs(self) -> float:
        """Integrated loudness of what was taken in so far; -inf for silence or less than 400 ms."""
        energies = self._blocks()
        energies = energies[_lufs(energies) > ABSOLUTE_GATE]
        if not energies.size:
            return SILENCE
        gate = float(_lufs(energies.mean())) + RELATIVE_GATE
        return float(_lufs(energies[_lufs(energies) > gate].mean()))

    def _blocks(self) -> Floats:
        hops = np.concatenate(self._energies) if self._energies else np.zeros(0)
        if hops.size < _HOPS_A_BLOCK:
            return np.zeros(0)
        return np.convolve(hops, np.full(_HOPS_A_BLOCK, 1 / _HOPS_A_BLOCK), mode="valid")


class Meter(LoudnessMeter):
    """Integrated loudness and true peak of a stream of blocks; arguments as of `LoudnessMeter`."""

    def __init__(self, *, channels: int = CHANNELS, rate: int = RATE) -> None:
        super().__init__(channels=channels, rate=rate)
        self._peaks = PeakMeter(channels)

    def add(self, block: Samples) -> None:
        """Take in the next frames: float32 (frames, channels)."""
        self._peaks.add(block)
        super().add(block)

    @property
    def true_peak_dbtp(self) -> float:
        """True peak of the stream, which has to be complete."""
        return decibels(self._peaks.finish())


def _lufs(power: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(_OFFSET + 10 * np.log10(power))


def clip_lufs(samples: Mono, rate: int) -> float:
    """Loudness in LUFS of a mono clip (frames,) that is trimmed to the voice, so without gates; -70 for silence."""
    from scipy import fft  # in single precision; numpy's goes through double and takes five times as long

    frames = np.pad(samples, (0, -samples.size % _CLIP_WINDOW)).reshape(-1, _CLIP_WINDOW)
    power = np.square(np.abs(fft.rfft(frames, axis=1))).sum(axis=0)
    weights = k_power_response(np.fft.rfftfreq(_CLIP_WINDOW, 1 / rate))
    weights[1:-1] *= 2  # the mirrored half of the spectrum
    mean_square = float(power @ weights) / (_CLIP_WINDOW * max(1, samples.size))
    return max(ABSOLUTE_GATE, _OFFSET + 10 * float(np.log10(mean_square + 1e-12)))


def bed_lufs(blocks: Iterable[Samples], rate: int) -> float:
    """Gated loudness in LUFS of stretches of (frames, channels), by blocks that do not overlap; -inf for silence or none."""
    powers = np.concatenate([_block_powers(block, rate) for block in blocks] or [np.zeros(0)])
    powers = powers[powers > 10 ** ((ABSOLUTE_GATE - _OFFSET) / 10)]
    if len(powers):
        powers = powers[powers > powers.mean() * 10 ** (RELATIVE_GATE / 10)]
    return float(_lufs(powers.mean())) if len(powers) else SILENCE


def _block_powers(block: Samples, rate: int) -> Floats:
    """K-weighted power of each block of 400 ms, all channels together."""
    from scipy import fft

    size = int(_BED_BLOCK_S * rate)
    count = len(block) // size
    if count == 0:
        block, count = np.pad(block, ((0, size - len(block)), (0, 0))), 1
    power = np.abs(fft.rfft(block[: count * size].reshape(count, size, -1), axis=1)) ** 2
    power[:, 1:] *= 2
    weights = k_power_response(np.arange(power.shape[1]) * rate / size)
    return np.asarray((power * weights[np.newaxis, :, np.newaxis]).sum((1, 2)) / size**2, np.float64)


@dataclass(frozen=True, slots=True)
class MasterReport:
    """What mastering did. lufs, true_peak_dbtp: of the result; measured_lufs: of the mix; limited: share of samples touched."""

    lufs: float
    true_peak_dbtp: float
    gain_db: float
    measured_lufs: float
    limited: float


class Master:
    """A mastered stream, to be read once; `report` is complete when it has been read."""

    def __init__(self, blocks: Iterator[Samples], measured: float, *, target_lufs: float | None, ceiling_dbtp: float) -> None:
        self._measured = measured
        wanted = 0.0 if target_lufs is None or self._measured == SILENCE else target_lufs - self._measured
        self._gain = min(wanted, MAX_GAIN_DB)
        self._limiter = Limiter(gain_db=self._gain, ceiling_dbtp=ceiling_dbtp)
        self._blocks = blocks
        self._frames = 0

    def __iter__(self) -> Iterator[Samples]:
        for block in self._limiter.run(self._blocks):
            self._frames += block.shape[0]
            yield block

    @property
    def report(self) -> MasterReport:
        return MasterReport(
            lufs=self._measured + self._gain,
            true_peak_dbtp=self._limiter.true_peak_dbtp,
            gain_db=self._gain,
            measured_lufs=self._measured,
            limited=self._limiter.touched / max(1, self._frames),
        )


def master(
    blocks: Iterable[Samples], *, target_lufs: float | None = -16.0, ceiling_dbtp: float = -1.5, spool_dir: Path | None = None
) -> Master:
    """Bring a stream to its loudness: measure it all, then one static gain and a true-peak ceiling.

    Args:
        blocks: stereo float32 at `RATE`; read to its end before this returns, onto a spool file without a name.
        target_lufs: integrated loudness wanted; None leaves the level alone (the ceiling still holds).
        ceiling_dbtp: highest true peak of the result.
        spool_dir: where 21 MB a minute may stand for the while; None means the system's temporary folder.

    Raises:
        ExportError: the spool file cannot be written.
    """
    meter = LoudnessMeter()
    try:
        spool = tempfile.TemporaryFile(dir=spool_dir, buffering=0)  # noqa: SIM115 - closed by the reader below
        for block in read_ahead(_spooled(blocks, spool)):
            meter.add(block)
    except OSError as error:
        raise _spool_error(error, spool_dir) from None
    spool.seek(0)
    return Master(_read_back(spool), meter.lufs, target_lufs=target_lufs, ceiling_dbtp=ceiling_dbtp)


def _spool_error(error: OSError, spool_dir: Path | None) -> ExportError:
    where = spool_dir or tempfile.gettempdir()
    if error.errno == errno.ENOSPC:
        return ExportError(f"{where}: no space left for the unfinished session (21 MB a minute); free some")
    return ExportError(f"{where}: the unfinished session cannot be kept there ({error.strerror})")


def _spooled(blocks: Iterable[Samples], spool: IO[bytes]) -> Iterator[Samples]:
    """The blocks, each of them written down first."""
    try:
        for block in blocks:
            _write_all(spool, block)
            yield block
    finally:
        if isinstance(blocks, Generator):
            blocks.close()  # its threads end now, not when somebody else lets go of it


def _write_all(spool: IO[bytes], block: Samples) -> None:
    view = np.ascontiguousarray(block).reshape(-1).view(np.uint8).data
    while view:
        view = view[spool.write(view) :]


def _read_back(spool: IO[bytes]) -> Iterator[Samples]:
    """The blocks of the spool, which vanishes when they have been read."""
    with spool:
        while data := spool.read(BLOCK * CHANNELS * 4):
            yield np.frombuffer(data, np.float32).reshape(-1, CHANNELS)
