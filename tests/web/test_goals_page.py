"""Goals in a browser: what is expected, whether it was kept, what will miss it, objectives."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api.schemas_journey import Explained
from tests.web import fake_goals
from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi
from tests.web.fake_flow import PROMISE, SLE

pytestmark = pytest.mark.browser
PAGE = fake_goals.PAGE


def test_the_objectives_that_the_page_is_tried_with_are_those_of_the_api() -> None:
    Explained.model_validate(fake_goals.some()[fake_goals.TOLD])


def test_the_sentence_says_what_was_expected_kept_and_can_be_expected(visit: Open) -> None:
    page = visit("/goals")
    page.wait_for_url("**/goals?stream=checkout")
    expect(page.locator(".answer")).to_contain_text("kept that")

    told = text(page, ".answer")
    assert told.startswith(
        "85 % of the work within 14 days was expected, as the time before had shown; 79 % kept "
        "that. From now on 15 days can be expected."
    ) or told.startswith(
        "85 % of the work within 14 d was expected, as the time before had shown; 79 % kept "
        "that. From now on 15 d can be expected."
    )
    assert "in flight will probably miss it" in told


def test_the_figures_give_ranges_and_open_what_is_behind_them(visit: Open) -> None:
    page = visit(PAGE)

    figures = text(page, ".figs")
    assert "15 d for 85 % 11 d to 28 d" in figures
    assert "Done within 14 d 79 % 33 of 42" in figures
    assert "Objectives none entered" in figures
    links = page.locator(".figs dd.v a")
    assert [one.get_attribute("href") for one in links.all()][2].endswith("/ageing?stream=checkout")


def test_a_goal_of_ones_own_stands_in_the_address_and_is_asked_for(
    visit: Open, fake: FakeApi
) -> None:
    page = visit(PAGE)
    fake.answers[PROMISE] = SLE | {"within_d": 30.0, "value": SLE["value"] | {"adherence": 0.9}}

    with page.expect_response(lambda one: "/sle?" in one.url and "within_d=30" in one.url):
        page.get_by_label("Days of your own").fill("30")
        page.keyboard.press("Enter")
    expect(page.locator(".answer")).to_contain_text("was asked for")

    assert page.url.endswith("days=30")
    assert any("/ageing?" in one and "within_d=30" in one for one in fake.asked)
    fake.answers[PROMISE] = SLE
    page.get_by_role("button", name="As history gives it").click()
    expect(page.locator(".answer")).to_contain_text("as the time before had shown")
    assert "days" not in page.url


@pytest.mark.parametrize("days", ["0", "-3", "4000", "many", "1e9"])
def test_days_that_are_none_are_not_asked_for(visit: Open, fake: FakeApi, days: str) -> None:
    page = visit(f"{PAGE}&days={days}&percent=77")

    assert not any("within_d" in one for one in fake.asked)
    assert any("percent=85" in one for one in fake.asked)
    assert page.get_by_label("Days of your own").input_value() == ""


def test_objectives_stand_one_by_one_the_newest_increment_first(visit: Open, fake: FakeApi) -> None:
    fake.answers |= fake_goals.some()
    page = visit(PAGE)
    rows = [plain(one) for one in page.locator("#objectives ~ table tbody tr").all_inner_texts()]

    assert [row.split(" PI ")[0] for row in rows] == [
        "Delivery slots", "Pay by instalments", "Guest checkout", "Gift cards",
    ]  # fmt: skip
    assert "not rated yet" in rows[0]
    assert "stretch" in rows[3]
    assert "106 % of what was planned 19 of 18 of value; 1 objective in increments not rated" in (
        text(page, ".figs")
    )


def test_without_objectives_the_file_that_enters_them_is_there(visit: Open) -> None:
    shown = text(visit(PAGE))

    assert "No increment with objectives ended in this period" in shown
    assert "stream,increment,ends,objective,committed,planned,actual" in shown
    assert "headwater objectives increment.csv" in shown


def test_what_was_not_kept_for_want_of_a_time_before_says_so(visit: Open, fake: FakeApi) -> None:
    bare = SLE["value"] | {"expected_d": None, "adherence": None, "kept": None}
    why = ["adherence withheld: nothing was done in the same time before the window"]
    fake.answers[PROMISE] = SLE | {"value": bare, "interval": {}, "reasons": why}
    page = visit(PAGE)

    assert text(page, ".answer").startswith(
        "Nothing is expected yet: the time before this period gave nothing."
    )
    assert "0 %" not in text(page, ".figs")


def test_g_twice_goes_to_goals(visit: Open) -> None:
    page = visit("/connectors")

    page.keyboard.press("g")
    page.keyboard.press("g")
    expect(page.locator("h1")).to_have_text("Goals")
    page.keyboard.press("c")
    expect(page.locator("h1")).to_have_text("Goals")
