"""Ageing in a browser: what is too old today, where it stands, and what it waits for."""

from __future__ import annotations

from itertools import combinations
from math import hypot
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.schemas_kanban import AgeingBody
from tests.web import fake_ageing
from tests.web.conftest import Open, plain, text
from tests.web.fake_ageing import AGES, DAY_S, STREAM, aged
from tests.web.fake_api import FakeApi

pytestmark = pytest.mark.browser

PAGE = "/ageing?stream=checkout"
_MIDDLES = """(marks) => marks.map((one) => {
  const { x, y, width, height } = one.firstElementChild.nextElementSibling.getBoundingClientRect();
  return [x + width / 2, y + height / 2];
})"""


def _dots(page: Page) -> dict[str, tuple[float, float]]:
    """The middle of each dot by the key of its item."""
    marks = page.locator(".ages svg a[href*='/journey']")
    names = [one.get_attribute("aria-label") or "" for one in marks.all()]
    places = marks.evaluate_all(_MIDDLES)
    return {name.split()[0]: (x, y) for name, (x, y) in zip(names, places, strict=True)}


def _set(fake: FakeApi, items: list[dict[str, Any]], **value: Any) -> None:
    told = fake_ageing.ageing()
    told |= {"items": items, "total": len(items), "value": told["value"] | value}
    fake.answers[AGES] = told


def test_the_answer_that_the_page_is_tried_with_is_one_of_the_api() -> None:
    AgeingBody.model_validate(fake_ageing.ageing(), strict=True)


def test_the_first_sentence_says_how_many_will_be_late_and_where(visit: Open) -> None:
    page = visit("/ageing")
    page.wait_for_url("**/ageing?stream=checkout")
    expect(page.locator(".answer")).to_contain_text("will probably miss")
    assert text(page, ".answer") == (
        "5 of 17 items in flight will probably miss the expectation of 15 d. "
        "3 are in Test queue, and 1 item is blocked."
    )
    assert "judged by 42 deliveries" in text(page, ".env")


def test_figures_tell_what_is_late_blocked_oldest_and_what_it_costs(visit: Open) -> None:
    told = text(visit(PAGE), ".figs")
    assert "Likely to miss 15 d 5 of 17 in flight 2 items are over already" in told
    assert "Blocked 1 now 40 d of 7 items in the period" in told
    assert "Oldest 41 d SHOP-380, in Test queue" in told
    # 1800 + 2400 + 1200 + 0 a week of four; the fifth has no value.
    assert "Waiting of those likely to miss it €5.4k a week now 1 item of 5 has no value" in told


def test_every_item_stands_at_its_age_in_the_column_of_its_step(visit: Open) -> None:
    page = visit(PAGE)
    dots = _dots(page)
    assert len(dots) == 17
    a_day = (dots["SHOP-412"][1] - dots["SHOP-380"][1]) / (41 - 30)
    below = dots["SHOP-399"][1] - dots["SHOP-412"][1]
    assert below == pytest.approx((30 - 14) * a_day, rel=0.02)
    steps = page.locator(".ages svg a:not([href*='/journey'])")
    assert [plain(one.text_content() or "") for one in steps.all()] == [
        "Ready4", "Build5", "Test queue6", "Test2"
    ]  # fmt: skip
    boxes = [one.bounding_box() for one in steps.all()]
    middles = [box["x"] + box["width"] / 2 for box in boxes if box]
    nearest = {
        key: min(range(4), key=lambda at: abs(middles[at] - x)) for key, (x, _) in dots.items()
    }
    assert [nearest[key] for key in ("SHOP-607", "SHOP-412", "SHOP-380", "SHOP-405")] == [
        0,
        1,
        2,
        3,
    ]


def test_items_of_one_age_lie_side_by_side(visit: Open, fake: FakeApi) -> None:
    same = [aged(f"SHOP-{at}", age_s=10 * DAY_S) for at in range(9)]
    _set(fake, same, count=9)
    dots = _dots(visit(PAGE))
    assert len(dots) == 9
    assert min(hypot(a[0] - b[0], a[1] - b[1]) for a, b in combinations(dots.values(), 2)) > 7


