"""Flow in a browser: how long work took, what can be promised, what came and went."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from api.schemas_charts import CumulativeFlow, ProcessChart, RunChart
from api.schemas_discards import DiscardsBody
from api.schemas_journey import Explained
from api.schemas_kanban import LittlesLawBody, SleBody
from tests.web import fake_bottlenecks, fake_flow
from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi
from tests.web.fake_flow import (
    CFD,
    DONE,
    GONE,
    LAW,
    MIX,
    PAGE,
    PLAN,
    PROMISE,
    TIME,
    VELOCITY,
    plan,
    time,
)
from tests.web.flow_reading import section_of

pytestmark = pytest.mark.browser


def test_the_answers_that_the_page_is_tried_with_are_those_of_the_api() -> None:
    shapes: list[tuple[Any, Any]] = [
        (Explained, fake_flow.done()), (RunChart, fake_flow.run()), (SleBody, fake_flow.SLE),
        (ProcessChart, fake_flow.times_chart()), (ProcessChart, fake_flow.XMR),
        (LittlesLawBody, fake_flow.LITTLES_LAW), (DiscardsBody, fake_flow.DISCARDS),
        (CumulativeFlow, fake_bottlenecks.cfd()),
    ]  # fmt: skip
    for shape, answer in shapes:
        shape.model_validate(answer)


def test_the_first_sentences_say_how_long_and_whether_more_comes_than_goes(visit: Open) -> None:
    page = visit("/flow")
    page.wait_for_url("**/flow?stream=checkout")
    expect(page.locator(".answer")).to_contain_text("Half of the work")
    assert text(page, ".answer") == (
        "Half of the work was done within 6.2 d, 85 % within 15 d. More comes in than goes out: "
        "61 items came and 53 left, 8 more than left. "
        "Load and speed do not fit together: trust forecasts less."
    )


def test_what_is_withheld_is_not_in_the_first_sentence(visit: Open, fake: FakeApi) -> None:
    withheld = ["p50 withheld: n<5", "p85 withheld: n<19"]
    fake.answers[TIME] = time(value={"p50": None, "p85": None}, n=3, grade="C", reasons=withheld)
    fake.answers[LAW]["stable"] = None
    fake.answers[CFD]["value"] |= {"arrived": 5, "first_completions": 4, "cancelled": 1, "net": 0}
    page = visit(PAGE)
    assert text(page, ".answer") == (
        "3 deliveries in this period: too little to say how long work takes. "
        "As many came as left: 5."
    )
    assert "Flow time, half within withheld too few, needs 5" in text(page, ".figs")


def test_figures_open_to_what_is_behind_them(visit: Open) -> None:
    page = visit(PAGE)
    told = text(page, ".figs")
    assert "Flow time, half within 6.2 d 85 % within 15 d · half: 4.1 d to 9.3 d" in told
    assert "Done 0.78 a week 10 in the period" in told
    assert "In less out +8 items 61 came, 48 done, 5 dropped" in told
    assert "Done within 14 d 79 % 33 of 42; expected: 85 % · 64-88 %" in told
    hrefs = page.locator(".figs a").evaluate_all("(all) => all.map((one) => one.pathname)")
    assert hrefs == [DONE, f"{VELOCITY}/explain", f"{CFD}/explain", f"{PROMISE}/explain"]


def test_what_can_be_promised_stands_by_how_sure_and_by_type(visit: Open, fake: FakeApi) -> None:
    feature = fake_flow.SLE | {"n": 9, "value": fake_flow.SLE["value"] | {"p50": 4.0, "p85": None},
                               "reasons": ["p85 withheld: n<19"]}  # fmt: skip
    fake.answers[PROMISE]["by_type"] = {"feature": feature}
    page = visit(PAGE)
    rows = page.locator("table.promises tbody tr")
    assert plain(rows.nth(0).inner_text()) == (
        "All 42 6.2 d 11 d 15 d 11 d to 28 d too few, needs 59 14 d 79 % 33 of 42, 64-88 %"
    )
    assert "Features 9 4.0 d 11 d too few, needs 19" in plain(rows.nth(1).inner_text())
    assert "headwater objectives increment.csv" in text(page)


def test_objectives_of_increments_stand_beside(visit: Open, fake: FakeApi) -> None:
    ended = {"increment": "PI 12", "ended_at": "2026-10-09T22:00:00Z", "ratio": 1.154,
             "planned": 13.0, "actual": 15.0, "objectives": 3, "not_rated": 0}  # fmt: skip
    open_ = ended | {"increment": "PI 13", "ratio": None, "actual": None, "not_rated": 2}
    fake.answers[PLAN] = plan(ended, open_)
    told = section_of(visit(PAGE), "What can be promised")
    assert "PI 12 ended 9 Oct 2026 3 13 15 115 %" in told
    assert "2 not rated yet" in told
    assert "headwater objectives" not in told


def test_the_assumption_that_does_not_hold_is_named(visit: Open, fake: FakeApi) -> None:
    page = visit(PAGE)
    told = section_of(page, "Load and speed")
    assert "they do not fit: the first is 1.32 times the second; trust forecasts less" in told
    # 0.667 a day is 4.7 a week; times 25 days that makes 17.
    assert (
        "22 items in flight on average; 4.7 a week leave after 25 d each, which makes 17." in told
    )
    assert "The load is the same at both ends +8 items does not hold" in told
    assert page.locator("td b", has_text="does not hold").count() == 1
    fake.answers[LAW] |= {"stable": None, "assumptions": [], "reasons": ["no_departures"],
                          "value": dict.fromkeys(fake.answers[LAW]["value"])}  # fmt: skip
    page.reload()
    expect(page.get_by_text("Not known: nothing left in this period.")).to_be_visible()


def test_what_was_thrown_away_stands_with_its_work_and_cost(visit: Open, fake: FakeApi) -> None:
    page = visit(PAGE)
    told = section_of(page, "Begun and thrown away")
    assert "1 of 25 deliveries, 4 % that were begun" in told
    assert "3.5 d of work and 9.3 d of waiting went into them; their waiting cost €2.4k." in told
    assert "Review dropped 3 Nov 2026 3.5 d 9.3 d €2.4k" in told
    assert "3 ideas more were dropped before anybody began" in told
    fake.answers[GONE] |= {"items": [], "never_begun": 0}
    page.reload()
    expect(page.get_by_text("Nothing that was begun was dropped in this period.")).to_be_visible()


def test_a_period_in_which_nothing_was_done_says_so(visit: Open, fake: FakeApi) -> None:
    fake.answers[TIME] = time(value={"p50": None, "p85": None}, n=0, reasons=["no_data"])
    fake.answers[DONE] |= {"included": [], "excluded": []}
    fake.answers[MIX] |= {"n": 0, "reasons": ["no_data"]}
    page = visit(PAGE)
    assert text(page, ".answer").startswith("Nothing with a known beginning was done")
    assert "Nothing was done in this period." in section_of(page, "How long it took")
    assert "Not known: no data." in section_of(page, "What the work was")
    for hole in ("undefined", "NaN", "null"):
        assert hole not in text(page)


def test_names_that_look_like_markup_stay_text(visit: Open, fake: FakeApi) -> None:
    name = "<img src=x onerror=alert(1)>"
    fake.answers[GONE]["items"][0]["title"] = name
    fake.answers[DONE]["included"][0]["title"] = name
    page = visit(PAGE)
    page.keyboard.press("t")
    assert page.locator("main img").count() == 0
    assert name in text(page)


@pytest.mark.parametrize("width", [390, 768])
def test_a_narrow_screen_does_not_scroll_sideways(visit: Open, width: int) -> None:
    page = visit(PAGE, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
