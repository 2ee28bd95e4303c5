"""A Chromium and a small server for the page tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web.fake_api import FakeApi, serving

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Scheme = Literal["light", "dark"]
Open = Callable[..., Page]


def _chromium() -> str:
    path = os.environ.get("HEADWATER_CHROMIUM") or shutil.which("chromium")
    if path:
        return path
    reason = "no Chromium: set HEADWATER_CHROMIUM or install the package chromium"
    if os.environ.get("HEADWATER_REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = _chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


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
