"""DORA in a browser: five figures together, their weeks, what is not known, and what is behind."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.schemas_journey import Explained
from api.schemas_lists import Dora, StreamDora
from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi
from tests.web.fake_dora import (
    DOCS,
    LINE,
    POOLED,
    RATE_ROWS,
    WEB,
    course,
    docs,
    limits,
    pooled,
    web,
)
from tests.web.fake_envelopes import HOSTILE

pytestmark = pytest.mark.browser
PAGE = "/dora?service=web"


def figure(page: Page, title: str) -> str:
    return plain(page.locator(".mx").filter(has_text=title).first.inner_text())


def test_the_answers_that_the_page_is_tried_with_are_those_of_the_api(fake: FakeApi) -> None:
    for body in (web(), docs()):
        Dora.model_validate(body)
    StreamDora.model_validate(pooled())
    Explained.model_validate(fake.answers[RATE_ROWS])


def test_the_sentence_tells_no_trend_without_a_signal(visit: Open) -> None:
    page = visit(PAGE)

    assert text(page, "h1") == "DORA, service web"
    assert text(page, ".answer") == (
        "Speed and stability are both steady. Half of commits are in production within 31 hours, at"
        " 4.1 deployments a week. 13 % of deployments fail (7 of 52 · 7-25 %)."
    )


def test_a_signal_is_told_where_it_fired_and_only_there(visit: Open, fake: FakeApi) -> None:
    slower = [30, 34, 28, 32, 40, 41, 39, 42, 40, 43, 41, 40, 33]
    fake.answers[f"{WEB}/dora"]["change_lead_time"]["series"] = course(slower, "p50")

    page = visit(PAGE)

    assert text(page, ".answer").startswith("Change lead time is longer since 21 Sep.")
    assert "Signal: longer since 21 Sep" in figure(page, "Change lead time")
    assert "No signal" in figure(page, "Deployment frequency")
    assert page.locator(".mx path.s-ink.w175").count() == 1


def test_weeks_without_a_failure_are_no_signal_where_most_have_none(
    visit: Open, fake: FakeApi
) -> None:
    fail = fake.answers[f"{WEB}/dora"]["change_fail_rate"]
    rare: list[float | None] = [0, 0.3, 0, 0.3, 0, 0, 0.2, 0, 0, 0, 0, 0, 0]
    fail |= {"series": course(rare, "ratio"), "limits": limits(0.067, 0.0, 0.4)}

    page = visit(PAGE)

    assert text(page, ".answer").startswith(
        "Speed is steady; failures are too rare for a trend by week."
    )
    assert "Most weeks have none: too rare for a trend" in figure(page, "Change fail rate")


def test_half_way_to_a_limit_that_is_cut_at_zero_is_no_signal(visit: Open, fake: FakeApi) -> None:
    fail = fake.answers[f"{WEB}/dora"]["change_fail_rate"]
    some: list[float | None] = [0.2, 0.1, 0.2, 0, 0.3, 0.1, 0.2, 0.2, 0.2, 0, 0, 0, 0]
    fail |= {"series": course(some, "ratio"), "limits": limits(0.125, 0.0, 0.4)}

    page = visit(PAGE)

    assert text(page, ".answer").startswith("Speed and stability are both steady.")
    assert "No signal" in figure(page, "Change fail rate")


def test_no_trend_is_told_of_a_weak_grade(visit: Open, fake: FakeApi) -> None:
    lead = fake.answers[f"{WEB}/dora"]["change_lead_time"]
    slower: list[float | None] = [30, 34, 28, 36, 40, 41, 39, 42, 40, 43, 41, 60, 33]
    lead |= {"series": course(slower, "p50"), "grade": "C"}

    page = visit(PAGE)

    assert "longer" not in text(page, ".answer")
    assert "31 hours" not in text(page, ".answer")
    assert "Grade C: too weak for a trend" in figure(page, "Change lead time")


def test_a_week_outside_the_limits_is_named_and_opens_that_week(visit: Open, fake: FakeApi) -> None:
    weeks: list[float | None] = [30, 34, 28, 36, 31, 38, 32, 60, 33, 36, 30, 35, 33]
    fake.answers[f"{WEB}/dora"]["change_lead_time"]["series"] = course(weeks, "p50")
    page = visit(PAGE)
    link = page.locator(".mx .nt a").first

    assert plain(link.inner_text()) == "week of 12 Oct, 2.5 d"
    link.click()
    expect(page).to_have_url(re.compile("window=7&to=2026-10-19&show=change_lead_time"))


def test_each_figure_has_sample_range_and_what_is_withheld(visit: Open) -> None:
    page = visit(PAGE)

    lead = figure(page, "Change lead time")
    assert "31 h for half of commits 85 % within 4.2 d · half: 26 h - 38 h · 412 commits" in lead
    often = figure(page, "Deployment frequency")
    assert "53 deployments: 45 planned, 5 hotfixes, 3 rollbacks · median gap 38 h" in often
    recovery = figure(page, "recovery time")
    assert "85 % within: withheld, too few, needs 19" in recovery
    assert "7 failures · 1 still open" in recovery


def test_strict_and_lenient_stand_beside_what_is_still_watched(visit: Open) -> None:
    page = visit(PAGE)

    fail = figure(page, "Change fail rate")
    assert "13 % of deployments 7 of 52 · 6.7-25 %".replace("6.7", "7") in fail
    assert "strict 13 %, lenient 17 % · 2 still watched, 1 of them failed" in fail
    assert "kind known of 96 %" in figure(page, "rework rate")
    care = text(page, ".care")
    assert "it is watched for 72 h, and is in no rate before that is over" in care.replace(
        "3 d", "72 h"
    )
    assert "Do not make them goals" in care


def test_no_failure_seen_is_a_range_and_never_zero(visit: Open, fake: FakeApi) -> None:
    fail = fake.answers[f"{WEB}/dora"]["change_fail_rate"]
    none = {"ratio": 0.0, "strict": 0.0, "lenient": 0.0, "numerator": 0, "numerator_lenient": 0}
    fail["value"] |= none
    fail["interval"] = {"ratio": [0.0, 0.0688], "lenient": [0.0, 0.0688]}

    page = visit(PAGE)

    assert "No deployment failed (0-6.9 %, 0 of 52)" in text(page, ".answer")
    assert "0-6.9 % of deployments 0 of 52 · strict and lenient alike" in figure(
        page, "Change fail rate"
    )


def test_the_way_of_a_change_names_what_is_not_known_of_it(visit: Open) -> None:
    page = visit(PAGE)
    table = page.get_by_role("table", name="The way of a change")

    rows = [plain(one) for one in table.locator("tbody tr").all_inner_texts()]
    assert rows[1].startswith(
        "Pickup opened to first review withheld withheld 3 of 48 45 no review"
    )
    assert rows[3].startswith("Deploy merged to production 20 h 16 h - 26 h")
    assert "46 % of it is deploy" in text(page)


def test_variants_stand_apart_and_what_is_seen_of_too_few_is_no_value(visit: Open) -> None:
    page = visit(PAGE)
    table = page.get_by_role("table", name="Measured otherwise")

    assert "By merge request" in plain(table.inner_text())
    last = plain(table.locator("tbody tr").last.inner_text())
    assert "Detection to restore" in last
    assert "withheld too few, needs 5" in last


def test_without_a_service_desk_the_line_that_supplies_it_stands_there(visit: Open) -> None:
    page = visit("/dora?service=docs")

    assert "What fails is not known: no incident source for this service." in text(page, ".answer")
    assert "Speed is steady; whether stability is can't be told yet." in text(page, ".answer")
    assert text(page, ".lack pre") == LINE
    assert "no data" in figure(page, "Change fail rate")
    assert "0 %" not in figure(page, "Change fail rate")


def test_a_number_opens_the_rows_that_it_is_made_of(visit: Open) -> None:
    page = visit(PAGE)
    rows = [plain(one) for one in page.locator("table.deps tbody tr").all_inner_texts()]

    assert rows[0].startswith(
        "20 Nov 16:12 2026.47.2 planned 6 commits not yet known watched until"
    )
    assert "23 Nov 16:12" in rows[0]
    assert "rollback tells of the one before" in rows[1]
    assert rows[2].endswith("14 commits failed INC0010015, rolled back after 1.9 h")
    assert rows[3].endswith("no failure an incident came near")
    assert "not known commits not known" in rows[4]
    page.locator(".mx").first.locator(".v a").click()
    expect(page.locator("table.behind tbody tr")).to_have_count(20)
    expect(page.get_by_text("1 not in it, and why")).to_be_visible()
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.locator("table.behind tbody tr")).to_have_count(3)
    page.get_by_label("What is listed").select_option("delivery_cycle")
    expect(page.locator("table.behind tbody tr")).to_have_count(1)
    request = text(page, "table.behind tbody tr")
    assert "shop/web!8 coding 3 h · pickup unknown · review unknown · deploy 24.1 h" in request


def test_a_failure_leads_to_its_incident(visit: Open) -> None:
    page = visit(PAGE)

    page.get_by_role("link", name="INC0010015").click()

    expect(page.locator("h1")).to_have_text("Failures, service web")
    expect(page.locator("article.chosen h3")).to_contain_text("INC0010015")


def test_the_pool_of_a_stream_stands_beside_its_services(visit: Open, fake: FakeApi) -> None:
    own = fake.answers["/v1/overview"]["services"]
    own[0]["name"], own[1]["name"] = "web", "docs"

    page = visit("/dora?stream=checkout")

    assert text(page, "h1") == "DORA, Checkout pooled"
    assert "2 services pooled: web, docs" in text(page, ".env")
    assert text(page, ".unwatched").endswith("for want of a source of incidents: docs")
    table = page.get_by_role("table", name="Delivery, per service")
    expect(table.locator("tbody tr")).to_have_count(2)
    assert f"{POOLED}/dora?interval=week" in fake.asked
    table.get_by_role("link", name="docs").click()
    expect(page.locator("h1")).to_have_text("DORA, service docs")


def test_the_survey_is_dated_context_with_its_source(visit: Open) -> None:
    table = visit(PAGE).locator("table.survey")

    rows = [plain(one) for one in table.locator("tbody tr").all_inner_texts()]
    assert rows[0].startswith(
        "Change lead time 2024 between one day and one week less than one day"
    )
    assert rows[0].endswith("benchmarks.json (secondary)")
    assert "no edition told answers for this metric" in rows[1]


def test_choices_stand_in_the_address(visit: Open) -> None:
    page = visit("/dora")
    expect(page).to_have_url(re.compile(r"/dora\?service=web$"))
    page.wait_for_selector("table.deps")

    with page.expect_response(f"**{DOCS}/dora*"):
        page.get_by_label("Service or stream").select_option("service:docs")
    expect(page).to_have_url(re.compile(r"/dora\?service=docs$"))
    with page.expect_response("**/dora?from=*&interval=week"):
        page.get_by_label("Period").select_option("30")


def test_no_service_says_which_lines_make_one(visit: Open, fake: FakeApi) -> None:
    fake.answers["/v1/services"] = {"items": [], "next": None}

    page = visit("/dora")

    assert "no service is configured" in text(page, ".answer")
    assert text(page, ".empty pre").startswith("[[services]]")


def test_every_chart_has_its_weeks_as_a_table(visit: Open) -> None:
    page = visit(PAGE)
    charts = page.locator("figure .pchart")

    assert charts.count() == 3
    page.keyboard.press("t")
    table = page.get_by_role("table", name="Change fail rate by week")
    expect(table).to_be_visible()
    rows = [plain(one) for one in table.locator("tbody tr").all_inner_texts()]
    assert len(rows) == 13
    assert rows[0] == "24 Aug 20 % 1 of 4"
    assert rows[-1].startswith("16 Nov, running none")


def test_what_sources_say_is_text(visit: Open, fake: FakeApi) -> None:
    rows: list[dict[str, Any]] = fake.answers[RATE_ROWS]["included"]
    rows[0] |= {"version": HOSTILE, "url": "javascript:alert(1)", "kind": HOSTILE}

    page = visit(PAGE)

    assert page.evaluate("window.pwned") is None
    assert page.locator("table.deps img, a[href^='javascript']").count() == 0
    assert "<img src=x" in text(page, "table.deps")
