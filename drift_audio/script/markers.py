"""The markers of the script language: what stands between brackets, read leniently, answered as parts."""

from __future__ import annotations

import re
from typing import Final, Literal

from pydantic import ValidationError

from drift_audio.near_match import near_matches
from drift_audio.script.model import Atom, Bell, Breath, Cue, Pause
from drift_audio.script.shapes import Palette
from drift_audio.script.word_lists import lexicon

Fence = Literal["open", "close"]
EXAMPLES: Final = (
    "[pause 4s], [silence 30s], [breath 4/6 x5], [bell x3], [ambience ocean], [bed -3dB], [voice NAME], [speed 0.9], [optional]"
)
_TIME: Final = re.compile(
    r"(?P<n>\d+(?:[.,]\d+)?|\.\d+|[a-z]+)[\s-]*(?P<u>milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m)?(?![\w.])", re.IGNORECASE
)
_BREATH: Final = re.compile(
    r"^(?:breath|breathe|breathing)s?\s*(?P<p>\d+(?:\.\d+)?(?:\s*[/–-]\s*\d+(?:\.\d+)?){1,3})\s*"
    r"(?:(?:[x×*]\s*)?(?P<c>\d+)\s*(?:times|cycles|rounds|[x×])?)?$",
    re.IGNORECASE,
)
_LENGTHS: Final = {
    "short": "sentence",
    "brief": "sentence",
    "small": "sentence",
    "": "image",
    "medium": "image",
    "long": "stillness",
}


class TagError(ValueError):
    """A tag is unknown or its value is; the message says what is allowed."""


def read_tag(text: str, palette: Palette) -> Atom | Fence:
    """Read what stood between brackets: "pause 4s", "Pause: 3 s", "breath 4/7/8 x4", "/optional".

    Raises:
        TagError: unknown tag or impossible value.
    """
    value = re.sub(r"\s+", " ", re.sub(r":(?!\d\d\b)|=", " ", text)).strip().rstrip("./").strip()
    low = value.lower()
    if low == "optional":
        return "open"
    if low in {"/optional", "/ optional", "end optional"}:
        return "close"
    try:
        found = _silence(low, palette) or _breath(low) or _bell(low) or _cue(text.strip())
    except ValidationError as error:
        first = error.errors()[0]
        raise TagError(
            f"[{_short(text)}]: {first['msg'].lower()} ({'.'.join(map(str, first['loc']))} is {first['input']})"
        ) from None
    if found is None:
        raise TagError(unknown(text))
    return found


def unknown(text: str) -> str:
    """One line about an unknown tag: the tag, the nearest known one, and all of them by example."""
    head = re.sub(r"[:=\d].*$", "", text.lower()).strip()
    near = near_matches(head, lexicon().tags) or near_matches(head.split(" ")[0], lexicon().tags)
    hint = f"did you mean [{near[0]}]?" if near else "brackets are for markers only and are never spoken."
    return f"unknown tag [{_short(text)}]; {hint} Known: {EXAMPLES}"


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def seconds_of(text: str) -> float | None:
    """A duration in seconds ("4s", "2000ms", "1 minute 30 seconds", "one and a half minutes", "1:30", "3"), or None.

    Raises:
        TagError: a duration below nothing.
    """
    if re.search(r"(?<!\d)\s[-−]\d", text):
        raise TagError(f"[{_short(text)}]: no pause is shorter than nothing; write [pause 3s]")
    plain = re.sub(r"(\d+):([0-5]\d)(?!\d)", r"\1 minutes \2 seconds", text)
    plain = re.sub(r"\b(?P<n>\w+)(?: and a half| 1/2| ?½)\s*(?P<u>minutes?|mins?|m|seconds?|secs?|s)\b", _and_a_half, plain)
    parts = [
        _one_of(part)
        for part in re.split(r"(?<=[a-z])(?=\d)|(?<=minute)s?,? (?:and )?(?=\d|[a-z]+ sec)|(?<=min)s?,? (?=\d)", plain)
    ]
    told = [part for part in parts if part is not None]
    return round(sum(told), 3) if told else None


