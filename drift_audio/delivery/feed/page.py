"""`index.html` beside the sessions: a quiet page that plays them, made from one template, asking nothing of the network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from drift_audio.delivery.feed.rss import templates

if TYPE_CHECKING:
    from drift_audio.delivery.feed.record import Record
    from drift_audio.words.care.report import HelpLine


def render_page(entries: Sequence[Record], *, lines: Sequence[HelpLine] = ()) -> str:
    """The page as HTML text; words and times stand inside it, so that it also works opened from the disk.

    lines: of help, shown where the care gate stopped a session of the folder or was unsure.
    """
    language = entries[0].language if entries else "en"
    return templates().get_template("index.html.j2").render(entries=entries, language=language, times=times_json, lines=lines)


def times_json(entry: Record) -> str:
    """Start and end of every line and chapter in seconds, safe inside a script element."""
    times = {
        "lines": [[round(line.start, 3), round(line.end, 3)] for line in entry.captions],
        "chapters": [round(chapter.start, 3) for chapter in entry.chapters],
    }
    return json.dumps(times).replace("<", "\\u003c")
