"""One tiny call that tells whether a model can be used: its name, whether it honours a schema, and how fast it is."""

from __future__ import annotations

import time

from drift_audio.config import LlmSettings
from drift_audio.errors import WriterError
from drift_audio.scenario import Frozen
from drift_audio.script.budget import plan
from drift_audio.words.writers.llm.destination import destination
from drift_audio.words.writers.llm.faults import Fault
from drift_audio.words.writers.llm.prompts import check_messages
from drift_audio.words.writers.llm.schema import SectionAnswer, section_schema
from drift_audio.words.writers.llm.writer import open_model

ANSWER_TOKENS = 120


class Checkup(Frozen):
    """What `llm check` reports. structured: the answer kept the schema; seconds: of the call; tokens_per_s: while answering."""

    host: str
    model: str
    local: bool
    structured: bool
    seconds: float
    tokens_in: int
    tokens_out: int
    tokens_per_s: float


def check_model(settings: LlmSettings) -> Checkup:
    """Make the call. Nothing of the user's is sent.

    Raises:
        ConfigError: no model or server is named. WriterError: it cannot be used, in one line that says why.
    """
    where = destination(settings)
    schema = section_schema(plan("meditation", 1).phases[0])
    first: list[float] = []

    def heard(_count: int) -> None:
        if not first:
            first.append(time.monotonic())

    try:
        with open_model(settings) as client:
            answer = client.ask(check_messages(), schema=schema, max_tokens=ANSWER_TOKENS, seed=1, on_tokens=heard)
            asked_with_schema = client.dialect.structured
    except Fault as fault:
        raise WriterError(f"the model {where.model} at {where.host} cannot be used: {fault}") from None
    spent = max(0.01, time.monotonic() - (first[0] if first else time.monotonic() - answer.seconds))
    return Checkup(
        host=where.host,
        model=where.model,
        local=where.local,
        structured=asked_with_schema and _keeps_schema(answer.text, cut=answer.truncated),
        seconds=round(answer.seconds, 2),
        tokens_in=answer.tokens_in,
        tokens_out=answer.tokens_out,
        tokens_per_s=round(answer.tokens_out / spent, 1),
    )


def _keeps_schema(text: str, *, cut: bool) -> bool:
    if cut:
        return text.lstrip().startswith("{") and '"lines"' in text[:40]
    try:
        SectionAnswer.model_validate_json(text)
    except ValueError:
        return False
    return True
