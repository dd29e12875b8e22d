"""Against a real server on the loopback that misbehaves in the ways that servers do."""

from __future__ import annotations

import http.server
import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from drift_audio.errors import CatalogError, EngineError, EngineMissing, SpeechError
from drift_audio.sound.engines import openai_speech
from drift_audio.sound.engines.base import Voice

SECRET = "the words that must not leak"


def wav(rate: int, channels: int) -> bytes:
    out = io.BytesIO()
    tone = 0.2 * np.sin(2 * np.pi * 220 * np.arange(rate) / rate)
    soundfile.write(out, np.repeat(tone[:, None], channels, axis=1), rate, format="WAV")
    return out.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    mode = "wav"
    asked: list[dict[str, object]]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).asked.append(body | {"path": self.path})
        answers = {
            "wav": (200, wav(24_000, 1)),
            "stereo": (200, wav(44_100, 2)),
            "html": (200, b"<html>It works!</html>"),
            "empty": (200, b""),
            "401": (401, b'{"error": {"message": "bad key"}}'),
            "404": (404, b'{"error": {"message": "no such voice"}}'),
            "400": (400, json.dumps({"error": {"message": f"cannot say {body['input']}"}}).encode()),
        }
        code, data = answers[type(self).mode]
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def voice() -> Iterator[Voice]:
    Handler.mode, Handler.asked = "wav", []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield local(f"http://127.0.0.1:{server.server_port}/v1")
        server.shutdown()


def local(base_url: str) -> Voice:
    options = {"base_url": base_url, "voice": "af_heart", "instructions": "softly"}
    return Voice(
        name="mine", engine="openai-speech", model="kokoro", character="c", languages=("*",), licence="l", options=options
    )


def speak(voice: Voice, tmp_path: Path) -> np.ndarray:
    engine = openai_speech.build(voice, data_dir=tmp_path)
    try:
        return engine.synthesize(SECRET, speed=0.9, seed=1)
    finally:
        engine.close()


@pytest.mark.parametrize("mode", ["wav", "stereo"])
def test_a_second_of_sound_arrives_at_our_rate(voice: Voice, tmp_path: Path, mode: str) -> None:
    Handler.mode = mode
    samples = speak(voice, tmp_path)
    assert samples.dtype == np.float32
    assert samples.shape == (pytest.approx(24_000, abs=2),)
    assert np.abs(samples).max() == pytest.approx(0.2, abs=0.01)
    asked = Handler.asked[0]
    assert asked["path"] == "/v1/audio/speech"
    assert (asked["voice"], asked["speed"], asked["instructions"]) == ("af_heart", 0.9, "softly")


@pytest.mark.parametrize(
    ("mode", "kind", "line"),
    [
        ("html", SpeechError, "not audio"),
        ("empty", SpeechError, "0 bytes"),
        ("401", EngineMissing, "OPENAI_API_KEY"),
        ("404", EngineError, "answered 404"),
        ("400", EngineError, "answered 400"),
    ],
)
def test_errors_are_mapped_and_tell_no_words(voice: Voice, tmp_path: Path, mode: str, kind: type[EngineError], line: str) -> None:
    Handler.mode = mode
    with pytest.raises(kind, match=line) as caught:
        speak(voice, tmp_path)
    assert SECRET not in str(caught.value)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    quick = local("http://127.0.0.1:9/v1")
    state = openai_speech.state(quick, data_dir=tmp_path)
    assert state.state == "needs server"
    assert "127.0.0.1:9" in state.hint
    with pytest.raises(EngineError, match="cannot be reached"):
        speak(quick, tmp_path)


def test_a_server_on_this_machine_is_ready_when_it_takes_a_call(voice: Voice, tmp_path: Path) -> None:
    assert openai_speech.state(voice, data_dir=tmp_path).state == "ready"
    assert Handler.asked == []


def test_a_remote_server_needs_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    remote = local("https://speech.example/v1")
    state = openai_speech.state(remote, data_dir=tmp_path)
    assert state.state == "needs key"
    assert "will be sent there" in state.hint
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert openai_speech.state(remote, data_dir=tmp_path).state == "ready"


@pytest.mark.parametrize("options", [{}, {"base_url": "ftp://x/v1", "voice": "a"}, {"base_url": "http://x/v1"}])
def test_a_voice_must_say_where_and_who(tmp_path: Path, options: dict[str, str]) -> None:
    broken = local("http://x/v1").model_copy(update={"options": options})
    with pytest.raises(CatalogError, match=r"options\."):
        openai_speech.version(broken, data_dir=tmp_path)
