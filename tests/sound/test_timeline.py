"""The timeline is exact, ordered and within its bounds, whatever the script."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from drift_audio.script.model import Atom, Bell, Breath, Cue, Pause, Utterance
from drift_audio.sound.audio import RATE
from drift_audio.sound.clip import Clip
from drift_audio.sound.score import BedChange, BreathCycle, Item, Speech, Spoken, Strike, Timeline
from drift_audio.sound.timeline import TimelineRules, solve

RULES = TimelineRules()


def clip(seconds: float) -> Clip:
    return Clip(f"{seconds:.3f}", round(seconds * RATE), Path("nowhere"), 24_000, -23.0)


def entry(part: Atom, section: int = 0, group: int | None = None, *, seconds: float = 3.0, cue: float = 0.8) -> Spoken:
    item = Item(part, section, group, "tone", 1.0, 0.0)
    if isinstance(part, Utterance):
        return Spoken(item, clip(seconds))
    if isinstance(part, Breath):
        names = [name for name in ("in", "hold", "out") if getattr(part, f"{name}_s")]
        return Spoken(item, None, tuple((name, clip(cue)) for _ in range(2) for name in names))
    return Spoken(item)


parts = st.one_of(
    st.builds(Utterance, text=st.just("Words.")),
    st.builds(Utterance, text=st.just("Words.")),
    st.builds(Pause, seconds=st.floats(0.3, 40), elastic=st.booleans(), role=st.sampled_from(["nominal", "paragraph"])),
    st.builds(Breath, in_s=st.floats(1, 6), hold_s=st.sampled_from([0.0, 2.0]), out_s=st.floats(1, 9), cycles=st.integers(1, 5)),
    st.builds(Bell, count=st.integers(1, 3)),
    st.builds(Cue, bed_db=st.floats(-6, 3)),
)


@st.composite
def scripts(draw: st.DrawFn) -> list[Spoken]:
    entries = []
    for section in range(draw(st.integers(1, 4))):
        for index in range(draw(st.integers(1, 12))):
            group = draw(st.sampled_from([None, None, None, section * 3 + index // 6]))
            entries.append(entry(draw(parts), section, group, seconds=draw(st.floats(0.4, 9)), cue=draw(st.floats(0.3, 3))))
    return entries


def ends(event: object) -> int:
    if isinstance(event, Speech):
        return event.start + event.frames
    if isinstance(event, BreathCycle):
        return event.start + event.in_frames + event.hold_frames + event.out_frames + event.rest_frames
    return event.start  # type: ignore[attr-defined,no-any-return]


def check(timeline: Timeline, seconds: float, names: list[str]) -> None:
    assert timeline.frames == round(seconds * RATE) + round(timeline.off_by * RATE)
    assert [e.start for e in timeline.events] == sorted(e.start for e in timeline.events)
    assert all(e.start >= 0 and ends(e) <= timeline.frames for e in timeline.events)
    assert timeline.sections[0].start == 0
    assert timeline.sections[-1].end == timeline.frames
    assert all(a.end == b.start for a, b in pairwise(timeline.sections))
    assert all(span.end > span.start and span.name in names for span in timeline.sections)
    speech = list(timeline.speech())
    assert all(ends(a) <= b.start for a, b in pairwise(speech))
    assert bool(timeline.warnings) or abs(timeline.off_by) < 0.02


@settings(max_examples=120, deadline=None)
@given(scripts(), st.floats(20, 900))
def test_any_script_is_exact_ordered_and_tiled(entries: list[Spoken], seconds: float) -> None:
    names = [f"Section {number}" for number in range(4)]
    solution = solve(entries, names, seconds=seconds)
    check(solution.timeline, seconds, names)
    assert solution == solve(entries, names, seconds=seconds)
    if solution.pace_needed is not None:
        assert RULES.pace[0] <= solution.pace_needed <= RULES.pace[1]


def talk(count: int, *, seconds: float = 4.0, section: int = 0, group: int | None = None) -> list[Spoken]:
    return [entry(Utterance(text="Words."), section, group, seconds=seconds) for _ in range(count)]


def gaps(timeline: Timeline) -> list[float]:
    return [(b.start - a.start - a.frames) / RATE for a, b in pairwise(timeline.speech())]


def test_pauses_stretch_together_and_within_bounds() -> None:
    entries = [*talk(5), entry(Pause(seconds=4)), *talk(5)]
    natural = 40 + 8 * RULES.sentence.seconds + 4 + RULES.lead_in + RULES.tail
    for factor in (0.92, 1.0, 1.15):
        solution = solve(entries, ["One"], seconds=natural * factor)
        assert solution.timeline.off_by == 0
        found = gaps(solution.timeline)
        assert max(found) / min(found) < 4.0 / RULES.sentence.seconds * 1.25
        assert all(RULES.sentence.least * 1.3 - 0.01 <= gap for gap in found)


def test_exact_silence_and_breath_never_stretch() -> None:
    breath = Breath(in_s=4, hold_s=7, out_s=8, cycles=4)
    entries = [*talk(3), entry(Pause(seconds=30, elastic=False)), *talk(3), entry(breath), *talk(6)]
    for seconds in (185, 193, 200):
        timeline = solve(entries, ["One"], seconds=seconds).timeline
        assert timeline.off_by == 0
        assert any(abs(gap - 30) < 1 / RATE for gap in gaps(timeline))
        cycles = [event for event in timeline.events if isinstance(event, BreathCycle)]
        assert [b.start - a.start for a, b in pairwise(cycles)] == [19 * RATE] * 3
        starts = {speech.start for speech in timeline.speech()}
        assert {cycles[0].start, cycles[0].start + 4 * RATE, cycles[1].start + 11 * RATE} <= starts


def test_a_cue_longer_than_its_phase_is_left_out() -> None:
    entries = [entry(Breath(in_s=2, out_s=5, cycles=2), cue=3.0)]
    timeline = solve(entries, ["One"], seconds=60).timeline
    cycles = [event.start for event in timeline.events if isinstance(event, BreathCycle)]
    assert [speech.start for speech in timeline.speech()] == [start + 2 * RATE for start in cycles]


def test_optional_blocks_go_only_when_pauses_do_not_suffice() -> None:
    entries = [*talk(6), *talk(3, group=0), *talk(6), *talk(3, group=1), *talk(6)]
    full, lean = solve(entries, ["One"], seconds=140), solve(entries, ["One"], seconds=124)
    assert len(list(full.timeline.speech())) == 24
    assert len(list(lean.timeline.speech())) == 21
    assert full.timeline.off_by == lean.timeline.off_by == 0
    assert lean.pace_needed is None


def test_then_pace_is_asked_for_and_then_stillness_fills() -> None:
    fast = solve(talk(40), ["One"], seconds=184)
    assert fast.pace_needed is not None
    assert 1.0 < fast.pace_needed <= 1.06
    quick = solve(talk(40, seconds=4 / fast.pace_needed), ["One"], seconds=184, pace=fast.pace_needed)
    assert quick.timeline.off_by == 0
    slow = solve(talk(10), ["One"], seconds=105)
    assert slow.pace_needed == RULES.pace[0]
    assert slow.timeline.off_by == 0
    assert "stillness" in slow.timeline.warnings[0]
    assert solve(talk(10, seconds=4 / 0.94), ["One"], seconds=105, pace=0.94).pace_needed is None


def test_what_cannot_fit_is_said_with_its_size() -> None:
    long, short = solve(talk(40), ["One"], seconds=120).timeline, solve(talk(3), ["One"], seconds=600).timeline
    assert long.off_by > 30
    assert short.off_by < -300
    assert f"{long.off_by:.1f} s" in long.warnings[0]
    assert f"{-short.off_by:.1f} s" in short.warnings[0]


def test_sections_open_just_before_their_first_word_and_own_their_silence() -> None:
    entries = [*talk(3), *talk(2, section=1), entry(Pause(seconds=20, elastic=False), 2), *talk(1, section=3)]
    timeline = solve(entries, ["A", "B", "C", "D"], seconds=70).timeline
    speech = list(timeline.speech())
    spans = {span.name: span for span in timeline.sections}
    assert 0.2 < (speech[3].start - spans["B"].start) / RATE <= 0.5
    assert abs((spans["D"].start - spans["C"].start) / RATE - 20) < 1.0


def test_bells_ring_apart_and_can_be_left_out() -> None:
    entries = [entry(Bell(count=3)), *talk(4)]
    timeline = solve(entries, ["One"], seconds=60).timeline
    strikes = [event.start for event in timeline.events if isinstance(event, Strike)]
    assert [b - a for a, b in pairwise(strikes)] == [round(RULES.bell_gap * RATE)] * 2
    silent = solve(entries, ["One"], seconds=60, rules=TimelineRules(bells=False)).timeline
    assert not any(isinstance(event, Strike) for event in silent.events)


def test_a_bed_change_takes_no_time() -> None:
    entries = [*talk(3), entry(Cue(bed_db=-3)), *talk(3)]
    timeline = solve(entries, ["One"], seconds=60).timeline
    change = next(event for event in timeline.events if isinstance(event, BedChange))
    third = list(timeline.speech())[2]
    assert change.start == ends(third)
    assert max(gaps(timeline)) - min(gaps(timeline)) < 2 / RATE
