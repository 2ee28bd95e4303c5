"""Alerts in a browser: what is the case and why, who was told, and what is missing for that."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api.schemas_alerts import AlertsBody
from tests.web import fake_alerts as told
from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi

pytestmark = pytest.mark.browser


def test_the_answers_of_these_tests_are_of_the_documented_shape() -> None:
    AlertsBody.model_validate(told.alerts())


def test_the_answer_counts_what_is_the_case(visit: Open) -> None:
    page = visit("/")
    page.get_by_role("link", name="Alerts", exact=True).first.click()
    expect(page.locator(".alerts tbody tr")).to_have_count(3)
    assert text(page, ".answer") == "1 source fails, 1 item is blocked and 1 item is too old."
    assert "told to ops" in text(page, ".env")


def test_a_row_says_what_why_since_when_what_it_costs_whose_it_is_and_who_was_told(
    visit: Open,
) -> None:
    page = visit("/alerts")
    source, blocked, old = (
        plain(one) for one in page.locator(".alerts tbody tr").all_inner_texts()
    )
    for words in (
        "SHOP-6 is blocked for 26 h", "Simplify <b>refunds</b>", "flag: Flagged",
        "in Test, with testing", "20 Nov 09:00", "noticed 21 Nov 09:04", "€1.75k",
        "€8.6k so far", "testing", "checkout", "ops, held until 22 Nov 06:00", "quiet hours",
    ):  # fmt: skip
        assert words in blocked
    assert "not known" in old
    assert "no value is told" in old
    assert "ops, not reached" in old
    assert "8 tries: hooks.slack.com: answered 404" in old
    assert "not known" not in source
    assert "ops, 21 Nov 09:04" in source
    row = page.locator(".alerts tbody tr").nth(1)
    addresses = [one.get_attribute("href") for one in row.locator("a").all()]
    home = page.url.removesuffix("/alerts")
    assert [str(one).removeprefix(home) for one in addresses] == [
        "/journey?key=SHOP-6",
        "/v1/streams/checkout/blocked",
        "https://acme.example/browse/SHOP-6",
    ]


def test_choices_stand_in_the_address_and_are_asked_for(visit: Open) -> None:
    page = visit("/alerts")
    with page.expect_request(lambda one: "/v1/alerts?state=ended" in one.url):
        page.get_by_label("State").select_option("ended")
    with page.expect_request(lambda one: "state=ended&rule=cost" in one.url):
        page.get_by_label("Kind").select_option("cost")
    assert page.url.endswith("/alerts?state=ended&rule=cost")


def test_each_number_of_the_answer_leads_to_its_alerts(visit: Open) -> None:
    page = visit("/alerts?stream=checkout")
    with page.expect_request(lambda one: "rule=ageing" in one.url and "/v1/alerts" in one.url):
        page.get_by_role("link", name="1 item is too old").click()
    assert page.url.endswith("/alerts?stream=checkout&rule=ageing")


def test_earlier_ones_are_a_page_away(visit: Open, fake: FakeApi) -> None:
    fake.answers["/v1/alerts"] = told.alerts() | {"next": "5"}
    page = visit("/alerts?rule=blocked")
    link = page.get_by_role("link", name="Earlier ones")
    assert str(link.get_attribute("href")).endswith("/alerts?rule=blocked&cursor=5")


def test_without_routes_the_lines_that_add_one_are_there(visit: Open, fake: FakeApi) -> None:
    untold = told.row(1, not_told="no route takes it: add one")
    fake.answers["/v1/alerts"] = told.listed(untold, routes=[])
    page = visit("/alerts")
    assert "nobody" in text(page, ".alerts tbody tr")
    assert "[[alerts.routes]]" in text(page, ".empty")
    assert "headwater alerts --try team" in text(page, ".empty")


def test_nothing_and_not_yet_are_told_apart(visit: Open, fake: FakeApi) -> None:
    fake.answers["/v1/alerts"] = told.listed()
    assert text(visit("/alerts"), ".answer") == "Nothing is worth a message now."
    fake.answers["/v1/alerts"] = told.listed(looked_at=None)
    assert "Nothing was looked for yet" in text(visit("/alerts"), ".answer")


def test_on_a_phone_nothing_is_wider_than_the_screen(visit: Open) -> None:
    page = visit("/alerts", width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
