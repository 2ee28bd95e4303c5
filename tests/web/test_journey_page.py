"""The Journey in a browser: figures, time line, ribbon, evidence, search, hostile text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi
from tests.web.fake_envelopes import HOSTILE

pytestmark = pytest.mark.browser
RELEASED = "/journey?key=SHOP-412"


def test_the_answer_line_tells_the_whole_and_the_longest_wait(visit: Open) -> None:
    assert text(visit(RELEASED), ".answer") == (
        "It took 67 days to reach its users and was worked on for at most 16 of them. "
        "The longest wait, 17 days, was in Design: committee meets every second Thursday."
    )


def test_the_figures_give_time_waiting_handoffs_and_cost(visit: Open) -> None:
    figures = text(visit(RELEASED), ".figs")

    assert (
        "Idea to live 67 d 8 Sep to 14 Nov · flow time 56 d, slower than 74 % of 96 delivered"
        in figures
    )
    assert "51 d of them 17 d in Design" in figures
    assert "8 handoffs, 1 return Test sent it back to Build once, which cost 43 h" in figures
    assert "€18k at €2.5k a week" in figures


def test_the_time_line_draws_state_and_one_lane_per_tool(visit: Open) -> None:
    page = visit(RELEASED)
    labels = page.locator(".timeline svg text").all_text_contents()
    told = [plain(label) for label in labels]

    for expected in (
        "State",
        "Jira",
        "GitLab",
        "Jenkins",
        "ServiceNow",
        "Production",
        "Design 17 d",
        "Blocked 4 d: bank sandbox down",
        "back to Build",
        "live 14 Nov",
        "flagged",
    ):
        assert expected in told
    assert page.locator(".timeline path.s-blocked").count() == 2  # the failed builds


def test_waiting_lies_above_the_line_and_work_below(visit: Open) -> None:
    page = visit(RELEASED)
    tops = {
        state: {
            bar.get_attribute("y")
            for bar in page.locator(f".timeline > svg > rect.f-{state}").all()
        }
        for state in ("waiting", "active")
    }

    assert tops == {"waiting": {"48"}, "active": {"72"}}


def test_the_cost_stands_along_the_line_and_grows_in_the_waits_alone(visit: Open) -> None:
    page = visit(RELEASED)
    told = [plain(one) for one in page.locator(".timeline svg text").all_text_contents()]
    drawn = page.locator(".timeline path.s-waiting").get_attribute("d") or ""
    points = [tuple(map(float, one.split())) for one in drawn.replace("M", "").split("L")]
    waits = page.locator(".timeline .hit").evaluate_all(
        "all => all.map((one) => [+one.getAttribute('x'),"
        " +one.getAttribute('x') + +one.getAttribute('width')])"
    )

    assert {"Cost", "\u20ac18k", "+\u20ac7.6k", "+\u20ac4k"} <= set(told)
    assert page.locator(".timeline .hit title").first.text_content() == (
        "Design, 17\u00a0d from 21\u00a0Sep: \u20ac7.6k, \u20ac7.6k so far"
    )
    rising = [(left[0], right[0]) for left, right in pairwise(points) if right[1] < left[1]]
    within = [[a - 1 <= x1 and x2 <= b + 1 for a, b in waits] for x1, x2 in rising]
    assert all(any(one) for one in within), "it grows outside of a wait"
    assert all(any(column) for column in zip(*within, strict=True)), "a wait costs nothing"
    assert len(waits) == 7
    heights = [y for _, y in points]
    assert (heights[0], heights[-1]) == (max(heights), min(heights))


def test_what_nobody_valued_has_no_line_of_cost(visit: Open) -> None:
    page = visit("/journey?key=SHIP-7")

    assert page.locator(".timeline path.s-waiting").count() == 0
    assert "Cost" not in page.locator(".timeline svg text").all_text_contents()
    page.keyboard.press("t")
    assert "Cost" not in text(page, "details.alt thead")


def test_inferred_links_are_dashed_and_told_links_solid(visit: Open) -> None:
    page = visit(RELEASED)

    assert page.locator(".timeline path.s-ink3.dash").count() == 1
    assert page.locator(".timeline path.s-ink3:not(.dash)").count() == 3
    assert page.locator(".conf.inf").all_inner_texts() == ["0.80", "0.80"]


def test_no_two_labels_of_the_time_line_lie_on_one_another(visit: Open) -> None:
    page = visit(RELEASED)
    boxes = page.evaluate(
        "[...document.querySelectorAll('.timeline svg text')]"
        ".map((one) => one.getBoundingClientRect()).filter((box) => box.width > 0)"
        ".map((box) => [box.left, box.right, box.top + 3, box.bottom - 3])"
    )
    overlaps = [
        (one, other)
        for at, one in enumerate(boxes)
        for other in boxes[at + 1 :]
        if one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]
    ]

    assert overlaps == []


def test_quiet_stretches_fold_above_ninety_days(visit: Open) -> None:
    long = visit("/journey?key=SHIP-7").locator(".timeline path.s-bg.w2").count()
    short = visit(RELEASED).locator(".timeline path.s-bg.w2").count()

    assert (long, short) == (2, 0)


def test_evidence_shows_what_decides_and_opens_all(visit: Open) -> None:
    page = visit(RELEASED)
    rows = page.locator(".ev tbody tr")
    assert rows.count() == 9

    page.get_by_role("link", name="All 12 events").click()
    expect(rows).to_have_count(12)

    assert page.url.endswith("events=all")


def test_the_drawing_has_a_name_and_a_table(visit: Open) -> None:
    page = visit(RELEASED)
    name = page.locator("figure").get_attribute("aria-label") or ""

    page.keyboard.press("t")

    assert name.replace("\u00a0", " ").endswith("idea to live 67 d, longest wait 17 d in Design")
    assert "Build blocked 19 Oct 11:00 23 Oct 11:00 4.0 d \u20ac1.8k" in text(
        page, "details.alt table"
    )


def test_a_phone_gets_a_ribbon_instead(visit: Open) -> None:
    page = visit(RELEASED, width=390)

    expect(page.locator(".timeline")).to_be_hidden()
    assert "Design 17 d +\u20ac7.6k committee meets every second Thursday" in text(page, ".vt")
    heights = page.locator(".vt li").evaluate_all("all => all.map((one) => one.offsetHeight)")
    assert heights[3] == max(heights)


def test_an_item_of_grade_c_is_not_told_in_the_answer_line(visit: Open) -> None:
    page = visit("/journey?key=SHIP-7")

    assert text(page, ".answer") == "How long it has been under way cannot be said: n<19."
    assert "≈ 45 wk" in text(page, ".figs")
    assert "nobody valued this item" in text(page, ".figs")


def test_hostile_text_is_shown_and_never_run(visit: Open) -> None:
    page = visit("/journey?key=EVIL-1")

    assert text(page, "h1") == HOSTILE
    assert page.evaluate("window.pwned") is None
    assert page.locator("main img, main script").count() == 0
    assert page.locator("[href^='javascript']").count() == 0


def test_an_unknown_key_says_so_and_offers_the_search(visit: Open) -> None:
    page = visit("/journey?key=NOPE-1")

    assert 'No item "NOPE-1" is known' in text(page)
    expect(page.get_by_label("Search items")).to_be_visible()


def test_without_a_key_the_page_lists_items_and_searches(visit: Open, fake: FakeApi) -> None:
    page = visit("/journey")
    assert "Route parcels by weight SHIP-7 Ready blocked 45 wk €1.2k a week" in text(page)

    page.get_by_label("Search items").fill("instalments")
    page.keyboard.press("Enter")
    expect(page.locator(".items tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Pay by instalments").click()
    expect(page.locator("h1")).to_have_text("Pay by instalments at checkout")

    assert page.url.endswith(RELEASED)
    assert "/v1/items?q=instalments&limit=50" in fake.asked


def test_a_deleted_item_says_so_and_since_when_it_is_known_instead_of_numbers(visit: Open) -> None:
    page = visit("/journey?key=SHOP-99")

    assert text(page, ".answer") == (
        "Gone from Jira: it was deleted; what was read before is kept, and it is in no number."
        " Noticed on 10 Nov 2026."
    )
    assert "deleted" in text(page, ".env")
    assert page.locator(".figs").count() == 0


def test_an_item_that_is_not_visible_any_more_says_so_below_its_answer(visit: Open) -> None:
    page = visit("/journey?key=SHIP-8")

    assert not text(page, ".answer").startswith("Gone")
    assert text(page, ".note >> nth=0") == (
        "Gone from Jira: it is not visible any more; it stays as it was last read, and in the"
        " numbers. Noticed on 10 Nov 2026."
    )
    assert page.locator(".figs").count() == 1


def test_the_time_of_the_data_is_that_of_the_oldest_source(visit: Open) -> None:
    page = visit(RELEASED)
    assert text(page, ".asof") == text(visit("/connectors"), ".asof")
