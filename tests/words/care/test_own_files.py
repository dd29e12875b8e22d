"""The user's own lines and signals: used where they can be, named where not, and never in the way of the packaged lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drift_audio.words.care import help_lines, signals
from drift_audio.words.care.gate import check

WISH = "I want to die"
PACKAGED = check(WISH, locale="en_US").lines


def judged(folder: Path, *, lines: str = "", own: str = "", text: str = WISH) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Outcome, contacts and warnings with these files of the user's."""
    for name, content in (("lines.yaml", lines), ("signals.yaml", own)):
        (folder / name).write_text(content, "utf-8")
    help_lines._table.cache_clear()
    signals._load.cache_clear()
    report = check(text, locale="en_US", data_dir=folder)
    return report.outcome, tuple(line.contact for line in report.lines), report.warnings


@pytest.mark.parametrize(
    ("content", "place", "word"),
    [
        ("crisis: [\n", "2:1", "not valid YAML"),
        ("- one\n- two\n", "1:1", "mapping"),
        ("just words\n", "1:1", "mapping"),
        ("crisis: nothing\n", "1:9", "mapping of countries"),
        ("crisis: {us: 988}\n", "1:14", "list of lines"),
        ("crisis:\n  us:\n  - 988\n", "3:5", "Aunt May"),
        ("crisis:\n  us:\n  - {contact: 12}\n", "3:5", "'name' is missing"),
        ("crisis:\n  us:\n  - {name: May, contact: }\n", "3:25", "not empty"),
        ("crisis:\n  us:\n  - {name: May, contact: [1, 2]}\n", "3:26", "must be a text"),
        ("crisis:\n  us:\n  - {name: May, contact: 12, phone: 3}\n", "3:30", "unknown key 'phone'"),
        ("krisis: {}\n", "1:1", "unknown entry 'krisis'"),
        ("messages: [a]\n", "1:11", "mapping of names"),
        ("grounding:\n", "1:11", "not empty"),
        ("eu_countries: de\n", "1:15", "list"),
    ],
)
def test_a_mistake_in_the_lines_is_one_warning_beside_the_packaged_lines(
    content: str, place: str, word: str, tmp_path: Path
) -> None:
    outcome, contacts, warnings = judged(tmp_path, lines=content)
    assert outcome == "crisis"
    assert {line.contact for line in PACKAGED} <= {*contacts}
    assert any(f"lines.yaml:{place}: " in warning and word in warning for warning in warnings), warnings


def test_a_number_without_quotes_is_read_as_text(tmp_path: Path) -> None:
    for written in ("988", "0800", "112.5", "2001-01-01", "1_000", "0x1F", "yes"):
        outcome, contacts, warnings = judged(tmp_path, lines=f"crisis:\n  us:\n  - {{name: May, contact: {written}}}\n")
        assert (outcome, contacts[0], warnings) == ("crisis", written, ())
        assert {line.contact for line in PACKAGED} <= {*contacts}


@pytest.mark.parametrize(
    ("content", "place", "word"),
    [
        ('idioms: {rotterdam: ["(rotterdam"]}', "1:22", "cannot be used"),
        ('rules: [{outcome: caution, reason: r, needs: [rotterdam], patterns: ["[a-"]}]', "1:70", "cannot be used"),
        ('rules: [{outcome: caution, reason: r, needs: [x], patterns: ["<nowhere> x"]}]', "1:62", "unknown name <nowhere>"),
        ('rules: [{outcome: caution, reason: r, needs: [x], patterns: ["x"], unless: ["*"]}]', "1:77", "cannot be used"),
        ("rules: [{outcome: caution, reason: r, needs: [x], patterns: []}]", "1:9", "'patterns' is missing"),
        ("rules: [{outcome: harm, reason: r, needs: [x], patterns: [x]}]", "1:19", "crisis, abuse or caution"),
        ("rules: 7", "1:8", "list"),
        ("rules: [7]", "1:9", "mapping"),
        ("rules: [{outcome: caution, reason: r, needs: x, patterns: [x]}]", "1:9", "lists of needs"),
        ("idioms: [die]", "1:9", "mapping of a word"),
        ("idioms: {die: want}", "1:15", "list of patterns"),
        ('idioms: {die: ["i want to die"]}', "1:16", "would hide"),
        ('idioms: {want: [".*"]}', "1:17", "would hide"),
        ("signs: []", "1:1", "unknown entry"),
        ("{", "1:2", "not valid YAML"),
    ],
)
def test_a_mistake_in_the_signals_is_named_and_hides_nothing(content: str, place: str, word: str, tmp_path: Path) -> None:
    outcome, contacts, warnings = judged(tmp_path, own=content)
    assert (outcome, contacts) == ("crisis", tuple(line.contact for line in PACKAGED))
    assert any(f"signals.yaml:{place}: " in warning and word in warning for warning in warnings), warnings


def test_what_is_right_beside_a_mistake_is_used(tmp_path: Path) -> None:
    rules = "rules:\n- {outcome: harm}\n- {outcome: caution, reason: harbour, needs: [rotterdam], patterns: [rotterdam]}\n"
    outcome, _, warnings = judged(tmp_path, own=rules, text="We saw Rotterdam")
    assert (outcome, len(warnings)) == ("caution", 1)


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.text(max_size=12))
KEYS = st.sampled_from(
    [
        "crisis",
        "abuse",
        "us",
        "gb",
        "name",
        "contact",
        "messages",
        "grounding",
        "rules",
        "idioms",
        "outcome",
        "patterns",
        "needs",
        "die",
    ]
)
TREES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12)


@given(tree=TREES, raw=st.text(max_size=60), which=st.booleans())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_whatever_silences_the_gate(tree: object, raw: str, which: bool, tmp_path: Path) -> None:
    import yaml

    text = yaml.safe_dump(tree, allow_unicode=True) if which else raw
    outcome, contacts, _ = judged(
        tmp_path, lines=text.encode("utf-8", "ignore").decode(), own=text.encode("utf-8", "ignore").decode()
    )
    assert outcome == "crisis"
    assert {line.contact for line in PACKAGED} <= {*contacts}
