"""The care gate over a published corpus: recall, false positives, and what a report may and may not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from drift_audio.words.care.gate import check, check_script
from drift_audio.words.script.model import Script, Section, Utterance

CORPUS = Path(__file__).parent / "corpus"
FOLDERS = ["", *sorted(path.name for path in CORPUS.iterdir() if path.is_dir())]


def texts(name: str, folder: str = "") -> list[str]:
    return [line for line in (CORPUS / folder / f"{name}.txt").read_text("utf-8").splitlines() if line.strip()]


def test_corpus_is_large_enough() -> None:
    assert sum(len(texts(name)) for name in ("crisis", "abuse", "caution")) >= 150
    assert len(texts("ok")) >= 200


@pytest.mark.parametrize("folder", FOLDERS)
def test_recall_and_false_positives(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The first corpus was written beside the rules, the others after them; docs/care.md has their first-try figures."""
    wanted = [(text, name) for name in ("crisis", "abuse", "caution") for text in texts(name, folder)]
    found = [(text, name, check(text).outcome) for text, name in wanted]
    missed = [text for text, _, outcome in found if outcome == "ok"]
    exact = sum(name == outcome for _, name, outcome in found) / len(wanted)
    stopped = [text for text in texts("ok", folder) if check(text).outcome != "ok"]
    recall, wrongly = 1 - len(missed) / len(wanted), len(stopped) / len(texts("ok", folder))
    with capsys.disabled():
        shares = f"recall {recall:.3f} of {len(wanted)}, exact {exact:.3f}, false positives {wrongly:.3f}"
        print(f"\ncare gate, {folder or 'first'}: {shares}")
    assert recall >= 0.98, missed
    assert exact >= 0.95
    assert wrongly <= 0.02, stopped


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
        'rules: [{outcome: caution, reason: vertigo, needs: [vertigo], patterns: ["vertigo"]}]\n', "utf-8"
    )
    assert check("I want to die", locale="en_US", data_dir=tmp_path).lines[0].contact == "12345"
    assert check("I get vertigo", data_dir=tmp_path).reason == "vertigo"
    assert check("I get vertigo").outcome == "ok"


def test_written_script_is_judged_as_said_to_the_listener() -> None:
    def script(text: str) -> Script:
        return Script(title="t", style="meditation", minutes=5, sections=(Section(name="a", parts=(Utterance(text=text),)),))

    assert check_script(script("You might let your shoulders soften.")).outcome == "ok"
    assert check_script(script("You want to end your life, and that is fine.")).outcome == "crisis"
