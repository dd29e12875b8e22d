"""The feed is well formed, complete, private and stable, judged by a real feed parser."""

from __future__ import annotations

import json
import multiprocessing
import stat
import struct
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drift_audio.delivery.feed.collection import publish, refresh
from drift_audio.delivery.feed.record import Record, records, sidecars
from drift_audio.delivery.feed.rss import render_feed
from tests.delivery.sessions import published, session

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
PODCAST = "{https://podcastindex.org/namespace/1.0}"


def test_a_feed_parser_finds_the_session(tmp_path: Path) -> None:
    entry = published(tmp_path, title="Evening & <rest>")
    feed = feedparser.parse(str(tmp_path / "feed.xml"))
    assert not feed.bozo, feed.get("bozo_exception")
    item = feed.entries[0]
    assert item.title == "Evening & <rest>"
    assert item.id == entry.guid
    assert item.itunes_duration == "24"
    enclosure = item.enclosures[0]
    assert enclosure.type == "audio/flac"
    assert int(enclosure.length) == (tmp_path / entry.file).stat().st_size
    assert enclosure.href == "http://127.0.0.1:8765/2026-01-02-evening.flac"
    assert item.published_parsed[:4] == (2026, 1, 2, 20)


def test_required_elements_stand_once_and_directories_are_kept_out(tmp_path: Path) -> None:
    published(tmp_path)
    channel = ET.parse(tmp_path / "feed.xml").getroot().find("channel")
    assert channel is not None
    for name in (
        "title",
        "link",
        "description",
        "language",
        "lastBuildDate",
        "image",
        f"{ITUNES}image",
        f"{ITUNES}explicit",
        f"{PODCAST}guid",
    ):
        assert len(channel.findall(name)) == 1, name
    assert channel.findtext(f"{ITUNES}block") == "Yes"
    assert channel.findtext(f"{PODCAST}block") == channel.findtext(f"{PODCAST}locked") == "yes"
    item = channel.find("item")
    assert item is not None
    for name in (
        "title",
        "description",
        "guid",
        "pubDate",
        "enclosure",
        f"{ITUNES}duration",
        f"{PODCAST}chapters",
        f"{PODCAST}transcript",
    ):
        assert len(item.findall(name)) == 1, name


def test_everything_the_feed_points_to_is_there(tmp_path: Path) -> None:
    entry = published(tmp_path, "an evening.flac")
    text = (tmp_path / "feed.xml").read_text()
    for name in ("an%20evening.flac", "feed/an%20evening.vtt", "feed/an%20evening.chapters.json", "feed/cover.png"):
        assert f'"http://127.0.0.1:8765/{name}"' in text
    assert all(path.is_file() for path in list(sidecars(tmp_path, entry.file))[:3])
    cover = (tmp_path / "feed" / "cover.png").read_bytes()
    assert struct.unpack(">II", cover[16:24]) == (1400, 1400), "the smallest square that podcast directories take"
    assert len(json.loads((tmp_path / "feed" / "an evening.chapters.json").read_text())["chapters"]) == 2


def test_the_same_session_gives_the_same_bytes_and_guid(tmp_path: Path) -> None:
    published(tmp_path)
    first = (tmp_path / "feed.xml").read_bytes()
    published(tmp_path)
    assert (tmp_path / "feed.xml").read_bytes() == first


def test_words_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    entry = published(tmp_path)
    for path in (tmp_path / "feed.xml", tmp_path / "index.html", *list(sidecars(tmp_path, entry.file))[:3]):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((tmp_path / "feed").stat().st_mode) == 0o700


def test_a_session_whose_audio_is_gone_leaves_the_feed(tmp_path: Path) -> None:
    entry = published(tmp_path)
    (tmp_path / entry.file).unlink()
    assert refresh(tmp_path) == ()
    assert feedparser.parse(str(tmp_path / "feed.xml")).entries == []


def test_foreign_and_forged_records_are_passed_over(tmp_path: Path) -> None:
    entry = published(tmp_path)
    (tmp_path / "feed" / "notes.json").write_text('{"some": "thing"}')
    (tmp_path / "feed" / "broken.json").write_text("{")
    forged = entry.model_copy(update={"file": "../../etc/passwd"})
    (tmp_path / "feed" / "passwd.json").write_text(forged.model_dump_json())
    assert [found.file for found in records(tmp_path)] == [entry.file]


def _publish_one(folder: str, number: int) -> None:
    publish(session(Path(folder), f"s{number}.flac", seconds=21), created=datetime(2026, 1, number, tzinfo=UTC))


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_publish_one, args=(str(tmp_path), number)) for number in range(1, 5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    feed = feedparser.parse(str(tmp_path / "feed.xml"))
    assert [entry.enclosures[0].href[-7:] for entry in feed.entries] == ["s4.flac", "s3.flac", "s2.flac", "s1.flac"]
    assert not list(tmp_path.rglob("*.part"))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return published(tmp_path_factory.mktemp("sample"))


@given(title=st.text(min_size=1, max_size=60))
def test_any_title_stays_well_formed(sample: Record, title: str) -> None:
    root = ET.fromstring(render_feed([sample.model_copy(update={"title": title})], base="http://h/").encode("utf-8", "replace"))
    assert root.find("channel/item/title") is not None
