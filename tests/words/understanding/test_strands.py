"""Strands: what is told beside the event is heard by patterns, rarely wrongly, and met by the offline writer in its own words."""

from __future__ import annotations

import re

import pytest

from drift_audio.errors import CatalogError
from drift_audio.scenario import STYLES, Scenario
from drift_audio.script.lint import atoms, lint
from drift_audio.script.model import Script, Utterance
from drift_audio.words.guides.load import FOLDER, STRANDS, load_strand
from drift_audio.words.guides.template import Fill, count, parse, prune
from drift_audio.words.understanding import strands
from drift_audio.words.understanding.reader import read_story
from drift_audio.words.understanding.story import SHE, Person, Story, Strand
from drift_audio.words.understanding.tidy_text import tidy
from drift_audio.words.writers.offline import OfflineWriter
from drift_audio.words.writers.offline.repetition import example_story, measure
from tests import corpora

pytestmark = pytest.mark.long

TOLD = corpora.STRANDS
NAMES = sorted(path.stem for path in TOLD.glob("*.txt"))
MOTHER = Person(noun="mother", phrase="your mother", pronouns=SHE)
LEANT_ON, ILLNESS = Strand(name="holds-everyone-up"), Strand(name="someone-close-is-ill", person=MOTHER)
ILL = Story(theme="anxiety", person=MOTHER, strands=(LEANT_ON, ILLNESS))


def lines(name: str) -> tuple[list[str], list[str]]:
    """How people tell a strand, and what only sounds like it."""
    text = (TOLD / f"{name}.txt").read_text("utf-8")
    rows = [row.strip() for row in text.splitlines() if row.strip() and not row.startswith("#")]
    return rows[: rows.index("---")], rows[rows.index("---") + 1 :]


def heard(text: str) -> set[str]:
    return {kind.name for unit in strands.units(tidy(text)) for kind in strands.heard_in(unit)}


def holds(pattern: str, clause: str) -> bool:
    words = {"someone": "he|she|<friend>", "friend": "friend|best mate"}
    return strands._holds(tuple(strands._groups(pattern, words, "test")), tuple(strands._WORD.findall(clause.lower())))


@pytest.mark.parametrize(
    ("pattern", "clause", "fits"),
    [
        ("strong|brav* & for everyone", "I am being brave for everyone", True),
        ("strong|brav* & for everyone", "for everyone I am strong", True),
        ("strong|brav* & for everyone", "the tea is strong", False),
        ("strong & !never|not", "I was never strong", False),
        ("<someone> > doesn't know|don't know", "she does not stop asking and I don't know", False),
        ("i|i've > apologised", "I asked and he apologised", False),
        ("i|i've > apologised", "I think I apologised", True),
        ("<someone> > found > messages", "my best mate found all the messages", True),
        ("<someone> > found > messages", "the messages that she found", False),
        ("she > messages", "she went to the shop in the town by the sea and sent no messages", False),
        ("with <friend> & !alone", "out with best mate", True),
    ],
)
def test_a_pattern_is_groups_of_words(pattern: str, clause: str, fits: bool) -> None:
    assert holds(pattern, clause) is fits


@pytest.mark.parametrize("pattern", ["strong & ", "a||b", "<nobody>"])
def test_a_broken_pattern_is_told(pattern: str) -> None:
    with pytest.raises(CatalogError, match="strand test"):
        holds(pattern, "a")


def test_every_strand_can_be_heard_and_has_words_of_its_own() -> None:
    known = {kind.name for kind in strands._kinds()}
    assert len(known) >= 100
    assert known == {path.stem for path in (FOLDER / STRANDS).glob("*.yaml")} == set(NAMES)
    for name in known:
        slots = load_strand(name).slots
        assert {slot: len(entries) for slot, entries in slots.items()} == {"meet": 3, "turn": 3, "night": 2}, name
        # Enough wordings that nobody hears one twice in a month.
        assert all(count(prune(parse(entry.text), Fill()) or ()) >= 11 for entries in slots.values() for entry in entries), name


def test_tellings_are_heard_and_near_misses_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    """The tellings are as different and as indirect as people can be; what is told plainly is in `PLAIN`."""
    told = [(name, line) for name in NAMES for line in lines(name)[0]]
    missed = [(name, line) for name in NAMES for line in lines(name)[1]]
    right = sum(name in heard(line) for name, line in told) / len(told)
    wrong = sum(name in heard(line) for name, line in missed) / len(missed)
    with capsys.disabled():
        print(f"\nstrands: {right:.0%} of {len(told)} tellings heard, {wrong:.1%} of {len(missed)} near misses")
    assert right >= 0.12
    assert wrong <= 0.01


