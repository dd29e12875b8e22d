"""Fills one phase with paragraphs up to its budget of words, and places its counted breaths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from drift_audio.script.budget import PhasePlan, word_count
from drift_audio.script.shapes import Phase
from drift_audio.words.writers.offline.paragraph_picker import NAME, STRAND, Bench, sentences
from drift_audio.words.writers.offline.plans import BREATH, Token

SHORT_SESSION: Final = 5.0
LEAST_ROOM: Final = 0.55
ROUND_CYCLES: Final = 6
SET_CYCLES: Final = 8
LEAST_CYCLES: Final = 2
OPTIONAL_FROM: Final = 3
REQUIRED_SLACK: Final = 1.35
SHORT_SHARE: Final = 0.9
LEAST_CLIP: Final = 14.0
MIXED_A_MINUTE: Final = 1 / 3
CLIPPED: Final = frozenset({"meet", "look", "image", "kind", "turn", "step", "night", "walk", "breathe", "craft", "close"})
TWO_STRANDS_FROM: Final = 8.0
ORDERED: Final = ("story:", "craft")
NAMED: Final = frozenset({"meet", "turn", "night"})


@dataclass(frozen=True, slots=True)
class Fit:
    """How a session is held to its time: as one of how many minutes it is written, and with what share of its words."""

    minutes: float
    thin: float = 1.0


@dataclass(frozen=True, slots=True)
class Para:
    """A paragraph, or `cycles` counted breaths (then without text). optional: the timeline may leave it out."""

    slot: str
    text: str = ""
    cycles: int = 0
    optional: bool = False


def fill_phase(bench: Bench, tokens: Sequence[Token], budget: PhasePlan, form: Phase, *, fit: Fit) -> list[Para]:
    """The paragraphs and breaths of one phase, in order."""
    short = fit.minutes < SHORT_SESSION
    tokens = [_fitting(bench, token, short=short) for token in tokens if budget.cycles or not token.counted]
    if form.sets:
        return _rounds(bench, tokens, budget, words=budget.words * fit.thin)
    filled = _Filler(bench, tokens, budget.words, fit).filled()
    texts = [_in_order(bench, token.slot, said) for token, said in zip(tokens, filled, strict=True)]
    said: list[Para] = []
    for token, paras in zip(tokens, texts, strict=True):
        row = list(_row(token, paras))
        said = _among(said, row) if token.mixed else said + row
    return _place_breaths(said, max(LEAST_CYCLES, budget.cycles) if budget.cycles else 0)


def _among(said: list[Para], spare: list[Para]) -> list[Para]:
    """Spread paragraphs evenly among those already there, never before the first."""
    mixed: list[Para] = []
    for at, para in enumerate(said):
        mixed += [para, *spare[_upto(len(spare), len(said), at) : _upto(len(spare), len(said), at + 1)]]
    return mixed if said else spare


def _in_order(bench: Bench, slot: str, texts: list[str]) -> list[str]:
    """Paragraphs that tell something step by step stand in the order of their bank."""
    if slot.startswith(ORDERED):
        return sorted(texts, key=lambda text: bench.places.get(text, 0))
    return texts


def _fitting(bench: Bench, token: Token, *, short: bool) -> Token:
    brief = f"{token.slot}-short"
    slot = brief if short and bench.variants(brief) else token.slot
    return replace(token, slot=slot, required=token.required or (token.longer and not short))


class _Filler:
    """Fills the slots of a phase: what must be said, then what may be, then what may be said again."""

    def __init__(self, bench: Bench, tokens: Sequence[Token], words: int, fit: Fit) -> None:
        self.bench = bench
        self.tokens = tokens
        self.minutes = fit.minutes
        self.short = fit.minutes < SHORT_SESSION
        self.usual = words
        self.thin = fit.thin
        self.words = round(words * fit.thin * (SHORT_SHARE if self.short else 1.0))
        self.room = float(self.words)
        self.texts: list[list[str]] = [[] for _ in tokens]

    def filled(self) -> list[list[str]]:
        self.required()
        self.named()
        self.met()
        self.once()
        self.repeated()
        self.named()
        return self.texts

    def named(self) -> None:
        """Where what was dealt does not say what the session is about, a line before it does; once in a short session."""
        for at, token in enumerate(self.tokens):
            if self.short and (token.slot != "meet" or self.thin < 1):
                continue
            if token.slot in NAMED and self.texts[at] and not self.bench.tells(self.texts[at]):
                line = self.bench.draw(f"{NAME}{token.slot}")
                if line:
                    self.texts[at].insert(0, _clipped(line, 1) if self.short else line)
                    self.room -= word_count(self.texts[at][0])

    def met(self) -> None:
        """What else was told is met as well: early, and again before the words that turn it or put it down."""
        for at, token in enumerate(self.tokens):
            if token.slot not in NAMED or not self.texts[at] or (self.short and (token.slot != "meet" or self.thin < 1)):
                continue
            early = token.slot == "meet"
            most = 2 if early and self.minutes >= TWO_STRANDS_FROM else 1
            lines = [self.bench.draw(f"{STRAND}{name}:{token.slot}") for name in self.bench.strands(most, ahead=not early)]
            said = [_clipped(line, 1) if self.short else line for line in lines if line]
            where = 1 if early else len(self.texts[at]) - 1
            self.texts[at][where:where] = said
            self.room -= sum(map(word_count, said))

    def required(self) -> None:
        wanted = [at for at, token in enumerate(self.tokens) if token.required and token.slot != BREATH]
        usual = sum(self.bench.mean_words(self.tokens[at].slot) for at in wanted) or 1.0
        share = min(1.0, self.words / usual) * REQUIRED_SLACK
        for at in wanted:
            self._say(at, share * self.bench.mean_words(self.tokens[at].slot))

    def once(self) -> None:
        for at, token in enumerate(self.tokens):
            if not token.required and not token.spare and token.slot != BREATH and self._room_for(token.slot):
                self._say(at, self.room)

    def repeated(self) -> None:
        self._again([at for at, token in enumerate(self.tokens) if token.repeat])
        self._again([at for at, token in enumerate(self.tokens) if token.spare])

    def _again(self, again: list[int]) -> None:
        while again:
            again = [at for at in again if self.bench.has(self.tokens[at].slot) and self._room_for(self.tokens[at].slot)]
            for at in again:
                if self._room_for(self.tokens[at].slot):
                    self._say(at, self.room)

    def _room_for(self, slot: str) -> bool:
        return self.room >= LEAST_ROOM * self.bench.mean_words(slot)

    def _say(self, at: int, limit: float) -> None:
        slot = self.tokens[at].slot
        clip = self.short and (slot in CLIPPED or ":" in slot)
        text = self.bench.draw(slot, a_session=self._a_session(at))
        if text is None:
            return
        if clip:
            text = _clipped(text, max(limit, LEAST_CLIP))
        self.texts[at].append(text)
        self.room -= word_count(text)

    def _a_session(self, at: int) -> int:
        # At least as many cards as this phase will take of a deck, so that the next seed begins behind them. Slots that
        # several phases of a story share must not depend on which story it is, nor any slot on the goal or the attempt.
        if self.tokens[at].mixed:
            return max(1, round(self.minutes * MIXED_A_MINUTE))
        if not self.tokens[at].repeat:
            return 1
        once = sum(self.bench.usual_words(token.slot) for token in self.tokens if not token.repeat and not token.spare)
        again = sum(self.bench.usual_words(token.slot) for token in self.tokens if token.repeat) or 1.0
        return max(1, ceil((self.usual - once) / again))


def _clipped(text: str, limit: float) -> str:
    """The leading sentences of a paragraph that stay within a limit of words; the first one always."""
    kept: list[str] = []
    for sentence in sentences(text):
        if kept and word_count(" ".join([*kept, sentence])) > limit:
            break
        kept.append(sentence)
    return " ".join(kept)


def _row(token: Token, texts: Sequence[str]) -> Iterator[Para]:
    if token.slot == BREATH:
        yield Para(BREATH, cycles=1)
    for at, text in enumerate(texts):
        yield Para(token.slot, text, optional=token.repeat and len(texts) >= OPTIONAL_FROM and at == len(texts) - 1)


def _place_breaths(said: list[Para], cycles: int) -> list[Para]:
    """Give the breath mark its cycles; many cycles become several sets with paragraphs between them."""
    places = [at for at, para in enumerate(said) if para.slot == BREATH]
    if not places or not cycles:
        return [para for para in said if para.slot != BREATH]
    first = places[0]
    behind = len(said) - first - 1
    sets = max(1, min(ceil(cycles / SET_CYCLES), behind))
    placed = said[:first]
    for at in range(sets):
        placed.append(Para(BREATH, cycles=_share(cycles, sets, at)))
        placed += said[first + 1 + _upto(behind, sets, at) : first + 1 + _upto(behind, sets, at + 1)]
    return placed


def _share(total: int, parts: int, at: int) -> int:
    return _upto(total, parts, at + 1) - _upto(total, parts, at)


def _upto(total: int, parts: int, at: int) -> int:
    return round(total * at / parts)


def _rounds(bench: Bench, tokens: Sequence[Token], budget: PhasePlan, *, words: float) -> list[Para]:
    """Sets of counted breaths, each with a few words before it and a rest behind."""
    slots = [token.slot for token in tokens if token.slot != BREATH]
    sets = max(1, round(budget.cycles / ROUND_CYCLES))
    said: list[Para] = []
    each = words / sets
    for at in range(sets):
        room = each
        said += _words_before(bench, slots[0], sets)
        said.append(Para(BREATH, cycles=max(1, _share(budget.cycles, sets, at))))
        room -= sum(word_count(para.text) for para in said[-2:])
        for slot in slots[1:]:
            if room >= LEAST_ROOM * bench.mean_words(slot) and (text := bench.draw(slot, a_session=sets)):
                said.append(Para(slot, text))
                room -= word_count(text)
    return said


def _words_before(bench: Bench, slot: str, sets: int) -> list[Para]:
    text = bench.draw(slot, a_session=sets)
    return [Para(slot, text)] if text else []
