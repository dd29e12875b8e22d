"""Words from a process of their own are the words that this one would write; whatever fails there, this one does."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from drift_audio.api import create
from drift_audio.errors import CareStop, ScenarioError
from drift_audio.progress import Event, OnEvent, silent
from drift_audio.scenario import Scenario
from drift_audio.script.model import Utterance
from drift_audio.words import process
from drift_audio.words.compose import compose
from drift_audio.words.writers.base import Writer, Written
from drift_audio.words.writers.offline import OfflineWriter

pytestmark = pytest.mark.long

PYTHON = sys.executable
SITUATION = "I snapped at my husband – “over the dishes” – and he left.\nÉlan, naïve, 猫."


@dataclass(frozen=True)
class WritingContext:
    user_dir: Path
    writer: Writer = field(default_factory=OfflineWriter)
    locale: str = "en"


@pytest.fixture
def desk(tmp_path: Path) -> WritingContext:
    return WritingContext(tmp_path)


def composed_apart(scenario: Scenario, desk: WritingContext, on_event: OnEvent = silent) -> Written | None:
    with process.begin() as other:
        return other.compose(scenario, desk, on_event=on_event, meanwhile=lambda: None)


@pytest.mark.parametrize("style", ["meditation", "breathing"])
def test_the_same_words_come_from_both(desk: WritingContext, style: str) -> None:
    scenario = Scenario(situation=SITUATION, style=style, minutes=5, seed=4)
    stages: list[Event] = []
    ready: list[bool] = []
    with process.begin() as other:
        written = other.compose(scenario, desk, on_event=stages.append, meanwhile=lambda: ready.append(True))
    assert written is not None
    assert written == compose(scenario, desk)
    assert ready == [True]
    assert [event.stage for event in stages if not event.note] == ["care", "story", "write"]


def test_danger_stops_there_before_a_story_is_read(desk: WritingContext) -> None:
    scenario = Scenario(situation="I want to kill myself tonight", minutes=5)
    stages: list[Event] = []
    with pytest.raises(CareStop) as there:
        composed_apart(scenario, desk, on_event=stages.append)
    with pytest.raises(CareStop) as here:
        compose(scenario, desk)
    assert there.value.report == here.value.report
    assert [event.stage for event in stages] == ["care"]


def test_the_users_own_signals_and_locale_go_along(tmp_path: Path) -> None:
    (tmp_path / "signals.yaml").write_text("rules:\n- {outcome: crisis, reason: own, needs: [heron], patterns: ['heron']}\n")
    scenario = Scenario(situation="The heron stood in the pond", minutes=5)
    with pytest.raises(CareStop) as stop:
        composed_apart(scenario, WritingContext(tmp_path, locale="en_GB"))
    assert stop.value.report.reason == "own"
    assert "116 123" in str(stop.value.report.lines)


def test_caution_changes_the_style_there_too(desk: WritingContext) -> None:
    scenario = Scenario(situation="I have epilepsy and I want to calm down before my exam", minutes=5, style="hypnosis")
    written = composed_apart(scenario, desk)
    assert written == compose(scenario, desk)
    assert written is not None
    assert written.script.style != "hypnosis"
    assert written.warnings


def test_what_was_written_is_heard_by_the_gate_whoever_wrote_it(desk: WritingContext) -> None:
    class Careless(OfflineWriter):
        def write(self, *args: Any, **more: Any) -> Written:
            written = super().write(*args, **more)
            first, *rest = written.script.sections
            wrong = Utterance(text="You want to end your life, and that is fine.")
            bad = first.model_copy(update={"parts": (wrong, *first.parts)})
            return written.model_copy(update={"script": written.script.model_copy(update={"sections": (bad, *rest)})})

    with pytest.raises(CareStop):
        compose(Scenario(situation="A calm evening.", minutes=5), WritingContext(desk.user_dir, writer=Careless()))


def test_a_single_session_loads_the_parser_in_the_other_process_only(tmp_path: Path) -> None:
    # Seed 5 says a word by which the gate asks the parser who does what to whom.
    program = (
        "import sys; from drift_audio import Scenario, create; "
        "create(Scenario(situation='I snapped at my husband over the dishes', minutes=12, seed=5, voice='tone'), sys.argv[1]); "
        "assert 'spacy' not in sys.modules"
    )
    env = {**os.environ, "DRIFT_AUDIO_HOME": str(tmp_path / "home")}
    subprocess.run([PYTHON, "-c", program, str(tmp_path / "a.wav")], check=True, env=env)


def test_what_cannot_be_written_there_is_left_to_the_caller(desk: WritingContext) -> None:
    scenario = Scenario(situation="Ich habe meinen Mann angeschrien und er ist gegangen", minutes=5)
    assert composed_apart(scenario, desk) is None
    with pytest.raises(ScenarioError):
        compose(scenario, desk)


def test_another_writer_stays_here_and_the_other_process_ends(desk: WritingContext) -> None:
    model = type("Model", (OfflineWriter,), {"name": "llm"})()
    with process.begin() as other:
        asked = Scenario(situation="x y z")
        assert other.compose(asked, WritingContext(desk.user_dir, writer=model), on_event=silent, meanwhile=lambda: None) is None
        assert other.process is not None
        assert other.process.poll() is not None


def test_a_process_that_gets_no_order_ends_by_itself() -> None:
    with process.begin() as other:
        assert other.process is not None
        assert other.process.stdin is not None
        other.process.stdin.close()
        assert other.process.wait(30) == 0


@pytest.mark.parametrize("command", ["/nowhere/python", "/bin/false"])
def test_a_session_is_made_where_no_second_process_can_be_had(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFT_AUDIO_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "executable", command)
    scenario = Scenario(situation="A calm evening.", minutes=1, seed=1, style="breathing", voice="tone")
    made = []
    for _ in range(2):
        made.append(create(scenario, tmp_path / f"{len(made)}.wav").path.read_bytes())
        monkeypatch.setattr(sys, "executable", PYTHON)
    assert made[0] == made[1]


def test_the_situation_is_on_no_command_line(desk: WritingContext, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = subprocess.Popen

    def watched(command: list[str], **more: object) -> object:
        seen.extend([*command, *map(str, (more.get("env") or os.environ).values())])  # type: ignore[attr-defined]
        return real(command, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(process.subprocess, "Popen", watched)
    assert composed_apart(Scenario(situation="The heron stood in my neighbour's pond", minutes=5), desk) is not None
    assert seen
    assert not any("heron" in word for word in seen)
