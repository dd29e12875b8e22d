"""From a story's told lines to what a journey's slots hold: the only place where the two meet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from drift_audio.scenario import Frozen
from drift_audio.script.rules import number_words
from drift_audio.words.journeys.model import Journey
from drift_audio.words.shuffle import deal
from drift_audio.words.understanding.answers import answer_for
from drift_audio.words.understanding.read_facts import sentences_of
from drift_audio.words.understanding.story import Person, Story, ToldLine
from drift_audio.words.understanding.told_lines import chosen_told, kept_line, wish_line

SURE: Final = 0.5
_HUNDREDS: Final = re.compile(r"(?<![\d.,£$€])[1-9]\d\d(?![\d.,]?\d)")
_CHILDREN: Final = frozenset({"son", "daughter", "child", "kid", "boy", "girl", "toddler", "baby", "kids", "children"})


class Slots(Frozen):
    """What the slots of a journey hold; what is None or empty takes its lines out.

    told: whole sentences in story order. keep, wish: clauses. answer: sentences for the kept line, by the cue `ache` or for any.
    person: a noun phrase for the one whom it concerns. minutes: the length in words.
    """

    told: tuple[str, ...] = ()
    keep: str | None = None
    answer: str | None = None
    ache: str | None = None
    wish: str | None = None
    person: str | None = None
    minutes: str = "ten minutes"


def slots_for(story: Story, journey: Journey, *, minutes: str, turn: int, text: str = "") -> Slots:
    """The slots of one session. turn: counts the sessions of this journey, so that answers take turns. text: the situation."""
    night = journey.style == "sleep"
    kept = kept_line([line for line in story.told if not (night and line.harsh)])
    rest = [line for line in story.told if line.text != kept]
    lines = chosen_told(rest, night=night)
    if not lines:
        # One told line alone sounds like a barb; the kept one is said among them then, and not kept.
        lines, kept = chosen_told(story.told, night=night), None
    person = _person(story, journey, lines, text)
    if not lines:
        return Slots(minutes=minutes, person=person)
    wish = wish_line(story.told)
    answer = answer_for(kept) if kept else None
    wording = answer.wordings[deal(f"answer/{kept}", len(answer.wordings), turn)[0]] if answer else None
    return Slots(
        told=tuple(_speakable(line.sentence) for line in lines),
        keep=kept,
        answer=wording,
        ache=answer.ache if answer else None,
        wish=wish if wish != kept else None,
        person=person,
        minutes=minutes,
    )


def told_sentences(story: Story, *, night: bool) -> tuple[str, ...]:
    """Two or three lines of the story as sentences, in its order; none where fewer are sure."""
    return tuple(_speakable(line.sentence) for line in chosen_told(story.told, night=night))


def _speakable(sentence: str) -> str:
    """Numbers of three digits as words: standing alone they look like those of a help line."""
    return _HUNDREDS.sub(lambda found: _hundreds(int(found[0])), sentence)


def _hundreds(number: int) -> str:
    whole, rest = divmod(number, 100)
    return f"{number_words(whole)} hundred" + (f" and {number_words(rest)}" if rest else "")


def source_of(line: str, told: tuple[ToldLine, ...], text: str) -> str:
    """The clause of the situation that a sentence, kept clause or wish came from; empty where none did."""
    bare = line.rstrip(".").lower()
    found = next((one for one in told if bare in {_speakable(text).lower() for text in (one.text, one.after or one.text)}), None)
    return text[found.start : found.end] if found else ""


def _person(story: Story, journey: Journey, said: Sequence[ToldLine], text: str) -> str | None:
    """The story's own person where it is surely the one meant, by name where a line says it; else as the journey does."""
    person = story.person
    if person is None or person.confidence < SURE or not _meant(person, story, journey, text):
        return journey.person
    named = person.name and any(re.search(rf"\b{re.escape(person.name)}\b", line.text) for line in said)
    return person.name if named else person.phrase


def _meant(person: Person, story: Story, journey: Journey, text: str) -> bool:
    wanted = {need.fact for need in journey.needs if need.known}
    if person.plural or journey.person is None:
        return False
    noun = person.noun.lower()
    if "listener_caused" in wanted and not _harmed(person, text):
        return False
    if "animal_died" in wanted:
        return person.late or story.kind == "pet"
    if wanted & {"baby_died", "has_newborn", "small_child", "own_grown_child"}:
        return noun in _CHILDREN
    if "is_parent" in wanted:
        return story.facts.says("is_parent") is True
    if "person_died" in wanted:
        return person.late
    return "other_alive" not in wanted or story.facts.says("other_alive") is True


def _harmed(person: Person, text: str) -> bool:
    """Whether what the listener did is told of this one: "I was rude to a waitress" is not about a husband."""
    told = sentences_of("listener_caused", text)
    names = "|".join(
        re.escape(word) for word in (person.noun.lower(), (person.name or person.noun).lower(), person.pronouns.object)
    )
    return not told or any(re.search(rf"\b(?:{names})\b", sentence) for sentence in told)
