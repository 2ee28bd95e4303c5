"""The pages over the real API, in a real browser: what they show is what the API says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.company import Company, collected
from tests.e2e.serving import served

pytestmark = pytest.mark.browser
_LONG_MS = 60_000
"""For pages that read several answers from a server that has not answered before."""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with collected(tmp_path_factory.mktemp("company"), seed=4, items=200) as found:
        yield found


@pytest.fixture(scope="module")
def address(company: Company) -> Iterator[str]:
    with served(company) as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    complaints: list[str] = []
    opened = browser.new_page(viewport={"width": 1440, "height": 900})
    opened.on(
        "console", lambda line: complaints.append(line.text) if line.type == "error" else None
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    opened.close()
    assert complaints == []


def test_the_overview_shows_every_stream_and_service(
    page: Page, address: str, company: Company
) -> None:
    page.goto(address)
    for stream in company.settings.streams:
        expect(page.get_by_role("link", name=stream.title, exact=True).first).to_be_visible()
    for service in company.settings.services:
        expect(page.get_by_text(service.name, exact=True).first).to_be_visible()
    shown = page.inner_text("main")
    assert "undefined" not in shown
    assert "NaN" not in shown
    assert "null" not in shown


def test_the_journey_shows_the_item_with_its_evidence(
    page: Page, address: str, company: Company
) -> None:
    delivered = [item for item in company.truth.items.values() if item.release.released_at]
    item = delivered[0]
    page.goto(f"{address}/journey?key={item.key}")
    expect(page.get_by_role("link", name=f"{item.key} in Jira")).to_be_visible()
    expect(page.get_by_role("heading", name="Evidence")).to_be_visible()
    shown = page.inner_text("main")
    assert "to reach its users" in shown
    assert "undefined" not in shown
    assert "NaN" not in shown


def test_the_connectors_are_all_up_to_date(page: Page, address: str, company: Company) -> None:
    page.goto(f"{address}/connectors")
    for source in company.settings.sources:
        expect(page.get_by_text(source.name, exact=True).first).to_be_visible()
    assert "undefined" not in page.inner_text("main")
    page.goto(f"{address}/quality")
    expect(page.get_by_text("Coverage", exact=True).first).to_be_visible()
    assert "undefined" not in page.inner_text("main")


def test_the_delay_cost_is_what_the_api_says_and_its_parts_open(
    page: Page, address: str, company: Company
) -> None:
    stream = company.settings.streams[0].name
    told = page.request.get(f"{address}/v1/streams/{stream}/delay-cost").json()
    burning = page.request.get(f"{address}/v1/streams/{stream}/delay-cost/items").json()
    page.goto(f"{address}/delay-cost?stream={stream}&of=period")
    bars = page.locator(".mbars li")
    many = sum(row["cost_cents"] > 0 for row in told["items"])
    expect(bars).to_have_count(many, timeout=_LONG_MS)
    expect(bars.first).to_contain_text(told["items"][0]["stage"])
    dearest = next(row for row in burning["items"] if row["burn_rate_cents"])
    expect(page.locator("table.burning tbody tr").first).to_contain_text(dearest["key"])
    bars.first.locator("a").click()
    expect(page.locator("#part")).to_contain_text(told["items"][0]["stage"])
    shown = page.inner_text("main")
    for odd in ("undefined", "NaN", "null", "[object"):
        assert odd not in shown


def test_bottlenecks_name_the_queue_that_holds_up_most(
    page: Page, address: str, company: Company
) -> None:
    page.goto(f"{address}/bottlenecks?stream=checkout&window=365")
    expect(page.get_by_role("heading", name="Where work piles up")).to_be_visible(timeout=60_000)
    shown = page.inner_text("main")
    assert "holds up most" in shown or "Nothing that has been begun waits" in shown
    stream = next(one for one in company.settings.streams if one.name == "checkout")
    for stage in stream.stages:
        if stage.state in ("waiting", "active"):
            assert stage.name in shown
    for hole in ("undefined", "NaN", "null"):
        assert hole not in shown


def test_ageing_shows_each_item_in_flight_before_the_ages_of_past_work(
    page: Page, address: str
) -> None:
    told = page.request.get(f"{address}/v1/streams/checkout/ageing?limit=500").json()
    assert told["items"]
    page.goto(f"{address}/ageing?stream=checkout&show=all")
    dots = page.locator(".ages svg a[href*='/journey']")
    expect(dots).to_have_count(told["total"], timeout=_LONG_MS)
    shown = page.inner_text("main")
    for row in told["items"][:50]:
        assert row["key"] in shown
    for hole in ("undefined", "NaN", "null"):
        assert hole not in shown


def test_flow_shows_each_delivery_and_adds_up(page: Page, address: str) -> None:
    base = f"{address}/v1/streams/checkout"
    since = (datetime.now(UTC) - timedelta(days=365)).date()
    behind = page.request.get(f"{base}/metrics/flow_time/explain?from={since}").json()
    assert behind["included"]
    page.goto(f"{address}/flow?stream=checkout&window=365")
    dots = page.locator(".scatter svg a")
    expect(dots).to_have_count(len(behind["included"]), timeout=_LONG_MS)
    told = page.request.get(f"{base}/cfd?from={since}&interval=week").json()
    reached = [told["points"][-1]["reached"][one["name"]] for one in told["boundaries"]]
    last = page.locator(".areas svg a").last
    for one, beyond, further in zip(told["boundaries"], reached, reached[1:], strict=False):
        if many := beyond - further:
            expect(last).to_have_attribute(
                "aria-label", re.compile(rf" {re.escape(one['name'])} {many}\b")
            )
    assert page.locator("table.promises tbody tr").count() > 1
    shown = page.inner_text("main")
    for hole in ("undefined", "NaN", "null"):
        assert hole not in shown


def test_the_lab_plays_a_lever_and_says_what_it_would_do(page: Page, address: str) -> None:
    page.goto(f"{address}/lab?stream=checkout&window=365")
    slider = page.get_by_role("slider").first
    expect(slider).to_be_visible(timeout=60_000)
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Verdict", exact=True).first).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name="By team")).to_be_visible()
    assert "=%2B1" in page.url
    shown = page.inner_text("main")
    for hole in ("undefined", "NaN", "null"):
        assert hole not in shown


def test_the_value_of_a_company_without_flag_tools_is_not_known(
    page: Page, address: str, company: Company
) -> None:
    page.goto(f"{address}/value?stream={company.settings.streams[0].name}")
    expect(page.locator(".answer")).to_contain_text("no tool reports exposure", timeout=_LONG_MS)
    expect(page.get_by_text('kind = "events"')).to_be_visible()
    assert page.locator(".figs").count() == 0
