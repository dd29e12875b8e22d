"""What can go wrong with a language model server, sorted into kinds a person can act upon."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from openai import APIStatusError

#: Kind of fault -> what a person reads. Nothing of the request or the answer is ever quoted.
MESSAGES: Final[dict[str, str]] = {
    "unreachable": "no server answers there; is it running?",
    "timeout": "it did not finish in time; raise timeout_s in [llm] or take a smaller model",
    "dropped": "the connection broke in the middle of an answer",
    "rate limit": "it asks to wait longer than the timeout allows; try again later",
    "quota": "the account has no quota left",
    "key": "it refuses the key; check OPENAI_API_KEY",
    "model": "it does not know this model or has no such address; check the model's name and whether the address ends in /v1",
    "context": "the request does not fit the model; set context_tokens in [llm] lower",
    "redirect": "it redirects elsewhere, and words go only where you said; name the final address",
    "not an api": "what answers there is not an OpenAI-compatible server; does the address end in /v1?",
    "server error": "the server failed",
    "bad request": "it refuses the request",
    "empty": "it answered nothing",
    "too large": "its answer had no end",
    "filtered": "its content filter stopped the answer",
}
#: After these nobody is asked again in this session.
FATAL: Final = frozenset(("unreachable", "timeout", "rate limit", "quota", "key", "model", "redirect", "not an api"))
RETRIED: Final = frozenset(("unreachable", "dropped", "rate limit", "server error", "empty"))


class Fault(Exception):
    """The server did not give a usable answer. `wait_s` is its Retry-After."""

    def __init__(self, kind: str, *, status: int | None = None, wait_s: float | None = None, hint: str = "") -> None:
        self.kind = kind
        self.status = status
        self.wait_s = wait_s
        self.hint = hint
        super().__init__(f"{kind}{f' ({status})' if status else ''}: {MESSAGES[kind]}")


def fault_of(error: BaseException) -> Fault:
    """Sort any exception of the client library into a fault; `hint` carries the server's words for the dialect only."""
    import openai

    if isinstance(error, Fault):
        return error
    if isinstance(error, openai.APITimeoutError):
        return Fault("timeout")
    if isinstance(error, openai.APIStatusError):
        return _of_status(error)
    if isinstance(error, openai.APIConnectionError):
        return Fault("unreachable")
    if isinstance(error, openai.APIError):
        return _of_message(str(error), None)
    name = type(error).__name__
    if "Timeout" in name:
        return Fault("timeout")
    if "Decode" in name or isinstance(error, ValueError | TypeError | AttributeError):
        return Fault("not an api")
    return Fault("unreachable" if "Connect" in name else "dropped")


def _of_status(error: APIStatusError) -> Fault:
    status, text = int(error.status_code), f"{error} {error.code} {error.type}"
    if 300 <= status < 400:
        return Fault("redirect", status=status)
    if status in (401, 403):
        return Fault("key", status=status)
    if status == 404:
        return Fault("model", status=status)
    if status == 429:
        kind = "quota" if "insufficient_quota" in text else "rate limit"
        return Fault(kind, status=status, wait_s=_retry_after(error))
    if status in (408, 409, 502, 503, 504, 529):
        return Fault("server error", status=status, wait_s=_retry_after(error))
    return _of_message(text, status)


def _of_message(text: str, status: int | None) -> Fault:
    low = text.lower()
    if re.search(
        r"context.{0,40}(?:length|size|window|exceed)|exceed\w*.{0,40}context|too many tokens|maximum.{0,20}tokens", low
    ):
        return Fault("context", status=status)
    if status is None:
        return Fault("server error")
    return Fault("server error" if status >= 500 else "bad request", status=status, hint=low[:2000])


def _retry_after(error: APIStatusError) -> float | None:
    value = error.response.headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        return None
