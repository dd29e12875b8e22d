"""What a bed declares: one YAML of `ambience/`, layers over generator families.

Levels are decibels. Every family renders its layer at unit RMS (events: at unit peak loudness); `level_db` sets it against its
sisters and `gain_db` of the bed brings the sum to -30 LUFS (`drift-audio ambience measure` prints how well).
A spectrum is a list of `[hertz, dB]` points over pink noise, that is, dB per octave band: flat means equal power in each octave.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from drift_audio.scenario import Frozen

LEVEL_LUFS: Final = -30.0

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Note = Annotated[str, Field(pattern=r"^[A-G][#b]?-?\d$")]
Point = tuple[Positive, Annotated[float, Field(ge=-120, le=60)]]


def _rising(span: tuple[float, float]) -> tuple[float, float]:
    if span[0] > span[1]:
        raise ValueError("a range goes from the lower to the higher value")
    return span


def _ordered(points: tuple[Point, ...]) -> tuple[Point, ...]:
    if any(left[0] >= right[0] for left, right in pairwise(points)):
        raise ValueError("frequencies of a spectrum rise from point to point")
    return points


Range = Annotated[tuple[Positive, Positive], AfterValidator(_rising)]
Spectrum = Annotated[tuple[Point, ...], Field(min_length=1), AfterValidator(_ordered)]
BankSeconds = Annotated[float, Field(ge=8, le=120)]


class Layer(Frozen):
    """What all families share.

    drift_db: depth of a slow wandering of the level (0 = still). drift_s: its middle period in seconds.
    width: 0 the same in both ears, 1 independent above 300 Hz (low frequencies stay together, so mono keeps them).
    seconds: length of the rendered material that is woven into an endless stream.
    """

    level_db: Annotated[float, Field(ge=-60, le=24)] = 0.0
    drift_db: Annotated[float, Field(ge=0, le=12)] = 0.0
    drift_s: Annotated[float, Field(ge=4, le=600)] = 30.0
    width: Share = 0.9
    seconds: BankSeconds = 40.0


class Modulation(Frozen):
    """Random level movement of noise: log-normal, with a power spectrum falling by `slope` per decade between two rates.

    depth_db: standard deviation. coherence: share of the movement that all bands have in common (1 = the whole sound swells).
    stereo: share that both ears have in common. skew: 0 symmetric; above 0 quick rises out of a quiet floor; below, dips.
    low_hz: the movement grows to its full depth above this frequency (0 = everywhere).
    """

    depth_db: Annotated[float, Field(ge=0, le=24)]
    rate_hz: Range = (0.05, 8.0)
    slope: Annotated[float, Field(ge=-3, le=1)] = -1.0
    coherence: Share = 0.7
    stereo: Share = 0.8
    bands: Annotated[int, Field(ge=1, le=32)] = 10
    skew: Annotated[float, Field(ge=-1, le=1)] = 0.0
    low_hz: Annotated[float, Field(ge=0)] = 0.0


class NoiseLayer(Layer):
    """Gaussian noise of a given spectrum, still or moving."""

    generator: Literal["noise"]
    spectrum: Spectrum
    modulations: tuple[Modulation, ...] = ()


class ImpactsLayer(Layer):
    """Small impacts by a Poisson process: drops, bubbles, crackles.

    rate: events a second. spread_db: standard deviation of their level (log-normal sizes). tail: Pareto exponent of the
    amplitudes in its place (smaller = rarer and stronger events stand out). pitch_hz, decay_ms: log-uniform ranges of
    the ring and of its e-fold time. tone: 0 a burst of noise,
    1 a pure ring. rise: octaves a ring climbs over its decay (bubbles rise).
    burst, burst_ms: mean number of impacts that follow each other at this mean distance (crackles come in bursts).
    low_cut_hz: high-pass of the whole layer. wander_db: how far the rate moves in dB over some seconds.
    """

    generator: Literal["impacts"]
    rate: Annotated[float, Field(gt=0, le=5000)]
    pitch_hz: Range
    decay_ms: Range
    spread_db: Annotated[float, Field(ge=0, le=20)] = 6.0
    tail: Annotated[float, Field(gt=0.5, le=8)] | None = None
    tone: Share = 0.0
    rise: Annotated[float, Field(ge=-2, le=2)] = 0.0
    burst: Annotated[float, Field(ge=1, le=60)] = 1.0
    burst_ms: Positive = 8.0
    wander_db: Annotated[float, Field(ge=0, le=12)] = 0.0


class WavesLayer(Layer):
    """Breaking waves: noise whose bands rise, break and recede one after the other.

    period_s: mean time between waves. spread_db: of their strength. rise_s, fall_s: log-uniform ranges at 1 kHz.
    depth_db: how far a mean wave stands above the wash between waves. foam: extra seconds that the highest band hisses on.
    roughness_db: fine random movement of the broken water.
    """

    generator: Literal["waves"]
    spectrum: Spectrum
    period_s: Annotated[float, Field(ge=2, le=20)] = 7.0
    spread_db: Annotated[float, Field(ge=0, le=12)] = 3.0
    rise_s: Range = (0.5, 1.6)
    fall_s: Range = (1.0, 2.4)
    depth_db: Annotated[float, Field(ge=0, le=40)] = 14.0
    foam: Annotated[float, Field(ge=0, le=8)] = 1.5
    roughness_db: Annotated[float, Field(ge=0, le=10)] = 2.0


class InsectsLayer(Layer):
    """A chorus of crickets: each singer has its own pitch, pulse rate, chirp and rest.

    singers: how many. pitch_hz: carriers. pulse_hz: pulses within a chirp. pulses: per chirp (range; above 40 it is a trill).
    chirp_s: time from chirp to chirp. spread_db: of their distance. strays: share of chirps left out.
    """

    generator: Literal["insects"]
    singers: Annotated[int, Field(ge=1, le=24)] = 5
    pitch_hz: Range = (3800.0, 5200.0)
    pulse_hz: Range = (24.0, 34.0)
    pulses: Range = (3.0, 5.0)
    chirp_s: Range = (0.4, 0.7)
    spread_db: Annotated[float, Field(ge=0, le=15)] = 5.0
    strays: Share = 0.05


class CallsLayer(Layer):
    """Birds: phrases of swept whistles, trills and buzzes, sung from their places with the echo of the place.

    birds: how many individuals, each with its own repertoire and place. every_s: mean pause of one bird between its phrases.
    pitch_hz: range of their centres. motifs: phrases in a repertoire. echo_s: reverberation time, echo_db: its level.
    """

    generator: Literal["calls"]
    birds: Annotated[int, Field(ge=1, le=16)] = 6
    every_s: Annotated[float, Field(ge=0.5, le=120)] = 6.0
    pitch_hz: Range = (2000.0, 6500.0)
    motifs: Annotated[int, Field(ge=1, le=8)] = 3
    spread_db: Annotated[float, Field(ge=0, le=18)] = 7.0
    echo_s: Annotated[float, Field(ge=0, le=4)] = 0.9
    echo_db: Annotated[float, Field(ge=-40, le=0)] = -14.0
    kinds: tuple[Literal["whistle", "warble", "trill", "chip", "owl", "dove"], ...] = ("whistle", "warble", "trill", "chip")


class ThunderLayer(Layer):
    """Far thunder: rolling peals whose high end the distance has taken. every_s: mean time between; cut_hz: what is left."""

    generator: Literal["thunder"]
    every_s: Annotated[float, Field(ge=8, le=300)] = 45.0
    length_s: Range = (8.0, 16.0)
    cut_hz: Range = (90.0, 260.0)
    spread_db: Annotated[float, Field(ge=0, le=12)] = 3.0


class PadLayer(Layer):
    """A sustained chord, each partial a narrow band that beats slowly (PADsynth).

    notes: names ("A2", "C#3"). partials: per note. tilt_db: fall per octave of partial number. odd: level of even partials in dB.
    spread_cents: bandwidth of the first partial; it grows with the partial number.
    """

    generator: Literal["pad"]
    notes: Annotated[tuple[Note, ...], Field(min_length=1, max_length=24)]
    partials: Annotated[int, Field(ge=1, le=64)] = 10
    tilt_db: Annotated[float, Field(ge=-24, le=0)] = -9.0
    even_db: Annotated[float, Field(ge=-40, le=6)] = 0.0
    spread_cents: Annotated[float, Field(gt=0, le=60)] = 8.0


class StrikesLayer(Layer):
    """Struck modes now and then: singing bowls, a soft piano-like string, chimes.

    every_s: mean pause; regular: 0 by chance, 1 even. decay_s: of the lowest mode (60 dB). soft: 0 a hard mallet, 1 a felt one.
    walk: neighbouring notes follow each other (1) or any note may (0). chord: how many notes may sound in one gesture.
    """

    generator: Literal["strikes"]
    instrument: Literal["bowl", "string", "chime"]
    notes: Annotated[tuple[Note, ...], Field(min_length=1, max_length=24)]
    every_s: Annotated[float, Field(ge=0.2, le=120)] = 9.0
    regular: Share = 0.5
    decay_s: Range = (8.0, 14.0)
    soft: Share = 0.6
    walk: Share = 0.0
    chord: Annotated[int, Field(ge=1, le=4)] = 1
    spread_db: Annotated[float, Field(ge=0, le=12)] = 2.5


class Thump(Frozen):
    """One blow of a pulse: at: place in the period (0..1); pitch_hz falls by `drop` octaves; click: share of noise in it."""

    at: Share
    level_db: Annotated[float, Field(ge=-40, le=0)] = 0.0
    pitch_hz: Positive = 50.0
    decay_ms: Positive = 120.0
    drop: Annotated[float, Field(ge=0, le=2)] = 0.4
    click: Share = 0.0
    pan: Annotated[float, Field(ge=-1, le=1)] = 0.0


class PulseLayer(Layer):
    """A rhythm that never is quite even: a heart, the wheels of a train over rail joints.

    period_s: mean. jitter: standard deviation of a period as a share of it, wandering slowly like a living or rolling thing.
    """

    generator: Literal["pulse"]
    period_s: Annotated[float, Field(ge=0.2, le=30)]
    jitter: Annotated[float, Field(ge=0, le=0.4)] = 0.03
    thumps: Annotated[tuple[Thump, ...], Field(min_length=1)]
    spread_db: Annotated[float, Field(ge=0, le=9)] = 1.0


AnyLayer = Annotated[
    NoiseLayer | ImpactsLayer | WavesLayer | InsectsLayer | CallsLayer | ThunderLayer | PadLayer | StrikesLayer | PulseLayer,
    Field(discriminator="generator"),
]


class Ambience(Frozen):
    """A declared bed: either `layers`, or a `mix` expression over other beds and files.

    name: the file's stem. key: the tonic ("A2") of a tuned bed, for the bells. noise_like: whether the promise of no
    autocorrelation peak holds for it (not for tones and rhythms). texture: the natural sound it stands for, for the judge.
    """

    name: str
    description: str
    licence: str
    tags: tuple[str, ...] = ()
    gain_db: Annotated[float, Field(ge=-60, le=40)] = 0.0
    key: Note | None = None
    noise_like: bool = False
    texture: Literal["rain", "waves", "wind", "fire", "stream", "night", "birds"] | None = None
    layers: tuple[AnyLayer, ...] = ()
    mix: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Ambience:
        if bool(self.layers) == bool(self.mix):
            raise ValueError("give either layers or mix, not both and not neither")
        return self
