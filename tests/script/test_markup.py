import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drift_audio.errors import ScriptError
from drift_audio.script.format import format_script
from drift_audio.script.markup import parse, parse_body
from drift_audio.script.model import Bell, Breath, Cue, Optional, Pause, Script, Section, Utterance
from drift_audio.script.sentences import sentences

HEAD = "---\ntitle: T\nstyle: meditation\nminutes: 12\n---\n\n## One\n\n"


def parts(body: str, *, strict: bool = True) -> tuple:
    return parse(HEAD + body, strict=strict).sections[0].parts


def spoken(script: Script) -> list[str]:
    atoms = [a for s in script.sections for p in s.parts for a in (p.parts if isinstance(p, Optional) else (p,))]
    return [atom.text for atom in atoms if isinstance(atom, Utterance)]


@pytest.mark.parametrize(
    ("tag", "part"),
    [
        ("[pause 4s]", Pause(seconds=4)),
        ("[pause]", Pause(seconds=3.5)),
        ("[long pause]", Pause(seconds=14)),
        ("[short pause]", Pause(seconds=1.4)),
        ("[Pause: 3 s]", Pause(seconds=3)),
        ("(pause for 5 seconds)", Pause(seconds=5)),
        ("(Pause for five seconds.)", Pause(seconds=5)),
        ("*pause 2s*", Pause(seconds=2)),
        ("[PAUSE=1.5]", Pause(seconds=1.5)),
        ('<break time="2s"/>', Pause(seconds=2)),
        ("<break time='750ms' />", Pause(seconds=0.75)),
        ("[pause 2000ms]", Pause(seconds=2)),
        ("[pause for half a minute]", Pause(seconds=30)),
        ("[5 second pause]", Pause(seconds=5)),
        ("[silence 2 minutes 30 seconds]", Pause(seconds=150, elastic=False)),
        ("[pause 1m30s]", Pause(seconds=90)),
        ("[pause 1:30]", Pause(seconds=90)),
        ("[pause: 1 minute and 5 seconds]", Pause(seconds=65)),
        ("[pause one and a half minutes]", Pause(seconds=90)),
        ("[pause 1 1/2 minutes]", Pause(seconds=90)),
        ("[pause 10 - 15 seconds]", Pause(seconds=10)),
        ("[bed –3 dB]", Cue(bed_db=-3)),
        ("（pause 3s）", Pause(seconds=3)),
        ("［pause 3s］", Pause(seconds=3)),
        ("**pause 2s**", Pause(seconds=2)),
        ("_pause 2s_", Pause(seconds=2)),
        ("(ring the bell)", Bell()),
        ("*Strike the gong*", Bell()),
        ("[silence 30s]", Pause(seconds=30, elastic=False)),
        ("[silence for 1 minute]", Pause(seconds=60, elastic=False)),
        ("[breath 4/6 x5]", Breath(in_s=4, out_s=6, cycles=5)),
        ("[Breath: 4/7/8 x4]", Breath(in_s=4, hold_s=7, out_s=8, cycles=4)),
        ("[breath 4-4-4-4 × 3]", Breath(in_s=4, hold_s=4, out_s=4, rest_s=4, cycles=3)),
        ("[breathe 4.5/5.5, 6 times]".replace(",", ""), Breath(in_s=4.5, out_s=5.5, cycles=6)),
        ("[bell]", Bell()),
        ("[bell x3]", Bell(count=3)),
        ("[ambience ocean]", Cue(ambience="ocean")),
        ("[ambience: rain + fire:-6dB]", Cue(ambience="rain + fire:-6dB")),
        ("[bed -3dB]", Cue(bed_db=-3)),
        ("[bed: +2 dB]", Cue(bed_db=2)),
        ("[voice NAME]", Cue(voice="NAME")),
        ("[speed 0.9]", Cue(speed=0.9)),
        ("[speed 95%]", Cue(speed=0.95)),
    ],
)
def test_every_marker_and_its_lenient_forms(tag: str, part: object) -> None:
    assert parts(f"Here. {tag} There.") == (Utterance(text="Here."), part, Utterance(text="There."))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dr. Smith said, “Is it late?” and left. Then rain.", ["Dr. Smith said, “Is it late?” and left.", "Then rain."]),
        ("It was 3.5 miles, e.g. a walk. Good!", ["It was 3.5 miles, e.g. a walk.", "Good!"]),
        ("Wait... and listen. And then… Now.", ["Wait... and listen.", "And then…", "Now."]),
        ("At 5 p.m. the light goes. At 6 a.m. It returns.", ["At 5 p.m. the light goes.", "At 6 a.m.", "It returns."]),
        ("J. R. Smith is here. I am I. You are you.", ["J. R. Smith is here.", "I am I.", "You are you."]),
        ("He said “stop.” She said “go.”", ["He said “stop.”", "She said “go.”"]),
        ("Am 3. Mai war z.B. Regen. Dann Sonne.", ["Am 3. Mai war z.B. Regen.", "Dann Sonne."]),
        ("静かに。息を吸って。", ["静かに。", "息を吸って。"]),
        ("Narrator: Let go. (softly) *gently* And **rest** now.", ["Let go.", "And rest now."]),
        ("You may sit (or lie down, if you like) here. \U0001f60a", ["You may sit (or lie down, if you like) here."]),
        ("- feel your feet\n- feel your hands\n", ["Feel your feet.", "Feel your hands."]),
        ("one line\nwraps on. Two.", ["one line wraps on.", "Two."]),
    ],
)
def test_sentences_are_whole_and_clean(text: str, said: list[str]) -> None:
    assert [part.text for part in parts(text) if isinstance(part, Utterance)] == said


