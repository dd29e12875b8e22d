"""Offer a folder of sessions over HTTP: range requests for podcast apps, a token beyond loopback, nothing outside the folder.

Starlette answers ranges and uvicorn speaks HTTP; what is ours is the short list of what may be asked for.
"""

from __future__ import annotations

import re
import secrets
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Final

from drift_audio.delivery.feed.record import FEED_FOLDER, TYPES, records
from drift_audio.delivery.feed.rss import DEFAULT_PORT, render_feed
from drift_audio.errors import ConfigError, DeliveryError
from drift_audio.files import make_folder, write_once, write_whole
from drift_audio.machine import is_loopback
from drift_audio.scenario import Frozen

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from uvicorn import Server

_TOP: Final = {**TYPES, ".vtt": "text/vtt", ".lrc": "text/plain", ".html": "text/html"}
_FEED: Final = {".json": "application/json", ".vtt": "text/vtt", ".png": "image/png"}
_HOST: Final = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?")
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Resource-Policy": "same-origin",
}
MAX_TARGET: Final = 2_048
MAX_HEADER_BYTES: Final = 16_384
MAX_CONNECTIONS: Final = 64


class Door(Frozen):
    """Where the folder is offered. token: None only on loopback, where other machines cannot reach it."""

    folder: Path
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    token: str | None = None

    @property
    def base(self) -> str:
        host = reachable(self.host)
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{self.port}/" + (f"{self.token}/" if self.token else "")


def open_door(folder: Path, *, host: str = "127.0.0.1", port: int = DEFAULT_PORT, token: str | None = None) -> Door:
    """Check what is to be offered.

    Raises:
        ConfigError: no such folder, an address or port that is none, or a public address without a good token.
    """
    if folder.is_file():
        raise ConfigError(f"{folder}: is a file; give the folder that your sessions are in")
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder; give the folder that your sessions are in")
    if not 0 <= port <= 65_535:
        raise ConfigError(f"port must be 0 to 65535, not {port}")
    if not is_loopback(host) and token is None:
        raise ConfigError(f"{host} can be reached from other machines, so a token is needed in the address")
    if token is not None and not re.fullmatch(r"[A-Za-z0-9_-]{22,128}", token):
        raise ConfigError("a token must be 22 to 128 letters, digits, '-' or '_'")
    return Door(folder=folder.resolve(), host=host, port=port, token=token)


def reachable(host: str) -> str:
    """The address to tell others for `host`: for "every address" the one that this machine has in its network."""
    if host not in {"0.0.0.0", "::"}:  # noqa: S104 - compared with, not bound to
        return host
    family, elsewhere = (socket.AF_INET6, "2001:db8::1") if host == "::" else (socket.AF_INET, "192.0.2.1")
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((elsewhere, 9))  # names a route for datagrams; nothing is sent
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()


def fresh_token() -> str:
    """A token of 192 bits."""
    return secrets.token_urlsafe(24)


def kept_token(folder: Path, *, renew: bool = False) -> str:
    """The token of this installation, made on first use (0600), so that a subscription lasts.

    Raises:
        DeliveryError: it cannot be kept.
    """
    path = folder / "serve-token"
    try:
        make_folder(folder)
        if renew:
            write_whole(path, fresh_token().encode())
        elif not path.exists():
            write_once(path, fresh_token().encode())
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DeliveryError(f"{path}: the token cannot be kept ({type(error).__name__})") from None


def find_file(folder: Path, path: str) -> tuple[Path, str] | None:
    """The file and media type that `path` (decoded, no leading slash) may ask for; None for anything else.

    Only plain files of known kinds, in the folder itself or in its `feed/`; no hidden names, no links, no other folder.
    """
    parts = path.split("/")
    if any(not part or part.startswith(".") or "\\" in part or not part.isprintable() for part in parts):
        return None
    if len(parts) > 2 or (len(parts) == 2 and parts[0] != FEED_FOLDER):
        return None
    kinds = _FEED if len(parts) == 2 else _TOP
    file = folder.joinpath(*parts)
    kind = kinds.get(file.suffix.lower())
    try:
        plain = kind is not None and file.is_file() and file.resolve() == file
    except (OSError, ValueError):
        return None
    return (file, str(kind)) if plain else None


def build_app(door: Door) -> Starlette:
    """The ASGI application that answers for `door`."""
    from starlette.applications import Starlette
    from starlette.routing import Route

    async def answer(request: Request) -> Response:
        return respond(request, door)

    return Starlette(routes=[Route("/{path:path}", answer, methods=["GET"])])


def respond(request: Request, door: Door) -> Response:
    """One answer: a redirect to the page, the feed for the address it was asked under, or a file; else 404."""
    from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

    refused = PlainTextResponse("not found\n", 404, headers=_HEADERS)
    if len(request.scope["raw_path"]) > MAX_TARGET or not _host_fits(request, door):
        return refused
    path = _inside(request.path_params["path"], door)
    if path is None:
        return refused
    prefix = f"/{door.token}/" if door.token else "/"
    if path == "":
        return RedirectResponse(f"{prefix}index.html", 307, headers=_HEADERS)
    if path == "feed.xml":
        text = render_feed(records(door.folder), base=f"http://{request.headers['host']}{prefix}")
        return Response(text, media_type="application/rss+xml", headers=_HEADERS)
    found = find_file(door.folder, path)
    if found is None:
        return refused
    return FileResponse(found[0], media_type=found[1], headers=_HEADERS)


def _host_fits(request: Request, door: Door) -> bool:
    # A page of some other site may point its own name at 127.0.0.1 and read along; it cannot choose our Host header.
    hosts = request.headers.getlist("host")
    match = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    if match is None:
        return False
    return door.token is not None or is_loopback(match[1].strip("[]"))


def _inside(path: str, door: Door) -> str | None:
    if door.token is None:
        return path
    given, _, rest = path.partition("/")
    return rest if secrets.compare_digest(given.encode(), door.token.encode()) else None


def build_server(door: Door) -> tuple[Server, socket.socket, Door]:
    """A uvicorn server with its bound socket, and the door with the port it really got.

    Raises:
        DeliveryError: the address or port cannot be had.
    """
    import uvicorn

    family = socket.AF_INET6 if ":" in door.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((door.host, door.port))
    except OSError as error:
        listener.close()
        where = f"{door.host}:{door.port}"
        raise DeliveryError(f"{where} cannot be listened on ({error.strerror}); choose another --port") from None
    config = uvicorn.Config(
        build_app(door), http="h11", ws="none", lifespan="off", log_level="error", access_log=False,
        server_header=False, proxy_headers=False, timeout_keep_alive=15, limit_concurrency=MAX_CONNECTIONS,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
    )  # fmt: skip
    return uvicorn.Server(config), listener, door.model_copy(update={"port": listener.getsockname()[1]})
