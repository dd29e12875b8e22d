"""The shape of a model's answer: JSON schema to ask with, pydantic to check with."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from drift_audio.script.budget import PhasePlan

JsonSchema = dict[str, object]


class Line(BaseModel):
    """One sentence and the pause after it, in whole seconds."""

    model_config = ConfigDict(frozen=True)
    say: str = Field(min_length=1, max_length=1200)
    pause: float = Field(default=0, ge=0, le=120)


class SectionAnswer(BaseModel):
    """A section as lines."""

    model_config = ConfigDict(frozen=True)
    lines: tuple[Line, ...] = Field(min_length=1, max_length=400)


class PhaseAnswer(SectionAnswer):
    """A section that says which phase it is."""

    phase: str


class WholeAnswer(BaseModel):
    """All sections in one answer."""

    model_config = ConfigDict(frozen=True)
    sections: tuple[PhaseAnswer, ...] = Field(min_length=1, max_length=20)


def section_schema(phase: PhasePlan) -> JsonSchema:
    """Strict schema of one section; the number of lines follows the phase's budget."""
    return _object({"lines": _lines(phase)})


def whole_schema(phases: tuple[PhasePlan, ...]) -> JsonSchema:
    """Strict schema of all sections in one answer."""
    keys = [phase.key for phase in phases]
    longest = max(phases, key=lambda phase: phase.sentences)
    item = _object({"phase": {"type": "string", "enum": keys}, "lines": _lines(longest) | {"minItems": 2}})
    return _object({"sections": {"type": "array", "minItems": len(keys), "maxItems": len(keys), "items": item}})


def _lines(phase: PhasePlan) -> JsonSchema:
    line = _object({"say": {"type": "string"}, "pause": {"type": "integer", "minimum": 0, "maximum": 30}})
    least, most = max(1, phase.sentences // 2), max(4, phase.sentences * 2)
    return {"type": "array", "minItems": least, "maxItems": most, "items": line}


def _object(properties: JsonSchema) -> JsonSchema:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
