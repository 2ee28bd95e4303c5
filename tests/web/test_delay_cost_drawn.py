"""The drawings of the delay cost in a browser: its weeks, and the order of work."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from api.examples_sequences import QUEUE_ORDER
from tests.web import fake_cost
from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi
from tests.web.fake_cost import COST, QUEUE

pytestmark = pytest.mark.browser
PAGE = "/delay-cost?stream=checkout"


def test_the_running_week_is_hollow_and_not_joined_and_a_week_opens(visit: Open) -> None:
    page = visit(PAGE)
    chart = page.locator("figure", has=page.locator("circle.hit"))

    line = chart.locator("path.s-waiting.w2").get_attribute("d") or ""
    assert line.count("L") == 2
    assert chart.locator("circle.w15").count() == 1
    chart.get_by_label("Week of 9 Nov: €28k").click()
    expect(page).to_have_url(re.compile("window=7&to=2026-11-16"))


def test_a_trend_has_a_word_only_where_a_rule_fired(visit: Open, fake: FakeApi) -> None:
    limits = {"mean": 20_000_00, "lower": 15_000_00, "upper": 25_000_00}
    days = [f"2026-{month}-{day}" for month in ("09", "10") for day in ("01", "08", "15", "22")]
    quiet = [fake_cost.week(day, 20_900 if n % 2 else 19_100) for n, day in enumerate(days)]
    fake.answers[COST] = fake_cost.cost(series=quiet, limits=limits)
    calm = text(visit(PAGE))
    loud = [*quiet, fake_cost.week("2026-11-01", 26_000)]
    fake.answers[COST] = fake_cost.cost(series=loud, limits=limits)
    after = text(visit(PAGE))

    assert "higher since" not in calm
    assert "higher since" in after


def test_a_week_that_is_not_read_breaks_the_line(visit: Open, fake: FakeApi) -> None:
    weeks = [fake_cost.week(f"2026-10-{day:02d}", amount) for day, amount in
             ((1, 10_000), (8, 12_000), (15, None), (22, 11_000), (29, 9_000))]  # fmt: skip
    fake.answers[COST] = fake_cost.cost(series=weeks)

    page = visit(PAGE)

    lines = [one.get_attribute("d") or "" for one in page.locator("path.s-waiting.w2").all()]
    assert [one.count("L") for one in lines] == [1, 1]
    assert page.locator("circle.hit").count() == 4


def test_the_order_names_places_that_are_too_close_and_what_keeps_its_place(
    visit: Open, fake: FakeApi
) -> None:
    order = QUEUE_ORDER["order"]
    first, second = order["items"]
    close = first | {"before_next": 0.62, "too_close_to_call": True}
    kept = [{"key": "SHOP-433", "reason": "no value"}]
    fake.answers[QUEUE] = QUEUE_ORDER | {
        "order": order | {"items": [close, second], "kept_in_place": kept}
    }

    side = text(visit(PAGE), ".ordn")

    assert "Finishing the 2 in this order costs €2.06k of delay instead of €2.49k" in side
    assert "Saves €430 (€180-€900)." in side
    assert "Places 1 and 2 are too close to call: they swap in 38 % of draws." in side
    assert "1 item without a value keep their place." in side


def test_the_drawn_order_tells_today_from_the_proposed_one(visit: Open) -> None:
    page = visit(PAGE)
    words = page.locator("figure[aria-label^='Order of work'] svg text").all_text_contents()

    assert [plain(one) for one in words] == [
        "Order today", "Proposed order",
        "1", "SHOP-418 Wallet button", "2", "SHOP-405 Delivery slot picker",
        "1", "SHOP-405 Delivery slot picker", "2", "SHOP-418 Wallet button",
    ]  # fmt: skip


def test_an_order_that_cannot_be_told_has_its_reason(visit: Open, fake: FakeApi) -> None:
    fake.answers[QUEUE] = QUEUE_ORDER | {"order": None, "reason": "nothing waits there now"}

    page = visit(PAGE)

    assert "Nothing can be put in order: nothing waits there now." in text(page)
    assert "better order" not in text(page, ".answer")
