"""Value in a browser: who has it, who uses it, what it brought, and what nobody tells."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.web import fake_value
from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi
from tests.web.fake_envelopes import HOSTILE
from tests.web.fake_value import BROUGHT, FIRST, KNOWN, LIVE, STOCK

pytestmark = pytest.mark.browser
PAGE = "/value?stream=checkout"


def test_the_sentence_says_how_long_what_is_told_and_what_is_not_on(visit: Open) -> None:
    assert text(visit(PAGE), ".answer") == (
        "Half of ideas in Checkout are live for their users within 40 days; half are first used"
        " within 12 days after somebody could see them. What came of it is told of 30 % of what was"
        " released. 1 is in production and not switched on, which costs €1.8k a week."
    )


def test_figures_have_sample_range_and_what_is_withheld(visit: Open) -> None:
    figures = text(visit(PAGE), ".figs")

    assert "Idea to live 40 d for half of ideas 85 % within 70 d · n 9" in figures
    assert "Until first use 12 d for half, once visible 85 % within: withheld, too few" in figures
    assert "Shipped, not switched on 1 item burns €1.8k a week" in figures
    assert "Outcome known 30 % 3 of 10 released items · 11-60 %" in figures


def test_clocks_say_what_is_not_in_them_and_open_their_items(visit: Open, fake: FakeApi) -> None:
    page = visit(PAGE)
    table = page.get_by_role("table", name="From idea to use")

    first = plain(table.locator("tbody tr").first.inner_text())
    assert first.startswith("Idea to live since the idea 40 d 70 d 9")
    assert "31 no tool tells who has it, 2 too few users have it" in first
    table.get_by_role("link", name="To first use").click()
    expect(page).to_have_url(re.compile("show=time_to_first_use#list"))
    expect(page.locator("table.vitems tbody tr")).to_have_count(1)
    assert f"{FIRST}/explain" in fake.asked


def test_ways_of_finding_out_stand_apart_and_a_share_of_too_few_is_withheld(visit: Open) -> None:
    page = visit(PAGE)
    rows = [plain(one) for one in page.locator("table.returns tbody tr").all_inner_texts()]

    assert rows == [
        "Experiment 75 % €6k of €8k 5 items; €900 indirect beside none told",
        "Before and after none told none told",
        "Opinion share withheld: too few, needs 5 €2k of €1k 2 items none told",
    ]
    assert "never added up" in text(page)


def test_each_item_says_when_it_was_live_used_and_what_it_brought(visit: Open) -> None:
    page = visit(PAGE)
    rows = [plain(one) for one in page.locator("table.vitems tbody tr").all_inner_texts()]

    assert rows[1] == (
        "Gift cards SHOP-388 5 Sep 2026 10 Sep 2026 40 d after the idea, 100 % of users now"
        " 20 Sep 2026 12 d not told €2.4k of €3k 30 d, experiment"
    )
    assert rows[0].startswith("Saved cards SHOP-390 6 Sep 2026")
    assert rows[0].endswith("none told")
    assert "1 item not in it, and why" in text(page)
    page.get_by_label("Which items").select_option("outcome_coverage")
    expect(page.locator("table.vitems tbody tr")).to_have_count(3)
    assert "no tool tells who has it" in text(page, "table.vitems")
    page.get_by_role("link", name="Gift cards").click()
    expect(page).to_have_url(re.compile("/journey.key=SHOP-388"))


def test_a_missing_usage_tool_is_a_reason_and_never_a_nought(visit: Open, fake: FakeApi) -> None:
    fake.answers |= fake_value.silent(use_only=True)

    page = visit(PAGE)

    assert "Until first use no data no tool reports use" in text(page, ".figs")
    assert "first used" not in text(page, ".answer")
    row = plain(
        page.get_by_role("table", name="From idea to use").locator("tr").nth(2).inner_text()
    )
    assert row.startswith("To first use since anybody could see it no data no tool reports use")
    assert not re.search("(^| )0( |$)", row)
    page.get_by_text("How tools tell it").click()
    assert "feature.exposed" not in text(page, "details[open].alt")
    assert "weekly users" in text(page, "details[open].alt")


def test_where_no_tool_tells_anything_the_page_has_the_lines_and_no_number(
    visit: Open, fake: FakeApi
) -> None:
    fake.answers |= fake_value.silent()

    page = visit(PAGE)

    assert text(page, ".answer") == (
        "How long ideas in Checkout take until their users have them is not known:"
        " no tool reports exposure. What they brought is not known: no tool reports outcomes."
    )
    shown = text(page)
    assert 'kind = "events"' in shown
    assert "feature.exposed" in shown
    assert "/v1/events" in shown
    assert page.locator(".figs").count() == 0


def test_a_grade_of_direction_only_stays_out_of_the_sentence(visit: Open, fake: FakeApi) -> None:
    for address in (LIVE, FIRST, KNOWN, STOCK):
        fake.answers[address] = fake.answers[address] | {"grade": "C", "reasons": ["C8<0.8"]}

    answer = text(visit(PAGE), ".answer")

    assert not re.search("[0-9]+ days|€", answer)
    assert "is not known: items with a full history under 80 %" in answer


def test_many_items_come_in_pages(visit: Open, fake: FakeApi) -> None:
    rows = [fake_value.row(f"SHOP-{n}", f"Item {n}", released_at=f"2026-09-{n:02d}T08:00:00Z")
            for n in range(1, 31)]  # fmt: skip
    fake.answers[f"{LIVE}/explain"] = fake_value.explained("idea_to_live", rows)

    page = visit(PAGE)

    assert "1 to 25 of 30 · Next" in text(page)
    expect(page.locator("table.vitems tbody tr").first).to_contain_text("SHOP-30")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("table.vitems tbody tr")).to_have_count(5)
    expect(page.locator("table.vitems tbody tr").last).to_contain_text("SHOP-1")
    assert "page=2" in page.url


def test_type_team_and_period_are_asked_of_every_number(visit: Open, fake: FakeApi) -> None:
    page = visit(PAGE)
    for label, value in (("Type of work", "defect"), ("Team", "qa"), ("Period", "30")):
        fake.asked.clear()
        page.get_by_label(label, exact=True).select_option(value)
        page.wait_for_selector("#main[aria-busy=false]")

    asked = [one for one in fake.asked if one.startswith("/v1/streams/checkout")]
    assert {one.partition("?")[0] for one in asked} >= {LIVE, FIRST, BROUGHT, KNOWN, STOCK}
    for one in asked:
        for choice in ("type=defect", "team=qa", "from="):
            assert choice in one


@pytest.mark.parametrize("width", [390, 900, 1440])
def test_no_title_leaves_the_page_or_becomes_markup(visit: Open, fake: FakeApi, width: int) -> None:
    odd = HOSTILE + "x" * 300
    rows = [fake_value.row("SHOP-1", odd)]
    fake.answers[f"{LIVE}/explain"] = fake_value.explained("idea_to_live", rows)
    stock = fake.answers[STOCK]
    items = [one | {"title": odd, "features": [odd]} for one in stock["items"]]
    fake.answers[STOCK] = stock | {"items": items}

    page = visit(PAGE, width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.pwned") is None
    assert page.locator("main img").count() == 0


def test_the_page_is_reached_by_key_and_shows_the_first_stream(visit: Open) -> None:
    page = visit("/")
    page.keyboard.press("g")
    page.keyboard.press("v")
    expect(page.get_by_role("heading", name="Value", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile("/value.stream=checkout$"))


def test_a_failure_is_told(visit: Open, fake: FakeApi) -> None:
    fake.status[BROUGHT] = 503

    assert "This page could not be read" in text(visit(PAGE), "#problem")
