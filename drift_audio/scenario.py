"""What was asked for: one validated, frozen `Scenario`."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from drift_audio.errors import ScenarioError

Style = Literal["meditation", "hypnosis", "sleep", "breathing", "walking", "story"]
Unsure = Literal["steady", "ask", "safe"]
STYLES: Final[tuple[str, ...]] = get_args(Style)
MAX_SITUATION_CHARS: Final = 8_000
MIN_MINUTES: Final = 1.0
MAX_MINUTES: Final = 90.0
DEFAULT_MINUTES: Final = 12.0


class Frozen(BaseModel):
    """Base of every type that crosses a stage: immutable, and no field is invented."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Scenario(Frozen):
    """A request for one session.

    Args:
        situation: what is going on, in the person's own words; 1 to 8,000 characters.
        style: one of `STYLES`.
        minutes: asked length of the finished file, 1 to 90, decimals allowed.
        voice: a name from the voices catalogue; None lets the settings decide.
        ambience: a name, a file or folder path, or a mix expression ("rain + fire:-6dB"); None lets theme and style decide.
        language: BCP 47 tag of the words.
        seed: 0 to 2**32-1; the same scenario and seed give the same bytes.
        steady: ask for the self-steadying session, the only one made where there are signs of abuse.
        unsure: what to do where the care gate is unsure whether the person is safe: make a self-steadying session with help lines
            ("steady"), stop so that they can be asked ("ask"), or go on, since they have said so ("safe").
        discreet: say nothing back of what was told.
        avoid: names of journeys that were said not long ago and are not to come again while another fits.
        same_day: heard on the day it was told, so that "last night" stays true.

    Raises:
        ScenarioError: through `Scenario.build`, in one line naming the field, the value and what is allowed.
    """

    # An error's own text must not quote the situation, whoever prints it.
    model_config = ConfigDict(hide_input_in_errors=True)

    situation: str
    style: Style = "meditation"
    minutes: Annotated[float, Field(ge=MIN_MINUTES, le=MAX_MINUTES, allow_inf_nan=False)] = DEFAULT_MINUTES
    voice: str | None = None
    ambience: str | None = None
    language: str = "en"
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    steady: bool = False
    unsure: Unsure = "steady"
    discreet: bool = False
    same_day: bool = False
    avoid: tuple[str, ...] = ()

    @field_validator("situation")
    @classmethod
    def _situation(cls, value: str) -> str:
        text = value.strip()
        if not text:
            raise ValueError("the situation is empty; write a sentence or two about what is going on")
        if len(text) > MAX_SITUATION_CHARS:
            raise ValueError(f"the situation has {len(text):,} characters; the limit is {MAX_SITUATION_CHARS:,}")
        return text

    @classmethod
    def build(cls, **fields: object) -> Scenario:
        """Make a scenario, turning any validation failure into one clear `ScenarioError` line."""
        given = {key: value for key, value in fields.items() if value is not None}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise ScenarioError(explain(error)) from None


def _plain(value: object) -> str:
    """A number as it was typed (91, not 91.0)."""
    return f"{value:g}" if isinstance(value, float) else repr(value)


def explain(error: ValidationError) -> str:
    """First failure of a pydantic error as one line that never quotes the situation."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "scenario"
    message = first["msg"].removeprefix("Value error, ")
    if field == "situation":
        return message
    if field == "minutes":
        return f"minutes must be a number from {MIN_MINUTES:g} to {MAX_MINUTES:g}, not {_plain(first['input'])}"
    if field == "style":
        return f"unknown style {first['input']!r}; choose one of {', '.join(STYLES)}"
    return f"{field}: {message} (got {first['input']!r})"
