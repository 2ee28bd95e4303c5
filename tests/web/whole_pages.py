"""An address of every page with all that it can show, for tests that look at whole pages."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.web.fake_api import PAGES

_SHOWN = {
    "/": ["/"],
    "/journey": ["/journey", "/journey?key=SHOP-412", "/journey?key=SHIP-7"],
    "/dora": ["/dora?stream=checkout", "/dora?service=web", "/dora?service=docs"],
    "/failures": ["/failures?service=web", "/failures?service=docs"],
    "/lab": ["/lab?stream=checkout&Test.people=%2B1"],
    "/improvements": [
        "/improvements?stream=checkout",
        "/improvements?stream=checkout&improvement=1",
    ],
    "/quality": ["/quality?list=commit"],
    "/connectors": ["/connectors"],
    "/definitions": ["/definitions", "/definitions?metric=flow_time"],
    "/admin": ["/admin"],
}
ADDRESSES = [
    *(address for path in PAGES for address in _SHOWN.get(path, [f"{path}?stream=checkout"])),
    "/nothing/here",
]


def unfold(page: Page) -> None:
    """Opens all that is folded."""
    page.evaluate("() => document.querySelectorAll('main details').forEach((d) => (d.open = true))")
