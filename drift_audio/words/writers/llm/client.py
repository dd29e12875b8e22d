"""One bounded conversation with an OpenAI-compatible server: streamed, with a deadline, in whatever dialect it speaks."""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from drift_audio.config import LlmSettings
from drift_audio.machine import is_loopback
from drift_audio.scenario import Frozen
from drift_audio.words.writers.llm.faults import RETRIED, Fault, fault_of
from drift_audio.words.writers.llm.schema import JsonSchema

if TYPE_CHECKING:
    from openai import OpenAI

MAX_ANSWER_CHARS: Final = 200_000
WORTH_KEEPING: Final = 400
CONNECT_S: Final = 10.0
LONGEST_WAIT_S: Final = 60.0
_TEMPERATURE: Final = 0.8
_PENALTY: Final = 0.4  # small models fall into loops without it
#: The same run of so many characters, so many times in the last 3,000, is a loop.
LOOP_CHARS: Final = 60
LOOP_TIMES: Final = 7
OnTokens = Callable[[int], None]
#: A piece of the answer or of the thinking; tokens asked and answered; why it ended, where it says so; a fault; the end.
Spoken = tuple[Literal["text", "thought"], str]
Event = (
    Spoken
    | tuple[Literal["usage"], tuple[int, int]]
    | tuple[Literal["finish"], str | None]
    | tuple[Literal["error"], Fault]
    | tuple[Literal["end"], None]
)
#: The body of a request: what the dialect leaves out is not in it.
Request = dict[str, Any]
#: Where servers put the words of an answer, and what they are there.
_WORDS_IN: Final[tuple[tuple[str, Literal["text", "thought"]], ...]] = (
    ("content", "text"),
    ("reasoning_content", "thought"),
    ("reasoning", "thought"),
    ("refusal", "text"),
)


class Message(Frozen):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


class Answer(Frozen):
    """What came back. truncated: it was cut by its length, by a loop or by our own limit.
    finished: the server said that it was done. late: the time ran out on it. structured: it was asked for with a schema."""

    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    truncated: bool = False
    finished: bool = True
    late: bool = False
    structured: bool = False


@dataclass
class Dialect:
    """What this server was found to understand; only ever loses features."""

    structured: bool = True
    limit: str | None = "max_tokens"
    usage: bool = True
    sampling: bool = True
    stream: bool = True

    def give_up(self, hint: str) -> bool:
        """Let go of the feature that a refusal names, or of the likeliest one; False when nothing is left to let go of."""
        if self.limit == "max_tokens" and re.search(r"max_(?:completion_)?tokens", hint):
            self.limit = "max_completion_tokens"
        elif self.limit and re.search(r"max_(?:completion_)?tokens", hint):
            self.limit = None
        elif self.sampling and re.search(r"temperature|seed|penalty", hint):
            self.sampling = False
        elif self.usage and re.search(r"stream_options|include_usage", hint):
            self.usage = False
        elif self.structured:
            self.structured = False
        elif self.usage and self.stream:
            self.usage = False
        elif self.stream:
            self.stream = False
        elif self.sampling:
            self.sampling = False
        else:
            return False
        return True


class ChatClient:
    """Asks one model. Not for several threads; `dialect` is learnt on the way."""

    def __init__(self, api: OpenAI, model: str, *, timeout_s: float, retries: int) -> None:
        self._api = api
        self.model = model
        self._timeout_s = timeout_s
        self._retries = retries
        self.dialect = Dialect()

    def ask(
        self,
        messages: tuple[Message, ...],
        *,
        schema: JsonSchema | None,
        max_tokens: int,
        seed: int,
        on_tokens: OnTokens = lambda _count: None,
    ) -> Answer:
        """The model's answer, at most `timeout_s` after the last try began.

        Raises:
            Fault: no answer after the retries; its kind says whether asking again makes sense.
        """
        tries = 0
        while True:
            try:
                answer = self._once(self._request(messages, schema=schema, max_tokens=max_tokens, seed=seed), on_tokens)
                if answer.finished or tries >= self._retries:
                    return answer
                tries += 1  # the stream ended without an ending: the connection was lost quietly
            except Fault as fault:
                # A refusal may mean one parameter only; at most seven of those can be let go.
                if fault.kind in ("bad request", "server error") and fault.wait_s is None and fault.hint:
                    if self.dialect.give_up(fault.hint):
                        continue
                    raise
                if fault.kind == "empty" and self.dialect.stream:
                    self.dialect.stream = False
                    continue
                if tries >= self._retries or fault.kind not in RETRIED:
                    raise
                self._wait(fault, tries)
                tries += 1

    def _wait(self, fault: Fault, tries: int) -> None:
        pause = 0.4 * 2**tries if fault.wait_s is None else fault.wait_s
        if pause > min(self._timeout_s, LONGEST_WAIT_S):
            raise fault
        time.sleep(pause)

    def _once(self, request: Request, on_tokens: OnTokens) -> Answer:
        began = time.monotonic()
        heard = _Heard(structured="response_format" in request)
        try:
            for event in self._events(request, began + self._timeout_s):
                heard.take(event)
                if event[0] == "text":
                    on_tokens(heard.count)
                if heard.finish == "enough":
                    break
        except Fault as fault:
            if fault.kind != "timeout" or heard.size < WORTH_KEEPING:
                raise
            heard.finish = "late"  # a slow server's half answer still holds whole sentences
        return heard.answer(time.monotonic() - began)

    def _request(self, messages: tuple[Message, ...], *, schema: JsonSchema | None, max_tokens: int, seed: int) -> Request:
        speech = self.dialect
        request: Request = {"model": self.model, "messages": [message.model_dump() for message in messages]}
        if speech.limit:
            request[speech.limit] = max_tokens
        if speech.sampling:
            request |= {"temperature": _TEMPERATURE, "seed": seed, "frequency_penalty": _PENALTY}
        if speech.structured and schema is not None:
            request["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "script", "strict": True, "schema": schema},
            }
        if speech.stream:
            request["stream"] = True
            if speech.usage:
                request["stream_options"] = {"include_usage": True}
        return request

    def _events(self, request: Request, deadline: float) -> Iterator[Event]:
        # The library can block between bytes for longer than any timeout of its own (a server that drips comments),
        # so it works in a thread of its own and the deadline and Ctrl-C hold here.
        events: queue.Queue[Event] = queue.Queue(maxsize=1000)
        stop = threading.Event()
        threading.Thread(target=_listen, args=(self._api, request, events, stop), daemon=True, name="drift-audio-llm").start()
        try:
            while True:
                left = deadline - time.monotonic()
                try:
                    event = events.get(timeout=max(0.0, left))
                except queue.Empty:
                    raise Fault("timeout") from None
                if event[0] == "error":
                    raise event[1]
                if event[0] == "end":
                    return
                yield event
        finally:
            stop.set()


