"""A private language model server on loopback, for the run of one session: our own process around llama.cpp."""

from __future__ import annotations

import queue
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from drift_audio.errors import ConfigError, WriterError
from drift_audio.scenario import Frozen

START_S: Final = 120.0
_MAGIC: Final = b"GGUF"


class LocalServer(Frozen):
    """Where the server listens; the key is new for every run and never leaves this machine."""

    base_url: str
    api_key: str
    model: str


def check_model_file(file: Path) -> None:
    """Refuse what cannot be run before anything else is done.

    Raises:
        ConfigError: no such file, not a GGUF model, or the extra is not installed.
    """
    try:
        with file.open("rb") as handle:
            magic = handle.read(4)
    except OSError as error:
        raise ConfigError(f"{file}: the model file cannot be read ({error.strerror})") from None
    if magic != _MAGIC:
        raise ConfigError(f"{file}: is not a .gguf model; take a GGUF file of an instruct model")
    if find_spec("xllamacpp") is None:
        raise ConfigError("a .gguf model needs the extra local-llm: pip install 'drift-audio[local-llm]'")


@contextmanager
def serve(file: Path, *, context_tokens: int, start_s: float = START_S) -> Iterator[LocalServer]:
    """Run the model until the block is left; the server also ends when this process does.

    Raises:
        ConfigError: see `check_model_file`. WriterError: the model could not be loaded in time.
    """
    check_model_file(file)
    key = secrets.token_urlsafe(24)
    command = [sys.executable, "-m", "drift_audio.words.writers.llm.llama_process", str(file), str(context_tokens)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        _send_key(process, key)
        yield LocalServer(base_url=f"{_address(process, start_s)}/v1", api_key=key, model="local")
    finally:
        _stop(process)


def _send_key(process: subprocess.Popen[str], key: str) -> None:
    # Over the pipe: a command line can be read by everyone on the machine.
    try:
        assert process.stdin is not None  # noqa: S101 - it was asked for as a pipe
        process.stdin.write(key + "\n")
        process.stdin.flush()
    except OSError:
        raise WriterError("the local model server ended before it began; is the model file complete?") from None


def _address(process: subprocess.Popen[str], start_s: float) -> str:
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=start_s)
        except queue.Empty:
            raise WriterError(f"the local model was not loaded within {start_s:g} s; take a smaller one") from None
        if line.startswith("READY "):
            return line.split()[1]
        if line.startswith("BROKEN "):
            raise ConfigError(_broken(line.removeprefix("BROKEN ").strip()))
        if not line:
            raise WriterError("the local model could not be loaded; is the .gguf file complete and of a known kind?")


def _broken(reason: str) -> str:
    if "libgomp" in reason:
        return "a .gguf model needs the system's libgomp.so.1, which is not here; on Debian: apt-get install libgomp1"
    return f"the extra local-llm is installed but cannot be loaded ({reason}); install it again"


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
