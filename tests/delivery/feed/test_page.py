"""The page in a real browser: it plays, seeks, lights the line that is spoken, and is usable by everyone."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drift_audio.delivery.feed.http_server import Door, open_door
from drift_audio.delivery.feed.page import render_page
from tests.delivery.feed.test_http_server import run
from tests.delivery.sessions import LINES, published

pytestmark = pytest.mark.long

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--disable-dev-shm-usage",
]  # fmt: skip
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine (Debian package chromium)")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("page")
    published(folder, title="Evening & <b>rest</b>")
    published(folder, "2026-01-03-morning.flac", title="Morning")
    yield from run(open_door(folder, port=0))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any, door: Door) -> Iterator[Any]:
    context = browser.new_context()
    context.set_default_timeout(15_000)
    opened = context.new_page()
    opened.problems = []
    opened.asked = []
    opened.on("console", lambda message: opened.problems.append(message.text) if message.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: opened.problems.append(str(error)))
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.goto(door.base + "index.html")
    yield opened
    assert opened.problems == []
    assert all(url.startswith((door.base, "data:")) for url in opened.asked), "no request leaves this address"
    context.close()


def until(page: Any, expression: str, arg: Any = None) -> None:
    """Poll with evaluate: the page's own policy forbids the eval that wait_for_function needs, and that is meant."""
    end = time.monotonic() + 15
    while not page.evaluate(expression, arg):
        assert time.monotonic() < end, f"never came true: {expression}"
        time.sleep(0.02)


@needs_browser
def test_it_plays_and_lights_the_line_that_is_spoken(page: Any) -> None:
    article = page.locator("article").nth(1)
    assert article.locator("h2").inner_text() == "Evening & <b>rest</b>"
    article.locator("summary").click()
    article.locator("audio").evaluate("a => a.play()")
    lit = article.locator("button.line[aria-current]")
    lit.wait_for()
    assert lit.inner_text() == LINES[0]
    assert article.locator("button.chapter[aria-current]").inner_text().startswith("Arrive")


@needs_browser
def test_a_chapter_seeks_exactly_and_silence_lights_nothing(page: Any) -> None:
    article = page.locator("article").nth(1)
    article.locator("summary").click()
    article.locator("button.chapter").nth(1).click()
    until(page, "document.querySelectorAll('audio')[1].currentTime >= 10")
    assert article.locator("audio").evaluate("a => a.currentTime") < 14
    until(page, "t => document.querySelector('button.line[aria-current]')?.textContent === t", arg=LINES[2])
    assert article.locator("button.chapter[aria-current]").inner_text().startswith("Return & rest")
    article.locator("audio").evaluate("a => { a.pause(); a.currentTime = 15 }")
    until(page, "!document.querySelector('button.line[aria-current]')")


@needs_browser
def test_one_session_at_a_time_and_the_keyboard_is_enough(page: Any) -> None:
    page.locator("audio").nth(0).evaluate("a => a.play()")
    page.locator("article").nth(1).locator("button.chapter").nth(0).focus()
    page.keyboard.press("Enter")
    until(page, "[...document.querySelectorAll('audio')].map(a => a.paused).join() === 'true,false'")
    page.locator("article").nth(1).locator("summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("article").nth(1).locator("details").get_attribute("open") is not None


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_about(page: Any, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.evaluate("document.querySelector('button.line').setAttribute('aria-current', 'true')")
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert len(result.response["passes"]) > 15, "the checker really ran"
    grounds = {"light": "rgb(246, 244, 239)", "dark": "rgb(20, 25, 29)"}
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == grounds[scheme]


@needs_browser
def test_it_works_opened_from_the_disk(browser: Any, door: Door) -> None:
    opened = browser.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.goto((door.folder / "index.html").as_uri())
    opened.locator("button.line").first.evaluate("b => b.click()")
    until(opened, "document.querySelector('audio').currentTime > 0.4")
    assert problems == []


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    entry = published(tmp_path)
    evil = entry.model_copy(update={"title": "</script><script>alert(1)</script>"})
    text = render_page([evil])
    assert "<script>alert" not in text
    assert text.count("</script>") == 2


def test_an_empty_folder_has_a_page_too() -> None:
    assert "Nothing here yet" in render_page([])
