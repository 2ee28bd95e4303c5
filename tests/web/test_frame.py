"""The frame in a browser: navigation, keyboard, themes, refresh, phone, paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import FloatRect, expect

from tests.web.conftest import Open, text
from tests.web.fake_api import FakeApi
from tests.web.whole_pages import ADDRESSES, unfold

pytestmark = pytest.mark.browser
DRAWN_WIDTH = """() => new Promise((told) => requestAnimationFrame(() => requestAnimationFrame(
  () => told(document.documentElement.scrollWidth))))"""
"""What fits its width is drawn anew a frame later."""


def test_only_pages_that_exist_stand_in_the_navigation(visit: Open) -> None:
    links = visit("/").locator("#side nav a").all_inner_texts()

    assert links == [
        "Overview",
        "Alerts",
        "Map",
        "Flow",
        "Ageing",
        "Bottlenecks",
        "Forecast",
        "Journey",
        "Delay cost",
        "Value",
        "DORA",
        "Failures",
        "Lab",
        "Improvements",
        "Goals",
        "Quality",
        "Connectors",
        "Definitions",
        "Admin",
    ]


def test_g_and_a_letter_goes_to_a_page(visit: Open) -> None:
    page = visit("/")

    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.locator("h1")).to_have_text("Connectors")
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.locator("h1")).to_have_text("Overview")


def test_the_slash_searches_and_typing_there_is_no_command(visit: Open) -> None:
    page = visit("/")

    page.keyboard.press("/")
    expect(page.get_by_label("Search items")).to_be_focused()
    page.keyboard.type("gc?")

    expect(page.get_by_label("Search items")).to_have_value("gc?")
    assert page.url.endswith("/journey")


def test_brackets_shift_the_period_and_back(visit: Open, fake: FakeApi) -> None:
    page = visit("/")

    with page.expect_response("**/v1/overview?from=*&to=*"):
        page.keyboard.press("[")
    assert "to=" in page.url
    page.keyboard.press("]")
    page.wait_for_url(fake.address + "/")


def test_the_question_mark_lists_the_keys(visit: Open) -> None:
    page = visit("/")

    page.keyboard.press("?")

    assert "Search items" in text(page, "dialog")
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_have_count(0)


def test_the_first_tab_stop_skips_to_the_content(visit: Open) -> None:
    page = visit("/")

    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.textContent") == "Skip to content"


def test_the_theme_follows_the_system_and_can_be_chosen(visit: Open) -> None:
    page = visit("/", scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(16, 18, 21)"

    page.get_by_role("button", name="Light").click()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.reload()

    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_a_quiet_look_asks_with_the_etag_and_redraws_only_what_changed(
    visit: Open, fake: FakeApi
) -> None:
    page = visit("/")
    page.evaluate("document.querySelector('h1').dataset.mine = '1'")
    look = "document.dispatchEvent(new Event('visibilitychange'))"

    with page.expect_response("**/v1/overview") as unchanged:
        page.evaluate(look)
    assert unchanged.value.status == 304
    expect(page.locator("h1[data-mine]")).to_have_count(1)

    fake.answers["/v1/overview"]["headline"]["how_long"]["value"]["p50"] = 36
    page.evaluate(look)
    expect(page.locator(".answer")).to_contain_text("36")
    expect(page.locator("#live")).to_contain_text("36")


@pytest.mark.parametrize("address", [*ADDRESSES, "/journey?key=EVIL-1"])
def test_no_width_scrolls_sideways(visit: Open, address: str) -> None:
    page = visit(address, width=390)
    unfold(page)
    for width in (390, 721, 900, 1101, 1280):
        page.set_viewport_size({"width": width, "height": 900})

        assert page.evaluate(DRAWN_WIDTH) <= width, width


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_choice_of_the_bar_is_reached_on_a_phone(visit: Open, address: str) -> None:
    page = visit(address, width=1280)
    choices = page.locator("#bar .filters > *")
    before = choices.count()
    page.set_viewport_size({"width": 390, "height": 844})

    assert choices.count() == before
    for choice in choices.all():
        expect(choice).to_be_in_viewport(ratio=1)
    rows = [choice.bounding_box() for choice in [*choices.all(), page.locator(".asof > span")]]
    for one, box in enumerate(rows):
        assert all(apart(box, other) for other in rows[:one])


def apart(one: FloatRect | None, other: FloatRect | None) -> bool:
    """Whether two things that are seen do not lie upon each other."""
    assert one is not None
    assert other is not None
    beside = one["x"] + one["width"] <= other["x"] or other["x"] + other["width"] <= one["x"]
    below = one["y"] + one["height"] <= other["y"] or other["y"] + other["height"] <= one["y"]
    return beside or below


def test_the_menu_of_a_phone_opens_the_same_pages(visit: Open) -> None:
    page = visit("/", width=390)

    page.locator(".menu summary").click()
    page.locator(".menu").get_by_role("link", name="Connectors").click()

    expect(page.locator("h1")).to_have_text("Connectors")


def test_paper_is_light_with_open_tables_and_the_address(visit: Open, fake: FakeApi) -> None:
    page = visit("/journey?key=SHOP-412", scheme="dark")

    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator("#side")).to_be_hidden()
    expect(page.locator("details.alt table").first).to_be_visible()
    assert text(page, "#foot").startswith(fake.address + "/journey?key=SHOP-412")
