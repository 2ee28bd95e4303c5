"""A Chromium and a small server for the page tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.chromium import PATIENCE_MS
from tests.web.fake_api import FakeApi, serving

Scheme = Literal["light", "dark"]
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def server() -> Iterator[FakeApi]:
    with serving(FakeApi()) as fake:
        yield fake


@pytest.fixture
def fake(server: FakeApi) -> FakeApi:
    """The server with the answers that every test begins with."""
    server.reset()
    return server


@pytest.fixture(scope="session")
def idle() -> list[Page]:
    """Tabs that an earlier test left as if new; each has storage of its own.

    A new tab costs a renderer and reads every module again: four fifths of a page test.
    """
    return []


@pytest.fixture
def visit(browser: Browser, idle: list[Page], fake: FakeApi) -> Iterator[Open]:
    """Opens an address; afterwards no error may stand in the console and no host was asked."""
    pages: list[Page] = []
    complaints: list[str] = []
    hosts: set[str] = set()

    def note(kind: str, text: str) -> None:
        refused = text.startswith("Failed to load resource")
        if kind == "error" and not refused:
            complaints.append(text)

    watchers: dict[Any, Callable[[Any], None]] = {
        "console": lambda message: note(message.type, message.text),
        "pageerror": lambda error: complaints.append(str(error)),
        "request": lambda request: hosts.add("/".join(request.url.split("/")[:3])),
    }

    def opened(path: str, *, width: int = 1280, scheme: Scheme = "light") -> Page:
        page = idle.pop() if idle else _tab(browser)
        pages.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        for event, watcher in watchers.items():
            page.on(event, watcher)
        page.goto(fake.address + path)
        page.wait_for_selector("#main[aria-busy=false]")
        return page

    yield opened
    for page in pages:
        _left(page)
        for event, watcher in watchers.items():
            page.remove_listener(event, watcher)
        idle.append(page)
    assert complaints == []
    assert hosts <= {fake.address}


def _tab(browser: Browser) -> Page:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def _left(page: Page) -> None:
    """Nothing of the visit is left: no storage, no medium, no pointer over anything, no script."""
    page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    page.goto("about:blank")
    page.mouse.move(0, 0)
    page.emulate_media(media="null")


def plain(written: str) -> str:
    """One line with plain spaces, dashes and quotation marks."""
    signs = {0x2013: "-", 0x2019: "'", 0x201C: '"', 0x201D: '"'}
    return " ".join(written.split()).translate(signs)


def text(page: Page, selector: str = "main") -> str:
    """The visible text of the first match, made plain."""
    return plain(page.locator(selector).first.inner_text())
