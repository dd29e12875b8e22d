"""A private podcast of one's own sessions: RSS 2.0 with the itunes and podcast namespaces, from one template."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from drift_audio.files import write_whole

if TYPE_CHECKING:
    import jinja2

    from drift_audio.delivery.feed.record import Record

DEFAULT_PORT: Final = 8765
DEFAULT_BASE: Final = f"http://127.0.0.1:{DEFAULT_PORT}/"
COVER: Final = "cover.png"
#: The namespace that the podcast:guid of every feed is derived in (podcastindex.org).
_PODCAST_NAMESPACE: Final = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")


@cache
def templates() -> jinja2.Environment:
    """The two templates of this package; every value is escaped, an unknown name is an error."""
    import jinja2

    env = jinja2.Environment(
        loader=jinja2.PackageLoader("drift_audio.delivery.feed"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["url"] = quote
    env.filters["rfc2822"] = format_datetime
    env.filters["xml"] = xml_text
    env.filters["length"] = _length
    return env


def render_feed(entries: Sequence[Record], *, base: str) -> str:
    """The feed as XML text; `base` is the address of the folder, ending in a slash."""
    newest = max((entry.created for entry in entries), default=datetime(2000, 1, 1, tzinfo=UTC))
    guid = uuid.uuid5(_PODCAST_NAMESPACE, base.partition("://")[2].rstrip("/"))
    language = entries[0].language if entries else "en"
    return templates().get_template("feed.xml.j2").render(
        entries=entries, base=base, newest=newest, guid=guid, language=language, cover=COVER, year=newest.year
    )  # fmt: skip


def xml_text(text: str) -> str:
    """`text` without the control characters that XML 1.0 cannot carry, even escaped."""
    return "".join(c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff")


def copy_cover(folder: Path) -> None:
    """Put the picture that podcast apps want into `folder`, once."""
    if not (folder / COVER).exists():
        write_whole(folder / COVER, (files("drift_audio.delivery.feed") / "templates" / COVER).read_bytes())


def _length(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
