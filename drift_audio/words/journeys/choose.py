"""Which journey a story gets: what its facts permit, the matter it sounds like, and the seed among the best."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from drift_audio.scenario import Frozen, Scenario
from drift_audio.words.journeys.load import load_journeys
from drift_audio.words.journeys.matters import Heard, cued, heard, nearness, sound_of
from drift_audio.words.journeys.model import SECTIONS, Journey
from drift_audio.words.lazy_pattern import LazyPattern
from drift_audio.words.shuffle import deal
from drift_audio.words.understanding.arrays import Vector
from drift_audio.words.understanding.facts import Fact
from drift_audio.words.understanding.story import Story
from drift_audio.yamlfile import read_mapping

TONES: Final = Path(__file__).parent / "tones.yaml"
FEWEST_WORDS: Final = 8
FEWEST_MINUTES: Final = 3.0
SURE: Final = 0.6
# A matter whose journey needs something particular, and has it, may stand behind the first by so much. One whose journey needs
# nothing must be first, this near at least, so far ahead of the next, and have a cue. Measured: docs/decisions/journeys.md.
BEHIND: Final = 0.12
ALONE_NEAR: Final = 0.45
ALONE_AHEAD: Final = 0.06
ALIKE: Final = 0.06
SPECIFIC: Final = 0.03
# Needs that half of all stories meet say little of what a story is about.
_COMMON: Final[frozenset[Fact]] = frozenset(
    {"other_alive", "listener_caused", "listener_hurt", "event_ahead", "employed", "in_contact", "is_parent", "quarrel"}
)
_GRAVE: Final[frozenset[Fact]] = frozenset(
    {
        "person_died",
        "baby_died",
        "animal_died",
        "major_breach",
        "own_illness",
        "someone_fading",
        "job_lost",
        "danger_now",
        "abuse",
    }
)


class Choice(Frozen):
    """A journey for one session.

    turn: counts this journey's sessions over consecutive seeds. rank: place of its matter among all, from 1; None where it is
    told-centred. near: how near its matter lies. why: reasons, each a few words. others: what might have been said as well.
    """

    journey: str
    turn: int
    rank: int | None
    near: float
    why: tuple[str, ...]
    others: tuple[str, ...]


def choose(scenario: Scenario, story: Story, *, told: bool) -> Choice | None:
    """The journey of a session, or None where the banks speak.

    told: whether lines of the story were found that may be said (or would be, were they not left out).
    """
    text, style, seed = scenario.situation, scenario.style, scenario.seed
    if style not in SECTIONS or scenario.minutes < FEWEST_MINUTES or story.theme == "steady":
        return None
    sound = sound_of(text) if len(text.split()) >= FEWEST_WORDS else None
    ranking = heard(text, sound) if sound is not None else ()
    best = [row for row in _of_a_matter(scenario, story, ranking, sound) if row[0].name not in scenario.avoid]
    if not best and told:
        return _told_centred(text, story, style=style, seed=seed, avoid=scenario.avoid)
    if not best:
        return None
    journey, turn = _dealt([journey for journey, _ in best], seed)
    rank = next(at for at, row in enumerate(ranking, 1) if row.matter == journey.matter)
    confirmed = tuple(f"needs {need}: confirmed" for need in journey.needs)
    return Choice(
        journey=journey.name,
        turn=turn,
        rank=rank,
        near=round(ranking[rank - 1].near, 3),
        why=(f"matter {journey.matter} is number {rank} of {len(ranking)}", *confirmed),
        others=tuple(other.name for other, _ in best if other is not journey),
    )


def permitted(journey: Journey, story: Story) -> bool:
    """Whether nothing that is known of the story rules the journey out, and everything that it needs is known."""
    facts = story.facts
    if any(facts.says(fact) is True for fact in journey.rules_out):
        return False
    if any(facts.says(need.fact) is not need.known for need in journey.needs):
        return False
    if journey.tone == "light" and (story.gravity == "major" or any(facts.says(fact) is True for fact in _GRAVE)):
        return False
    return _part_fits(journey, story) and _gravity_fits(journey, story)


def _part_fits(journey: Journey, story: Story) -> bool:
    if journey.part == "any" or story.part == "none" or story.part_confidence < SURE:
        return True
    caused, hurt = story.facts.says("listener_caused") is True, story.facts.says("listener_hurt") is True
    told = {"caused": caused and not hurt, "hurt": hurt and not caused, "both": caused and hurt}
    return journey.part == story.part or told[journey.part]


def _gravity_fits(journey: Journey, story: Story) -> bool:
    if story.facts.says("major_breach") is True:
        return "major" in journey.gravity
    known = story.gravity != "none" and story.gravity_confidence >= SURE and story.part != "none"
    return not known or journey.told_centred or story.gravity in journey.gravity or story.gravity != "major"


def _of_a_matter(scenario: Scenario, story: Story, ranking: Sequence[Heard], sound: Vector | None) -> list[tuple[Journey, float]]:
    """The journeys that the needs confirm and whose matter is clear, the best first, and all that are about as good."""
    if sound is None:
        return []
    text, style = scenario.situation, scenario.style
    near = {row.matter: row.near for row in ranking}
    first, second = ranking[0], ranking[1]
    scored: list[tuple[Journey, float]] = []
    for journey in load_journeys().values():
        if journey.told_centred or journey.style != style or journey.matter not in near or not permitted(journey, story):
            continue
        particular = sum(need.fact not in _COMMON for need in journey.needs)
        if particular:
            clear = near[journey.matter] >= first.near - BEHIND
        else:
            ahead = journey.matter == first.matter and first.near - second.near >= ALONE_AHEAD * (not journey.needs)
            clear = ahead and first.near >= ALONE_NEAR and (bool(journey.needs) or cued(journey.matter, text) > 0)
        if clear:
            own = nearness(sound, journey.tellings)
            scored.append((journey, near[journey.matter] + own / 2 + SPECIFIC * len(journey.needs)))
    scored.sort(key=lambda row: (-row[1], row[0].name))
    return [row for row in scored if row[1] >= scored[0][1] - ALIKE]


def _told_centred(text: str, story: Story, *, style: str, seed: int, avoid: Sequence[str]) -> Choice | None:
    low = text.lower().replace("\u2019", "'")
    rows = [journey for journey in load_journeys().values() if journey.told_centred and journey.style == style]
    allowed = [journey for journey in rows if permitted(journey, story)]
    usable = [journey for journey in allowed if journey.name not in avoid] or allowed
    words = {journey.name: _words_found(journey.name, low) for journey in usable}
    most = max((len(found) for found in words.values()), default=0)
    fitting = [journey for journey in usable if most and len(words[journey.name]) == most]
    neutral = [journey for journey in usable if journey.name in _tones()["neutral"][style]]
    pool = fitting or neutral or usable
    if not pool:
        return None
    journey, turn = _dealt(pool, seed)
    tone = f"words of its tone: {len(words[journey.name])}" if fitting else "no word of a tone: one that presumes the least"
    return Choice(
        journey=journey.name,
        turn=turn,
        rank=None,
        near=0.0,
        why=("no matter is confirmed", tone),
        others=tuple(other.name for other in pool if other is not journey),
    )


def _words_found(name: str, low: str) -> set[str]:
    return {pattern.text for pattern in _patterns(name) if pattern.search(low)}


def _dealt(pool: Sequence[Journey], seed: int) -> tuple[Journey, int]:
    """The seed's journey, and which of its sessions this is; neighbouring seeds go through all before one comes again."""
    names = "/".join(sorted(journey.name for journey in pool))
    card, turn = deal(f"journeys/{names}", len(pool), seed)
    return sorted(pool, key=lambda journey: journey.name)[card], turn


@cache
def _patterns(name: str) -> tuple[LazyPattern, ...]:
    return tuple(LazyPattern(rf"(?<!\w)(?:{words})(?!\w)") for words in _tones()["journeys"].get(name, ()))


@cache
def _tones() -> dict[str, Any]:
    return read_mapping(TONES)
