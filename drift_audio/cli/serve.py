"""`drift-audio serve`: offer a folder of sessions to a browser or a phone's podcast app."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drift_audio.cli import request as ask

Folder = Annotated[
    Path, typer.Argument(help="The folder that your sessions are in. (default: the current one)", show_default=False)
]
Host = Annotated[str, typer.Option("--host", help="Address to listen on; beyond this machine a token stands in the URL.")]
Port = Annotated[int, typer.Option("--port", help="Port; 0 takes a free one.")]
NewToken = Annotated[bool, typer.Option("--new-token", help="Make a new token; podcast apps must subscribe again.")]


def serve(
    folder: Folder = Path(), host: Host = "127.0.0.1", port: Port = 8765, new_token: NewToken = False, as_json: ask.Json = False
) -> None:
    """Offer FOLDER over HTTP until Ctrl-C: index.html for a browser, feed.xml for a podcast app. Nothing else can be read."""
    from drift_audio.cli.output import emit_json, err_console
    from drift_audio.config import load_settings
    from drift_audio.delivery.feed import http_server as subject
    from drift_audio.delivery.feed.collection import refresh
    from drift_audio.machine import is_loopback

    token = None if is_loopback(host) else subject.kept_token(load_settings().data_dir, renew=new_token)
    door = subject.open_door(folder, host=host, port=port, token=token)
    refresh(door.folder)
    server, listener, door = subject.build_server(door)
    if as_json:
        emit_json({"page": f"{door.base}index.html", "feed": f"{door.base}feed.xml", "folder": str(door.folder)})
    else:
        page = err_console()
        page.print(f"page {door.base}index.html\nfeed {door.base}feed.xml\nCtrl-C ends it", markup=False)
        if door.token:
            page.print(
                "Whoever has this address can hear your sessions; over plain HTTP the network in between can, too.", markup=False
            )
    server.run(sockets=[listener])
