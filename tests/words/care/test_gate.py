"""The care gate over a published corpus: recall, false positives, and what a report may and may not hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from drift_audio.script.model import Script, Section, Utterance
from drift_audio.words.care.gate import by_rules, check, check_script
from drift_audio.words.care.report import CareReport
from tests.corpora import CARE_LEARNT, CARE_UNSEEN, care_texts

pytestmark = pytest.mark.long

# By people who had seen neither rules nor training lines; never learnt by the classifier, rules were widened after the first try.
UNSEEN = [folder.name for folder in CARE_UNSEEN]
LEARNT = [folder.name for folder in CARE_LEARNT]
FOLDERS = {folder.name: folder for folder in (*CARE_LEARNT, *CARE_UNSEEN)}


def texts(name: str, folder: str = "first") -> list[str]:
    return care_texts(FOLDERS[folder], name)


def test_corpus_is_large_enough() -> None:
    assert sum(len(texts(name)) for name in ("crisis", "abuse", "caution")) >= 150
    assert len(texts("ok")) >= 200


@pytest.mark.parametrize("folder", LEARNT)
def test_recall_and_false_positives_of_the_rules(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The rules alone. The first corpus was written beside them, the others after; docs/care.md has the first-try figures."""
    recall, exact, wrongly = judged(folder, by_rules, capsys)
    assert recall >= 0.98
    assert exact >= 0.95
    assert wrongly <= 0.02


@pytest.mark.parametrize(
    "folder", ["first", UNSEEN[0], *(pytest.param(folder, marks=pytest.mark.slow) for folder in ("held_t", *UNSEEN[1:]))]
)
def test_recall_and_false_positives(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The gate as people meet it, rules and classifier."""
    recall, exact, wrongly = judged(folder, check, capsys)
    assert recall >= (0.97 if folder in UNSEEN else 0.98)
    assert exact >= (0.9 if folder in UNSEEN else 0.95)
    assert wrongly <= (0.03 if folder in UNSEEN else 0.02)


@pytest.mark.parametrize(
    "folders",
    [
        pytest.param(LEARNT[::3], marks=pytest.mark.slow, id="some"),
        pytest.param(LEARNT, marks=pytest.mark.sweep, id="all"),
    ],
)
def test_the_ear_takes_nothing_from_the_rules(folders: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Several sets together: some hold but forty look-alikes, of which one more or less says nothing."""
    told = {folder: judged(folder, check, capsys) for folder in folders}
    danger, fine = (
        {folder: sum(len(texts(name, folder)) for name in names) for folder in folders}
        for names in (("crisis", "abuse", "caution"), ("ok",))
    )
    assert sum(told[folder][0] * danger[folder] for folder in folders) / sum(danger.values()) >= 0.98
    assert sum(told[folder][2] * fine[folder] for folder in folders) / sum(fine.values()) <= 0.02


def judged(folder: str, judge: Callable[[str], CareReport], capsys: pytest.CaptureFixture[str]) -> tuple[float, float, float]:
    """Recall of a set, the share of its danger signs that got the very outcome, and false positives; printed."""
    wanted = [(text, name) for name in ("crisis", "abuse", "caution") for text in texts(name, folder)]
    found = [(name, judge(text).outcome) for text, name in wanted]
    recall = sum(outcome != "ok" for _, outcome in found) / len(wanted)
    exact = sum(name == outcome for name, outcome in found) / len(wanted)
    wrongly = sum(judge(text).outcome != "ok" for text in texts("ok", folder)) / len(texts("ok", folder))
    with capsys.disabled():
        shares = f"recall {recall:.3f} of {len(wanted)}, exact {exact:.3f}, false positives {wrongly:.3f}"
        print(f"\ncare gate, {folder}, {'rules alone' if judge is by_rules else 'whole'}: {shares}")
    return recall, exact, wrongly


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("I'm proud that I left my abusive marriage", "ok"),
        ("I left my violent husband and I'm glad, but he keeps following me", "abuse"),
        ("My sister is in an abusive relationship and I got her to move in with me", "ok"),
        ("He hurt me", "caution"),
        ("He hurts me when we are alone", "abuse"),
        ("I'm scared that I won't wake up from the anaesthetic", "ok"),
        ("I grabbed my son before he ran into the road", "ok"),
        ("I grabbed my son by the throat", "abuse"),
        ("My kids are smothering me with kisses", "ok"),
    ],
)
def test_near_neighbours_are_told_apart(text: str, outcome: str) -> None:
    assert by_rules(text).outcome == outcome


@pytest.mark.parametrize(
    "idiom",
    ["this deadline is killing me", "I could have murdered him for that joke", "I died of embarrassment", "he attacked my plan"],
)
def test_everyday_idiom_passes(idiom: str) -> None:
    assert check(idiom).outcome == "ok"


@pytest.mark.parametrize("text", ["I want to die", "he hit me", "I have epilepsy"])
def test_report_holds_no_word_of_the_text(text: str) -> None:
    marked = f"{text} zanzibarquux"
    assert "zanzibarquux" not in check(marked).model_dump_json()


def test_crisis_shows_lines_of_the_locale_and_grounding() -> None:
    wanted = {"en_US": "988", "en_GB": "116 123", "en_IE": "116 123", "pt_PT": "112", "de": "0800 111 0 111"}
    for locale, number in wanted.items():
        report = check("I want to die", locale=locale)
        assert any(number in line.contact for line in report.lines), locale
        assert report.grounding
        assert report.message
    assert any("iasp" in line.contact for line in check("I want to die", locale="en_ZA").lines)


def test_abuse_offers_domestic_violence_lines() -> None:
    report = check("my husband hit me", locale="en_US")
    assert any("1-800-799-7233" in line.contact for line in report.lines)


def test_caution_changes_to_an_eyes_open_style() -> None:
    report = check("I have epilepsy and want to unwind")
    assert (report.outcome, report.style) == ("caution", "walking")
    assert report.message.count("\n") == 0


def test_bereavement_is_met_gently_and_goes_on() -> None:
    report = check("my brother took his own life last year, and my aunt died by suicide too")
    assert report.outcome == "ok"
    assert report.lines


def test_user_lines_and_signals_override(tmp_path: Path) -> None:
    (tmp_path / "lines.yaml").write_text('crisis: {us: [{name: "Aunt May", contact: "12345"}]}\n', "utf-8")
    (tmp_path / "signals.yaml").write_text(
        'rules: [{outcome: caution, reason: harbour, needs: [rotterdam], patterns: ["rotterdam"]}]\n', "utf-8"
    )
    assert check("I want to die", locale="en_US", data_dir=tmp_path).lines[0].contact == "12345"
    assert check("We saw Rotterdam", data_dir=tmp_path).reason == "harbour"
    assert check("We saw Rotterdam").outcome == "ok"


def test_written_script_is_judged_as_said_to_the_listener() -> None:
    def script(text: str) -> Script:
        return Script(title="t", style="meditation", minutes=5, sections=(Section(name="a", parts=(Utterance(text=text),)),))

    assert check_script(script("You might let your shoulders soften.")).outcome == "ok"
    assert check_script(script("You want to end your life, and that is fine.")).outcome == "crisis"
