"""The figures of Flow in a browser: dots, bands and columns are true to scale and open to items."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web import fake_flow
from tests.web.conftest import Open, text
from tests.web.fake_api import FakeApi
from tests.web.fake_flow import CFD, MIX, PAGE, RUN, TIME, VELOCITY, mix
from tests.web.flow_reading import marks_of, section_of

pytestmark = pytest.mark.browser


def test_cumulative_flow_adds_up_and_a_day_opens_its_items(visit: Open) -> None:
    page = visit(PAGE)
    days = marks_of(page, "areas")
    # 60 + 4 + 7 + 19 + 2 are not done; since the first day six were done and one was dropped.
    assert (
        days[-1] == "21 Nov: Ideas 60, Ready 4, Build 7, Test queue 19, Test 2, Done 6, Dropped 1"
    )
    assert days[0] == "17 Nov: Ideas 60, Ready 6, Build 7, Test queue 12, Test 2"
    assert "what is not done grew from 87 to 92 items since 17 Nov" in text(page)
    last = page.locator(".areas svg a").last.get_attribute("href") or ""
    assert last.endswith(f"{CFD}/explain?to=2026-11-21T23%3A00%3A00Z")
    page.get_by_role("link", name="What is in each step").click()
    page.wait_for_url("**areas=inside#areas")
    expect(page.locator(".areas svg a").last).to_have_attribute(
        "aria-label", "21\u00a0Nov: Ideas 60, Ready 4, Build 7, Test queue 19, Test 2"
    )


def test_bands_are_true_to_scale_and_in_the_colours_of_their_states(visit: Open) -> None:
    page = visit(PAGE)
    ends = """(one) => one.getAttribute("d").slice(1, -1).split("L")
      .map((at) => at.split(" ").map(Number))"""
    bands = [one.evaluate(ends) for one in page.locator(".areas path.area").all()]
    assert len(bands) == 7
    heights = [band[5][1] - band[4][1] for band in bands]  # at the last of five days
    dropped, done, test, queue, build, ready, ideas = heights
    for height, many in ((dropped, 1), (done, 6), (test, 2), (build, 7), (ready, 4), (ideas, 60)):
        assert height / queue == pytest.approx(many / 19, abs=0.02)
    fills = page.locator(".areas path.area").evaluate_all(
        "(all) => all.map((one) => getComputedStyle(one).fill)"
    )
    assert fills[2:6] == ["rgb(37, 118, 191)", "rgb(214, 124, 5)"] * 2


def test_days_that_are_not_read_are_not_drawn_as_zero(visit: Open, fake: FakeApi) -> None:
    hidden = {"reached": None, "cancelled": None, "occupancy": None}
    points = fake.answers[CFD]["points"]
    for point in points[:2]:
        point |= hidden
    page = visit(PAGE)
    assert [day.split(":")[0] for day in marks_of(page, "areas")] == ["19 Nov", "20 Nov", "21 Nov"]
    for point in points:
        point |= hidden
    page.reload()
    expect(page.get_by_text("Too few days of this period are read")).to_be_visible()


def test_weeks_with_nothing_done_count_and_the_running_one_is_hollow(visit: Open) -> None:
    page = visit(PAGE)
    assert marks_of(page, "weeks") == [
        "week of 26 Oct: 5 done",
        "week of 2 Nov: 0 done",
        "week of 9 Nov: 4 done",
        "week of 16 Nov: 1 done, still running",
    ]
    assert (
        "3 a week on average; 1 of 3 weeks with nothing done; the running week is hollow"
        in text(page)
    )
    bars = page.locator(".weeks rect.col")
    heights = [box["height"] for one in bars.all() if (box := one.bounding_box())]
    assert heights[0] / heights[2] == pytest.approx(5 / 4, rel=0.03)
    assert [one.get_attribute("class") for one in bars.all()][-1] == "col open"
    first = page.locator(".weeks svg a").first.get_attribute("href") or ""
    assert first.endswith(f"{VELOCITY}/explain?from=2026-10-26&to=2026-11-02T23%3A00%3A00Z")


def test_the_rhythm_of_throughput_is_in_the_address(visit: Open) -> None:
    page = visit(f"{PAGE}&type=feature")
    with page.expect_request(lambda one: f"{RUN}?type=feature&interval=day" in one.url):
        page.get_by_role("link", name="Days").click()
    page.wait_for_url("**type=feature&every=day#throughput")


def test_a_signal_is_said_in_words_and_drawn_large(visit: Open) -> None:
    page = visit(PAGE)
    told = section_of(page, "Signal or noise")
    assert "1 signal: more than noise" in told
    assert "a value above the limit on 19 Nov." in told
    assert "Limits from the first 10 deliveries, 1 Sep - 19 Nov 2026; provisional" in told
    assert page.locator(".noise svg circle.f-ink").count() == 1
    assert marks_of(page, "noise")[-1] == "SHOP-10 19 Nov: 30 d, outside the limits"


def test_another_number_is_judged_by_its_own_limits(visit: Open, fake: FakeApi) -> None:
    quiet = fake_flow.XMR | {"signals": [], "points": [
        fake_flow.XMR["points"][0] | {"signals": []}]}  # fmt: skip
    fake.answers[f"{VELOCITY}/xmr"] = quiet
    page = visit(PAGE)
    with page.expect_response(lambda one: f"{VELOCITY}/xmr" in one.url):
        page.locator("#noise").get_by_role("link", name="Throughput").click()
    page.wait_for_url("**metric=velocity#noise")
    expect(page.get_by_text("no signal: it varies as it did in the baseline")).to_be_visible()


def test_too_few_values_are_not_judged(visit: Open, fake: FakeApi) -> None:
    chart = fake.answers[f"{TIME}/xmr"]
    why = ["no limits: 3 of 6 values in the baseline"]
    chart |= {"value": dict.fromkeys(chart["value"]), "signals": [], "baseline": None,
              "points": chart["points"][:3], "reasons": why}  # fmt: skip
    for point in chart["points"]:
        point["signals"] = []
    told = section_of(visit(PAGE), "Signal or noise")
    assert "too few values for limits: nothing can be said yet" in told
    assert "no limits: 3 of 6 values in the baseline" in told


def test_each_delivery_stands_on_its_day_at_its_time(visit: Open) -> None:
    page = visit(PAGE)
    marks = page.locator(".scatter svg a")
    assert marks.count() == 10
    boxes = {
        key: page.locator(f".scatter svg a[href$='key={key}']").bounding_box()
        for key in ("SHOP-1", "SHOP-2", "SHOP-3", "SHOP-10")
    }
    x = {key: box["x"] + box["width"] / 2 for key, box in boxes.items() if box}
    y = {key: box["y"] + box["height"] / 2 for key, box in boxes.items() if box}
    assert x["SHOP-2"] - x["SHOP-1"] == pytest.approx(x["SHOP-3"] - x["SHOP-2"], abs=1.5)
    # 2, 6 and 30 days: shapes differ by kind, so half a pixel may.
    assert (y["SHOP-3"] - y["SHOP-10"]) / (y["SHOP-1"] - y["SHOP-10"]) == pytest.approx(
        24 / 28, rel=0.02
    )
    dark = page.locator(".scatter svg a .f-ink").count()
    assert dark == 2, "20 and 30 days are more than 85 % took, 15.4"
    assert "SHOP-10 Work SHOP-10: 30 d, done on 19 Nov 2026" in marks_of(page, "scatter")
    assert "1 delivery more can't be timed: which, and why." in text(page)
    marks.last.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/journey?key=SHOP-10")


def test_the_mix_is_cut_by_count_and_by_time_of_work(visit: Open) -> None:
    page = visit(PAGE)
    told = section_of(page, "What the work was")
    assert "Features 5 50 % 20 %" in told
    assert "Defects 3 30 % 60 %" in told
    assert "Of no type" not in told
    widths = [
        box["width"] for one in page.locator(".mix rect").all() if (box := one.bounding_box())
    ]
    assert widths[0] / widths[1] == pytest.approx(5 / 3, rel=0.02)
    assert widths[5] / widths[4] == pytest.approx(3, rel=0.02)
    expect(page.get_by_role("img", name="By count features are 50")).to_be_visible()


def test_work_of_no_type_is_a_part_of_its_own_with_the_lines_that_name_it(
    visit: Open, fake: FakeApi
) -> None:
    fake.answers[MIX] = mix(unmapped=0.2, feature=0.3)
    told = section_of(visit(PAGE), "What the work was")
    assert "Of no type" in told
    assert "[types]" in told
