"""The delay cost in a browser: what it costs, where, which item, what is not in it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api.examples_sequences import QUEUE_ORDER
from tests.web import fake_cost
from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi
from tests.web.fake_cost import COST, EXPLAIN, ITEMS, QUEUE, STOCK
from tests.web.fake_envelopes import HOSTILE

pytestmark = pytest.mark.browser
PAGE = "/delay-cost?stream=checkout"


def test_the_sentence_says_what_it_cost_where_and_what_a_better_order_saves(visit: Open) -> None:
    assert text(visit(PAGE), ".answer") == (
        "Waiting in Checkout cost €28k last week and costs €31k a week now. Test holds 52 % of it;"
        " a better order there would save about €430, without more people."
    )


def test_figures_stand_with_their_ranges_and_with_what_is_not_in_them(visit: Open) -> None:
    figures = text(visit(PAGE), ".figs")

    assert "Waiting costs now €31k a week likely €20k-€46k · of 2 000 draws" in figures
    assert "Waiting cost since 23 Aug €320k likely €210k-€470k; €22k more was sunk in 6" in figures
    assert "Where Test, 52 % first in 94 % of draws, so the lead is safe" in figures
    assert "What is not in it 1 of 4 items in flight have no value yet" in figures
    assert "counted, not priced at zero" in figures


def test_a_lead_that_draws_often_turn_is_called_too_close(visit: Open, fake: FakeApi) -> None:
    rows = fake_cost.cost()["items"]
    fake.answers[COST] = fake_cost.cost(items=[rows[0] | {"first_share_now": 0.6}, *rows[1:]])

    assert "first in 60 % of draws only: too close to call" in text(visit(PAGE), ".figs")


def test_values_without_a_range_are_told_as_such_and_no_range_is_drawn(
    visit: Open, fake: FakeApi
) -> None:
    told = fake_cost.cost()
    for one in (told["ranges"], *(row["ranges"] for row in told["items"])):
        for name in ("cost_cents", "burn_rate_cents"):
            one[name] = dict.fromkeys(("p10", "p50", "p90"), one[name]["p50"])
    fake.answers[COST] = told

    page = visit(PAGE)

    assert "€31k a week no value in it has a range" in text(page, ".figs")
    assert page.locator(".mbars line").count() == 0


def test_a_grade_of_direction_only_gives_no_amount_in_the_sentence(
    visit: Open, fake: FakeApi
) -> None:
    fake.answers[COST] = fake_cost.cost(grade="C", reasons=["jira is stale"])

    assert text(visit(PAGE), ".answer") == (
        "What waiting in Checkout costs is known in direction only: jira is stale."
    )


def test_bars_are_ordered_by_what_is_shown_and_lead_to_what_waited_there(
    visit: Open, fake: FakeApi
) -> None:
    page = visit(PAGE)
    bars = page.locator(".mbars li")
    names = [plain(one).split(" ")[0] for one in bars.all_inner_texts()]
    assert names == ["Test", "Analysis", "Release"]
    assert "€16k€10k-€24k" in plain(bars.first.locator("svg").text_content() or "")

    page.get_by_label("What is shown").select_option("period")
    expect(bars.first).to_contain_text("Analysis backlog")
    assert "of=period" in page.url

    page.locator(".mbars a", has_text="Test").click()
    expect(page.locator("#part")).to_be_visible()
    assert "part=Test" in page.url
    assert any("by=stage&part=Test" in one for one in fake.asked if one.startswith(EXPLAIN))
    row = plain(page.get_by_role("table", name="Test", exact=True).locator("tbody").inner_text())
    assert row == "Delivery slot picker SHOP-405 19 d €9.2k €3.4k long life value of SHOP-300"
    assert "1 delivery without a value waited there, too" in text(page)
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#part")).to_have_count(0)


def test_split_type_team_and_clock_are_asked_of_the_api_and_stand_in_the_address(
    visit: Open, fake: FakeApi
) -> None:
    page = visit(PAGE)
    for label, value in (
        ("Split", "team"),
        ("Type of work", "defect"),
        ("Team", "qa"),
        ("From when on waiting costs", "idea"),
        ("Period", "30"),
    ):
        fake.asked.clear()
        page.get_by_label(label, exact=True).select_option(value)
        page.wait_for_selector("#main[aria-busy=false]")

    for choice in ("by=team", "type=defect", "team=qa", "clock=idea", "window=30"):
        assert choice in page.url
    asked = {one.partition("?")[0]: one for one in fake.asked if "interval" not in one}
    for choice in ("by=team", "type=defect", "team=qa", "clock=idea", "from="):
        assert choice in asked[COST]
    for choice in ("type=defect", "team=qa", "from="):
        assert choice in asked[ITEMS]
        assert choice in asked[STOCK]


def test_items_stand_by_what_they_burn_with_range_deadline_and_journey(visit: Open) -> None:
    page = visit(PAGE)
    rows = [plain(one) for one in page.locator("table.burning tbody tr").all_inner_texts()]

    assert len(rows) == 2
    assert rows[0] == (
        "Delivery slot picker SHOP-405 Test 19 d, quality €3.4k €2.3k-€4.7k €9.2k €6.5k long life"
    )
    assert "deadline 14 Jan 2027 22 % risk to miss it" in rows[1]
    assert page.locator("table.burning tbody circle.f-waiting").count() == 2
    page.get_by_role("link", name="Delivery slot picker").last.click()
    expect(page).to_have_url(page.url.split("/delay-cost")[0].split("/journey")[0]
                             + "/journey?key=SHOP-405")  # fmt: skip


def test_what_nobody_valued_is_listed_and_never_priced_at_zero(visit: Open) -> None:
    page = visit(PAGE)

    table = page.locator("table", has_text="Stands in")
    assert plain(table.locator("tbody").inner_text()).startswith("Tax rounding SHOP-421")
    assert "€" not in table.inner_text()
    page.get_by_text("How to give them a value").click()
    assert 'field = "Cost of delay per week"' in text(page, ".ways3")
    assert "SHOP-421,15000,20000,35000" in text(page, ".ways3")


def test_without_any_value_the_page_says_which_lines_supply_one(visit: Open, fake: FakeApi) -> None:
    fake.answers |= fake_cost.unpriced()

    page = visit(PAGE)

    assert text(page, ".answer") == (
        "What waiting in Checkout costs is not known:"
        " nothing that waited in this window has a value."
    )
    shown = text(page)
    assert "[cost_of_delay]" in shown
    assert "headwater values values.csv" in shown
    assert "The 41 deliveries without a value" in shown
    assert "/v1/values" in shown
    assert "€0" not in shown
    assert "No tool reports which features are switched on" in shown


def test_a_key_that_could_be_a_command_is_in_none_of_the_lines_to_copy(
    visit: Open, fake: FakeApi
) -> None:
    odd = [row | {"key": "X'; rm -rf ~; '"} for row in fake_cost.burning()["items"]]
    fake.answers[ITEMS] = fake_cost.burning(items=odd)

    page = visit(PAGE)
    page.get_by_text("How to give them a value").click()

    assert "rm -rf" not in text(page, ".ways3")
    assert "SHOP-412,15000,20000,35000" in text(page, ".ways3")


def test_what_is_shipped_and_not_switched_on_is_listed_with_its_burn(visit: Open) -> None:
    shown = text(visit(PAGE))

    assert "1 in production that most users do not have; not switching them on costs €1.8k" in shown
    assert "Split payment at checkout SHOP-412 on for some, 5 % of users split-payment" in shown


def test_a_failure_is_told_with_the_way_to_try_again(visit: Open, fake: FakeApi) -> None:
    fake.status[COST] = 503

    page = visit(PAGE)

    assert "This page could not be read" in text(page, "#problem")
    fake.status.clear()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#problem")).to_have_count(0)
    expect(page.locator(".answer")).to_contain_text("€31k")


@pytest.mark.parametrize("width", [390, 900, 1440])
def test_no_title_leaves_the_page_or_becomes_markup(visit: Open, fake: FakeApi, width: int) -> None:
    odd = HOSTILE + "x" * 300
    rows = fake_cost.cost()["items"]
    fake.answers[COST] = fake_cost.cost(items=[rows[0] | {"stage": odd}, *rows[1:]])
    flight = [row | {"title": odd, "stage": odd} for row in fake_cost.burning()["items"]]
    fake.answers[ITEMS] = fake_cost.burning(items=flight)
    order = QUEUE_ORDER["order"]
    items = [row | {"title": odd} for row in order["items"]]
    fake.answers[QUEUE] = QUEUE_ORDER | {"order": order | {"items": items}}

    page = visit(PAGE, width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.pwned") is None
    assert page.locator("main img").count() == 0


def test_the_page_is_reached_by_key_and_by_keyboard_alone(visit: Open) -> None:
    page = visit("/")
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page.get_by_role("heading", name="Delay cost")).to_be_visible()
    page.wait_for_selector("#main[aria-busy=false]")
    assert page.url.endswith("/delay-cost?stream=checkout")
    page.locator(".mbars a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#part")).to_be_visible()
    page.keyboard.press("t")
    assert page.locator("details.alt[open]").count() == page.locator("details.alt").count() > 3


def test_no_stream_at_all_is_told(visit: Open, fake: FakeApi) -> None:
    fake.answers["/v1/streams"] = {"items": [], "next": None}

    assert "no value stream is configured" in text(visit("/delay-cost"))
