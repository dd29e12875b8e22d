"""The care gate: stops, asks or softens where a person needs people rather than a recording.

Rules and classifier only bring evidence; here it is weighed, over the whole story. Nothing that was typed is kept: a report holds
the class of what was found, never a word of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from drift_audio.script.model import Optional, Script, Utterance
from drift_audio.words.care.classifier import hear
from drift_audio.words.care.help_lines import HelpTable, help_table
from drift_audio.words.care.report import CareReport
from drift_audio.words.care.rules import evidence_of, of_listener
from drift_audio.words.care.signals import load_signals
from drift_audio.words.care.weighing import UNSURE, Verdict, gravest, weigh

EYES_OPEN: Final = "walking"
_TO_LISTENER: Final = {"you're": "I am", "you've": "I have", "you'll": "I will", "yourself": "myself", "your": "my", "you": "I"}
_WORDS_TO_LISTENER: Final = re.compile(rf"\b({'|'.join(_TO_LISTENER)})\b", re.IGNORECASE)


def check(text: str, *, locale: str = "en", data_dir: Path | None = None) -> CareReport:
    """Judge what a person wrote before anything is done with it.

    Args:
        text: their words, in any language; German, Spanish and French are known by their first phrases only.
        locale: picks the help lines ("en_GB", "de", "fr_CH").
        data_dir: folder with the user's own `lines.yaml` and `signals.yaml`; what is wrong in them is told in `warnings`.
    """
    signals = load_signals(data_dir)
    verdict = weigh(evidence_of(text, signals), hear(text))
    return report_of(verdict, locale, help_table(data_dir), signals.mistakes)


def not_safe(report: CareReport, *, data_dir: Path | None = None) -> CareReport:
    """The report for somebody who was asked and is not safe: the same lines, and a minute of grounding."""
    table = help_table(data_dir)
    outcome = "abuse" if report.reason == UNSURE["abuse"] else "crisis"
    shown = {"outcome": outcome, "message": table.text("not safe"), "grounding": table.grounding, "note": ""}
    return report.model_copy(update=shown)


def by_rules(text: str, *, locale: str = "en", data_dir: Path | None = None) -> CareReport:
    """As `check`, without the classifier."""
    signals = load_signals(data_dir)
    verdict = gravest(evidence_of(text, signals).found)
    return report_of(verdict, locale, help_table(data_dir), signals.mistakes)


def check_script(script: Script, *, locale: str = "en", data_dir: Path | None = None) -> CareReport:
    """Judge a finished script: its sentences as if the listener had said them of themselves."""
    plain_rules = load_signals().without_hints()
    for text in _spoken(script):
        said = _as_listener(text)
        found = evidence_of(said, plain_rules).found if of_listener(said) else ()
        for outcome, reason in found:
            if outcome in {"crisis", "abuse"} and reason != "danger":
                return report_of(Verdict(outcome, reason), locale, help_table(data_dir), ())
    return CareReport()


def _as_listener(text: str) -> str:
    """The sentence as the listener would say it of themselves."""
    return _WORDS_TO_LISTENER.sub(lambda match: _TO_LISTENER[match[0].lower()], text.replace("’", "'"))


def _spoken(script: Script) -> Iterable[str]:
    parts = (part for section in script.sections for part in section.parts)
    atoms = (atom for part in parts for atom in (part.parts if isinstance(part, Optional) else (part,)))
    return (atom.text for atom in atoms if isinstance(atom, Utterance))


def report_of(verdict: Verdict, locale: str, table: HelpTable, mistakes: tuple[str, ...]) -> CareReport:
    """What is shown for a verdict: kind words, help lines of the locale, and what is wrong with the user's own files."""
    outcome, reason = verdict
    report = CareReport(outcome=outcome, reason=reason, message=_message(verdict, table), warnings=(*table.mistakes, *mistakes))
    if outcome == "caution":
        return report.model_copy(update={"style": EYES_OPEN})
    if outcome == "ok" and not report.message:
        return report
    if outcome == "ask":
        report = report.model_copy(update={"note": table.text("steadied")})
    lines = table.lines("abuse" if outcome == "abuse" or reason == UNSURE["abuse"] else "crisis", locale)
    grounding = table.grounding if outcome in {"crisis", "abuse"} else ""
    return report.model_copy(update={"lines": lines, "grounding": grounding})


def _message(verdict: Verdict, table: HelpTable) -> str:
    outcome, reason = verdict
    name = "abuse by the listener" if outcome == "abuse" and "by the listener" in reason else reason
    return table.text(name) or ("" if outcome == "ok" else table.text(outcome))
