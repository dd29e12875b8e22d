"""Lengths of time as they are said aloud."""

from __future__ import annotations

from drift_audio.script.rules import number_words


def minutes_in_words(minutes: float) -> str:
    """7.5 is "seven and a half minutes", 12.2 "about twelve minutes"."""
    whole = int(minutes)
    rest = minutes - whole
    if abs(rest - 0.5) < 0.01:
        return f"{number_words(whole)} and a half minutes"
    about = "" if rest < 0.01 else "about "
    whole = round(minutes)
    return f"{about}one minute" if whole == 1 else f"{about}{number_words(whole)} minutes"
