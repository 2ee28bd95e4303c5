"""What each page shows when nothing can be read, and when nothing is configured."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web import fake_improvements
from tests.web.conftest import Open, text
from tests.web.fake_api import PAGES, FakeApi

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", PAGES)
def test_a_page_that_can_not_be_read_says_so_and_reads_again(
    visit: Open, fake: FakeApi, path: str
) -> None:
    answers, fake.answers = fake.answers | fake_improvements.answers(), {}
    fake.status = dict.fromkeys(answers, 503) | {"/v1/items": 503}
    page = visit(f"{path}?stream=checkout")

    expect(page.get_by_role("alert")).to_contain_text("could not be read since")
    expect(page.locator("h1")).to_be_visible()
    assert "503" in text(page, "#problem")

    fake.answers, fake.status = answers, {}
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    "path",
    [
        "/map",
        "/flow",
        "/ageing",
        "/bottlenecks",
        "/forecast",
        "/delay-cost",
        "/value",
        "/lab",
        "/goals",
    ],
)
def test_without_a_stream_a_page_says_what_is_missing(
    visit: Open, fake: FakeApi, path: str
) -> None:
    fake.answers["/v1/streams"] = {"items": [], "next": None}
    page = visit(path)

    assert "no value stream is configured" in text(page, ".answer")
    assert text(page, ".copy pre").startswith("[[streams]]")
    assert page.locator('main a[href$="/connectors"]').count() == 1
    assert page.get_by_label("Stream", exact=True).count() == 0
    for hole in ("undefined", "NaN", "null"):
        assert hole not in text(page)


@pytest.mark.parametrize("path", ["/", "/map", "/goals", "/quality", "/dora", "/failures"])
def test_before_the_first_pass_a_page_says_what_is_awaited(
    visit: Open, fake: FakeApi, path: str
) -> None:
    awaited = ["checkout", "loyalty", "search", "web", "x"]
    for address in ("/v1/streams", "/v1/services"):
        fake.answers[address] = {"items": [], "next": None, "awaited": awaited}
    fake.answers["/v1/overview"] |= {"streams": [], "awaited": awaited}
    page = visit(path)

    told = text(page, ".answer")
    assert "checkout, loyalty, search and 2 more are measured when the sources are read" in told
    assert "configured" not in text(page)
    assert page.locator('main a[href$="/connectors"]').count() == 1


@pytest.mark.parametrize(
    ("awaited", "told"),
    [
        (["checkout"], "checkout is measured when"),
        (["checkout", "search"], "checkout and search are measured when"),
        (["checkout", "search", "web"], "checkout, search and web are measured when"),
    ],
)
def test_what_is_awaited_is_told_as_people_tell_it(
    visit: Open, fake: FakeApi, awaited: list[str], told: str
) -> None:
    fake.answers["/v1/streams"] = {"items": [], "next": None, "awaited": awaited}
    assert told in text(visit("/flow"), ".answer")
