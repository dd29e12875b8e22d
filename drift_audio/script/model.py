"""The script as data: what the writers write and the sound wing speaks.

`sound` knows nothing of `words` but this module.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from drift_audio.scenario import Frozen, Style

PauseRole = Literal["nominal", "paragraph"]

NO_BED: Final = "none"
"""The ambience of a script that is to be heard without a bed."""


class Utterance(Frozen):
    """One sentence (or short cue) to be spoken: plain text, no markup, never blank."""

    kind: Literal["utterance"] = "utterance"
    text: Annotated[str, Field(min_length=1)]


class Pause(Frozen):
    """Silence of the voice (the bed goes on).

    seconds: nominal length when `elastic`, exact length otherwise.
    role: "paragraph" for a blank line in the file, "nominal" for a written marker; the timeline knows their bounds.
    """

    kind: Literal["pause"] = "pause"
    seconds: Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]
    elastic: bool = True
    role: PauseRole = "nominal"


class Breath(Frozen):
    """Paced breathing, exact: `cycles` times in / hold / out / rest, in seconds."""

    kind: Literal["breath"] = "breath"
    in_s: Annotated[float, Field(gt=0, le=20)]
    hold_s: Annotated[float, Field(ge=0, le=20)] = 0.0
    out_s: Annotated[float, Field(gt=0, le=30)]
    rest_s: Annotated[float, Field(ge=0, le=20)] = 0.0
    cycles: Annotated[int, Field(ge=1, le=200)] = 1

    @property
    def seconds(self) -> float:
        return (self.in_s + self.hold_s + self.out_s + self.rest_s) * self.cycles


class Bell(Frozen):
    """`count` strikes of the bell."""

    kind: Literal["bell"] = "bell"
    count: Annotated[int, Field(ge=1, le=12)] = 1


class Cue(Frozen):
    """A change that holds from here on: exactly one field is set.

    ambience: catalogue name or mix expression; bed_db: level of the bed relative to its default in dB;
    voice: catalogue name; speed: factor of the voice's own pace.
    """

    kind: Literal["cue"] = "cue"
    ambience: str | None = None
    bed_db: Annotated[float, Field(ge=-40, le=12)] | None = None
    voice: str | None = None
    speed: Annotated[float, Field(ge=0.5, le=1.5)] | None = None


class Optional(Frozen):
    """Parts that the timeline may leave out, whole, to reach the asked length. Never nested."""

    kind: Literal["optional"] = "optional"
    parts: tuple[Annotated[Utterance | Pause | Breath | Bell | Cue, Field(discriminator="kind")], ...]


Atom = Utterance | Pause | Breath | Bell | Cue
Part = Annotated[Utterance | Pause | Breath | Bell | Cue | Optional, Field(discriminator="kind")]


class Section(Frozen):
    """A named stretch of the session; becomes a chapter.

    phase: the style grammar's name for it when known; stands in the file as an HTML comment after the heading.
    """

    name: Annotated[str, Field(min_length=1, max_length=120)]
    parts: tuple[Part, ...]
    phase: str | None = None


class Script(Frozen):
    """A whole session in words and silences.

    minutes: asked length. voice, ambience: None means the default. Between two utterances that follow
    each other directly the timeline puts a sentence pause; a paragraph break is `Pause(role="paragraph")`.
    """

    title: Annotated[str, Field(min_length=1, max_length=200)]
    style: Style
    minutes: Annotated[float, Field(ge=1, le=90)]
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    voice: str | None = None
    ambience: str | None = None
    language: str = "en"
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    theme: str | None = None
