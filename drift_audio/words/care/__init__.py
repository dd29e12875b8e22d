"""The gate before and after writing: is a relaxation session the right thing to hand this person?"""

from __future__ import annotations

from drift_audio.words.care.report import CareReport, HelpLine

__all__ = ["CareReport", "HelpLine"]
