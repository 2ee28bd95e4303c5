"""Pages whose code is loaded when they are gone to: what is seen until then, and without it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from tests.web.conftest import Open, text
from tests.web.fake_api import FakeApi

pytestmark = pytest.mark.browser
CODE = "**/static/js/connectors.js"


def test_the_page_before_stays_until_the_next_one_is_there(visit: Open) -> None:
    page = visit("/")
    held: list[Route] = []
    page.route(CODE, lambda route: held.append(route))
    with page.expect_request(CODE):
        page.locator("#side").get_by_role("link", name="Connectors").click()

    assert text(page, "h1") == "Overview"
    expect(page.locator("#main")).to_have_attribute("aria-busy", "true")

    held[0].continue_()
    expect(page.locator("h1")).to_have_text("Connectors")
    expect(page.locator("#main")).to_have_attribute("aria-busy", "false")
    page.unroute(CODE)


def test_who_goes_on_meanwhile_sees_where_they_went(visit: Open) -> None:
    page = visit("/")
    held: list[Route] = []
    page.route(CODE, lambda route: held.append(route))
    with page.expect_request(CODE):
        page.locator("#side").get_by_role("link", name="Connectors").click()
    page.locator("#side").get_by_role("link", name="Journey").click()
    expect(page.locator("h1")).to_have_text("Journey")

    with page.expect_response(CODE):
        held[0].continue_()
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.locator("h1")).to_have_text("Overview")
    page.unroute(CODE)


def test_code_that_can_not_be_had_is_told_with_the_way_out(visit: Open, fake: FakeApi) -> None:
    page = visit("/")
    page.route(CODE, lambda route: route.abort())
    page.locator("#side").get_by_role("link", name="Connectors").click()

    expect(page.get_by_role("alert")).to_contain_text("This page could not be loaded")
    assert page.url == f"{fake.address}/connectors"

    page.unroute(CODE)
    page.get_by_role("button", name="Load it again").click()
    expect(page.locator("h1")).to_have_text("Connectors")
