"""Range requests work; hostile ones get nothing: against a real server on a real socket."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest

from drift_audio.delivery.feed.http_server import Door, build_server, find_file, fresh_token, kept_token, open_door
from drift_audio.errors import ConfigError, DeliveryError
from tests.delivery.sessions import published

ROOT = Path(__file__).resolve().parents[3]
SECRET = b"TOP-SECRET-OUTSIDE"


def run(door: Door) -> Iterator[Door]:
    server, listener, open_ = build_server(door)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield open_
    server.should_exit = True
    thread.join(5)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outer = tmp_path_factory.mktemp("outer")
    (outer / "secret.mp3").write_bytes(SECRET)
    folder = outer / "sessions"
    folder.mkdir()
    published(folder)
    (folder / ".hidden.mp3").write_bytes(SECRET)
    (folder / "notes.txt").write_bytes(SECRET)
    (folder / "link.mp3").symlink_to(outer / "secret.mp3")
    (folder / "feed" / "link.json").symlink_to(outer / "secret.mp3")
    (folder / ".drift-batch").mkdir()
    (folder / ".drift-batch" / "journal.json").write_bytes(SECRET)
    (folder / "inner").mkdir()
    (folder / "inner" / "a.mp3").write_bytes(SECRET)
    return folder


@pytest.fixture(scope="module")
def local(home: Path) -> Iterator[Door]:
    yield from run(open_door(home, port=0))


@pytest.fixture(scope="module")
def public(home: Path) -> Iterator[Door]:
    yield from run(open_door(home, port=0, token=fresh_token()))


def ask(door: Door, path: str, *, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(door.host, door.port, timeout=10)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def test_page_audio_and_feed_are_offered(local: Door, home: Path) -> None:
    assert ask(local, "/")[1]["location"] == "/index.html"
    assert b"My sessions" in ask(local, "/index.html")[2]
    status, headers, body = ask(local, "/2026-01-02-evening.flac")
    assert (status, headers["content-type"]) == (200, "audio/flac")
    assert body == (home / "2026-01-02-evening.flac").read_bytes()
    assert headers["accept-ranges"] == "bytes"
    assert headers["x-content-type-options"] == "nosniff"
    feed = feedparser.parse(ask(local, "/feed.xml")[2])
    assert feed.entries[0].enclosures[0].href == f"http://127.0.0.1:{local.port}/2026-01-02-evening.flac"


@pytest.mark.parametrize(("span", "first", "last"), [("bytes=0-99", 0, 100), ("bytes=500-", 500, None), ("bytes=-64", -64, None)])
def test_ranges_are_exact(local: Door, home: Path, span: str, first: int, last: int | None) -> None:
    whole = (home / "2026-01-02-evening.flac").read_bytes()
    status, headers, body = ask(local, "/2026-01-02-evening.flac", Range=span)
    assert status == 206
    assert body == whole[first:last]
    assert headers["content-range"].endswith(f"/{len(whole)}")


def test_a_range_beyond_the_end_is_416_and_head_has_no_body(local: Door) -> None:
    assert ask(local, "/2026-01-02-evening.flac", Range="bytes=999999999-")[0] == 416
    status, headers, body = ask(local, "/2026-01-02-evening.flac", method="HEAD")
    assert status == 200
    assert int(headers["content-length"]) > 0
    assert body == b""


def test_a_podcast_app_with_the_token_gets_urls_that_work(public: Door) -> None:
    assert ask(public, "/index.html")[0] == 404
    assert ask(public, f"/{'x' * 32}/index.html")[0] == 404
    feed = feedparser.parse(ask(public, f"/{public.token}/feed.xml", Host="phone.lan:8765")[2])
    url = feed.entries[0].enclosures[0].href
    assert url == f"http://phone.lan:8765/{public.token}/2026-01-02-evening.flac"
    assert ask(public, url.removeprefix("http://phone.lan:8765"), Range="bytes=0-9")[0] == 206


def hostile(rng: random.Random) -> tuple[str, str]:
    """A method and a path that must not give anything away."""
    goal = rng.choice(["secret.mp3", "etc/passwd", ".hidden.mp3", "notes.txt", "link.mp3", "feed/link.json", "inner/a.mp3",
                       ".drift-batch/journal.json", "feed/.lock", "feed"])  # fmt: skip
    up = rng.choice(
        [
            "../",
            "..%2f",
            "%2e%2e/",
            "%2e%2e%2f",
            "..\\",
            "..%5c",
            "....//",
            "%252e%252e%252f",
            "/",
            "//",
            "./",
            "%00",
            "feed/../../",
        ]
    )
    path = "/" + up * rng.randint(1, 6) + goal + rng.choice(["", "%00.mp3", "?x=1", "/", "%20", ";.mp3"])
    return "GET", path


ODD_METHODS = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "FOO", "get"]


def raw(door: Door, request: bytes) -> bytes:
    with socket.create_connection((door.host, door.port), timeout=10) as connection:
        connection.settimeout(10)
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # refused while we were still sending, as it should
        answer = b""
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except ConnectionResetError:
            pass
    return answer


def test_two_hundred_hostile_requests_get_nothing(local: Door, public: Door) -> None:
    rng = random.Random(20260102)
    tries = [hostile(rng) for _ in range(150)] + [(rng.choice(ODD_METHODS), "/index.html") for _ in range(50)]
    for number, (method, path) in enumerate(tries):
        door = (local, public)[number % 2]
        head = f"{method} {path} HTTP/1.1\r\nHost: {door.host}:{door.port}\r\nConnection: close\r\n\r\n"
        answer = raw(door, head.encode())
        status = int(answer.split(b" ", 2)[1])
        assert status in {400, 404, 405}, (method, path, answer[:80])
        assert SECRET not in answer
        assert b"root:" not in answer
        assert b"Traceback" not in answer


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 2_000_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 200_000 + b"\r\n",
        b"GET /" + b"a" * 500_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET /" + b"a" * 5_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
        b"\x00\x01\x02\xff" * 5_000,
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET /index.html HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET /index.html HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=[
        "huge header",
        "many headers",
        "huge target",
        "long target",
        "binary",
        "two hosts",
        "rebound name",
        "no host",
        "smuggling",
    ],
)
def test_oversized_and_malformed_requests_are_refused(local: Door, request_: bytes) -> None:
    answer = raw(local, request_)
    assert not answer or int(answer.split(b" ", 2)[1]) in {400, 404, 413, 414, 431}
    assert b"My sessions" not in answer
    assert ask(local, "/index.html")[0] == 200, "and the server lives on"


def test_only_known_plain_files_can_be_found(home: Path) -> None:
    assert find_file(home, "2026-01-02-evening.flac") is not None
    assert find_file(home, "feed/cover.png") is not None
    for path in (
        "",
        ".",
        "..",
        "feed",
        "feed/",
        "/etc/passwd",
        "link.mp3",
        ".hidden.mp3",
        "notes.txt",
        "inner/a.mp3",
        "a\0.mp3",
        "x" * 5000 + ".mp3",
    ):
        assert find_file(home, path) is None, path


def test_the_token_lasts_and_is_private(tmp_path: Path) -> None:
    token = kept_token(tmp_path / "data")
    assert kept_token(tmp_path / "data") == token
    assert (tmp_path / "data" / "serve-token").stat().st_mode & 0o777 == 0o600
    assert kept_token(tmp_path / "data", renew=True) != token
    door = open_door(tmp_path, host="0.0.0.0", token=token)
    assert door.token == token
    assert "//0.0.0.0" not in door.base, "an address that a phone could not use"


def test_the_command_tells_where_and_ends_on_ctrl_c(home: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "DRIFT_AUDIO_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "drift_audio", "serve", str(home), "--port", "0", "--json"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = [process.stdout.readline() for _ in range(5)]
    told = json.loads("".join(lines))
    url = urllib.parse.urlsplit(told["page"])
    end = time.monotonic() + 20
    while True:
        try:
            connection = http.client.HTTPConnection(url.hostname, url.port, timeout=5)
            connection.request("GET", url.path)
            assert b"My sessions" in connection.getresponse().read()
            break
        except ConnectionRefusedError:
            assert time.monotonic() < end
            time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_what_cannot_be_offered_is_one_clear_error(home: Path, local: Door) -> None:
    (home / "file").touch()
    with pytest.raises(ConfigError, match="is a file"):
        open_door(home / "file")
    with pytest.raises(ConfigError, match="no such folder"):
        open_door(home / "nowhere")
    with pytest.raises(ConfigError, match="token"):
        open_door(home, host="0.0.0.0")
    with pytest.raises(ConfigError, match="22 to 128"):
        open_door(home, host="0.0.0.0", token="short")
    with pytest.raises(ConfigError, match="port"):
        open_door(home, port=70_000)
    with pytest.raises(DeliveryError, match="another --port"):
        build_server(open_door(home, port=local.port))
