"""An address that leads nowhere has a page of its own, with the ways back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Open, text

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_it_says_what_was_asked_for_and_leads_back(visit: Open, width: int, scheme: str) -> None:
    page = visit("/jorney/<b>x?key=SHOP-412", width=width, scheme=scheme)
    assert page.title() == "No such page \u00b7 Headwater"
    assert text(page, "#answer") == "Nothing is at /jorney/%3Cb%3Ex."
    assert page.locator("[aria-current]").count() == 0
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(wide)
    page.locator("main").get_by_role("link", name="Overview").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("No such page")
    assert page.url.endswith("/")


def test_going_back_shows_it_again(visit: Open) -> None:
    page = visit("/nothing/here")
    page.locator("main").get_by_role("link", name="Connectors").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Connectors")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("No such page")
