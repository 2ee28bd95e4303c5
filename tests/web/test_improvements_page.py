"""Improvements in a browser: what runs, what it did, the chart, the log, forms, standard, drift."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from api.schemas_improvements import ImprovementBody, ImprovementRow
from api.schemas_standards import DriftBody, StandardBody
from tests.web import fake_improvements as told
from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi

pytestmark = pytest.mark.browser
HERE = "/improvements?stream=checkout&improvement=1"
PROPOSED = "/improvements?stream=checkout&improvement=2"


@pytest.fixture(autouse=True)
def _answers(fake: FakeApi) -> None:
    fake.answers |= told.answers()
    fake.answers["/v1/streams"]["items"][0]["stages"] = [
        {"name": "Build", "state": "active"},
        {"name": "Ready", "state": "waiting"},
        {"name": "Test", "state": "active"},
    ]


def test_the_answers_of_these_tests_are_of_the_documented_shape() -> None:
    for body in (told.held(), told.waiting()):
        ImprovementBody.model_validate(body)
    for one in (told.row(), told.proposed()):
        ImprovementRow.model_validate(one)
    none, calm = told.no_standard()
    for found in (told.standard(), none):
        StandardBody.model_validate(found)
    for found in (told.drift(), calm):
        DriftBody.model_validate(found)


def test_the_answer_says_what_became_of_the_changes_and_of_the_standard(visit: Open) -> None:
    assert text(visit(HERE), ".answer") == (
        "Of 2 changes of Checkout 1 held and 1 waits to start. It works by standard 2 of"
        " 1 May 2026; 1 thing is not so any more."
    )


def test_from_the_navigation_the_newest_is_opened(visit: Open) -> None:
    page = visit("/")
    page.get_by_role("link", name="Improvements", exact=True).first.click()
    expect(page.get_by_role("heading", name="Ask product first")).to_be_visible()
    assert page.url.endswith("/improvements?stream=checkout&improvement=2")
    assert "nothing is frozen, and nothing is judged yet" in text(page)
    expect(page.locator("figure.xmr")).to_have_count(0)


def test_the_list_tells_before_since_and_how_each_stands(visit: Open) -> None:
    rows = [plain(one) for one in visit(HERE).locator(".imps tbody tr").all_inner_texts()]
    assert rows[0].startswith("Ask product first owner team test Flow time at most 9.0 d by")
    assert "not frozen no data not started proposed" in rows[0]
    assert "10 d 8.3 d n 8 weeks held It held: 8 weeks in a row" in rows[1]


def test_the_chart_draws_every_point_the_limits_the_change_and_the_target(visit: Open) -> None:
    page = visit(HERE)
    chart = page.locator("figure.xmr svg")
    assert chart.locator("circle.ring").count() == len(told.BEFORE)
    assert chart.locator("circle.f-ink").count() == len(told.AFTER)
    words = plain(chart.inner_text() if chart.count() == 0 else " ".join(
        chart.locator("text").all_text_contents()
    ))  # fmt: skip
    for label in ("change, 2 Mar", "limit 17 d", "average 10 d", "limit 2.9 d", "target 9.0 d"):
        assert label in words
    change = float((chart.locator("path.change").get_attribute("d") or "").split()[0][1:])
    before = [float(one.get_attribute("cx") or 0) for one in chart.locator("circle.ring").all()]
    after = [float(one.get_attribute("cx") or 0) for one in chart.locator("circle.f-ink").all()]
    assert max(before) < change < min(after)
    heights = [float(one.get_attribute("cy") or 0) for one in chart.locator("circle.ring").all()]
    assert heights[1] < heights[0] < heights[2]  # 12 lies higher than 10, and 10 than 8


def test_a_point_opens_to_what_is_behind_it_by_keyboard_too(visit: Open) -> None:
    point = visit(HERE).locator("figure.xmr a").first
    assert "/metrics/flow_time/explain?from=2026-03-02" in (point.get_attribute("href") or "")
    label = plain(point.get_attribute("aria-label") or "")
    assert label == "3 deliveries in the week of 2 Mar: 9.0 d"
    point.focus()
    expect(point).to_be_focused()


def test_the_key_t_shows_the_points_as_a_table(visit: Open) -> None:
    page = visit(HERE)
    page.keyboard.press("t")
    shown = plain(page.inner_text("main"))
    assert "20 Apr 2026 the week from there, 3 deliveries since the change 7.0 d" in shown
    assert "5 Jan 2026 the week from there, 3 deliveries before 10 d" in shown


def test_what_got_worse_is_named_first_with_step_and_team(visit: Open) -> None:
    page = visit(HERE)
    table = page.locator("table", has=page.get_by_text("What else moved"))
    first = plain(table.locator("tbody tr").first.inner_text())
    assert first.startswith("Wait in Release team platform 2.0 d n 8 5.0 d n 8 worse")
    assert "something got worse" in text(page)


def test_what_would_be_other_numbers_now_is_told(visit: Open) -> None:
    heed = text(visit(HERE), ".heed")
    assert "Mind: 2 points of the baseline are other ones by the records of today" in heed


def test_the_log_is_text_whatever_people_write(visit: Open) -> None:
    page = visit(HERE)
    lines = [plain(one) for one in page.locator(".log li").all_inner_texts()]
    assert lines[0].endswith("Proposed by anna: work waits for a tester")
    assert lines[2].endswith("Tried by bo: <b>moved</b> the test data")


def test_the_standard_tells_its_drift_and_opens_to_steps_and_policies(visit: Open) -> None:
    page = visit(HERE)
    assert text(page, ".drifts li").startswith("Test is with quality, and was with test.")
    href = page.get_by_role("link", name="As Markdown").get_attribute("href") or ""
    assert href.endswith("/v1/streams/checkout/standard.md")
    page.get_by_text("1 policy", exact=True).click()
    assert "Test limit at most 6 items scenario" in plain(page.inner_text("main"))
    page.get_by_text("2 steps", exact=True).click()
    assert "Test nobody named no queue jira" in plain(page.inner_text("main"))


def test_without_a_standard_and_changes_the_page_says_what_to_do(
    visit: Open, fake: FakeApi
) -> None:
    none, calm = told.no_standard()
    fake.answers |= {
        "/v1/streams/checkout/standard": none,
        "/v1/streams/checkout/standard/drift": calm,
        "/v1/improvements": {"items": [], "next": None, "total": 0},
    }
    page = visit("/improvements?stream=checkout")
    assert text(page, ".answer") == "Nobody has entered a change of Checkout yet."
    expect(page.get_by_role("heading", name="Nothing is being improved here")).to_be_visible()
    expect(page.get_by_role("heading", name="There is no standard yet")).to_be_visible()


def _fill(page: Page, **fields: str) -> None:
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " ")).fill(value)


def test_the_form_proposes_an_improvement(visit: Open, fake: FakeApi) -> None:
    page = visit(HERE)
    page.get_by_role("button", name="Propose an improvement").click()
    expect(page.get_by_role("dialog", name="What is to change in Checkout?")).to_be_visible()
    _fill(page, The_change="Pair on tests", Owner="team web", Your_name="bo")
    page.get_by_label("Judged by").select_option("Wait in Test")
    page.get_by_label("Target: days").fill("2.5")
    page.get_by_label("By", exact=True).fill("2026-12-31")
    page.get_by_label("Why should it help").fill("nobody waits for one person")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert fake.sent == [
        (
            "POST",
            "/v1/improvements",
            {
                "stream": "checkout",
                "title": "Pair on tests",
                "hypothesis": "nobody waits for one person",
                "metric": "step_wait",
                "step": "Test",
                "target": {"value": 2.5, "by": "2026-12-31"},
                "owner": "team web",
                "who": "bo",
            },
        )
    ]


def test_a_proposal_is_started_with_the_day_of_the_change(visit: Open, fake: FakeApi) -> None:
    page = visit(PROPOSED)
    page.get_by_role("button", name="Start it").click()
    page.get_by_label("The change was made on").fill("2026-10-05")
    _fill(page, Your_name="bo")
    page.get_by_role("dialog").get_by_role("button", name="Start it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    body = {"who": "bo", "note": "", "per": "week", "variant": "mean", "changed_at": "2026-10-05"}
    assert fake.sent == [("POST", "/v1/improvements/2/start", body)]


def test_what_held_can_be_made_the_standard_with_rules_of_the_people(
    visit: Open, fake: FakeApi
) -> None:
    page = visit(HERE)
    page.get_by_role("button", name="Make it the standard").click()
    page.get_by_label("Rules to add").fill("two in hand each\n\n  tests before code ")
    _fill(page, Your_name="bo")
    page.get_by_role("dialog").get_by_role("button", name="Make it the standard").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    (sent,) = fake.sent
    assert sent[1] == "/v1/improvements/1/adopt"
    assert [one["text"] for one in sent[2]["policies"]] == ["two in hand each", "tests before code"]


def test_a_refusal_is_told_and_what_was_typed_stays(visit: Open, fake: FakeApi) -> None:
    fake.status["/v1/improvements/1/log"] = 422
    page = visit(HERE)
    page.get_by_role("button", name="Note what was tried").click()
    page.get_by_label("What was tried, and what it did").fill("a board")
    _fill(page, Your_name="bo")
    page.get_by_role("button", name="Note it").click()
    expect(page.get_by_role("alert")).to_contain_text("Not taken: 422")
    expect(page.get_by_label("What was tried, and what it did")).to_have_value("a board")


@pytest.mark.parametrize("width", [390, 720, 1280])
def test_the_page_is_no_wider_than_its_window(visit: Open, fake: FakeApi, width: int) -> None:
    fake.answers["/v1/improvements/1"]["title"] = "X" * 100
    page = visit(HERE, width=width)
    expect(page.locator("figure.xmr svg")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_improvement_that_there_is_not_leaves_a_way_on(visit: Open) -> None:
    page = visit("/improvements?stream=checkout&improvement=77")
    expect(page.get_by_role("alert")).to_contain_text("404")
    page.get_by_role("link", name="Show it without these choices").click()
    expect(page).not_to_have_url(re.compile("improvement=77"))
    expect(page.get_by_role("alert")).to_have_count(0)
