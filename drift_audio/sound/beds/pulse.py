"""Rhythms that never are quite even: a heart, wheels over rail joints."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from drift_audio.sound.audio import RATE, Floats, Interleaved, gain
from drift_audio.sound.beds.grains import merged, panned
from drift_audio.sound.beds.spec import PulseLayer, Thump
from drift_audio.sound.beds.streams import GrainStream, Stream

VARIANTS = 4


def build(layer: PulseLayer, rng: np.random.Generator) -> Stream:
    """The endless stream of a rhythm; its loudest blow stands at the layer's level."""
    grains = [thump(blow, layer.width, rng) for blow in layer.thumps for _ in range(VARIANTS)]
    return GrainStream(grains, merged([_beat(layer, rng.spawn(1)[0])]))


def _beat(layer: PulseLayer, rng: np.random.Generator) -> Iterator[tuple[float, int, float]]:
    order = np.argsort([blow.at for blow in layer.thumps], kind="stable")
    wander, carried = 0.0, 0.0
    while True:
        wander = 0.9 * wander + float(rng.normal(0, layer.jitter)) * 0.44
        period = layer.period_s * float(np.exp(np.clip(wander, -0.5, 0.5)))
        loud = float(rng.normal(0, layer.spread_db))
        done = 0.0
        for index in order:
            blow = layer.thumps[index]
            at = blow.at * period * float(np.exp(rng.normal(0, 0.01)))
            level = gain(layer.level_db + blow.level_db + loud + float(rng.normal(0, 0.5)))
            yield max(0.0, at - done) + carried, int(index) * VARIANTS + int(rng.integers(VARIANTS)), level
            done, carried = max(at, done), 0.0
        carried = max(0.0, period - done)


def thump(blow: Thump, width: float, rng: np.random.Generator) -> Interleaved:
    """One blow at its place between the ears, RMS 1 over its first decay."""
    decay = blow.decay_ms / 1000
    t = np.arange(int(decay * 7 * RATE)) / RATE
    hertz = blow.pitch_hz * 2 ** (-blow.drop * np.minimum(1, t / (2 * decay))) * float(np.exp(rng.normal(0, 0.02)))
    ring = np.sin(2 * np.pi * np.cumsum(hertz) / RATE)
    noise = _soft_noise(len(t), blow.pitch_hz * 4, rng)
    envelope = np.minimum(1, t / (0.12 * decay)) * np.exp(-t / decay) * np.clip((t[-1] - t) / decay, 0, 1)
    sound = ((1 - blow.click) * ring + blow.click * noise) * envelope
    return panned(sound / np.sqrt((sound[: int(decay * RATE)] ** 2).mean() + 1e-12), blow.pan * width)


def _soft_noise(frames: int, centre: float, rng: np.random.Generator) -> Floats:
    spectrum = rng.standard_normal((frames // 2 + 1, 2)) @ np.array([1, 1j])
    hertz = np.maximum(np.fft.rfftfreq(frames, 1 / RATE), 1.0)
    noise = np.fft.irfft(spectrum * np.exp(-0.5 * (np.log2(hertz / centre) / 1.2) ** 2) / np.sqrt(hertz), frames)
    result: Floats = noise / np.sqrt((noise**2).mean() + 1e-12)
    return result
