"""The banks laid out for one story: which paragraphs may be said, and the next one to say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from drift_audio.script.budget import word_count
from drift_audio.words.guides.load import SHARED, load_banks, load_strand
from drift_audio.words.guides.model import Entry, Goal
from drift_audio.words.guides.story_slots import (
    Conditions,
    facts,
    fill_story,
    goals_for,
    is_personal,
    merge_pools,
    out_of_place,
    usable,
)
from drift_audio.words.guides.template import Fill, Seq, count, expand
from drift_audio.words.shuffle import deal, hand, month_of_decks
from drift_audio.words.understanding.story import NAMED, Story
from drift_audio.words.writers.offline.wordings import besides, onward, order, own

FALLBACK: Final = "everyday-calm"
PERSONAL_SLOTS: Final = frozenset({"meet", "turn"})
NAMING_SLOTS: Final = PERSONAL_SLOTS | {"night", "story:burden"}
OPENED: Final = frozenset({"story:place", "story:haven"})  # the first paragraph says where we are
NAMING: Final = ("event", "matter", "person")
ENOUGH: Final = 4
BEARABLE: Final = 3.0  # a wording that repeats no more than this keeps its place; others are nearer to those of other days
OWN_ATTEMPTS: Final = 3  # so often the session's own cards are tried, in other words, before others are
TERSE_CARDS: Final = 4
NAME: Final = "name-"
STRAND: Final = "strand:"
_AFTER = re.compile(r" (?:of|about|with|in|at|on|to|for|from) ")
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
        told: lines of the story itself are said, so that no other line need name what it is about.
    """

    def __init__(
        self, story: Story, *, style: str, minutes: str, seed: int, attempt: int = 0, terse: bool = False, told: bool = False
    ) -> None:
        self.seed = seed
        self._attempt = attempt
        self._terse = terse
        self._told_back = told
        self.theme = load_banks(story.theme)
        self._calm = load_banks(FALLBACK)
        self._shared = load_banks(SHARED)
        self.known = facts(story, style)
        self.fill: Fill = fill_story(story, minutes=minutes, pools=merge_pools(self.theme, self._calm, self._shared))
        self._here = replace(self.fill, banned=out_of_place(story, style))
        self.memory = Memory()
        self._variants: dict[str, tuple[Variant, ...]] = {}
        self._drawn: dict[str, set[int]] = {}
        self._shares: dict[str, int] = {}
        self._orders: dict[tuple[str, int], tuple[int, ...]] = {}
        self._naming = tuple(value for name in NAMING if (value := self.fill.values.get(name)))
        known = dict(self.fill.values)
        if story.matter and story.matter_confidence >= NAMED:
            known["matter"] = _owned(story.matter, known.get("person's"))
        happened = _told(known)
        self._names = {name: value for name, value in known.items() if name != "event" or value in happened}
        self._told = (*happened, self.fill.values.get("matter", happened[0])) if happened else ()
        self.places: dict[str, int] = {}
        self._strands = {strand.name: strand for strand in story.strands if load_strand(strand.name).slots}
        self._whole = story

    @cached_property
    def story(self) -> str:
        """Name of the sleep story of the session."""
        names = self._shared.pools["stories"]
        return names[deal("stories", len(names), self.seed % len(names))[0]]

    @cached_property
    def _goals(self) -> tuple[Goal, ...]:
        return goals_for(self.theme, self.known) or goals_for(self._calm, self.known)

    @cached_property
    def goal(self) -> Goal | None:
        """The one change of a hypnosis session."""
        goals = self._goals
        return goals[deal(f"{self.theme.name}/goals", len(goals), self.seed % len(goals))[0]] if goals else None

    def variants(self, slot: str) -> tuple[Variant, ...]:
        """What the story allows to be said in a slot; "goal:cue" looks into the goal of the session."""
        if slot not in self._variants:
            # Better a word out of place than nothing to say.
            made = self._made(slot, self._filled(slot, self._here)) or self._made(slot, self._filled(slot, self.fill))
            self._variants[slot] = self._particular(slot, made)
        return self._variants[slot]

    def _filled(self, slot: str, fill: Fill) -> Fill:
        """A line that names the matter may use one that is only surmised, and no event that leaves the matter out.

        A strand is told of its own person, or of nobody.
        """
        if slot.startswith(STRAND):
            told = fill_story(self._whole.model_copy(update={"person": self._strands[_strand(slot)].person}))
            return replace(fill, values=told.values, plural=told.plural)
        return replace(fill, values=self._names, brief={}) if slot.startswith(NAME) else fill

    def strands(self, most: int, *, ahead: int = 0) -> tuple[str, ...]:
        """Names of at most so many strands of the story; another seed begins with another. ahead: how many to pass over."""
        names = tuple(self._strands)
        if not names:
            return ()
        first = (self.seed + ahead) % len(names)
        return (*names[first:], *names[:first])[:most]

    def tells(self, texts: Sequence[str]) -> bool:
        """Whether one of the texts names what the session is about, as far as the story knows it."""
        low = " ".join(texts).lower()
        return self._told_back or not self._told or any(value.lower() in low for value in self._told)

    def _entries(self, slot: str) -> Sequence[Entry]:
        if slot.startswith("goal:"):
            return self.goal.slots.get(slot[5:], ()) if self.goal else ()
        if slot.startswith(STRAND):
            return load_strand(_strand(slot)).slots.get(slot.rpartition(":")[2], ())
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

    def usual_words(self, slot: str) -> float:
        """The same for every session of a story: with the goal of any of them."""
        if not slot.startswith("goal:"):
            return self.mean_words(slot)
        trees = [
            tree
            for goal in self._goals
            for entry in goal.slots.get(slot[5:], ())
            if (tree := usable(entry, self._here, self.known))
        ]
        return sum(map(_length, trees)) / len(trees) if trees else 0.0

    def draw(self, slot: str, *, a_session: int = 1) -> str | None:
        """The next paragraph of a slot, or None when all have been said.

        a_session: at least as many as a session of this length takes of this slot. Within a month no seed gets a paragraph in
        the words of another: each card of a deck, and each that is taken besides, has wordings of its own.
        """
        size = len(self.variants(slot))
        drawn = self._drawn.setdefault(slot, set())
        if len(drawn) >= size:
            return None
        self._shares[slot] = min(a_session, size)
        card, text = self._tersest(slot) if self._terse else self._next(slot)
        drawn.add(card)
        self.memory.keep(text)
        self.places[text] = card
        return text

    def _key(self, slot: str) -> str:
        if slot.startswith("story:"):
            return f"{self.story}/{slot}"
        return f"{self.goal.name}/{slot}" if slot.startswith("goal:") and self.goal else slot

    def _every(self, slot: str) -> int:
        """One session in how many uses this deck: the goal and the story of a session come round only now and then."""
        if slot.startswith("goal:"):
            return max(1, len(self._goals))
        return len(self._shared.pools["stories"]) if slot.startswith("story:") else 1

    def _next(self, slot: str) -> tuple[int, str]:
        """The next card that is not said yet, and its words: the seed's own cards, then those open to it today."""
        left = set(range(len(self.variants(slot)))) - self._drawn[slot]
        mine = [(card, own(len(self._ordered(slot, card)), need, deck)) for card, deck, need in self._hand(slot) if card in left]
        if mine and self._attempt < OWN_ATTEMPTS:
            card, places = mine[0]
            return card, self._said(slot, card, places, skip=self._attempt)
        spare = [card for card in self._shuffled(slot) if card in left]
        found = [(card, places) for card in spare if (places := self._besides(slot, card))] + mine
        card, places = found[0] if found else (spare[0], onward(len(self._ordered(slot, spare[0])), self.seed))
        return card, self._said(slot, card, places)

    def _hand(self, slot: str) -> Iterator[tuple[int, int, int]]:
        """The cards that are this seed's own: card, deck, and how many decks a month deals it in."""
        size, turn = len(self.variants(slot)), self.seed // self._every(slot)
        opened = int(slot in OPENED)
        if opened:
            yield 0, turn, self._need(slot, 0)
        if size > opened:
            share = max(1, self._shares[slot] - opened)
            yield from (
                (card + opened, deck, self._need(slot, card + opened))
                for card, deck in hand(self._key(slot), size - opened, share, turn)
            )

    def _need(self, slot: str, card: int) -> int:
        """How many decks of a month deal this card: so many wordings it needs, or one of them comes back."""
        size, every = len(self.variants(slot)), self._every(slot)
        if slot not in OPENED:
            return month_of_decks(size, self._shares[slot], every)
        return month_of_decks(size - 1, max(1, self._shares[slot] - 1), every) if card else month_of_decks(1, 1, every)

    def _besides(self, slot: str, card: int) -> range:
        return besides(len(self._ordered(slot, card)), self._need(slot, card), self.seed, shift=card)

    def _shuffled(self, slot: str) -> list[int]:
        size = len(self.variants(slot))
        return [deal(f"{self._key(slot)}/{self.seed}/{self._attempt}", size, at)[0] for at in range(size)]

    def _said(self, slot: str, card: int, places: range, *, skip: int = 0) -> str:
        """The first of some wordings that repeats little of this session, or the one that repeats least."""
        ordered, tree = self._ordered(slot, card), self.variants(slot)[card].tree
        texts = [expand(tree, ordered[at]) for at in places if at < len(ordered)]
        texts = texts[skip % len(texts) :] + texts[: skip % len(texts)]
        return next((text for text in texts if self.memory.cost(text) < BEARABLE), None) or min(texts, key=self.memory.cost)

    def _tersest(self, slot: str) -> tuple[int, str]:
        """A short one of the next few cards in one of its shortest wordings, for sessions that hold no more."""
        made = self.variants(slot)
        few = [card for card in self._shuffled(slot) if card not in self._drawn[slot]][:TERSE_CARDS]
        card = min(few, key=lambda at: made[at].words)
        texts = sorted((expand(made[card].tree, index) for index in self._ordered(slot, card)), key=word_count)[:TERSE_CARDS]
        return card, min(texts, key=self.memory.cost)

    def _ordered(self, slot: str, card: int) -> tuple[int, ...]:
        """Wordings of a card in the order of their use; only those that name the matter, where a slot should and any does."""
        if (slot, card) not in self._orders:
            tree = self.variants(slot)[card].tree
            ordered = order(tree, f"{self._key(slot)}/{card}", self._need(slot, card))
            if slot in NAMING_SLOTS and self._naming:
                ordered = tuple(index for index in ordered if not self._nameless(expand(tree, index))) or ordered
            self._orders[slot, card] = ordered
        return self._orders[slot, card]

    def _nameless(self, text: str) -> bool:
        low = text.lower()
        return not any(value.lower() in low for value in self._naming)


def _strand(slot: str) -> str:
    """The name in "strand:NAME:meet"."""
    return slot.removeprefix(STRAND).rpartition(":")[0]


def _owned(matter: str, owner: str | None) -> str:
    """The matter as one may say it before anybody was named: "your friend's wedding" for "her wedding"."""
    first, _, rest = matter.partition(" ")
    return f"{owner} {rest}" if owner and first in {"his", "her", "their"} else matter


def _told(values: Mapping[str, str]) -> tuple[str, ...]:
    """The values that say what the session is about: the matter, and the event where it holds the matter or stands alone."""
    event, matter = values.get("event"), values.get("matter")
    holds = event and (not matter or _head(matter) in event.lower())
    return tuple(value for value in (matter, event if holds else None) if value and value != "sleep")


def _head(phrase: str) -> str:
    """The noun that a phrase turns on: its last word before "of", "about" and the like."""
    return _AFTER.split(phrase.lower())[0].split()[-1]


def _length(tree: Seq) -> int:
    total = count(tree)
    return (word_count(expand(tree, 0)) + word_count(expand(tree, total // 2)) + word_count(expand(tree, total - 1))) // 3
