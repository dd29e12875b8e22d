"""Every fault kind the stub plays, with what must come of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from tests.words.writers.llm.stub import Behaviour, Talk, chunk, sleep_while

BAD_JSON = '{"lines": [{"say": "Breathe."} {"say": }'


def well(talk: Talk) -> None:
    talk.say(talk.good())


def first(fault: Behaviour, *, times: int = 1) -> Behaviour:
    """The fault the first `times`, then a good answer."""

    def play(talk: Talk) -> None:
        (fault if talk.number <= times else well)(talk)

    return play


def changed(edit: Callable[[str], str], **say: str) -> Behaviour:
    return lambda talk: talk.say(edit(talk.good()), **say)


def refuses(word: str, status: int = 400) -> Behaviour:
    """Refuses requests that hold a parameter, as servers that do not know it do."""

    def play(talk: Talk) -> None:
        if word in talk.request:
            talk.refuse(status, f"Unsupported parameter: '{word}' is not supported with this model.")
        else:
            well(talk)

    return play


def refuses_max_tokens(talk: Talk) -> None:
    if "max_tokens" in talk.request:
        talk.refuse(400, "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.")
    else:
        well(talk)


def refuses_both_limits(talk: Talk) -> None:
    if {"max_tokens", "max_completion_tokens"} & set(talk.request):
        talk.refuse(422, "max_tokens, max_completion_tokens: extra inputs are not permitted")
    else:
        well(talk)


def dies_midway(talk: Talk) -> None:
    talk.stream(chunk({"content": talk.good()[:200]}), end=False)
    talk.handler.connection.shutdown(2)


def silent(talk: Talk) -> None:
    sleep_while(talk, 3)


def drips_comments(talk: Talk) -> None:
    talk.stream(end=False)
    sleep_while(talk, 6, b": still here\n\n")


def drips_tokens(talk: Talk) -> None:
    talk.stream(end=False)
    sleep_while(talk, 6, f"data: {json.dumps(chunk({'content': 'a '}))}\n\n".encode())


def ten_megabytes(talk: Talk) -> None:
    talk.stream(*(chunk({"content": f"Word {n} " * 1000}) for n in range(1200)))


def one_sentence_for_ever(talk: Talk) -> None:
    talk.stream(*(chunk({"content": "Let the wave come in and go out again. "}) for _ in range(4000)))


def plain_json_to_a_stream(talk: Talk) -> None:
    talk.plain(talk.good())


def odd_chunks(talk: Talk) -> None:
    talk.stream({"choices": None}, {"choices": []}, {"object": "ping"}, chunk({"content": talk.good()}), chunk({}, "stop"))


def error_event(talk: Talk) -> None:
    talk.stream({"error": {"message": "CUDA out of memory", "code": 500}})


def events_that_are_no_json(talk: Talk) -> None:
    talk.stream(end=False)
    talk.event("<html>busy</html>")


def markdown_and_emoji(talk: Talk) -> None:
    texts = re.findall(r'"say": "(.*?)"', talk.good())
    body = "\n".join(f"**Narrator:** *softly* {text} \U0001f60a (pause for 3 seconds)" for text in texts)
    talk.say(f"### Part\n\n```\n{body}\n```\n")


def obeys_complaints(talk: Talk) -> None:
    bad = talk.good().replace("Perhaps the", "You must obey, and the")
    talk.say(talk.good() if "cannot be used yet" in talk.prompt else bad)


TO_GERMAN = "Und du darfst die Schultern sinken lassen, denn es ist nicht mehr wichtig, wie der Tag Nummer {} mit dir war."


def german(talk: Talk) -> None:
    numbers = iter(range(1000))
    talk.say(re.sub(r'"say": "(.*?)"', lambda _: f'"say": "{TO_GERMAN.format(next(numbers))}"', talk.good()))


#: name -> (what the server does, what comes of it): "llm" all parts by the model, "mixed" some by the offline writer,
#: or the reason for which the offline writer wrote them all.
PLAYED: dict[str, tuple[Behaviour, str]] = {
    "answers well": (well, "llm"),
    "accepts and never answers": (silent, "timeout"),
    "drips comments for ever": (drips_comments, "timeout"),
    "drips tokens for ever": (drips_tokens, "timeout"),
    "dies in the middle, always": (dies_midway, "mixed"),
    "dies in the middle once": (first(dies_midway), "llm"),
    "500 always": (lambda talk: talk.refuse(500, "boom"), "server error"),
    "503 once": (first(lambda talk: talk.refuse(503, "loading model")), "llm"),
    "502 HTML page": (lambda talk: talk.raw(502, b"<html>Bad gateway</html>", kind="text/html"), "server error"),
    "429 with a short Retry-After": (first(lambda talk: talk.refuse(429, "slow down", Retry_After="0.1")), "llm"),
    "429 with Retry-After of an hour": (lambda talk: talk.refuse(429, "slow down", Retry_After="3600"), "rate limit"),
    "quota used up": (lambda talk: talk.refuse(429, "no credit", code="insufficient_quota"), "quota"),
    "401 key refused": (lambda talk: talk.refuse(401, "Incorrect API key provided: sk-test"), "key"),
    "403 forbidden": (lambda talk: talk.refuse(403, "region"), "key"),
    "404 unknown model": (lambda talk: talk.refuse(404, "model not found"), "model"),
    "redirects to another host": (lambda talk: talk.raw(307, b"", Location="http://192.0.2.7/v1/chat/completions"), "redirect"),
    "response_format refused with 400": (refuses("response_format"), "llm"),
    "response_format refused with 422": (refuses("response_format", 422), "llm"),
    "response_format refused with 500": (refuses("response_format", 500), "llm"),
    "max_tokens refused": (refuses_max_tokens, "llm"),
    "both token limits refused": (refuses_both_limits, "llm"),
    "temperature refused": (refuses("temperature"), "llm"),
    "stream_options refused": (refuses("stream_options"), "llm"),
    "stream refused": (refuses("stream"), "llm"),
    "plain JSON instead of a stream": (plain_json_to_a_stream, "llm"),
    "choices null, empty and missing between": (odd_chunks, "llm"),
    "context too small, always": (lambda talk: talk.refuse(400, "maximum context length is 512 tokens"), "context"),
    "HTML page with 200": (lambda talk: talk.raw(200, b"<html>Welcome</html>", kind="text/html"), "not an api"),
    "events that are no JSON": (events_that_are_no_json, "not an api"),
    "error inside the stream": (error_event, "server error"),
    "empty answer": (lambda talk: talk.say(""), "empty"),
    "content filter": (lambda talk: talk.say("", finish="content_filter"), "filtered"),
    "answer in reasoning_content": (lambda talk: talk.say(talk.good(), field="reasoning_content"), "llm"),
    "thinks aloud first": (changed(lambda text: f"<think>They want a script. {{x}}</think>\n{text}"), "llm"),
    "fenced with a preface": (changed(lambda text: f"Here you go:\n```json\n{text}\n```\nEnjoy!"), "llm"),
    "cut off by its length": (changed(lambda text: text[: len(text) * 2 // 3], finish="length"), "mixed"),
    "broken JSON": (lambda talk: talk.say(BAD_JSON), "length"),
    "prose instead of JSON": (lambda talk: talk.say("I would be glad to help with that."), "length"),
    "ten megabytes": (ten_megabytes, "too large"),
    "one sentence for ever": (one_sentence_for_ever, "length"),
    "another language": (german, "language"),
    "Markdown, roles, directions, emoji": (markdown_and_emoji, "any"),
    "an invented help line": (changed(lambda text: text.replace("Perhaps the", "Call 1-800-555-0199, the")), "contact"),
    "forbidden phrasing, put right when told": (obeys_complaints, "llm"),
    "forbidden phrasing, always": (changed(lambda text: text.replace("Perhaps the", "You must obey, the")), "forbidden"),
    "a refusal": (lambda talk: talk.say("I'm sorry, but as an AI language model I cannot assist with that."), "forbidden"),
    "wrong types and extra fields": (changed(lambda text: text.replace('"pause": ', '"mood": "x", "pause": ')), "llm"),
    "speaks of dying": (changed(lambda text: text.replace("Perhaps the", "You want to kill yourself, and the")), "care"),
}
