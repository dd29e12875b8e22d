"""A folder of sessions: one small record beside each, from which feed and page are made.

The records, captions and chapters live in `feed/` inside the folder, so that the folder itself shows only sessions,
`feed.xml` and `index.html`. A record is a pure function of a session: the same session gives the same bytes.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from drift_audio.delivery.feed.record import FEED_FOLDER, Record, help_of, record, records, write_captions, write_sidecars
from drift_audio.errors import DeliveryError
from drift_audio.files import make_folder, write_whole

if TYPE_CHECKING:
    from drift_audio.session import Session


def refresh(folder: Path) -> tuple[Record, ...]:
    """Write `feed.xml` and `index.html` anew from the records; safe under concurrent processes.

    Raises:
        DeliveryError: the folder cannot be written.
    """
    from drift_audio.delivery.feed.page import render_page
    from drift_audio.delivery.feed.rss import DEFAULT_BASE, copy_cover, render_feed

    try:
        make_folder(folder / FEED_FOLDER)
        with FileLock(folder / FEED_FOLDER / ".lock", mode=0o600):
            entries = records(folder)
            copy_cover(folder / FEED_FOLDER)
            write_whole(folder / "feed.xml", render_feed(entries, base=DEFAULT_BASE).encode())
            write_whole(folder / "index.html", render_page(entries, lines=help_of(folder, entries)).encode())
    except OSError as error:
        raise DeliveryError(f"{folder}: the feed cannot be written ({error.strerror})") from None
    return entries


def publish(session: Session, *, with_captions: bool = False, created: datetime | None = None) -> Record:
    """Take a finished session into its folder's feed and page; `with_captions` also writes VTT and LRC beside it."""
    folder = session.path.parent
    entry = record(session, created=created)
    write_sidecars(entry, folder)
    if with_captions:
        write_captions(entry, folder)
    refresh(folder)
    return entry
