"""Each fault kind ends in a valid session, with its reason told, within the timeout."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from drift_audio.config import LlmSettings
from drift_audio.scenario import Scenario
from drift_audio.script.lint import lint
from drift_audio.words.care.gate import check_script
from drift_audio.words.understanding.story import Story
from drift_audio.words.writers.base import Written
from drift_audio.words.writers.llm import LlmWriter
from tests.script.samples import sample
from tests.words.writers.llm.faults_played import PLAYED
from tests.words.writers.llm.stub import closed_port, stub

pytestmark = pytest.mark.long

SITUATION = "Zebulon and I quarrelled over the marmalade this morning."
SCENARIO = Scenario(situation=SITUATION, style="meditation", minutes=3, seed=5)
#: Short where the fault is that nothing comes; long elsewhere, so that a busy machine is not taken for a slow server.
TIMEOUT_S, PATIENT_S, RETRIES = 1.2, 20.0, 1


class PlainWriter:
    """Stands in for the offline writer."""

    name = "offline"

    def write(self, scenario: Scenario, story: Story, *, progress: object = None) -> Written:
        return Written(script=sample(scenario.style, scenario.minutes).model_copy(update={"seed": scenario.seed}))


def settings(url: str, **changes: object) -> LlmSettings:
    fields = {
        "base_url": url,
        "model": "m",
        "named_by_user": True,
        "timeout_s": TIMEOUT_S,
        "retries": RETRIES,
        "api_key": SecretStr("sk-zq"),
    }
    return LlmSettings(**{**fields, **changes})  # type: ignore[arg-type]


def write(url: str, scenario: Scenario = SCENARIO, **changes: object) -> tuple[Written, float]:
    began = time.monotonic()
    written = LlmWriter(settings(url, **changes), PlainWriter()).write(scenario, Story())
    return written, time.monotonic() - began


ROWS: list[tuple[str, str, float, str]] = []


@pytest.fixture(scope="module", autouse=True)
def table() -> Iterator[None]:
    yield
    print(f"\n{'fault':<42}{'by the model':>13}{'seconds':>9}  told")
    for name, wrote, seconds, told in ROWS:
        print(f"{name:<42}{wrote:>13}{seconds:>9.2f}  {told}")


BY_PARTS = ("answers well", "dies in the middle once", "stream refused", "cut off by its length", "a refusal", "another language")
CASES = [(name, True) for name in PLAYED] + [(name, False) for name in BY_PARTS]


@pytest.mark.parametrize(("name", "whole"), CASES, ids=[f"{name}{'' if whole else ', by parts'}" for name, whole in CASES])
def test_every_fault_ends_in_a_valid_session(name: str, whole: bool) -> None:
    behaviour, expected = PLAYED[name]
    with stub(behaviour) as server:
        wait = TIMEOUT_S if expected == "timeout" else PATIENT_S
        written, seconds = write(server.url, context_tokens=16_000 if whole else 1500, timeout_s=wait)
    own = [report for report in written.sections if report.writer == "llm"]
    reasons = ", ".join(dict.fromkeys(report.reason for report in written.sections if report.reason))
    ROWS.append((f"{name}{'' if whole else ', by parts'}", f"{len(own)} of {len(written.sections)}", seconds, reasons))
    hold_valid(written)
    # One wait for each try of the request that was being made; nobody is asked again after that.
    assert seconds < wait * (RETRIES + 1) + 2
    if name == "answers well":
        assert len(server.requests) == (1 if whole else 5)
    if expected == "llm":
        assert len(own) == len(written.sections), reasons
        assert written.tokens_out > 0
    elif expected == "mixed":
        assert len(own) < len(written.sections) or reasons == ""
    elif expected != "any":
        assert expected in reasons
        assert written.warnings


def hold_valid(written: Written) -> None:
    assert lint(written.script) == ()
    assert check_script(written.script).outcome == "ok"
    told = " ".join([*written.warnings, *(report.reason for report in written.sections)])
    assert "Zebulon" not in told
    assert "marmalade" not in told
    assert "sk-" not in told
    assert (written.script.style, written.script.minutes, written.script.voice) == ("meditation", 3, None)


def test_a_dead_server_is_told_and_survived() -> None:
    written, seconds = write(closed_port())
    ROWS.append(("nobody listens", "0 of 5", seconds, "unreachable"))
    hold_valid(written)
    assert {report.reason for report in written.sections} == {"unreachable"}
    assert "no server answers there" in written.warnings[0]
    assert seconds < 3


def test_interrupting_stops_at_once() -> None:
    behaviour = PLAYED["accepts and never answers"][0]
    with stub(behaviour) as server:
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            write(server.url, timeout_s=30)
        assert time.monotonic() - began < 1.5