def test_only_what_is_too_old_or_blocked_has_a_colour_and_a_name(visit: Open) -> None:
    page = visit(PAGE)
    fill = "(one) => getComputedStyle(one.querySelector('circle, path, rect')).fill"
    fills = {
        key: page.locator(f".ages svg a[href$='key={key}']").evaluate(fill)
        for key in ("SHOP-412", "SHOP-399", "SHOP-500", "SHOP-600")
    }
    assert fills["SHOP-412"] == "rgb(168, 35, 14)", "blocked"
    assert fills["SHOP-399"] == "rgb(214, 124, 5)", "88 % had left its step at that age"
    assert fills["SHOP-500"] == fills["SHOP-600"] == "rgb(103, 109, 121)"
    named = [plain(one.text_content() or "") for one in page.locator(".ages svg > text.halo").all()]
    assert sorted(named) == ["SHOP-380", "SHOP-399", "SHOP-412blocked"]


def test_what_is_far_older_than_all_before_stands_above_with_its_age(
    visit: Open, fake: FakeApi
) -> None:
    _set(fake, [aged("SHOP-1", age_s=400 * DAY_S, pace=1.0), *fake_ageing.items()], oldest_d=400)
    page = visit(PAGE)
    dots = _dots(page)
    assert dots["SHOP-1"][1] < dots["SHOP-380"][1] - 10
    named = [plain(one.text_content() or "") for one in page.locator(".ages svg > text.halo").all()]
    assert "SHOP-157 wk" in named


def test_dots_are_one_stop_of_the_tab_key_and_arrows_walk_through_them(visit: Open) -> None:
    page = visit(PAGE)
    marks = page.locator(".ages svg a[href*='/journey']")
    stops = marks.evaluate_all("(all) => all.map((one) => one.getAttribute('tabindex'))")
    assert stops.count("0") == 1
    marks.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert plain(page.locator(".ages .readout").inner_text()) == plain(focused)
    key = focused.split()[0]
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/journey?key={key}")


def test_the_words_of_a_dot_say_age_step_pace_and_what_blocks_it(visit: Open) -> None:
    page = visit(PAGE)
    named = page.locator(".ages svg a[href$='key=SHOP-412']").get_attribute("aria-label")
    assert plain(named or "") == (
        "SHOP-412 Split payments; 30 d old, in Build; 100 % had left it at this age; "
        "blocked for 3.0 d"
    )


def test_the_zones_are_a_table_and_withheld_ones_say_so(visit: Open) -> None:
    page = visit(PAGE)
    page.keyboard.press("t")
    assert "Test queue 6 42 6.0 d 13 d too few" in text(page, "details.alt table")


def test_a_step_opens_to_its_items_without_asking_again(visit: Open, fake: FakeApi) -> None:
    page = visit(f"{PAGE}&type=feature")
    page.locator(".ages svg").get_by_role("link", name="Build: 5 items").click()
    expect(page.get_by_role("heading", name="What is in Build")).to_be_visible()
    page.wait_for_url("**/ageing?stream=checkout&type=feature&stage=Build#items")
    rows = page.locator("table.items").first.locator("tbody tr")
    assert rows.count() == 5
    asked = {one for one in fake.asked if one.startswith(AGES)}
    assert asked == {f"{AGES}?type=feature&sort=-age&limit=500"}
    page.get_by_role("link", name="Likely to miss").click()
    expect(page.get_by_role("heading", name="Talk about these today")).to_be_visible()


def test_old_items_show_their_chance_what_they_wait_for_and_what_that_costs(visit: Open) -> None:
    page = visit(PAGE)
    rows = page.locator("table.items").first.locator("tbody tr")
    assert rows.count() == 5
    told = [plain(one.inner_text()) for one in rows.all()]
    assert told[0].endswith("Test queue quality 41 d already over In the queue €1.8k")
    assert told[1].endswith("Build web 30 d already over Blocked 3.0 d by PAY-7, payments €2.4k")
    assert told[2].endswith("14 d 90 % In the queue no value")
    assert told[3].endswith("13 d 62 % In the queue €1.2k")
    assert told[4].endswith("13 d 60 % Worked on")
    rows.nth(3).get_by_role("link").click()
    page.wait_for_url("**/journey?key=SHOP-500")