def test_blank_lines_are_paragraphs_only_between_sentences() -> None:
    text = "A one.\n\nB two.\n\n[pause 4s]\n\nC three.\n\n[optional]\nD four.\n[/optional]\n\nE five."
    kinds = [part.kind for part in parts(text)]
    assert kinds == ["utterance", "pause", "utterance", "pause", "utterance", "optional", "pause", "utterance"]
    optional = parts(text)[5]
    assert [atom.kind for atom in optional.parts] == ["pause", "utterance"]
    assert optional.parts[0].role == "paragraph"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "empty"),
        ("Hello.", 1, "no front matter"),
        ("---\ntitle: T\n", 1, "not closed"),
        ("---\ntitle: T\nstile: sleep\n---\nHi.", 3, "'stile'; did you mean 'title'"),
        ("---\ntitle: T\nminutes: 200\n---\nHi.", 3, "minutes '200'"),
        ("---\ntitle: T\nminutes: ten\n---\nHi.", 3, "minutes 'ten'"),
        ("---\ntitle: T\nstyle: trance\n---\nHi.", 3, "unknown style 'trance'; choose one of meditation"),
        ("---\ntitle: T\ntitle: U\n---\nHi.", 3, "stands twice"),
        ("---\ntitle: [x\n---\nHi.", 2, "front matter"),
        ("---\n- a\n---\nHi.", 2, "key: value"),
        ("---\nstyle: sleep\n---\nHi.", 3, "title is missing"),
        (HEAD + "Hi.\n[pause -3s]", 10, "no pause is shorter than nothing"),
        (HEAD + "Hi.\n[bed x3]", 10, "[bed x3] is not a number"),
        (HEAD + "Hi.\n[bed a3dB]", 10, "is not a number"),
        (HEAD + "Hi.\n[puase 3s]", 10, "[puase 3s]; did you mean [pause]?"),
        (HEAD + "Hi.\n[breath four]", 10, "[breath four]; did you mean [breath]?"),
        (HEAD + "Hi. <emphasis>now</emphasis>", 9, "<emphasis>"),
        (HEAD + "Hi. [pause 4s", 9, "without its other half"),
        (HEAD + "Hi. {name}", 9, "unfilled placeholder"),
        (HEAD + "Hi. [pause 3000s]", 9, "less than or equal to 600"),
        (HEAD + "Hi. [bell x40]", 9, "less than or equal to 12"),
        (HEAD + "Hi. [bed loud]", 9, "is not a number"),
        (HEAD + "[optional]\nHi.", 9, "not closed"),
        (HEAD + "Hi. [/optional]", 9, "without [optional]"),
        (HEAD + "[optional] Hi. [optional] Ho. [/optional]", 9, "inside [optional]"),
        (HEAD + "Hi.\n\n## Two\n", 11, "nothing in it"),
        (HEAD + "[pause 4s]", 9, "nothing is spoken"),
        (HEAD + "Hi \x00", 9, "binary"),
    ],
)
def test_mistakes_are_one_clear_line(text: str, line: int, words: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse(text, file="a.md")
    assert caught.value.line == line
    assert words in str(caught.value)
    assert str(caught.value).startswith(f"a.md:{line}: ")
    assert "\n" not in str(caught.value)


def test_a_model_is_read_leniently() -> None:
    text = "<think>plan [x]</think>\n```markdown\n# A title\n\nAssistant: Breathe in. [inhale deeply] [pause 2s] Out. "
    text += "<b>Now</b> {x}\n```\n"
    script = parse(text, strict=False)
    assert spoken(script) == ["Breathe in.", "Out.", "Now"]
    assert parse_body("## x\n[music]\n", style="sleep", name="N") is None
    assert parse_body("Rest. [pause 1s]", style="sleep", name="N", phase="drift") == Section(
        name="N", phase="drift", parts=(Utterance(text="Rest."), Pause(seconds=1))
    )


PIECES_TEXT = (
    "[pause] [pause 3s] [silence 5s] [breath 4/6 x2] [bell] [optional] [/optional] [speed 0.9] [puase] [ ] { } < > <b> </b>"
    " <!-- -->"
    " ( ) (softly) *a* ** __x__ ` # ## \n \n\n --- - 1. . ... ? ! "
    "” “ ' Narrator: Dr. word Word wörd 5 5. p.m. \U0001f60a \u202e \t a|b $x _y_"
    ' 。 好 [pause (x] <!-- phase:a --> ```x [a](b) ![i](u) » « — / \\ [[pause]] "Hi." éé ß Ǆ İ ﬁ'
)
PIECES = st.sampled_from(PIECES_TEXT.split(" "))
MARKUP = st.lists(PIECES, max_size=40).map(" ".join)
FUZZ = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FUZZ
@given(
    st.one_of(MARKUP.map(lambda body: HEAD + body), MARKUP, st.text(max_size=200), st.text(max_size=80).map(lambda t: HEAD + t)),
    st.booleans(),
)
def test_any_text_parses_or_names_a_line(text: str, strict: bool) -> None:
    try:
        script = parse(text, strict=strict)
    except ScriptError as error:
        assert 1 <= error.line <= text.count("\n") + text.count("\r") + 2
        return
    for said in spoken(script):
        assert not re.search(r"[\[\]<>{}*_`#|]", said), said
        assert sentences(said) == (said,)
    written = format_script(script)
    assert parse(written) == script
    assert format_script(parse(written)) == written


WORD = st.sampled_from(["You", "let", "the", "light", "come", "back", "slowly", "and", "rest", "here", "rain", "far", "away"])
SENTENCE = st.lists(WORD, min_size=1, max_size=9).map(lambda words: " ".join(words).capitalize() + ".")
TIME = st.integers(1, 6000).map(lambda n: n / 10 if n / 10 <= 600 else 600.0)
ATOM = st.one_of(
    SENTENCE.map(lambda text: Utterance(text=text)),
    st.builds(Pause, seconds=TIME, elastic=st.booleans()),
    st.just(Pause(seconds=3.0, role="paragraph")),
    st.builds(
        Breath,
        in_s=st.integers(1, 9),
        hold_s=st.integers(0, 7),
        out_s=st.integers(1, 9),
        rest_s=st.integers(0, 4),
        cycles=st.integers(1, 9),
    ),
    st.builds(Bell, count=st.integers(1, 5)),
    st.builds(Cue, speed=st.integers(50, 150).map(lambda n: n / 100)),
    st.builds(Cue, bed_db=st.integers(-40, 12)),
    st.just(Cue(ambience="rain + fire:-6dB")),
)
PART = st.one_of(ATOM, st.lists(ATOM, min_size=1, max_size=3).map(lambda atoms: Optional(parts=tuple(atoms))))
SECTION = st.builds(
    Section,
    name=st.sampled_from(["One", "Zwei drei"]),
    parts=st.lists(PART, min_size=1, max_size=8).map(tuple),
    phase=st.sampled_from([None, "body"]),
)
SCRIPT = st.builds(
    Script,
    title=st.sampled_from(["Yes", "12", "a: b # c", "Ärger"]),
    style=st.sampled_from(["meditation", "sleep"]),
    minutes=st.sampled_from([1, 7.5, 12.25]),
    sections=st.lists(SECTION, min_size=1, max_size=3).map(tuple),
    seed=st.integers(0, 99),
    language=st.sampled_from(["en", "de-AT"]),
)


@FUZZ
@given(SCRIPT)
def test_a_script_comes_back_as_it_was(script: Script) -> None:
    if spoken(script):
        assert parse(format_script(script)) == script
