"""The banks laid out for one story: which paragraphs may be said, and the next one to say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Final

from drift_audio.words.guides.fill import Conditions, facts, fill_story, goals_for, is_personal, merge_pools, out_of_place, usable
from drift_audio.words.guides.load import SHARED, load_banks
from drift_audio.words.guides.model import Entry, Goal
from drift_audio.words.guides.template import Fill, Seq, count, expand
from drift_audio.words.script.budget import word_count
from drift_audio.words.story import Story
from drift_audio.words.writers.offline.deal import deal, month_of_decks
from drift_audio.words.writers.offline.wordings import order

FALLBACK: Final = "everyday-calm"
PERSONAL_SLOTS: Final = frozenset({"meet", "turn"})
NAMING_SLOTS: Final = PERSONAL_SLOTS | {"night", "story:burden"}
OPENED: Final = frozenset({"story:place", "story:haven"})  # the first paragraph says where we are
NAMING: Final = ("event", "matter", "person")
ENOUGH: Final = 4
DECKS: Final = 14
EXTRA_SHARE: Final = 2
NAMELESS: Final = 50
NAME_TRIES: Final = 40
TERSE_CARDS: Final = 4
_MARK = re.compile(r"\[[a-z]+\]")


@dataclass(frozen=True, slots=True)
class Variant:
    """One sayable paragraph: its tree pruned to the story, its usual length in words, and how particular it is."""

    tree: Seq
    words: int
    personal: bool
    conditions: Conditions


@dataclass
class Memory:
    """What this session has said so far, to keep it from saying it again."""

    sentences: set[str] = field(default_factory=set)
    grams: set[tuple[str, ...]] = field(default_factory=set)
    opening: str = ""

    def cost(self, text: str) -> float:
        """How much of a text was said before: whole sentences weigh most, then runs of three words, then the opening."""
        again = sum(3 for sentence in sentences(text) if sentence in self.sentences)
        return again + len(self.grams & grams(text)) + 0.5 * (opening(text) == self.opening)

    def keep(self, text: str) -> None:
        self.sentences.update(sentences(text))
        self.grams |= grams(text)
        self.opening = opening(text)


def sentences(text: str) -> list[str]:
    """Sentences of a paragraph without its pause marks."""
    return [part for part in re.split(r"(?<=[.?])\s+", _MARK.sub(" ", text).strip()) if part]


def grams(text: str, size: int = 3) -> set[tuple[str, ...]]:
    """Runs of `size` words with one long word among them at least."""
    words = re.findall(r"[\w']+", _MARK.sub(" ", text).lower())
    runs = (tuple(words[at : at + size]) for at in range(len(words) - size + 1))
    return {run for run in runs if max(map(len, run)) > 4}


def opening(text: str) -> str:
    """First two words, in small letters."""
    return " ".join(text.lower().split()[:2])


class Bench:
    """Everything that may be said in one session, dealt in an order that the seed decides.

    Args:
        story: what was understood. style, minutes: of the scenario; minutes in words. seed: of the scenario.
        attempt: above 0, deals other cards than the seed would. terse: takes the shortest of the next few cards and wordings.
    """

    def __init__(self, story: Story, *, style: str, minutes: str, seed: int, attempt: int = 0, terse: bool = False) -> None:
        self.seed = seed
        self._attempt = attempt
        self._terse = terse
        self.theme = load_banks(story.theme)
        self._calm = load_banks(FALLBACK)
        self._shared = load_banks(SHARED)
        self.known = facts(story, style)
        self.fill: Fill = fill_story(story, minutes=minutes, pools=merge_pools(self.theme, self._calm, self._shared))
        self._here = replace(self.fill, banned=out_of_place(story, style))
        self.memory = Memory()
        self._variants: dict[str, tuple[Variant, ...]] = {}
        self._drawn: dict[str, set[int]] = {}
        self._naming = tuple(value for name in NAMING if (value := self.fill.values.get(name)))
        self.places: dict[str, int] = {}

    @cached_property
    def story(self) -> str:
        """Name of the sleep story of the session."""
        names = self._shared.pools["stories"]
        return names[deal("stories", len(names), self.seed)[0]]

    @cached_property
    def _goals(self) -> tuple[Goal, ...]:
        return goals_for(self.theme, self.known) or goals_for(self._calm, self.known)

    @cached_property
    def goal(self) -> Goal | None:
        """The one change of a hypnosis session."""
        goals = self._goals
        return goals[deal(f"{self.theme.name}/goals", len(goals), self.seed)[0]] if goals else None

    def variants(self, slot: str) -> tuple[Variant, ...]:
        """What the story allows to be said in a slot; "goal:cue" looks into the goal of the session."""
        if slot not in self._variants:
            # Better a word out of place than nothing to say.
            made = self._made(slot, self._here) or self._made(slot, self.fill)
            self._variants[slot] = self._particular(slot, made)
        return self._variants[slot]

    def _entries(self, slot: str) -> Sequence[Entry]:
        if slot.startswith("goal:"):
            return self.goal.slots.get(slot[5:], ()) if self.goal else ()
        if slot.startswith("story:"):
            return self._shared.slots.get(f"st-{self.story}-{slot[6:]}", ())
        for banks in (self.theme, self._shared, self._calm):
            if banks.slots.get(slot):
                return banks.slots[slot]
        return ()

    def _made(self, slot: str, fill: Fill) -> list[Variant]:
        return [made for entry in self._entries(slot) if (made := self._variant(entry, fill))]

    def _variant(self, entry: Entry, fill: Fill) -> Variant | None:
        tree = usable(entry, fill, self.known)
        if tree is None:
            return None
        return Variant(tree, _length(tree), is_personal(entry), entry.conditions)

    @staticmethod
    def _particular(slot: str, made: list[Variant]) -> tuple[Variant, ...]:
        if slot not in PERSONAL_SLOTS:
            return tuple(made)
        personal = [variant for variant in made if variant.personal]
        fitting = personal if len(personal) >= ENOUGH else made
        particular = [variant for variant in fitting if variant.conditions]
        return tuple(particular if len(particular) >= ENOUGH else fitting)

    def has(self, slot: str) -> bool:
        """Whether there is anything left to say in a slot."""
        return len(self._drawn.get(slot, ())) < len(self.variants(slot))

    def mean_words(self, slot: str) -> float:
        """Usual length of a paragraph of the slot, in words."""
        made = self.variants(slot)
        return sum(variant.words for variant in made) / len(made) if made else 0.0

    def draw(self, slot: str, *, a_session: int = 1) -> str | None:
        """The next paragraph of a slot, or None when all have been said.

        a_session: at least as many as a session of this length takes of this slot; seeds next to each other then never share
        a card, and a card that comes round again, a deck later, says other words.
        """
        made = self.variants(slot)
        drawn = self._drawn.setdefault(slot, set())
        found = self._next(slot, len(made), a_session, drawn)
        if found is None:
            return None
        card, deck = found
        drawn.add(card)
        text = self._fresh(slot, f"{self._key(slot)}/{card}", made[card].tree, deck)
        self.memory.keep(text)
        self.places[text] = card
        return text

    def _key(self, slot: str) -> str:
        if slot.startswith("story:"):
            return f"{self.story}/{slot}"
        return f"{self.goal.name}/{slot}" if slot.startswith("goal:") and self.goal else slot

    def _turn(self, slot: str) -> int:
        """How many sessions came before this one in this deck."""
        return self.seed // self._every(slot)

    def _every(self, slot: str) -> int:
        """One session in how many uses this deck: the goal and the story of a session are dealt only now and then."""
        if slot.startswith("goal:"):
            return max(1, len(self._goals))
        return len(self._shared.pools["stories"]) if slot.startswith("story:") else 1

    def _next(self, slot: str, size: int, a_session: int, drawn: set[int]) -> tuple[int, int] | None:
        if len(drawn) >= size:
            return None
        if slot in OPENED and not drawn:
            return 0, self._turn(slot)
        key = self._key(slot)
        share = min(a_session, size)
        # What goes beyond this session's share comes from a second deck, or it would be the next seed's first card;
        # a second attempt has decks of its own. Both take wordings that the first deck comes to a month later.
        extra = len(drawn) >= share
        start = self._turn(slot) * (EXTRA_SHARE if extra else share)
        start += len(drawn) - share if extra else len(drawn) * (share < size)
        late = month_of_decks(size, share, self._every(slot)) * (self._attempt + extra)
        key += f"/{self._attempt}{'/extra' if extra else ''}" if late else ""
        row = (deal(key, size, position) for position in range(start, start + 2 * size))
        unsaid = (found for found in row if found[0] not in drawn)
        card, deck = min(islice(unsaid, TERSE_CARDS), key=self._words_of(slot)) if self._terse else next(unsaid)
        return card, deck + late

    def _words_of(self, slot: str) -> Callable[[tuple[int, int]], int]:
        made = self.variants(slot)
        return lambda found: made[found[0]].words

    def _fresh(self, slot: str, key: str, tree: Seq, deck: int) -> str:
        """Of a few wordings of a paragraph, the one that repeats least of this session and, where it should, names the matter.

        Each deck has wordings of its own to choose from; only where none of them names the matter, others are looked at.
        """
        ordered = order(tree, key)
        first = deck % len(ordered)
        own = [expand(tree, ordered[at]) for at in range(first, len(ordered) if deck < DECKS else first + 1, DECKS)]
        if all(self._nameless(slot, text) for text in own):
            others = (expand(tree, index) for index in ordered[:NAME_TRIES])
            own += [next((text for text in others if not self._nameless(slot, text)), own[0])]
        if self._terse:
            own = sorted((expand(tree, index) for index in ordered[:NAME_TRIES]), key=word_count)[:TERSE_CARDS]
        return min(own, key=lambda text: self.memory.cost(text) + (NAMELESS if self._nameless(slot, text) else 0))

    def _nameless(self, slot: str, text: str) -> bool:
        if slot not in NAMING_SLOTS or not self._naming:
            return False
        low = text.lower()
        return not any(value.lower() in low for value in self._naming)


def _length(tree: Seq) -> int:
    total = count(tree)
    return (word_count(expand(tree, 0)) + word_count(expand(tree, total // 2)) + word_count(expand(tree, total - 1))) // 3