def _and_a_half(found: re.Match[str]) -> str:
    number = lexicon().numbers.get(found["n"], None) if found["n"].isalpha() else float(found["n"])
    return f"{found['n']} {found['u']}" if number is None else f"{number + 0.5} {found['u']}"


def _one_of(text: str) -> float | None:
    """The first duration of one unit."""
    found = _TIME.search(text)
    while found:
        number = found["n"].replace(",", ".").lower()
        value = lexicon().numbers.get(number) if number.isalpha() else float(number)
        if value is not None:
            unit = (found["u"] or "s").lower()
            if found["u"] is None and re.match(r"\s+(?:a\s+)?minute", text[found.end() :]):
                unit = "m"
            return round(value * (0.001 if unit.startswith(("ms", "mil")) else 60 if unit.startswith("m") else 1), 3)
        found = _TIME.search(text, found.end())
    return None


def _silence(low: str, palette: Palette) -> Atom | None:
    words = re.findall(r"[a-z]+", low)
    rest = set(words) - set(lexicon().numbers) - lexicon().fillers
    if words and words[0] == "paragraph" and not rest - {"paragraph"}:
        return Pause(seconds=seconds_of(low) or palette.paragraph, role="paragraph")
    if rest & lexicon().pauses and not rest - lexicon().pauses - set(_LENGTHS):
        size = next((word for word in words if word in _LENGTHS), "")
        seconds = seconds_of(low)
        return Pause(seconds=getattr(palette, _LENGTHS[size]) if seconds is None else seconds)
    if rest & {"silence", "stillness"} and not rest - {"silence", "stillness"} - set(_LENGTHS):
        seconds = seconds_of(low)
        return Pause(seconds=palette.stillness if seconds is None else seconds, elastic=False)
    return None


def _breath(low: str) -> Breath | None:
    found = _BREATH.match(low)
    if not found:
        if low == "breath":
            return Breath(in_s=4, out_s=6)
        return None
    parts = [float(number) for number in re.split(r"\s*[/–-]\s*", found["p"])]
    cycles = int(found["c"] or 1)
    if len(parts) == 2:
        return Breath(in_s=parts[0], out_s=parts[1], cycles=cycles)
    return Breath(in_s=parts[0], hold_s=parts[1], out_s=parts[2], rest_s=parts[3] if len(parts) == 4 else 0, cycles=cycles)


def _bell(low: str) -> Bell | None:
    found = re.match(
        r"^(?:(?:ring|strike|sound)s? (?:the |a )?)?(?:(?P<a>\d+) )?(?:bell|chime|gong)s?(?: ?[x×*]? ?(?P<b>\d+))?(?: times)?$",
        low,
    )
    return Bell(count=int(found["a"] or found["b"] or 1)) if found else None


def _cue(value: str) -> Cue | None:
    # The value keeps its colons: a bed may be "rain + fire:-6dB".
    found = re.match(r"^([A-Za-z]+)\s*[:=\s]\s*(\S.*)$", value)
    if not found:
        return None
    rest = re.sub(r"\s+", " ", found[2]).strip().strip("\"'")
    match found[1].lower():
        case "ambience" | "ambiance" | "background":
            return Cue(ambience=rest)
        case "voice":
            return Cue(voice=rest)
        case "bed":
            return _number(Cue, "bed_db", rest, r"^([+\-−–]?\s?\d+(?:\.\d+)?)\s*(?:db)?$")
        case "speed" | "pace":
            percent = rest.endswith("%")
            return _number(Cue, "speed", rest, r"^(\d+(?:\.\d+)?)\s*[x×%]?$", 0.01 if percent else 1.0)
    return None


def _number(kind: type[Cue], field: str, text: str, pattern: str, scale: float = 1.0) -> Cue:
    found = re.match(pattern, text, re.IGNORECASE)
    if not found:
        raise TagError(f"[{field.removesuffix('_db')} {_short(text)}] is not a number; write [bed -3dB] or [speed 0.9]")
    return kind(**{field: round(float(re.sub("[−–]", "-", found[1]).replace(" ", "")) * scale, 4)})
