"""Reads every paragraph of a bank with every class of filler, as a copy editor would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from drift_audio.errors import CatalogError
from drift_audio.words.guides.load import FOLDER, SHARED, load_banks
from drift_audio.words.guides.model import Entry
from drift_audio.words.guides.story_slots import all_entries, fill_story, merge_pools
from drift_audio.words.guides.template import Fill, Seq, count, expand, parse, prune
from drift_audio.words.understanding.story import HE, IT, SHE, THEY, Person, Story

TRIES: Final = 10
LONGEST_SENTENCE: Final = 32
PAUSES: Final = ("phrase", "sentence", "breath", "image", "body", "still", "count", "section")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the rule, where it stands, and the text it showed in."""

    rule: str
    where: str
    text: str


CLICHES: Final = tuple(
    """
wash over you; washes over you; let go of; letting go of; on this journey; your journey; sacred space; inner child; healing light
the universe; breathe in peace; just relax; melt away; melting away; good vibes; toxic; embrace; surrender; inner peace; true self
higher self; safe space; hold space; deeply relaxed; you must; cannot resist; can't resist
""".strip()
    .replace("\n", "; ")
    .split("; ")
)
_LIKE_YOU = "one|once|use|used|useful|usual|unit|union|uniform|unique|universal|university|European|eulogy"
_ALONE = r"\b(?<!did )(?<!does )(?<!let )(?<!what )(?<!that )"
_RULES: Final = (
    ("placeholder", re.compile(r"[{}@|]")),
    ("article", re.compile(rf"\b[Aa] (?!(?:{_LIKE_YOU})\b)[aeiou]\w*")),
    ("article", re.compile(r"\b[Aa]n (?!(?:hour\w*|honest|honestly|honour|heir|heirloom)\b)[^aeiouAEIOU\W]\w*")),
    ("double word", re.compile(r"\b(?!(?:had|that|[Aa]nd on|out)\b)(\w+) \1\b", re.IGNORECASE)),
    ("double space", re.compile(r"  |\s[,.;?]|,,|\.\.|,\.|\?\.")),
    ("agreement", re.compile(r"\b[Tt]hey (?:is|was|has|does|says|doesn't|isn't|wasn't|hasn't)\b")),
    ("agreement", re.compile(rf"{_ALONE}(?:he|she|He|She) (?:are|have|do|aren't|haven't|don't|say|need|want)\b")),
    (
        "agreement",
        re.compile(
            r"(?<!\band )(?<!\bto )(?<!\bwith )(?<!\bfrom )(?<!\bof )(?<!\bfor )(?<!\babout )(?<!\bin )(?<!\bhurt )"
            r"\b[Yy]our parents (?:is|was|has|does|comes|goes|chooses|needs|wants|says|tells|knows|looks)\b"
        ),
    ),
    ("agreement", re.compile(r"(?:^|[.,?;] |\b(?:and|when|if|because) )[Yy]ou (?:is|was|has|does)\b")),
    # "the dishes" stand for every matter of more than one.
    ("agreement", re.compile(r"\bt?here (?:is|was)(?: still| also| only)? the dishes\b", re.IGNORECASE)),
    ("agreement", re.compile(r"(?:^|[.?;:] |\band )[Tt]he dishes (?:is|was|has|does|comes|goes|lies|stands|needs)\b")),
    ("exclamation", re.compile(r"!")),
    ("digit", re.compile(r"\d")),
    ("dash", re.compile(r"[—–]| - ")),
    ("end", re.compile(r"[^.?\]”\"]\s*(?:\Z|\n)")),
    ("pause", re.compile(rf"\[(?!(?:{'|'.join(PAUSES)})\])[^\]]*\]")),
    ("small letter", re.compile(r"(?:^|[.?] |\n)[a-z]")),
)
_EVENTS = (
    "the moment you were short with {} over the dishes",
    "the argument with {} about money",
    "the morning",
    "tomorrow's exam",
)
_MATTERS = ("the dishes", "your father's illness", "an old promise", "money")


def fillers() -> tuple[Fill, ...]:
    """One fill per class: pronouns, plural, named, pet, nobody; with and without event, matter, wish, feelings, setting, when."""
    people = (
        Person(noun="husband", phrase="your husband", pronouns=HE),
        Person(noun="sister", phrase="your sister", pronouns=SHE),
        Person(noun="friend", phrase="your friend", pronouns=THEY),
        Person(noun="parents", phrase="your parents", pronouns=THEY, plural=True),
        Person(noun="Sam", phrase="Sam", pronouns=THEY, name="Sam"),
        Person(noun="dog", phrase="your dog", pronouns=IT, late=True),
        None,
    )
    pools = merge_pools(load_banks(SHARED))
    return tuple(fill_story(_story(person, at), minutes="twelve minutes", pools=pools) for at, person in enumerate(people))


def _story(person: Person | None, at: int) -> Story:
    full = at % 2 == 0
    event = _EVENTS[at % 4].format(person.phrase if person else "your boss")
    return Story(
        person=person,
        event=event if at != 5 else None,
        event_confidence=1,
        matter=_MATTERS[at % 4] if full else None,
        matter_confidence=1,
        when="this morning" if full else None,
        when_confidence=1,
        wish="put it right" if full else None,
        wish_confidence=1,
        feelings=("shame", "fear")[: 1 + at % 2],
        feelings_confidence=1,
        setting="at work" if full else None,
        setting_confidence=1,
    )


def check_banks(name: str) -> tuple[Fault, ...]:
    """Every fault in the banks of a theme (or of `SHARED`); an empty tuple means that it reads well."""
    banks = load_banks(name)
    fills = tuple(replace(fill, pools={**fill.pools, **banks.pools}) for fill in fillers())
    faults: dict[tuple[str, str, str], Fault] = {}
    for slot, entry in all_entries(banks):
        for fault in _check_entry(f"{name}: {slot}", entry, fills):
            faults.setdefault((fault.rule, fault.where, entry.text), fault)
    return tuple(faults.values())


def _check_entry(where: str, entry: Entry, fills: tuple[Fill, ...]) -> Iterator[Fault]:
    try:
        tree = parse(entry.text)
    except CatalogError as error:
        yield Fault("template", where, str(error))
        return
    pruned = [tree for tree in (prune(tree, fill) for fill in fills) if tree is not None]
    if not pruned:
        yield Fault("never said", where, entry.text)
    for text in {text for tree in pruned for text in samples(tree)}:
        yield from (Fault(rule, where, text) for rule in broken_rules(text))


def samples(tree: Seq, tries: int = TRIES) -> Iterator[str]:
    """Expansions spread over all that a pruned template can say."""
    total = count(tree)
    step = max(1, int(total * 0.6180339887)) | 1
    for at in range(min(total, tries)):
        yield expand(tree, at * step % total)


def broken_rules(text: str) -> list[str]:
    """Names of the rules that a finished paragraph breaks."""
    broken = [rule for rule, pattern in _RULES if pattern.search(text)]
    plain = re.sub(r"\[[^\]]*\]", " ", text)
    low = plain.lower()
    broken += [f"cliche: {cliche}" for cliche in CLICHES if cliche in low]
    longest = max((len(sentence.split()) for sentence in re.split(r"[.?:]\s", plain)), default=0)
    return [*broken, f"sentence of {longest} words"] if longest > LONGEST_SENTENCE else broken


def names_with_banks() -> tuple[str, ...]:
    """Every folder that holds banks, `SHARED` first."""
    return tuple(sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir() and any(folder.glob("*.yaml"))))
