"""Bottlenecks in a browser: the queue that holds up most, what is stuck, and what to do next."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Route, expect

from api.schemas_charts import CumulativeFlow
from api.schemas_lists import StageRows
from tests.web import fake_bottlenecks
from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi
from tests.web.fake_bottlenecks import STREAM

pytestmark = pytest.mark.browser

PAGE = "/bottlenecks?stream=checkout"


def _row(fake: FakeApi, name: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = fake.answers[f"{STREAM}/stages"]["items"]
    return next(one for one in rows if one["name"] == name)


def test_the_answers_that_the_page_is_tried_with_are_those_of_the_api() -> None:
    StageRows.model_validate(fake_bottlenecks.stages())
    CumulativeFlow.model_validate(fake_bottlenecks.cfd())


def test_the_first_sentence_names_the_queue_its_cost_and_since_when(visit: Open) -> None:
    page = visit("/bottlenecks")
    page.wait_for_url("**/bottlenecks?stream=checkout")
    expect(page.locator(".answer")).to_contain_text("holds up most")
    assert text(page, ".answer") == (
        "Test queue holds up most: 19 items wait there, 21 d each so far, "
        "which costs €15k a week. No other queue has been longer since 19 Nov."
    )


def test_figures_are_of_what_has_been_begun(visit: Open) -> None:
    told = text(visit(PAGE), ".figs")
    assert "Waiting now 24 of 32 begun 75 % of them wait" in told
    assert "It costs €20k a week now 75 % of it in Test queue" in told
    assert "Likely to miss 15 d 5 of 17 in flight 2 items are over already" in told
    assert "Blocked 1 now 40 d of 7 items in the period" in told


def test_without_values_the_queue_in_which_most_waits_holds_up_most(
    visit: Open, fake: FakeApi
) -> None:
    for row in fake.answers[f"{STREAM}/stages"]["items"]:
        row |= {"burn_rate_cents": None if row["waiting_now"] else 0, "delay_cost_cents": None}
    page = visit(PAGE)
    assert text(page, ".answer").startswith(
        "Test queue holds up most: 19 items wait there, 21 d each so far. No other queue"
    )
    assert "It costs not known no item has a value per week; see [cost_of_delay]" in text(
        page, ".figs"
    )
    assert "Test queue before Test, qa 19 waiting 21 d not valued" in text(page, ".piles")


def test_a_queue_that_is_not_the_longest_has_no_day_since_when(visit: Open, fake: FakeApi) -> None:
    _row(fake, "Ready")["burn_rate_cents"] = 90_000_00
    assert text(visit(PAGE), ".answer") == (
        "Ready holds up most: 4 items wait there, 3.0 d each so far, which costs €90k a week."
    )


def test_a_stream_in_which_nothing_waits_says_so(visit: Open, fake: FakeApi) -> None:
    for row in fake.answers[f"{STREAM}/stages"]["items"]:
        row |= {"waiting_now": 0, "average_wait_now_d": None, "burn_rate_cents": 0}
    page = visit(PAGE)
    assert text(page, ".answer") == "Nothing that has been begun waits in a queue now."
    assert page.locator("tr.worst").count() == 0
    assert text(visit(f"{PAGE}&to=2020-01-31"), ".answer") == (
        "Nothing that was begun waited in a queue on 30 Jan 2020, as far as the sources are read."
    )


def test_where_work_piles_up_waiting_is_amber_and_true_to_scale(visit: Open) -> None:
    page = visit(PAGE)
    assert page.locator("tr.worst").count() == 1
    assert "Build web 1 waiting, 6 worked on 2.0 d not valued" in text(page, ".piles")
    width = "one => one.getBoundingClientRect().width"
    waits = page.locator(".piles rect.f-waiting")
    ready, test = (waits.nth(at).evaluate(width) for at in (1, 3))
    assert test / ready == pytest.approx(19 / 4, rel=0.02)
    fill = waits.first.evaluate("one => getComputedStyle(one).fill")
    assert fill == "rgb(214, 124, 5)"
    drawn = page.get_by_role("img", name="Test queue: 12 items at first, at most 19, 19 now")
    expect(drawn).to_be_visible()


def test_how_busy_people_are_comes_later_from_the_model(visit: Open, fake: FakeApi) -> None:
    page = visit(PAGE)
    row = page.get_by_role("row", name="Test qa")
    expect(row).to_contain_text("93")
    assert plain(row.inner_text()).endswith("93 %")
    fake.status[f"{STREAM}/lab"] = 422
    page.reload()
    page.wait_for_selector(".piles tr.worst")
    assert "%" not in text(page, ".piles")


def test_what_comes_later_leaves_the_focus_where_it_is(visit: Open) -> None:
    page = visit(PAGE)
    held: list[Route] = []
    page.route(f"**{STREAM}/lab**", lambda route: held.append(route))
    with page.expect_request(f"**{STREAM}/lab**"):
        page.reload()
    link = page.get_by_role("link", name="Test queue")
    link.focus()
    expect(page.get_by_role("row", name="Test qa")).not_to_contain_text("93")
    held[0].continue_()
    expect(page.get_by_role("row", name="Test qa")).to_contain_text("93")
    expect(link).to_be_focused()
    page.unroute_all()


def test_a_stage_opens_to_its_items_with_the_same_choices(visit: Open) -> None:
    page = visit(f"{PAGE}&type=feature&window=30")
    page.get_by_role("link", name="Test queue").click()
    expect(page.get_by_role("heading", name="What is in Test queue")).to_be_visible()
    page.wait_for_url("**/ageing?stream=checkout&type=feature&window=30&stage=Test+queue#items")


def test_figures_of_items_open_to_them(visit: Open) -> None:
    page = visit(PAGE)
    likely = page.locator(".fig", has_text="Likely to miss").get_by_role("link")
    assert (likely.get_attribute("href") or "").endswith("/ageing?stream=checkout#items")
    page.locator(".fig", has_text="Blocked").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Blocked now")).to_be_visible()


def test_handoffs_loops_and_the_next_step_open_to_what_is_behind_them(visit: Open) -> None:
    page = visit(PAGE)
    told = text(page)
    assert "product to checkout 9 9" in told
    assert "Review back to Build 27 % 3 of 11 2.5 d each" in told
    behind = page.get_by_role("link", name="product to checkout").get_attribute("href")
    assert behind is not None
    assert "/map/explain?" in behind
    tried = page.get_by_role("link", name="one more person at Test").get_attribute("href")
    assert tried is not None
    assert tried.endswith("/lab?stream=checkout&step=Test&Test.people=%2B1")
    expect(page.get_by_role("heading", name="Findings")).to_be_visible()


def test_a_stream_without_stages_gives_the_lines_to_paste(visit: Open, fake: FakeApi) -> None:
    fake.answers[f"{STREAM}/stages"]["items"] = []
    assert 'stages = [ { name = "Ready"' in text(visit(PAGE))


def test_names_that_look_like_markup_stay_text(visit: Open, fake: FakeApi) -> None:
    name = "<img src=x onerror=alert(1)>"
    _row(fake, "Test queue")["name"] = name
    page = visit(PAGE)
    assert page.locator("main img").count() == 0
    assert text(page, ".answer").startswith(f"{name} holds up most")


def test_a_failed_read_is_said(visit: Open, fake: FakeApi) -> None:
    fake.status[f"{STREAM}/stages"] = 503
    page = visit(PAGE)
    assert "This page could not be read" in text(page, "#problem")


@pytest.mark.parametrize("width", [390, 768])
def test_a_narrow_screen_does_not_scroll_sideways(visit: Open, width: int) -> None:
    page = visit(PAGE, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