PLAIN = {
    "I cheated on my wife and she found the messages last week": "came-to-light",
    "I cheated on my wife, she hasn't decided whether to stay": "no-answer-yet",
    "I shouted at my sister and she hasn't spoken to me since": "silence-since",
    "I was cruel to my brother and I want to say sorry but I don't know how to begin": "unsaid-sorry",
    "I apologised to my girlfriend but she won't accept my apology": "sorry-not-enough",
    "My husband insulted me and he still hasn't apologised": "no-apology",
    "We keep having the same argument about his mother, it was awful again": "keeps-happening",
    "My partner and I had a fight and we are both too stubborn to call": "who-goes-first",
    "I found out my wife has been seeing another man for six months": "found-out-myself",
    "I forgot my wife's birthday and she was so hurt": "forgot-their-day",
    "My husband forgot my birthday and I felt small": "my-day-forgotten",
    "I lied to my husband about the money": "hid-something",
    "My daughter is being bullied and I am worried about her": "worried-for-a-child",
    "I look after my mother day and night and I am worn out and anxious": "caring-day-by-day",
    "I'm waiting for my biopsy results and I am scared": "waiting-for-results",
    "My dad is in hospital and I am scared": "someone-close-in-hospital",
    "I wake up at three and can't get back to sleep": "awake-in-the-small-hours",
    "My mind won't stop when I lie down at night": "head-will-not-stop",
    "I work nights and can't sleep during the day": "day-sleeper",
    "The neighbours are so loud that I can't sleep": "noise-at-night",
    "My inbox never ends, there is too much to do at work": "never-done",
    "I can't switch off from work in the evening": "cannot-switch-off",
    "My husband died and this is my first Christmas without him": "first-time-without",
    "Mum died suddenly and I never got to say goodbye": "no-goodbye",
    "My dog died and I feel silly for crying at work": "tears-anywhere",
    "My boyfriend broke up with me and I'm heartbroken": "bond-ended",
    "I've just moved to a new city and I don't know anyone, I'm lonely": "new-in-town",
    "I feel like a fraud at work and everyone will find out": "feels-a-fraud",
    "I've been sober for three weeks and I want to keep going": "days-managed",
    "I can't concentrate on my studies": "scattered-mind",
    "I'm a single mum of three and so anxious about everything": "raising-alone",
}


@pytest.mark.parametrize(("text", "name"), PLAIN.items(), ids=PLAIN.values())
def test_what_is_told_plainly_is_met(text: str, name: str) -> None:
    assert name in {strand.name for strand in read_story(text).strands}


def test_the_example_of_the_house_is_met() -> None:
    story = read_story("My mother was just diagnosed with cancer and I have to be strong for everyone while I fall apart")
    assert {strand.name for strand in story.strands} >= {"someone-close-is-ill", "holds-everyone-up"}


def test_a_person_is_told_only_where_no_other_can_be_meant() -> None:
    assert ill("My mother has cancer and I am scared") == ["mother"]
    assert ill("My mother has cancer and my sister does not call") in (["mother"], [None])


def ill(text: str) -> list[str | None]:
    """Of whom an illness is told."""
    found = [strand.person for strand in read_story(text).strands if strand.name == ILLNESS.name]
    return [person.noun if person else None for person in found]


def said(script: Script, *phases: str) -> str:
    sections = [section for section in script.sections if section.phase in phases or not phases]
    return " ".join(atom.text for section in sections for atom in atoms(section) if isinstance(atom, Utterance))


def write(story: Story, style: str = "meditation", minutes: float = 12.0, seed: int = 0) -> Script:
    return OfflineWriter().write(Scenario(situation="told elsewhere", style=style, minutes=minutes, seed=seed), story).script


def wordings(name: str, slot: str, person: Person | None) -> list[re.Pattern[str]]:
    """First clauses that a strand's paragraphs may begin with."""
    from drift_audio.words.guides.story_slots import fill_story
    from drift_audio.words.guides.template import expand

    fill = fill_story(Story(person=person))
    trees = [prune(parse(entry.text), fill) for entry in load_strand(name).slots[slot]]
    return [re.compile(re.escape(expand(tree, at).split(".")[0][:40])) for tree in trees if tree for at in range(count(tree))]


@pytest.mark.parametrize("seed", range(4))
def test_each_is_met_early_and_one_of_them_again_at_the_turn(seed: int) -> None:
    script = write(ILL, seed=seed)
    for strand in ILL.strands:
        assert any(first.search(said(script, "arrive")) for first in wordings(strand.name, "meet", strand.person))
    assert any(
        first.search(said(script, "theme")) for strand in ILL.strands for first in wordings(strand.name, "turn", strand.person)
    )


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("minutes", [1.0, 3.0, 7.5, 30.0])
def test_the_grammar_of_every_style_holds_with_strands(style: str, minutes: float) -> None:
    for seed in range(2):
        assert not lint(write(ILL, style, minutes, seed))


def test_a_month_with_strands_stays_fresh() -> None:
    found = measure(example_story("relationship-repair").model_copy(update={"strands": ILL.strands}), days=30)
    assert found.repeated_paragraphs == 0
    assert found.worst_5grams < 0.20
    assert found.worst_4grams < 0.35