def test_all_that_is_in_flight_goes_on_over_pages(visit: Open, fake: FakeApi) -> None:
    many = [aged(f"SHOP-{at}", age_s=(100 - at) * DAY_S, breach_p=0.1) for at in range(60)]
    _set(fake, many, count=60, likely_late=0, late=0)
    page = visit(f"{PAGE}&team=qa")
    assert "No item will probably be late." in text(page)
    page.get_by_role("link", name="All 60").click()
    expect(page.get_by_text("1 to 50 of 60 items")).to_be_visible()
    page.get_by_role("link", name="Next items").click()
    expect(page.get_by_text("51 to 60 of 60 items")).to_be_visible()
    assert "team=qa&show=all&after=50" in page.url
    assert "SHOP-59" in text(page, "table.items")


def test_a_chance_that_rests_on_few_is_told_as_that(visit: Open, fake: FakeApi) -> None:
    few = aged("SHOP-1", breach_p=None, observed={"breach_p": 0.6}, reasons=[])
    none = aged("SHOP-2", breach_p=None, reasons=["breach_p: nothing was done in the window"])
    _set(fake, [few, none])
    told = text(visit(f"{PAGE}&show=all"), "table.items")
    assert "(60 %), few" in told
    assert "nothing was done in the window" in told


def test_with_too_little_done_nothing_is_called_late(visit: Open, fake: FakeApi) -> None:
    _set(fake, [aged("SHOP-1", late=None, breach_p=None, age_at_least=True)], count=1, late=None,
         likely_late=None, sle_d=None)  # fmt: skip
    fake.answers[AGES] |= {"grade": "C", "reasons": ["withheld: n<19"], "observed": {}}
    page = visit(f"{PAGE}&show=all")
    assert text(page, ".answer") == (
        "1 item is in flight; which of them will be late can't be said yet: "
        "too little was done in this period. 1 item is blocked."
    )
    assert "≥ 13 d" in text(page, "table.items")
    assert "expectation" not in text(page, ".ages")


def test_nothing_in_flight_is_said(visit: Open, fake: FakeApi) -> None:
    _set(fake, [], count=0, late=0, likely_late=0, oldest_d=None)
    page = visit(PAGE)
    assert text(page, ".answer") == "Nothing is in flight now."
    past = text(visit(f"{PAGE}&to=2020-01-31"), ".answer")
    assert past == "Nothing was in flight on 30 Jan 2020, as far as the sources are read."
    assert "Oldest nothing in flight" in text(page, ".figs")


def test_a_stream_without_stages_gives_the_lines_to_paste(visit: Open, fake: FakeApi) -> None:
    fake.answers[AGES] = fake_ageing.ageing() | {"zones": []}
    assert 'stages = [ { name = "Ready"' in text(visit(PAGE))


def test_what_is_blocked_shows_the_item_in_the_way_and_whose_it_is(visit: Open) -> None:
    page = visit(PAGE)
    told = text(page)
    assert "3.0 d since 18 Nov 2026 PAY-7 Partial captures Review, payments, payments" in told
    page.keyboard.press("t")
    opened = text(page)
    assert "flag 5 25 d 63 %" in opened
    assert "status 0" not in opened


def test_where_nothing_tells_of_blocks_the_line_to_paste_is_given(
    visit: Open, fake: FakeApi
) -> None:
    none = [row | {"items": 0, "blocked_d": 0.0}
            for row in fake.answers[f"{STREAM}/blocked"]["by_reason"]]  # fmt: skip
    fake.answers[f"{STREAM}/blocked"] = fake.answers[f"{STREAM}/blocked"] | {
        "by_reason": none,
        "items": [],
        "value": {"now": 0, "blocked_d": 0},
    }
    told = text(visit(PAGE))
    assert "Nothing tells that work is blocked" in told
    assert 'blocked = { field = "Flagged", links = ["is blocked by"] }' in told


def test_names_that_look_like_markup_stay_text(visit: Open, fake: FakeApi) -> None:
    name = "<img src=x onerror=alert(1)>"
    told = fake_ageing.ageing()
    told["zones"][2]["stage"] = name
    told["items"] = [aged("SHOP-3", title=name, stage=name, team=name)]
    fake.answers[AGES] = told
    page = visit(PAGE)
    assert page.locator("main img").count() == 0
    assert name in text(page, "table.items")


@pytest.mark.parametrize("width", [390, 768])
def test_a_narrow_screen_does_not_scroll_sideways(visit: Open, width: int) -> None:
    page = visit(PAGE, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert len(_dots(page)) == 17
