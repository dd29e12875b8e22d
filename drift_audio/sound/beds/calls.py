"""Birds: phrases of swept whistles built from a few syllable laws, sung from their places with the echo of the place."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from drift_audio.sound.audio import RATE, Floats, Interleaved, gain
from drift_audio.sound.beds.grains import Room, merged, steady_rms
from drift_audio.sound.beds.random_draws import log_uniform
from drift_audio.sound.beds.spec import CallsLayer
from drift_audio.sound.beds.streams import GrainStream, Stream

_MOMENT = RATE // 20
_MEAN_GAP = 1.29  # of `_bouts`, in units of every_s


def build(layer: CallsLayer, rng: np.random.Generator) -> Stream:
    """The endless stream of the birds; their long-term RMS is the layer's level, whoever happens to sing."""
    room = Room(rng, max(0.05, layer.echo_s))
    level = np.exp(-np.abs(rng.normal(0, layer.spread_db, layer.birds)) / 8.686)
    level[0] = 1.0
    centres = log_uniform(rng, layer.pitch_hz, layer.birds)
    grains: list[Interleaved] = []
    songs = []
    for bird in range(layer.birds):
        kind = layer.kinds[bird % len(layer.kinds)]
        pan = float(rng.uniform(-0.9, 0.9)) * layer.width
        # Far birds come with more of the echo than near ones.
        wet = layer.echo_db - 10 * np.log10(max(level[bird], 1e-3))
        first = len(grains)
        phrases = (phrase(kind, float(centres[bird]), rng) for _ in range(layer.motifs))
        grains.extend(room.around(sung, pan, min(0.0, float(wet))) for sung in phrases)
        songs.append(range(first, len(grains)))
    rates = [level[bird] ** 2 / (_MEAN_GAP * layer.every_s * len(song)) for bird, song in enumerate(songs) for _ in song]
    level *= gain(layer.level_db) / steady_rms(grains, rates)
    singers = [_bouts(song, layer.every_s, float(level[bird]), rng.spawn(1)[0]) for bird, song in enumerate(songs)]
    return GrainStream(grains, merged(singers))


def _bouts(grains: range, every_s: float, level: float, rng: np.random.Generator) -> Iterator[tuple[float, int, float]]:
    """A bird sings a while at its pace, then is silent a while; it likes to repeat its phrase."""
    motif = int(rng.integers(len(grains)))
    gap = float(rng.exponential(every_s))
    while True:
        for _ in range(int(rng.geometric(0.12))):
            if rng.uniform() < 0.35:
                motif = int(rng.integers(len(grains)))
            yield gap, grains[motif], level * float(np.exp(rng.normal(0, 0.2)))
            gap = every_s * (0.45 + float(rng.gamma(3.0, 0.18)))
        gap += float(rng.exponential(2.5 * every_s))


def phrase(kind: str, centre: float, rng: np.random.Generator) -> Floats:
    """One phrase of a kind around a centre pitch in hertz, RMS 1 over its loudest part."""
    sound = _PHRASES[kind](centre, rng)
    energy = np.concatenate([np.zeros(_MOMENT), np.cumsum(sound**2)])
    loudest = np.sqrt((energy[_MOMENT:] - energy[:-_MOMENT]).max() / _MOMENT)
    return sound / max(float(loudest), 1e-9)


def _whistle(centre: float, rng: np.random.Generator) -> Floats:
    count = int(rng.integers(2, 5))
    pitch, slide = centre * 2 ** rng.normal(0, 0.2, count), rng.normal(0, 0.18, count)
    notes = [_note(p, rng.uniform(0.15, 0.4), (s, 0.0), rng) for p, s in zip(pitch, slide, strict=True)]
    return _joined(notes, rng.uniform(0.03, 0.12))


def _warble(centre: float, rng: np.random.Generator) -> Floats:
    notes = []
    for _ in range(int(rng.integers(7, 16))):
        bend = (rng.normal(0, 0.5), rng.normal(0, 0.35))
        notes.append(_note(centre * 2 ** rng.normal(0, 0.28), rng.uniform(0.04, 0.13), bend, rng))
    return _joined(notes, rng.uniform(0.015, 0.05))


def _trill(centre: float, rng: np.random.Generator) -> Floats:
    bend, length = (rng.choice((-1, 1)) * rng.uniform(0.2, 0.7), rng.normal(0, 0.15)), rng.uniform(0.035, 0.07)
    note = _note(centre, length, bend, rng)
    count = int(rng.integers(7, 22))
    swell = np.sin(np.pi * (np.arange(count) + 0.7) / (count + 0.4)) ** 0.5
    return _joined([note * s for s in swell], rng.uniform(0.015, 0.045))


def _chip(centre: float, rng: np.random.Generator) -> Floats:
    notes = [_note(centre * 1.2, rng.uniform(0.025, 0.05), (-rng.uniform(0.5, 1.1), 0.2), rng) for _ in range(rng.integers(1, 4))]
    return _joined(notes, rng.uniform(0.12, 0.3))


def _owl(_centre: float, rng: np.random.Generator) -> Floats:
    base = 380.0 * 2 ** rng.normal(0, 0.08)
    notes = [_note(base, length, (-0.06, -0.05), rng) for length in (0.55, 0.18, 0.8)]
    return _joined(notes, 0.25)


def _dove(_centre: float, rng: np.random.Generator) -> Floats:
    base = 500.0 * 2 ** rng.normal(0, 0.06)
    notes = [_note(base * step, length, (0.0, -0.12), rng) for step, length in ((1.0, 0.3), (1.12, 0.5), (1.0, 0.35))]
    return _joined(notes, 0.09)


_PHRASES = {"whistle": _whistle, "warble": _warble, "trill": _trill, "chip": _chip, "owl": _owl, "dove": _dove}


def _note(pitch: float, seconds: float, bend: tuple[float, float], rng: np.random.Generator) -> Floats:
    """One syllable: bend[0] octaves of slide from start to end, bend[1] octaves of arch in its middle."""
    frames = max(64, int(seconds * RATE))
    x = np.linspace(0, 1, frames)
    hertz = np.clip(pitch * 2 ** (bend[0] * (x - 0.5) + bend[1] * np.sin(np.pi * x)), 150.0, 11_000.0)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    attack = min(0.4, 0.008 / seconds)
    envelope = np.minimum(1, x / attack) * np.minimum(1, (1 - x) / 0.35) ** 1.5
    second = 10 ** (rng.uniform(-34, -20) / 20)
    result: Floats = (np.sin(phase) + second * np.sin(2 * phase)) * envelope * np.exp(rng.normal(0, 0.2))
    return result


def _joined(notes: list[Floats], gap_s: float) -> Floats:
    gap = np.zeros(int(gap_s * RATE))
    return np.concatenate([piece for note in notes for piece in (note, gap)])
