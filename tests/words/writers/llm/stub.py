"""A loopback server that speaks the chat protocol, well or with every fault seen in the wild."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from drift_audio.script.budget import plan
from drift_audio.script.model import Pause, Section, Utterance
from tests.script.samples import sample

Request = dict[str, Any]
Behaviour = Callable[["Talk"], None]


class Talk:
    """One request and the ways to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler, request: Request, number: int) -> None:
        self.handler, self.request, self.number = handler, request, number

    @property
    def prompt(self) -> str:
        return "\n".join(message["content"] for message in self.request["messages"])

    @property
    def structured(self) -> bool:
        return "response_format" in self.request

    def good(self) -> str:
        """What a well-behaved model answers to this request."""
        return good_answer(self.prompt, as_json="Answer with JSON only" in self.request["messages"][1]["content"])

    def raw(self, status: int, body: bytes, *, kind: str = "application/json", **headers: str) -> None:
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", kind)
        self.handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.wfile.write(body)

    def refuse(self, status: int, message: str, *, code: str = "bad", **headers: str) -> None:
        self.raw(status, json.dumps({"error": {"message": message, "type": code, "code": code}}).encode(), **headers)

    def stream(self, *chunks: dict[str, Any], end: bool = True) -> None:
        self.handler.send_response(200)
        self.handler.send_header("Content-Type", "text/event-stream")
        self.handler.send_header("Connection", "close")
        self.handler.end_headers()
        for chunk in chunks:
            self.event(json.dumps(chunk))
        if end:
            self.event("[DONE]")

    def event(self, data: str) -> None:
        self.handler.wfile.write(f"data: {data}\n\n".encode())
        self.handler.wfile.flush()

    def say(self, text: str, *, finish: str = "stop", field: str = "content") -> None:
        """Answer with a text, streamed when asked to stream."""
        if not self.request.get("stream"):
            self.plain(text, finish=finish, field=field)
            return
        pieces = [text[at : at + 400] for at in range(0, len(text), 400)] or [""]
        usage = {"prompt_tokens": 900, "completion_tokens": max(1, len(text) // 4), "total_tokens": 0}
        self.stream(*(chunk({field: piece}) for piece in pieces), chunk({}, finish), {**chunk({}), "choices": [], "usage": usage})

    def plain(self, text: str, *, finish: str = "stop", field: str = "content") -> None:
        message = {"role": "assistant", "content": None, field: text}
        body = {"id": "x", "object": "chat.completion", "created": 1, "model": "m"}
        choices = [{"index": 0, "message": message, "finish_reason": finish}]
        usage = {"prompt_tokens": 900, "completion_tokens": 300, "total_tokens": 1200}
        self.raw(200, json.dumps({**body, "choices": choices, "usage": usage}).encode())


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    base = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def asked_style(prompt: str) -> tuple[str, float]:
    found = re.search(r"one spoken ([\w -]+) session of ([\d.]+) minutes", prompt)
    assert found, prompt[:200]
    names = {"self-hypnosis": "hypnosis", "sleep story": "story"}
    return names.get(found[1], found[1]), float(found[2])


def good_answer(prompt: str, *, as_json: bool) -> str:
    style, minutes = asked_style(prompt)
    sections = sample(style, minutes).sections
    one = re.search(r'Write only the part "(.+?)" now', prompt)
    if one:
        section = next(section for section in sections if section.name == one[1])
        return json.dumps({"lines": lines(section)}) if as_json else text_of(section)
    if as_json:
        return json.dumps({"sections": [{"phase": section.phase, "lines": lines(section)} for section in sections]})
    return "\n\n".join(f"## {section.name} (phase: {section.phase})\n\n{text_of(section)}" for section in sections)


def lines(section: Section) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for part in section.parts:
        if isinstance(part, Utterance):
            found.append({"say": part.text, "pause": 0})
        elif isinstance(part, Pause) and found:
            found[-1]["pause"] = round(part.seconds)
    return found


def text_of(section: Section) -> str:
    return "\n".join(f"{line['say']} [pause {line['pause']}s]" for line in lines(section))


class Stub:
    """A running stub: its address and every request it got."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self.requests: list[Request] = []
        self.keys: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"


@contextmanager
def stub(behaviour: Behaviour) -> Iterator[Stub]:
    """Serve `behaviour` on loopback for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            running.requests.append(body)
            running.keys.append(self.headers.get("Authorization", ""))
            with suppress(BrokenPipeError, ConnectionResetError):
                behaviour(Talk(self, body, len(running.requests)))

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running = Stub(server)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()


def closed_port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"


def sleep_while(talk: Talk, seconds: float, line: bytes = b"") -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if line:
            talk.handler.wfile.write(line)
            talk.handler.wfile.flush()
        time.sleep(0.05)


def planned_words(style: str, minutes: float) -> int:
    return plan(style, minutes).words
