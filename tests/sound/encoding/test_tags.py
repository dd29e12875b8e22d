"""The words stand in the tags in time with the voice, and real readers find them."""

from __future__ import annotations

from io import BytesIO

from mutagen.id3 import ID3

from drift_audio.sound.encoding.tags import Tags, comments, id3_bytes, lines_of
from tests.delivery.sessions import LINES, STARTS, timeline


def test_sylt_and_uslt_follow_the_timeline_within_a_millisecond() -> None:
    tags = ID3(BytesIO(id3_bytes(Tags(title="x", lines=lines_of(timeline())))))
    sylt = tags.getall("SYLT")[0]
    assert (sylt.format, sylt.type) == (2, 1)
    spoken = [(text, at) for text, at in sylt.text if text]
    assert [text for text, _ in spoken] == list(LINES)
    assert all(abs(at - start * 1000) <= 1 for (_, at), start in zip(spoken, STARTS, strict=True))
    assert [at for text, at in sylt.text if not text] == [6_000, 12_250, 20_000], "lines end where a longer silence begins"
    assert tags.getall("USLT")[0].text == "\n".join(LINES)


def test_vorbis_comments_carry_them_as_lrc() -> None:
    found = dict(comments(Tags(title="x", lines=lines_of(timeline()))))
    assert found["lyrics"].splitlines()[0] == f"[00:00.50]{LINES[0]}"


def test_no_words_no_frames() -> None:
    tags = ID3(BytesIO(id3_bytes(Tags(title="x"))))
    assert not tags.getall("SYLT")
    assert not tags.getall("USLT")
