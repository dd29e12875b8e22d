"""Destination, privacy, cache, languages and the dry run of the LLM writer."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as fuzz
from hypothesis import strategies as st
from pydantic import SecretStr

from drift_audio.config import LlmSettings
from drift_audio.errors import BadInput, ConfigError, WriterError
from drift_audio.scenario import Scenario
from drift_audio.script.budget import plan
from drift_audio.script.lint import lint
from drift_audio.script.model import Pause, Utterance
from drift_audio.words.understanding.story import Story
from drift_audio.words.writers.base import Written
from drift_audio.words.writers.llm import LlmWriter, destination
from drift_audio.words.writers.llm.fit_section import fit, words_of
from drift_audio.words.writers.llm.parse_answer import read_section, read_whole, unwrap
from drift_audio.words.writers.offline import OfflineWriter
from tests.words.writers.llm.stub import Talk, closed_port, good_answer, stub
from tests.words.writers.llm.test_faults import SCENARIO, PlainWriter, settings

pytestmark = pytest.mark.long

SECRET = "sk-very-secret"


def well(talk: Talk) -> None:
    talk.say(talk.good())


class EnglishOnly:
    """A fallback that cannot stand in."""

    name = "offline"

    def write(self, scenario: Scenario, story: Story, *, progress: object = None) -> Written:
        raise BadInput("the offline writer speaks English only")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "no language model is named"),
        ({"model": "m", "api_key": SecretStr(SECRET)}, "no server is named"),
        ({"model": "m", "base_url": "ftp://x", "named_by_user": True}, "must look like https"),
        ({"model": "m", "base_url": "127.0.0.1:80", "named_by_user": True}, "must look like https"),
        ({"model": "m", "base_url": "http://[::1", "named_by_user": True}, "must look like https"),
        ({"model": "m", "base_url": f"https://me:{SECRET}@host/v1", "named_by_user": True}, "no key or password"),
    ],
)
def test_words_go_nowhere_without_a_named_server(fields: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        LlmWriter(LlmSettings(**fields), PlainWriter()).write(SCENARIO, Story())  # type: ignore[arg-type]
    assert SECRET not in str(caught.value)


def test_the_destination_is_told_before_anything_is_sent() -> None:
    assert "stays on this machine" in destination(settings("http://127.0.0.1:11434/v1")).sentence
    assert "is sent to api.example.com" in destination(settings("https://api.example.com/v1")).sentence
    told: list[str] = []
    with stub(well) as server:

        def progress(kind: str, text: str) -> None:
            told.append(f"{kind} {len(server.requests)} {text}")

        LlmWriter(settings(server.url, timeout_s=20), PlainWriter()).write(SCENARIO, Story(), progress=progress)
    assert told[0].startswith("note 0 what you wrote stays on this machine")
    assert [line for line in told if re.match(r"tokens 1 the whole session: \d+ tokens", line)] or len(told) > 4


def test_the_key_goes_to_the_server_and_nowhere_else(tmp_path: Path) -> None:
    with stub(lambda talk: talk.refuse(401, f"bad key {SECRET}")) as server:
        configured = settings(server.url, timeout_s=20, api_key=SecretStr(SECRET))
        written = LlmWriter(configured, PlainWriter(), tmp_path).write(SCENARIO, Story())
        assert server.keys == [f"Bearer {SECRET}"]
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert SECRET not in f"{written} {configured} {configured!r}"
    assert SECRET.encode() not in kept


def test_a_finished_script_is_asked_for_once(tmp_path: Path) -> None:
    folder = tmp_path / "scripts"
    with stub(well) as server:
        made = [
            LlmWriter(settings(server.url, timeout_s=20), PlainWriter(), folder, key=b"k" * 32).write(SCENARIO, Story())
            for _ in range(2)
        ]
        assert len(server.requests) == 1
        other = SCENARIO.model_copy(update={"seed": 6})
        LlmWriter(settings(server.url, timeout_s=20), PlainWriter(), folder, key=b"k" * 32).write(other, Story())
        assert len(server.requests) == 2
    assert made[0].script == made[1].script
    assert (made[0].tokens_out > 0, made[1].tokens_out) == (True, 0)
    files = list(folder.iterdir())
    assert len(files) == 2
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert not [file for file in files if "marmalade" in file.name]
    files[0].write_bytes(b"{}")
    files[1].write_bytes(b"")
    with stub(well) as server:
        assert (
            lint(
                LlmWriter(settings(server.url, timeout_s=20), PlainWriter(), folder, key=b"k" * 32)
                .write(SCENARIO, Story())
                .script
            )
            == ()
        )


def test_a_script_that_the_model_had_no_part_in_is_not_kept(tmp_path: Path) -> None:
    LlmWriter(settings(closed_port()), PlainWriter(), tmp_path).write(SCENARIO, Story())
    assert list(tmp_path.iterdir()) == []


def test_the_dry_run_shows_every_word_that_would_be_sent() -> None:
    with stub(well) as server:
        writer = LlmWriter(settings(server.url, timeout_s=20), PlainWriter())
        shown = writer.dry_run(SCENARIO, Story())
        assert server.requests == []
        writer.write(SCENARIO, Story())
        assert [message["content"].strip() in shown for message in server.requests[0]["messages"]] == [True, True]
    assert "in 1 request" in shown
    assert "in 5 requests" in LlmWriter(settings("http://127.0.0.1:1/v1", context_tokens=1500), PlainWriter()).dry_run(
        SCENARIO, Story()
    )


def german(talk: Talk) -> None:
    assert "In German." in talk.request["messages"][0]["content"]
    wanted = json.loads(good_answer(talk.prompt, as_json=True))
    number = 0
    for section in wanted["sections"]:
        for line in section["lines"]:
            number += 1
            line["say"] = f"Vielleicht merkst du, wie Atemzug Nummer {number} kommt und geht, und die Schultern dürfen sinken."
    wanted["sections"][0]["lines"][0]["say"] = "Diese Zeit dauert etwa fünf Minuten, und du darfst jederzeit aufhören."
    wanted["sections"][-1]["lines"][-1]["say"] = "Hier endet die Übung, und du nimmst die Ruhe mit in den Tag."
    talk.say(json.dumps(wanted))


def test_another_language_is_written_by_the_model_alone() -> None:
    scenario = Scenario(situation="Ich habe morgen eine Prüfung.", minutes=5, language="de-DE", seed=2)
    with stub(german) as server:
        written = LlmWriter(settings(server.url, timeout_s=20), EnglishOnly()).write(scenario, Story(language="de-DE"))
    assert written.script.language == "de-DE"
    assert {report.writer for report in written.sections} == {"llm"}


def test_another_language_without_its_model_is_one_clear_line() -> None:
    scenario = Scenario(situation="Ich habe morgen eine Prüfung.", minutes=5, language="de", seed=2)
    with pytest.raises(WriterError, match="no server answers there") as caught:
        LlmWriter(settings(closed_port()), EnglishOnly()).write(scenario, Story(language="de"))
    assert "Prüfung" not in str(caught.value)
    with stub(well) as server, pytest.raises(WriterError, match="cannot stand in; try a larger model"):
        LlmWriter(settings(server.url, timeout_s=20), EnglishOnly()).write(scenario, Story(language="de"))


def test_the_offline_writer_stands_in_part_by_part() -> None:
    def forgets_the_ending(talk: Talk) -> None:
        answer = json.loads(talk.good())
        talk.say(json.dumps({"sections": answer["sections"][:-1]}) if "sections" in answer else "I would rather not.")

    scenario = Scenario(situation="I have an exam tomorrow and cannot settle.", minutes=5, seed=4)
    with stub(forgets_the_ending) as server:
        written = LlmWriter(settings(server.url, timeout_s=20), OfflineWriter()).write(scenario, Story(theme="big-day-nerves"))
    assert lint(written.script) == ()
    assert written.sections[-1].writer == "offline"
    assert [report.writer for report in written.sections].count("llm") >= 2
    assert "the offline writer wrote Coming back" in written.warnings[-1]


PHASE = plan("meditation", 5).phases[2]
PIECES = st.sampled_from(
    [
        *(
            '{"lines": [',
            '{"say": "Rest here a while.", "pause": 3}',
            ",",
            "]}",
            '"say"',
            ":",
            '"',
            "\\",
            "```json\n",
            "<think>",
            "</think>",
        ),
        *(
            "[pause 3s]",
            "Narrator: ",
            "(softly)",
            "## The heart of it\n",
            "\n",
            "Pause for five seconds.",
            "🙂",
            "[",
            "{",
            "}",
            "1e9",
        ),
    ]
)


@fuzz(max_examples=200, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=200)))
def test_no_answer_breaks_the_reader(text: str) -> None:
    sections = [read_section(text, PHASE, "meditation"), *read_whole(text, plan("meditation", 5).phases, "meditation").values()]
    for section in sections:
        if section is None:
            continue
        fitted = fit(section, PHASE, plan("meditation", 5))
        said = [part.text for part in fitted.parts if isinstance(part, Utterance)]
        assert said
        assert not re.search(r"[\[\]{}<>*`]|think>|^Narrator", " ".join(said))
        assert all(part.seconds <= 25 for part in fitted.parts if isinstance(part, Pause))


def test_wrappings_come_off() -> None:
    assert unwrap("<think>a\nb</think>\n```json\nx\n```") == "x"
    assert unwrap("thought without opening</think> x") == "x"
    section = read_section("**The body**\nPart two of three\nRest. [pause 2s]\nPause for 5 seconds.\nGo on.", PHASE, "meditation")
    assert section is not None
    assert [part.text for part in section.parts if isinstance(part, Utterance)] == ["Rest.", "Go on."]


def test_a_section_is_fitted_to_its_budget() -> None:
    text = "\n".join(f"Perhaps light number {n} rests on the slow and quiet water now." for n in range(60))
    section = read_section(text + "\n" + text, PHASE, "meditation")
    assert section is not None
    fitted = fit(section, PHASE, plan("meditation", 5))
    assert words_of(fitted) <= PHASE.words * 1.2
    assert len({part.text for part in fitted.parts if isinstance(part, Utterance)}) == sum(
        p.kind == "utterance" for p in fitted.parts
    )


def test_openai_is_imported_only_to_ask() -> None:
    code = "import sys; import drift_audio.words.writers.llm; print(sorted({'openai', 'jinja2', 'xllamacpp'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


CUT = """
import time
from drift_audio.scenario import Scenario
from drift_audio.words.understanding.story import Story
from drift_audio.config import LlmSettings
from drift_audio.words.writers.llm import LlmWriter
from drift_audio.words.writers.offline import OfflineWriter
settings = LlmSettings(base_url={url!r}, model="m", named_by_user=True, timeout_s=4, retries=1)
began = time.monotonic()
written = LlmWriter(settings, OfflineWriter()).write(Scenario(situation="A long day at work.", minutes=5), Story())
print(round(time.monotonic() - began, 1), len(written.script.sections), *written.warnings, sep="|")
"""


@pytest.mark.parametrize("url", ["http://192.0.2.1/v1", "http://llm.example.invalid/v1", "http://127.0.0.1:9/v1"])
def test_without_a_network_the_session_is_delivered_in_time_and_says_so(url: str) -> None:
    cut = ["unshare", "--user", "--net", "--map-root-user"]
    if subprocess.run([*cut, "true"], capture_output=True, check=False).returncode:
        cut = []  # no namespaces here: the addresses are dead anyway (a test network, an invalid name, a closed port)
    began = time.monotonic()
    done = subprocess.run(
        [*cut, sys.executable, "-c", CUT.format(url=url)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr[-500:]
    seconds, sections, *told = done.stdout.strip().split("|")
    assert float(seconds) < 10
    assert int(sections) == 5
    assert "could not be used" in told[0]
    assert "the offline writer wrote the whole script" in told[1]
    assert time.monotonic() - began < 30