class _Heard:
    """Collects the events of one answer."""

    def __init__(self, *, structured: bool) -> None:
        self.structured = structured
        self.parts: list[str] = []
        self.thoughts: list[str] = []
        self.count = 0
        self.size = 0
        self.usage = (0, 0)
        self.finish = ""

    def take(self, event: Event) -> None:
        if event[0] == "usage":
            self.usage = event[1]
        elif event[0] == "finish":
            self.finish = event[1] or self.finish
        elif event[0] == "text" or event[0] == "thought":
            (self.parts if event[0] == "text" else self.thoughts).append(event[1])
            self.count += 1
            self.size += len(event[1])
            if self.size > MAX_ANSWER_CHARS or (self.count % 64 == 0 and self._looping()):
                self.finish = "enough"

    def _looping(self) -> bool:
        tail = "".join(self.parts[-400:])[-3000:]
        return len(tail) > 600 and tail.count(tail[-LOOP_CHARS:]) >= LOOP_TIMES

    def answer(self, seconds: float) -> Answer:
        if self.finish == "content_filter":
            raise Fault("filtered")
        text = "".join(self.parts)
        if not text.strip():
            text = "".join(self.thoughts)  # some servers put the whole answer where the thinking goes
        if not text.strip():
            raise Fault("empty")
        if self.size > MAX_ANSWER_CHARS:
            raise Fault("too large")
        tokens_in, tokens_out = self.usage
        return Answer(
            text=text,
            tokens_in=tokens_in,
            tokens_out=tokens_out or self.count,
            seconds=seconds,
            truncated=self.finish in ("length", "enough", "late", ""),
            late=self.finish == "late",
            finished=self.finish != "",
            structured=self.structured,
        )


def _listen(api: OpenAI, request: Request, events: queue.Queue[Event], stop: threading.Event) -> None:
    def tell(event: Event) -> bool:
        while not stop.is_set():
            try:
                events.put(event, timeout=0.2)
            except queue.Full:
                continue
            return True
        return False

    reply = None
    try:
        reply = api.chat.completions.create(**request)
        chunks = reply if request.get("stream") else [reply]
        for chunk in chunks:
            if not all(tell(event) for event in _read_chunk(chunk)):
                return
        tell(("end", None))
    except Exception as error:  # noqa: BLE001 - whatever a server makes the library raise becomes a sorted fault
        tell(("error", fault_of(error)))
    finally:
        close = getattr(reply, "close", None)
        if request.get("stream") and close is not None:
            close()  # tells the server that nobody listens any more


def _read_chunk(chunk: object) -> Iterator[Event]:
    if isinstance(chunk, str | bytes) or chunk is None:
        raise Fault("not an api")
    error = getattr(chunk, "error", None)
    if error:
        raise Fault("server error", hint=str(error).lower()[:2000])
    usage = getattr(chunk, "usage", None)
    if usage is not None:
        yield "usage", (getattr(usage, "prompt_tokens", 0) or 0, getattr(usage, "completion_tokens", 0) or 0)
    for choice in (getattr(chunk, "choices", None) or [])[:1]:
        part = getattr(choice, "delta", None) or getattr(choice, "message", None)
        for field, kind in _WORDS_IN:
            value = getattr(part, field, None)
            if isinstance(value, list):
                value = "".join(str(item.get("text", "")) for item in value if isinstance(item, dict))
            if isinstance(value, str) and value:
                # Long pieces are cut so that the limit on the answer holds for one giant chunk as well.
                yield from ((kind, value[at : at + 8192]) for at in range(0, len(value), 8192))
        yield "finish", getattr(choice, "finish_reason", None)


@contextmanager
def open_client(settings: LlmSettings, *, base_url: str, model: str, api_key: str) -> Iterator[ChatClient]:
    """A client for one address. No redirects are followed, and no proxy of the environment sees what stays on this machine."""
    import openai

    loopback = is_loopback(urlsplit(base_url).hostname or "")
    timeout = openai.Timeout(settings.timeout_s, connect=min(CONNECT_S, settings.timeout_s))
    http = openai.DefaultHttpxClient(follow_redirects=False, trust_env=not loopback, timeout=timeout)
    api = openai.OpenAI(base_url=base_url, api_key=api_key, max_retries=0, timeout=timeout, http_client=http)
    try:
        yield ChatClient(api, model, timeout_s=settings.timeout_s, retries=settings.retries)
    finally:
        # Closing under a listener that still waits for bytes could block; it is a daemon and ends with its own timeout.
        if not any(thread.name == "drift-audio-llm" for thread in threading.enumerate()):
            api.close()
