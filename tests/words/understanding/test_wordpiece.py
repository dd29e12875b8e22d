"""Our WordPiece against the library that made the model's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tokenizers import BertWordPieceTokenizer

from drift_audio.words.understanding.tidy_text import DATA
from drift_audio.words.understanding.wordpiece import pieces

_LIBRARY = BertWordPieceTokenizer(str(DATA / "vocab.txt"), lowercase=True)


@given(st.text(alphabet=st.characters(max_codepoint=0x24F, exclude_categories=("Cs", "Cc", "Cn")), max_size=200))
def test_pieces_are_the_library_s(text: str) -> None:
    assert pieces(text, most=10_000) == _LIBRARY.encode(text).ids


@given(st.text(max_size=2_000), st.integers(3, 256))
def test_length_is_bounded(text: str, most: int) -> None:
    assert 2 <= len(pieces(text, most=most)) <= most
