"""Captions come from the timeline, to the millisecond, silences included."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from drift_audio.delivery.feed.captions import Caption, captions, to_chapters_json, to_lrc, to_vtt
from drift_audio.session import section_times
from drift_audio.sound.audio import RATE
from tests.delivery.sessions import LINES, STARTS, timeline

_VTT = re.compile(r"(\d+):(\d\d):(\d\d)\.(\d{3}) --> (\d+):(\d\d):(\d\d)\.(\d{3})")


def seconds(h: str, m: str, s: str, ms: str) -> float:
    return int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000


def test_vtt_follows_the_voice_within_a_millisecond() -> None:
    found = _VTT.findall(to_vtt(captions(timeline())))
    assert len(found) == len(STARTS)
    for match, start in zip(found, STARTS, strict=True):
        assert abs(seconds(*match[:4]) - start) <= 0.001
        assert abs(seconds(*match[4:]) - start - 2.0) <= 0.001


def test_vtt_escapes_what_would_be_markup() -> None:
    text = to_vtt(captions(timeline()))
    assert "&lt;breath&gt; come --&gt; and go." in text
    assert text.startswith("WEBVTT\n\n")
    assert text.count("-->") == len(LINES)


def test_lrc_clears_the_line_in_long_silences_and_keeps_its_brackets_for_times() -> None:
    lines = to_lrc(captions(timeline()), title="Evening", seconds=24.0).splitlines()
    assert lines[:2] == ["[ti:Evening]", "[length:00:24.00]"]
    assert "[00:00.50]Settle in & arrive." in lines
    assert "[00:10.25](Notice) what is here." in lines
    assert "[00:12.25]" in lines, "a silence of 5.75 s follows"
    assert "[00:02.50]" not in lines, "a silence of 1.5 s does not clear the line"


def test_chapters_name_every_section() -> None:
    line = timeline()
    listed = json.loads(to_chapters_json(section_times(line)))["chapters"]
    assert [c["title"] for c in listed] == ["Arrive", "Return & rest"]
    assert [c["startTime"] for c in listed] == [0.0, 10.0]
    assert listed[-1]["endTime"] == line.frames / RATE


@given(st.lists(st.tuples(st.floats(0, 5400), st.text(max_size=40)), max_size=8))
def test_any_text_at_any_time_makes_one_cue(pairs: list[tuple[float, str]]) -> None:
    lines = [Caption(start=at, end=at + 1, text=" ".join(text.split())) for at, text in pairs]
    vtt = to_vtt(lines)
    found = _VTT.findall(vtt)
    assert len(found) == len(lines)
    assert all(abs(seconds(*match[:4]) - line.start) <= 0.0006 for match, line in zip(found, lines, strict=True))
