"""The process behind `llama_server`: its module run with FILE CONTEXT as arguments and the key on standard input.

Says "READY http://127.0.0.1:PORT" once the model is loaded and ends when standard input does, so it cannot outlive its parent.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xllamacpp import CommonParams

from drift_audio.machine import usable_cores


def parameters(file: str, context: int, key: str) -> CommonParams:
    """llama.cpp's own settings: loopback, a free port, one conversation, nothing kept."""
    import xllamacpp

    chosen = xllamacpp.CommonParams()
    chosen.model.path = file
    chosen.model_alias = {"local"}
    chosen.hostnames = ["127.0.0.1"]
    chosen.port = 0
    chosen.n_ctx = context
    chosen.n_parallel = 1
    chosen.cpuparams.n_threads = chosen.cpuparams_batch.n_threads = usable_cores()
    # Threads that spin while they wait lose more than they gain on a busy machine.
    chosen.cpuparams.poll = chosen.cpuparams_batch.poll = 0
    chosen.offline = True
    chosen.ui = False
    chosen.cache_ram_mib = 0
    chosen.api_keys = [key]
    return chosen


def main(arguments: list[str]) -> None:
    """Serve until the parent lets go of standard input."""
    try:
        import xllamacpp
    except ImportError as error:
        sys.stdout.write(f"BROKEN {error}\n")
        return

    key = sys.stdin.readline().strip()
    server = xllamacpp.Server(parameters(arguments[0], int(arguments[1]), key))
    sys.stdout.write(f"READY {server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)  # the library's threads would be waited for otherwise


if __name__ == "__main__":
    main(sys.argv[1:])
