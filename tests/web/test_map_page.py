"""The Map in a browser: the sentence, the drawing in the page's colours, steps opened, tables."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi
from tests.web.fake_map_page import whole
from web.map_list import map_list
from web.map_svg import map_svg

pytestmark = pytest.mark.browser

MAP = "/v1/streams/checkout/map"
TEST = "a[data-step=Test]"


def _colour(page: Page, selector: str) -> str:
    found = page.locator(selector).first.evaluate("one => getComputedStyle(one).fill")
    return str(found)


def test_without_a_stream_the_first_one_is_shown_and_back_leads_out(visit: Open) -> None:
    page = visit("/")
    page.get_by_role("link", name="Map", exact=True).first.click()
    expect(page.locator("figure.vsm")).to_be_visible()
    assert page.url.endswith("/map?stream=checkout")
    page.go_back()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_the_answer_line_says_how_long_how_much_of_it_waits_and_where(visit: Open) -> None:
    assert text(visit("/map?stream=checkout"), ".answer") == (
        "Ideas take 14 days on average until they are in production: 9.0 d of them waiting. "
        "The longest wait is before Test, 6.0 d for each."
    )


def test_a_grade_of_direction_only_speaks_of_this_period_and_rounds(
    visit: Open, fake: FakeApi
) -> None:
    fake.answers[MAP] = whole(grade="C")
    assert text(visit("/map?stream=checkout"), ".answer").startswith(
        "The 9 deliveries of this period took ≈ 14 d until they were in production: 64 % of it"
    )


def test_the_drawing_has_the_colours_of_the_page_also_after_the_theme_is_changed(
    visit: Open,
) -> None:
    page = visit("/map?stream=checkout")
    wait = "figure.vsm path.f-w"
    assert _colour(page, wait) == "rgb(214, 124, 5)"
    page.get_by_role("button", name="Dark").click()
    assert _colour(page, wait) == "rgb(239, 176, 65)"


def test_a_step_opens_beneath_the_map_and_the_address_says_so(visit: Open) -> None:
    page = visit("/map?stream=checkout")
    page.locator(TEST).click()
    expect(page.get_by_role("heading", name="Inside Test")).to_be_visible()
    assert page.url.endswith("&step=Test")
    inside = text(page, ".inside")
    assert "In test status 9 11 12 h 24 h" in inside
    assert "shop/web build 3 4 no data 24 h" in inside
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("heading", name="Inside Test")).to_have_count(0)


def test_steps_are_reached_and_opened_with_the_keyboard(visit: Open) -> None:
    page = visit("/map?stream=checkout")
    page.locator(TEST).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Inside Test")).to_be_visible()


def test_the_slider_changes_what_is_drawn_and_the_address(visit: Open, fake: FakeApi) -> None:
    page = visit("/map?stream=checkout")
    assert text(page, ".ways output") == "1 of 2, covering 78 % of the deliveries"
    page.get_by_label("Ways shown").focus()
    page.keyboard.press("End")
    page.wait_for_url("**paths=1")
    expect(page.locator("#main[aria-busy=false]")).to_be_visible()
    assert [one for one in fake.asked if one.startswith(f"{MAP}?") and "paths=1" in one]


def test_the_key_t_opens_the_same_numbers_as_tables(visit: Open) -> None:
    page = visit("/map?stream=checkout")
    page.keyboard.press("t")
    told = plain(page.inner_text("main"))
    assert "Test test, adds value ≤ 24 h at most 6.0 d in the queue 6.0 d" in told
    assert "Test back to Build 22 % 2 of 9 2 2.0 d each nobody valued what came back here" in told
    assert "Build to Test build hands to test 9 78 % 7 of 9" in told
    assert "Build → Test → Build → Test → Release 2 22 %" in told
    assert 'Build team = "..." Copy' in told


def test_a_period_without_deliveries_says_so_and_draws_nothing(visit: Open, fake: FakeApi) -> None:
    nothing = whole()
    nothing["n"] = nothing["ladder"]["n"] = 0
    nothing["ladder"]["reason"] = "nothing was delivered in this window"
    fake.answers[MAP] = nothing
    page = visit("/map?stream=checkout")
    assert text(page, ".answer") == "There is no way to draw: nothing was delivered in this window."
    expect(page.get_by_role("heading", name="Nothing was delivered in this period")).to_be_visible()
    expect(page.locator("figure.vsm")).to_have_count(0)


def test_a_stream_without_stages_gives_the_lines_to_paste(visit: Open, fake: FakeApi) -> None:
    bare = whole()
    bare["n"] = bare["ladder"]["n"] = 0
    bare["ladder"]["reason"] = "nothing was delivered in this window"
    bare["steps"] = []
    fake.answers[MAP] = bare
    assert 'stages = [ { name = "Ready"' in text(visit("/map?stream=checkout"))


def test_names_that_look_like_markup_stay_text(visit: Open, fake: FakeApi) -> None:
    hostile = whole()
    hostile["steps"][2]["name"] = "<img src=x onerror=alert(1)>"
    fake.answers[MAP] = hostile
    fake.answers[f"{MAP}.svg"] = map_svg(hostile, theme="page", headed=False)
    page = visit("/map?stream=checkout")
    assert page.locator("main img").count() == 0
    assert "<img src=x" in text(page, ".answer")


def test_a_narrow_screen_gets_the_list(visit: Open, fake: FakeApi) -> None:
    fake.answers[f"{MAP}.svg"] = map_list(whole(), theme="page", headed=False)
    page = visit("/map?stream=checkout", width=390)
    assert any("layout=list" in one for one in fake.asked)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
