"""Every paragraph of every bank, with every class of filler, reads as a finished sentence."""

import pytest

from drift_audio.words.guides.check import broken_rules, check_banks, names_with_banks


@pytest.mark.parametrize("name", names_with_banks())
def test_every_template_reads_well_with_every_filler(name):
    faults = check_banks(name)
    assert not faults, "\n".join(f"{fault.rule} in {fault.where}: {fault.text[:300]}" for fault in faults[:20])


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("You have a apple here.", "article"),
        ("Stay for an while.", "article"),
        ("It is your your choice.", "double word"),
        ("They is at home.", "agreement"),
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
