"""Words from a process of their own are the words that this one would write; whatever fails there, this one does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from drift_audio import apart
from drift_audio.compose import Event, compose
from drift_audio.config import load_settings
from drift_audio.errors import CareStop, ScenarioError
from drift_audio.pipeline import create
from drift_audio.scenario import Scenario
from drift_audio.studio import open_studio
from drift_audio.target import Target
from drift_audio.words.writers.offline import OfflineWriter

PYTHON = sys.executable
SITUATION = "I snapped at my husband – “over the dishes” – and he left.\nÉlan, naïve, 猫."


@pytest.fixture
def desk(tmp_path: Path) -> apart._Desk:
    return apart._Desk(OfflineWriter(), "en", tmp_path)


@pytest.mark.parametrize("style", ["meditation", "breathing"])
def test_the_same_words_come_from_both(desk: apart._Desk, style: str) -> None:
    scenario = Scenario(situation=SITUATION, style=style, minutes=5, seed=4)
    stages: list[Event] = []
    ready: list[bool] = []
    written = apart.compose_apart(scenario, desk, on_event=stages.append, meanwhile=lambda: ready.append(True))
    assert written == compose(scenario, desk)
    assert ready == [True]
    assert [event.stage for event in stages if not event.note] == ["care", "story", "write"]


@pytest.mark.parametrize("situation", ["I want to kill myself tonight", "Ich habe meinen Mann angeschrien und er ist gegangen"])
def test_what_cannot_be_written_there_is_left_to_the_caller(desk: apart._Desk, situation: str) -> None:
    scenario = Scenario(situation=situation, minutes=5)
    assert apart.compose_apart(scenario, desk, on_event=lambda _: None, meanwhile=lambda: None) is None
    with pytest.raises((CareStop, ScenarioError)):
        compose(scenario, desk)


def test_another_writer_stays_here(desk: apart._Desk) -> None:
    other = apart._Desk(type("Model", (OfflineWriter,), {"name": "llm"})(), "en", desk.user_dir)
    assert apart.compose_apart(Scenario(situation="x y z"), other, on_event=lambda _: None, meanwhile=lambda: None) is None


@pytest.mark.parametrize("command", ["/nowhere/python", "/bin/false"])
def test_a_session_is_made_where_no_second_process_can_be_had(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DRIFT_AUDIO_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "executable", command)
    scenario = Scenario(situation="A calm evening.", minutes=1, seed=1, style="breathing", voice="tone")
    made = []
    for _ in range(2):
        with open_studio(load_settings({}), writer="offline", once=True) as studio:
            made.append(create(scenario, studio, Target(output=tmp_path / f"{len(made)}.wav")).path.read_bytes())
        monkeypatch.setattr(sys, "executable", PYTHON)
    assert made[0] == made[1]


def test_the_situation_is_on_no_command_line(desk: apart._Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = subprocess.Popen

    def watched(command: list[str], **more: object) -> object:
        seen.extend([*command, *map(str, (more.get("env") or os.environ).values())])  # type: ignore[attr-defined]
        return real(command, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(apart.subprocess, "Popen", watched)
    scenario = Scenario(situation="The heron stood in my neighbour's pond", minutes=5)
    assert apart.compose_apart(scenario, desk, on_event=lambda _: None, meanwhile=lambda: None) is not None
    assert seen
    assert not any("heron" in word for word in seen)
