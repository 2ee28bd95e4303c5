"""A page whose answers take long, one whose answers are not all there, and one without a server."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.conftest import Open, text
from tests.web.fake_api import FakeApi

pytestmark = pytest.mark.browser
WITH_FIGURES = ["/", "/flow", "/ageing", "/bottlenecks", "/delay-cost", "/value", "/lab", "/goals"]


def _hurry(page: Page) -> None:
    """What the page does after a while it does in a twentieth of it, until it is left."""
    page.evaluate("""() => {
        const real = globalThis.setTimeout;
        globalThis.setTimeout = (act, ms, ...rest) => real(act, (ms ?? 0) / 20, ...rest);
    }""")


def _listen_anew(page: Page) -> None:
    """The line of news that is open, which no route touches, is left for another one."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


class Held:
    """Answers of an address that are kept back until they are let go."""

    def __init__(self, page: Page, address: str) -> None:
        self.kept: list[Route] | None = []
        page.route(address, self.take)

    def take(self, route: Route) -> None:
        if self.kept is None:
            route.continue_()
        else:
            self.kept.append(route)

    def let_go(self) -> None:
        kept, self.kept = self.kept or [], None
        for route in kept:
            route.continue_()


@pytest.mark.parametrize("path", WITH_FIGURES)
def test_figures_have_their_place_and_names_before_they_are_read(visit: Open, path: str) -> None:
    page = visit("/connectors")
    held = Held(page, "**/v1/**")
    page.evaluate(f"""() => {{
        history.pushState(null, "", "{path}?stream=checkout");
        dispatchEvent(new PopStateEvent("popstate"));
    }}""")
    names = page.locator(".figs dt")
    expect(names).to_have_count(4)
    expect(page.locator("h1")).not_to_have_text("Connectors")
    assert all(names.all_inner_texts())
    height = page.locator(".figs").bounding_box()
    held.let_go()
    expect(page.locator("#main")).to_have_attribute("aria-busy", "false")
    assert height is not None
    assert height["height"] > 80


def test_a_page_that_takes_long_says_so_until_it_is_there(visit: Open) -> None:
    page = visit("/connectors")
    _hurry(page)
    held = Held(page, "**/v1/overview*")
    page.locator("#side").get_by_role("link", name="Overview").click()
    answer = page.locator("#answer")
    expect(answer).to_contain_text("Reading \u2026")
    expect(answer).to_contain_text("worked out first")
    expect(page.locator("#live")).to_contain_text("worked out first")
    held.let_go()
    expect(answer).to_contain_text("Half of ideas")
    assert "Reading" not in text(page)


def test_a_page_that_is_shown_already_is_not_said_to_be_read(visit: Open) -> None:
    page = visit("/")
    before = text(page, "#answer")
    _hurry(page)
    held = Held(page, "**/v1/overview*")
    page.get_by_label("Period").select_option("30")
    expect(page.locator("body.loading")).to_have_count(1)
    page.wait_for_timeout(200)
    assert text(page, "#answer") == before
    held.let_go()
    expect(page.locator("body.loading")).to_have_count(0)


def test_the_one_answer_that_is_missing_is_named(visit: Open, fake: FakeApi) -> None:
    fake.status["/v1/streams/checkout/blocked"] = 503
    page = visit("/ageing?stream=checkout")
    told = text(page, "#problem")
    assert "at least this one is missing: /v1/streams/checkout/blocked" in told
    assert "tried again every half minute" in told


@pytest.mark.parametrize("status", [404, 422])
def test_an_address_that_asks_for_what_is_not_there_leads_to_what_is(
    visit: Open, fake: FakeApi, status: int
) -> None:
    fake.status["/v1/streams/checkout/blocked"] = status
    page = visit("/ageing?stream=checkout&team=nobody")
    told = page.get_by_role("alert")
    expect(told).to_contain_text("can\u2019t be shown as its address asks")
    expect(told).not_to_contain_text("tried again")
    fake.status.clear()
    told.get_by_role("link", name="Show it without these choices").click()
    expect(page.locator("#answer")).to_contain_text("in flight")
    assert "team" not in page.url


def test_the_only_answer_of_a_page_is_not_counted(visit: Open, fake: FakeApi) -> None:
    fake.status["/v1/sources"] = 503
    assert "is missing" not in text(visit("/connectors"), "#problem")


def test_a_server_that_goes_away_is_told_and_its_return_too(visit: Open) -> None:
    page = visit("/connectors")
    _hurry(page)
    page.route("**/v1/**", lambda route: route.abort())
    _listen_anew(page)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("the server does not answer")
    expect(alert).to_contain_text("Shown is what was read at")
    page.unroute("**/v1/**")
    expect(alert).to_have_count(0)


def test_a_line_that_is_refused_is_opened_again(visit: Open) -> None:
    page = visit("/connectors")
    _hurry(page)
    page.route("**/v1/stream", lambda route: route.fulfill(status=502, body=""))
    with page.expect_response("**/v1/stream") as refused:
        _listen_anew(page)
    assert refused.value.status == 502
    page.unroute("**/v1/stream")
    with page.expect_request("**/v1/stream"):
        pass
