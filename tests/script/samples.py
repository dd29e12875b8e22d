"""A plain writer for tests: fills any plan with acceptable sentences, so that each rule can be broken alone."""

from __future__ import annotations

from drift_audio.script.budget import PhasePlan, Plan, plan, word_count
from drift_audio.script.model import Breath, Part, Pause, Script, Section, Utterance
from drift_audio.script.rules import number_words

OPENING = (
    "Welcome, and take your time to arrive.",
    "This session lasts about {minutes}.",
    "You may stop, move or open your eyes at any time.",
    "It is not for driving or for work with machines.",
)
EMERGENCE = (
    "One, and you begin to come back.",
    "Two, and your breath moves a little more.",
    "Three, and you feel your whole body.",
    "Four, and the room is around you.",
    "Five, eyes open, fully awake and clear.",
)
PLACES = (
    "window",
    "river",
    "garden",
    "hill",
    "lamp",
    "harbour",
    "meadow",
    "stairway",
    "orchard",
    "kitchen",
    "bridge",
    "field",
    "shore",
)
THINGS = (
    "quiet",
    "soft light",
    "slow wind",
    "old warmth",
    "grey rain",
    "long shadow",
    "first star",
    "low hum",
    "cool air",
    "pale moon",
    "calm",
)
VERBS = ("settles over", "waits beside", "moves across", "rests behind", "comes toward", "gathers around", "passes by")


def sample(style: str = "meditation", minutes: float = 12.0) -> Script:
    """A script that keeps every rule of the style."""
    made = plan(style, minutes)
    sections = tuple(_section(made, index) for index in range(len(made.phases)))
    return Script(title="Sample", style=style, minutes=minutes, sections=sections)


def _section(made: Plan, index: int) -> Section:
    phase = made.phases[index]
    first, last = index == 0, index == len(made.phases) - 1
    texts = [text.format(minutes=spoken_length(made.minutes)) for text in OPENING] if first else []
    closing = list(EMERGENCE) if phase.key == "emergence" else []
    closing += (
        ["This is where the session ends, and you can carry the quiet with you."] if last and made.style not in SLEEPY else []
    )
    closing += ["Good night, and sleep as long as you like."] if last and made.style in SLEEPY else []
    number = index * 200
    room = phase.words - (_overrun(made) if index == _main(made) else 0)
    while sum(map(word_count, texts + closing)) + 12 < room:
        texts.append(filler(number))
        number += 1
    return Section(name=phase.title, phase=phase.key, parts=tuple(_parts(phase, texts + closing, made)))


def _main(made: Plan) -> int:
    return max(range(len(made.phases)), key=lambda index: made.phases[index].words)


def _overrun(made: Plan) -> int:
    # What must be said first and last costs the main phase its words in a short session.
    said = sum(map(word_count, OPENING)) + (sum(map(word_count, EMERGENCE)) if made.style == "hypnosis" else 0) + 12
    return max(0, said - made.phases[0].words - made.phases[-1].words)


SLEEPY = ("sleep", "story")


def spoken_length(minutes: float) -> str:
    return f"{number_words(round(minutes))} minute{'s' if minutes >= 1.5 else ''}"


def filler(number: int) -> str:
    thing, verb, place = THINGS[number % 11], VERBS[number // 11 % 7], PLACES[number // 77 % 13]
    return f"Perhaps the {thing} {verb} the {place} for you now, in its own unhurried way."


def _parts(phase: PhasePlan, texts: list[str], made: Plan) -> list[Part]:
    parts: list[Part] = []
    for text in texts:
        parts += [Utterance(text=text), Pause(seconds=round(max(0.5, phase.silence_s / len(texts)), 1))]
    if phase.cycles:
        parts.append(Breath(in_s=made.pattern.in_s, out_s=made.pattern.out_s, cycles=phase.cycles))
    return parts
