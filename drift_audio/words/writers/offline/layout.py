"""From paragraphs to the parts of a section: sentences, pauses of the style's palette, and silence where it does most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from drift_audio.script.model import Breath, Optional, Part, Pause, Utterance
from drift_audio.script.shapes import Palette, Pattern
from drift_audio.words.writers.offline.fill_phase import Para
from drift_audio.words.writers.offline.plans import BREATH

Atoms = list[Utterance | Pause | Breath]
LEAST_EXTRA: Final = 1.5
LEAST_TIGHT: Final = 0.5
LONGEST_EXTRA: Final = 120.0
STILL_SLOTS: Final = ("still", "image", "body-held", "s-drift", "rest", "turn")
_MARK = re.compile(r"\[([a-z]+)\]")
_SENTENCE = re.compile(r"(?<=[.?])[”\"]?(?<!\bDr\.)(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bSt\.)\s+")


def lay_out(said: Sequence[Para], palette: Palette, pattern: Pattern, *, silence_s: float) -> tuple[Part, ...]:
    """Parts of one section. silence_s: seconds of all its pauses together; what the marks leave goes behind paragraphs.

    The last pause is the one between sections.
    """
    palette = _tightened(said, palette, pattern, silence_s)
    blocks = [_block(para, palette, pattern) for para in said]
    within = sum(_silence(block, palette) for block in blocks)
    spare = silence_s - palette.section - within - palette.paragraph * (len(blocks) - 1)
    extra = _shares(said, spare)
    parts: list[Part] = []
    for at, (para, block) in enumerate(zip(said, blocks, strict=True)):
        ending = _ending(extra[at], palette, last=at == len(said) - 1)
        parts += [Optional(parts=(*block, *ending))] if para.optional else [*block, *ending]
    return tuple(parts)


def _tightened(said: Sequence[Para], palette: Palette, pattern: Pattern, silence_s: float) -> Palette:
    """The palette with shorter pauses, where a section has less silence than they take together."""
    within = sum(_silence(_block(para, palette, pattern), palette) for para in said)
    wanted = within + palette.section + palette.paragraph * (len(said) - 1)
    factor = min(1.0, max(LEAST_TIGHT, silence_s / wanted))
    return palette.model_copy(update={name: round(value * factor, 2) for name, value in palette.model_dump().items()})


def _ending(extra: float, palette: Palette, *, last: bool) -> Atoms:
    """The pause behind a paragraph; the timeline puts its own between sections and adds what is left of ours."""
    if last:
        return [Pause(seconds=round(palette.section + extra, 1))]
    return [Pause(seconds=round(palette.paragraph + extra, 1), role="paragraph")]


def _block(para: Para, palette: Palette, pattern: Pattern) -> Atoms:
    if para.slot == BREATH:
        return [breath(pattern, para.cycles)]
    return list(atoms(para.text, palette))


def breath(pattern: Pattern, cycles: int) -> Breath:
    """Counted breaths in the style's own pattern."""
    return Breath(in_s=pattern.in_s, hold_s=pattern.hold_s, out_s=pattern.out_s, rest_s=pattern.rest_s, cycles=cycles)


def atoms(text: str, palette: Palette) -> Iterator[Utterance | Pause]:
    """Sentences and marked pauses of a paragraph."""
    for at, piece in enumerate(_MARK.split(text.replace("\n", " "))):
        if at % 2:
            yield Pause(seconds=seconds_of(piece, palette))
        else:
            yield from (Utterance(text=sentence.strip()) for sentence in _SENTENCE.split(piece) if sentence.strip())


def seconds_of(mark: str, palette: Palette) -> float:
    """Nominal seconds of a pause mark."""
    return palette.stillness if mark == "still" else float(getattr(palette, mark))


def _silence(block: Atoms, palette: Palette) -> float:
    marked = sum(part.seconds for part in block if isinstance(part, Pause))
    spoken = sum(isinstance(part, Utterance) for part in block)
    gaps = sum(isinstance(a, Utterance) and isinstance(b, Utterance) for a, b in pairwise(block))
    return marked + palette.sentence * gaps if spoken else marked


def _shares(said: Sequence[Para], spare: float) -> list[float]:
    """Seconds of extra silence behind each paragraph; most after stillness and images, none where it would be a mere stumble."""
    weights = [3.0 if para.slot.startswith(STILL_SLOTS) else 1.0 for para in said]
    if not said or spare < LEAST_EXTRA:
        return [0.0] * len(said)
    while spare / sum(weights) < LEAST_EXTRA and sum(weight > 0 for weight in weights) > 1:
        quiet = [at for at, weight in enumerate(weights) if weight > 0]
        for at in quiet[::2]:
            weights[at] = 0.0
    whole = sum(weights)
    return [round(min(LONGEST_EXTRA, spare * weight / whole), 1) for weight in weights]
