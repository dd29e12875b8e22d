"""Typing is mended before clauses are read: spellings, full stops and subjects that were left out, and where each word stood."""

from __future__ import annotations

import pytest

from drift_audio.words.understanding import parser
from drift_audio.words.understanding.typing_repair import MAX_CHARS, mend, origin, restore


def restored(text: str) -> str:
    return restore(parser.parser()(mend(text)))


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("idk what u mean", "I don't know what you mean"),
        ("it doesnt work 3 yrs on", "it doesn't work 3 years on"),
        ("my mil came (again) on monday", "my mother-in-law came on Monday"),
        ("its been a week lol", "it's been a week"),
        ("I could of stayed", "I could have stayed"),
        ("I lead THEM now", "I lead them now"),
        ("she left — I stayed", "she left. I stayed"),
        ("she left\nI stayed", "she left. I stayed"),
        ("NO!!! she left...", "no. she left."),
    ],
)
def test_spelling(typed: str, mended: str) -> None:
    assert mend(typed).rstrip(".") == mended.rstrip(".")


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("She was fine by pickup, she gave me a drawing.", "She was fine by pickup. she gave me a drawing."),
        ("When I got home, she was gone.", "When I got home, she was gone."),
        ("Made redundant after 14 years.", "I was made redundant after 14 years."),
        ("Told my whole book group about it.", "I told my whole book group about it."),
        ("My wife came home. Slammed the door.", "My wife came home. Slammed the door."),
        ("Husband admitted it last week.", "Husband admitted it last week."),
    ],
)
def test_stops_and_subjects(typed: str, written: str) -> None:
    assert restored(typed) == written


def test_the_first_and_the_last_of_a_long_text_are_read() -> None:
    text = "The beginning was good. " + "I walk the dog in the park. " * 600 + "The end was hard."
    mended = mend(text)
    assert len(mended) <= MAX_CHARS
    assert mended.startswith("The beginning")
    assert mended.endswith("The end was hard.")


def test_every_word_is_found_where_it_was_typed() -> None:
    text = "idk why.\nmy bf (29) lied abt it 3 yrs ago"
    mended = mend(text)
    start = mended.index("boyfriend lied about")
    first, last = origin(text, mended)(start, start + len("boyfriend lied about"))
    assert text[first:last] == "bf (29) lied abt"
