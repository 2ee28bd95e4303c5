"""A Chromium and a small server for the page tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

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


@pytest.fixture
def visit(browser: Browser, fake: FakeApi) -> Iterator[Open]:
    """Opens an address; afterwards no error may stand in the console and no host was asked."""
    pages: list[Page] = []
    complaints: list[str] = []
    hosts: set[str] = set()

    def note(kind: str, text: str) -> None:
        refused = text.startswith("Failed to load resource")
        if kind == "error" and not refused:
            complaints.append(text)

    def opened(path: str, *, width: int = 1280, scheme: Scheme = "light") -> Page:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        pages.append(page)
        page.on("console", lambda message: note(message.type, message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: hosts.add("/".join(request.url.split("/")[:3])))
        page.goto(fake.address + path)
        page.wait_for_selector("#main[aria-busy=false]")
        return page

    yield opened
    for page in pages:
        page.close()
    assert complaints == []
    assert hosts <= {fake.address}


def plain(written: str) -> str:
    """One line with plain spaces, dashes and quotation marks."""
    signs = {0x2013: "-", 0x2019: "'", 0x201C: '"', 0x201D: '"'}
    return " ".join(written.split()).translate(signs)


def text(page: Page, selector: str = "main") -> str:
    """The visible text of the first match, made plain."""
    return plain(page.locator(selector).first.inner_text())
