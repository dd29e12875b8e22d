"""Every paragraph of every bank, with every class of filler, reads as a finished sentence."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from drift_audio.script.model import Script, Section, Utterance
from drift_audio.words.care.gate import check_script
from drift_audio.words.guides.check import broken_rules, check_banks, fillers, names_with_banks, samples
from drift_audio.words.guides.load import load_banks
from drift_audio.words.guides.story_slots import all_entries
from drift_audio.words.guides.template import parse, prune

TRIES = 40


def every_paragraph(name: str) -> Iterator[str]:
    """What the banks of a theme can say, in `TRIES` wordings of each paragraph, with every class of filler."""
    banks = load_banks(name)
    fills = [replace(fill, pools={**fill.pools, **banks.pools}) for fill in fillers()]
    for _, entry in all_entries(banks):
        tree = parse(entry.text)
        for pruned in (prune(tree, fill) for fill in fills):
            yield from samples(pruned, TRIES) if pruned is not None else ()


pytestmark = pytest.mark.long


@pytest.mark.parametrize("name", names_with_banks())
def test_every_template_reads_well_with_every_filler(name):
    faults = check_banks(name)
    assert not faults, "\n".join(f"{fault.rule} in {fault.where}: {fault.text[:300]}" for fault in faults[:20])


@pytest.mark.parametrize("name", names_with_banks())
def test_nothing_we_wrote_stops_a_session_of_ours(name):
    """The gate reads every script once more; a figure of speech must not take the session from the listener."""
    pieces = {piece.strip() for text in every_paragraph(name) for piece in re.split(r"\[[^\]]*\]|(?<=[.?])\s", text)}
    sentences = pieces - {""}
    assert len(sentences) > 100
    stopped = [sentence for sentence in sorted(sentences) if check_script(_said(sentence)).outcome != "ok"]
    assert not stopped


def _said(sentence: str) -> Script:
    return Script(title="t", style="sleep", minutes=5, sections=(Section(name="a", parts=(Utterance(text=sentence),)),))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("You have a apple here.", "article"),
        ("Stay for an while.", "article"),
        ("It is your your choice.", "double word"),
        ("They is at home.", "agreement"),
        ("Your parents has a part in it.", "agreement"),
        ("She are at home.", "agreement"),
        ("Here is {person}.", "placeholder"),
        ("Rest now, just relax.", "cliche: just relax"),
        ("Rest now. and stay.", "small letter"),
        ("Rest now [chime] here.", "pause"),
        ("Rest now", "end"),
    ],
)
def test_the_editor_sees_faults(text, rule):
    assert rule in broken_rules(text)
