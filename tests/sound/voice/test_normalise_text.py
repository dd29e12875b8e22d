from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift_audio.sound.voice.normalise_text import spoken_form


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Relax", "Relax."),
        ("Let it go…", "Let it go..."),
        ("At 9:30pm I ran 5 km.", "At nine thirty P.M. I ran five kilometers."),
        ("Wake at 7am.", "Wake at seven A.M."),
        ("Try the 4-7-8 breath.", "Try the four, seven, eight breath."),
        ("It takes 3-5 minutes.", "It takes three to five minutes."),
        ("It cost $4.50 and £1.", "It cost four dollars and fifty cents and one pound."),
        ("About 25% of 1,250 people.", "About twenty-five percent of one thousand, two hundred and fifty people."),
        ("Since 1999, in the 1980s.", "Since nineteen ninety-nine, in the nineteen eighties."),
        ("On the 3rd try.", "On the third try."),
        ("It was -3.5 outside.", "It was minus three point five outside."),
        ("Dr. Lee met Mrs. Hart.", "Doctor Lee met Missus Hart."),
        ("Softly *now*, **let go** of `this` and _that_.", "Softly now, let go of this and that."),
        ("Breathe [pause 3s] in <break time='2s'/>.", "Breathe in."),
        ("A thought — then another -- gone.", "A thought, then another, gone."),
        ("snake_case stays", "snake_case stays."),
        ("[bell]", ""),
        ("...", ""),
    ],
)
def test_reading(written: str, spoken: str) -> None:
    assert spoken_form(written) == spoken


@given(st.text(max_size=120))
def test_no_markup_and_no_western_digit_survives(text: str) -> None:
    spoken = spoken_form(text)
    assert not set(spoken) & set("[]<>{}`*~^\\|\n\t")
    assert not any(character in "0123456789" for character in spoken)
    assert spoken == spoken.strip()


@given(st.text(alphabet="abc ,.!?'—0123456789:/$%-[]", max_size=60))
def test_reading_what_was_read_changes_nothing(text: str) -> None:
    once = spoken_form(text)
    assert spoken_form(once) == once


def test_other_languages_keep_their_numbers() -> None:
    assert spoken_form("Atme 4 Sekunden ein", language="de") == "Atme 4 Sekunden ein."
