"""The page of Value over the real API, of a company that tells what became of its features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from simulator.features import features_of
from tests.e2e.company import Company
from tests.e2e.serving import served
from tests.e2e.shared import shared_company
from tests.e2e.telling_features import told_features

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    home = tmp_path_factory.mktemp("value")
    with shared_company(tmp_path_factory, home, seed=17, items=150) as found:
        releases = {one: item.release for one, item in found.truth.items.items()}
        _, settings = told_features(found, features_of(found.world, releases))
        yield replace(found, settings=settings)


def test_the_page_shows_what_the_api_says_of_what_was_switched_on(
    browser: Browser, company: Company
) -> None:
    stream = company.settings.streams[0].name
    span = "window=365"
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    with served(company) as address, page.expect_response("**/metrics/outcome_coverage?*") as told:
        page.goto(f"{address}/value?stream={stream}&{span}")
        known = told.value.json()["value"]
        window = told.value.url.partition("?")[2]
        base = f"{address}/v1/streams/{stream}"
        stock = page.request.get(f"{base}/unexposed?{window}").json()["items"]
        live = page.request.get(f"{base}/metrics/idea_to_live?{window}").json()
        assert known["numerator"] > 0
        assert live["n"] > 0
        whole = f"{known['numerator']} of {known['denominator']} released items"
        expect(page.locator(".figs")).to_contain_text(whole, timeout=30_000)
        expect(page.locator("table.stock tbody tr")).to_have_count(min(10, len(stock)))
        expect(page.locator("table.vitems tbody tr")).to_have_count(min(25, live["n"]))
        shown = page.inner_text("main")
        page.locator("table.vitems a").first.click()
        expect(page.get_by_role("heading", name="Evidence")).to_be_visible()
    page.close()
    assert complaints == []
    for odd in ("undefined", "NaN", "null", "[object"):
        assert odd not in shown
