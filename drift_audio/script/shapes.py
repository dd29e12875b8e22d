"""The shape of each style: its phases, silences, delivery and rules, read from `styles/*.yaml`."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from drift_audio.errors import ScenarioError
from drift_audio.scenario import STYLES, Frozen, Style, explain
from drift_audio.yamlfile import read_mapping

Share = Annotated[float, Field(ge=0, le=1)]
Knots = tuple[tuple[float, float], ...]


class Phase(Frozen):
    """One phase of a style.

    share: of the session's time; least, most: the bounds the grammar allows. least_s, most_s: bounds in seconds.
    from_minutes: required in sessions at least this long, left out of the plan of shorter ones.
    density: how much is spoken here compared with the session's mean. breath: share of the phase in counted breaths.
    main: takes up the time that clamped phases leave over. purpose: what the phase is for, in words a writer can use.
    """

    key: str
    title: str
    share: Share
    least: Share
    most: Share
    purpose: str
    required: bool = True
    from_minutes: float = 0.0
    density: Annotated[float, Field(gt=0, le=2)] = 1.0
    breath: Annotated[float, Field(ge=0, le=0.8)] = 0.0
    sets: bool = False
    main: bool = False
    least_s: float = 0.0
    most_s: float = 5400.0


class Silence(Frozen):
    """A knot of the curve "share of the session that is not speech" over the session's length in minutes."""

    minutes: float
    target: Share
    least: Share
    most: Share


class Palette(Frozen):
    """Nominal pauses in seconds, by what they follow."""

    phrase: float
    sentence: float
    paragraph: float
    breath: float
    image: float
    body: float
    section: float
    count: float
    stillness: float


class Arc(Frozen):
    """How the delivery moves over the session: knots (place 0..1, value), straight between them and level outside.

    speed: factor of the voice's own pace, 0.5 to 1.5. level_db: added to the voice, 12 dB at most. By default nothing moves.
    """

    speed: Knots = ((0.0, 1.0),)
    level_db: Knots = ((0.0, 0.0),)

    @model_validator(mode="after")
    def _speakable(self) -> Self:
        for curve in (self.speed, self.level_db):
            places = [place for place, _ in curve]
            if not places or places != sorted(places) or not 0 <= places[0] <= places[-1] <= 1:
                raise ValueError(f"the knots of an arc must stand in order from 0 to 1, not at {places}")
        if any(not 0.5 <= speed <= 1.5 for _, speed in self.speed) or any(abs(level) > 12 for _, level in self.level_db):
            raise ValueError("an arc's speed must be 0.5 to 1.5 and its level within 12 dB")
        return self

    def speed_at(self, place: float) -> float:
        return interpolate(self.speed, place)

    def level_at(self, place: float) -> float:
        return interpolate(self.level_db, place)


class Duck(Frozen):
    """How the bed makes room for the voice.

    depth_db: how far it goes down. lead_s: the ramp, done at the first syllable. hold_s: gaps shorter than this keep it down.
    release_s: the way back. lift_db: what long silences gain, from `lift_after_s` seconds of silence on. swell_db: what an
    inhalation gains. presence_db: how far 2-4 kHz goes down in the bed while the voice speaks (0: not at all).
    """

    depth_db: float = 7.0
    lead_s: float = 0.6
    hold_s: float = 2.5
    release_s: float = 2.2
    lift_db: float = 1.5
    lift_after_s: float = 6.0
    swell_db: float = 1.5
    presence_db: float = 6.0


class Fades(Frozen):
    """Seconds of the bed's way in and out, and of the change from one bed to another."""

    in_s: float = 4.0
    out_s: float = 8.0
    change_s: float = 6.0


SHORT_MINUTES: Final = 3.0
"""Below this a session has no time for more than one closing stroke."""

ONE_STROKE: Final = 2.0
"""Below this it has none at its opening."""


class Bells(Frozen):
    """Strikes at the opening and the close; 0 is none."""

    opening: int
    closing: int


class Pattern(Frozen):
    """The style's usual breath in seconds."""

    in_s: float
    hold_s: float = 0.0
    out_s: float
    rest_s: float = 0.0

    @property
    def seconds(self) -> float:
        return self.in_s + self.hold_s + self.out_s + self.rest_s


class Rules(Frozen):
    """Language rules of the style.

    emergence: whether the listener is brought back awake. eyes: where they may be sent. driving_note: the words must say
    that the session is not for driving. bell: whether a bell may sound. wpm: articulation while speaking.
    mean_words, longest_words: sentence length. agency_within: share of the session's words by which agency must be said.
    """

    emergence: Literal["required", "optional", "never"]
    eyes: Literal["open", "closed", "either"]
    mean_words: tuple[float, float]
    longest_words: int
    driving_note: bool = False
    bell: bool = True
    wpm: tuple[float, float] = (110.0, 140.0)
    agency_within: Share = 0.3


class Shape(Frozen):
    """Everything that makes a style what it is. `ambience` is the default bed; None of this stands in code."""

    style: Style
    title: str
    summary: str
    phases: tuple[Phase, ...]
    silence: tuple[Silence, ...]
    palette: Palette
    arc: Arc
    duck: Duck
    fades: Fades
    ambience: str
    bells: Bells
    pattern: Pattern
    rules: Rules

    def phase(self, key: str) -> Phase:
        return next(phase for phase in self.phases if phase.key == key)

    def phases_for(self, minutes: float) -> tuple[Phase, ...]:
        """Phases that a session of this length has."""
        return tuple(phase for phase in self.phases if minutes >= phase.from_minutes)

    def bells_for(self, minutes: float) -> Bells:
        """Strikes of a session of this length: a very short one has a single stroke, at its close."""
        if minutes >= SHORT_MINUTES:
            return self.bells
        return Bells(opening=self.bells.opening if minutes >= ONE_STROKE else 0, closing=min(self.bells.closing, 1))

    def silence_for(self, minutes: float) -> Silence:
        """OutputSpec and allowed share of the session that is not speech, for a session of this length."""
        knots = self.silence
        return Silence(
            minutes=minutes,
            target=interpolate(tuple((knot.minutes, knot.target) for knot in knots), minutes),
            least=interpolate(tuple((knot.minutes, knot.least) for knot in knots), minutes),
            most=interpolate(tuple((knot.minutes, knot.most) for knot in knots), minutes),
        )


def interpolate(curve: Knots, at: float) -> float:
    """Value of a piecewise straight curve; flat beyond its ends."""
    if at <= curve[0][0]:
        return curve[0][1]
    for (x0, y0), (x1, y1) in pairwise(curve):
        if at <= x1:
            return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
    return curve[-1][1]


FOLDER: Final = Path(__file__).with_name("styles")


@cache
def shape(style: str) -> Shape:
    """The shape of a style.

    Raises:
        ScenarioError: no such style, or its file is broken.
    """
    if style not in STYLES:
        raise ScenarioError(f"unknown style {style!r}; choose one of {', '.join(STYLES)}")
    try:
        return Shape(style=style, **read_mapping(FOLDER / f"{style}.yaml"))
    except ValidationError as error:
        raise ScenarioError(f"styles/{style}.yaml: {explain(error)}") from None
