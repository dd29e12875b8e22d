"""Lengths of time as they are said aloud."""

from __future__ import annotations

from typing import Final

_SMALL: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS: Final = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()


def number(value: int) -> str:
    """A number from 0 to 99 in words."""
    if value < 20:
        return _SMALL[value]
    tens, ones = divmod(value, 10)
    return _TENS[tens] + (f"-{_SMALL[ones]}" if ones else "")


def minutes_in_words(minutes: float) -> str:
    """7.5 is "seven and a half minutes", 12.2 "about twelve minutes"."""
    whole = int(minutes)
    rest = minutes - whole
    if abs(rest - 0.5) < 0.01:
        return "a minute and a half" if whole == 1 else f"{number(whole)} and a half minutes"
    about = "" if rest < 0.01 else "about "
    whole = round(minutes)
    return f"{about}one minute" if whole == 1 else f"{about}{number(whole)} minutes"
