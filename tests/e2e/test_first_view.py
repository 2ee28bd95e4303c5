"""The first view of each page, nothing kept by the browser: how much is sent, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterator
from time import perf_counter

import pytest
from playwright.sync_api import Browser

from tests.e2e.serving import served
from tests.e2e.shared import shared_company
from tests.telling import measured
from tests.web.fake_api import PAGES

pytestmark = pytest.mark.browser
MOST_BYTES = 300_000
MOST_REQUESTS = 60


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("first-view")
    with (
        shared_company(tmp_path_factory, home, seed=17, items=150) as company,
        served(company) as found,
    ):
        yield found


class Heard:
    """What came over the line: bytes as sent, headers and all, and bytes as read."""

    def __init__(self) -> None:
        self.sent, self.plain = 0, 0
        self.urls: list[str] = []

    def request(self, event: dict[str, dict[str, str]]) -> None:
        self.urls.append(event["request"]["url"])

    def data(self, event: dict[str, int]) -> None:
        self.plain += event["dataLength"]

    def finished(self, event: dict[str, int]) -> None:
        self.sent += event["encodedDataLength"]


def test_a_first_view_is_light_and_asks_for_what_it_needs_only(
    browser: Browser, address: str
) -> None:
    told = []
    for path in PAGES:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        heard = Heard()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.on("Network.requestWillBeSent", heard.request)
        line.on("Network.dataReceived", heard.data)
        line.on("Network.loadingFinished", heard.finished)
        began = perf_counter()
        page.goto(f"{address}{path}")
        page.wait_for_selector("#main[aria-busy=false]")
        taken = perf_counter() - began
        html = page.request.get(f"{address}{path}").text()
        context.close()
        assert heard.sent < MOST_BYTES, path
        assert len(heard.urls) < MOST_REQUESTS, path
        named = set(re.findall(r'href="(/static/[^"]+\.js)"', html))
        asked = {one.removeprefix(address) for one in heard.urls if "/js/" in one}
        assert {one for one in asked if not one.endswith("theme.js")} == named, path
        told.append(f"{path} {heard.sent / 1e3:.0f}/{heard.plain / 1e3:.0f} kB {taken:.2f} s")
    measured(f"first views, bytes as sent/as read, time: {', '.join(told)}")
