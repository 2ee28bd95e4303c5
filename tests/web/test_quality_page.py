"""Quality in a browser: whether figures can be shown, what holds them back, what is not linked."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from api.schemas_covered import CoveredBody
from api.schemas_lists import DefinitionRow, Listed, QualityRow
from api.schemas_quality import ClockSkew
from api.schemas_unlinked import UnlinkedRow, UnlinkedSummary
from tests.web import fake_quality as told
from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi

pytestmark = pytest.mark.browser


def test_the_answers_of_these_tests_are_of_the_documented_shape() -> None:
    Listed[QualityRow].model_validate({"items": told.coverages(), "next": None})
    Listed[DefinitionRow].model_validate({"items": told.definitions(), "next": None})
    Listed[UnlinkedRow].model_validate(told.unlinked())
    UnlinkedSummary.model_validate(told.summary())
    CoveredBody.model_validate(told.covered())
    ClockSkew.model_validate(told.skew())


def test_the_answer_says_whether_to_show_it_and_what_holds_most_back(visit: Open) -> None:
    page = visit("/quality")

    assert text(page, ".answer") == (
        "Good enough to show a board, with ranges. Most figures are held back at Checkout: "
        "80 of 690 days of work are in no stage."
    )
    figures = text(page, ".figs")
    assert "Time in mapped statuses Checkout: 80 of 690 days of work are in no stage" in figures
    assert "97 % 29 of 30 links judged right by people · 83-99 %" in figures
    assert "3.0 h snow others 9 min; clocks within 1 s; jenkins never read" in figures


def test_a_gap_that_holds_more_figures_back_comes_first_with_its_line(visit: Open) -> None:
    todo = [plain(one) for one in visit("/quality").locator(".todo li").all_inner_texts()]

    assert [one.split(".")[0] for one in todo] == [
        "1 80 of 690 days of work are in no stage",
        "2 9 of 53 deployments do not say what they carried",
        "3 No incident source for this service",
        "4 13 of 45 items in flight have no value",
    ]
    assert "Holds 5 figures below A." in todo[0]
    assert "Holds 3 figures below A." in todo[1]
    assert "Holds 2 figures below A." in todo[2]
    assert "Holds 1 figure below A." in todo[3]
    assert '[[streams]] name = "checkout", stages { name = ".."' in todo[0]
    assert '[[services]] name = "members" configuration_items = ["Members"]' in todo[2]


def test_a_source_that_is_late_leads_where_it_holds_most_figures(
    visit: Open, fake: FakeApi
) -> None:
    late = told.row("C10", "Sources read in time", 3, 4, scope={}, scope_title="Everything")
    fake.answers["/v1/quality"]["items"] = [late, *told.coverages()]
    for stream in fake.answers["/v1/overview"]["streams"][:2]:
        for metric in ("idea_to_release", "flow_time", "load", "velocity", "delay_cost"):
            stream[metric] = stream[metric] | {"reasons": ["jira is stale"]}

    page = visit("/quality")

    assert text(page, ".answer").endswith("Most figures are held back: 1 of 4 sources is late.")
    first = page.locator(".todo li").first
    assert "Holds 8 figures below A." in first.inner_text()
    assert str(first.locator("a").first.get_attribute("href")).endswith("/connectors")


def test_coverages_that_grade_come_first_and_what_is_whole_is_folded(visit: Open) -> None:
    page = visit("/quality")
    graded = page.locator(".cov").first

    rows = [plain(one) for one in graded.locator("tbody tr").all_inner_texts()]
    assert [one.split(" · ")[1].split(" ")[0] for one in rows] == ["C11", "C3", "C6", "C5"]
    assert "71 % 32 of 45 B 13 items in flight have no value" in rows[0]
    assert "610 of 690 d" in rows[2]
    assert "no data: no incident source for this service" in rows[3]
    assert "Done items with a commit" not in text(page, ".cov")
    page.get_by_text("2 more, ≥\u00a090\u00a0%").click()
    assert "92 % 88 of 96 A" in plain(page.locator(".cov").nth(1).inner_text())
    beside = plain(page.locator(".cov").nth(2).inner_text())
    assert "Commits with a ticket Checkout · C2 83 % 1 075 of 1 290 215 commits name no" in beside


def test_a_stream_shows_its_own_and_its_services_and_stands_in_the_address(visit: Open) -> None:
    page = visit("/quality")
    with page.expect_request(lambda one: "unlinked/summary?stream=loyalty" in one.url):
        page.get_by_label("Stream").select_option("loyalty")

    expect(page.locator(".todo li")).to_have_count(1)
    assert text(page, ".answer").startswith("Good for a direction, not for a comparison.")
    assert page.url.endswith("/quality?stream=loyalty")
    assert text(page, ".grades") == (
        "Stream Stream Idea to release Flow time Efficiency Velocity Delay cost Loyalty C B C B D"
    )


def test_the_grade_of_a_figure_opens_the_figure(visit: Open) -> None:
    page = visit("/quality?stream=checkout")

    chip = page.get_by_label("Checkout, Flow time: grade B")

    assert str(chip.get_attribute("href")).endswith("/checkout/metrics/flow_time/explain")


def test_a_reason_opens_the_list_of_its_things_and_the_next_page(visit: Open) -> None:
    page = visit("/quality")
    assert "215 of 1 290 · 17 %, 31 by bots beside" in text(page, ".unl")
    with page.expect_request(lambda one: "kind=commit&reason=typo" in one.url):
        page.get_by_role("link", name="34").click()

    expect(page.locator(".unlist tbody tr")).to_have_count(1)
    row = text(page, ".unlist tbody tr")
    assert "SHPO-412: split <b>payments</b> 3f2a91c0 checkout, web 18 Nov 09:14" in row
    assert "perhaps SHOP-412: SHPO is no project" in row
    more = page.get_by_role("link", name="Next ones").get_attribute("href")
    assert str(more).endswith("/quality?list=commit&why=typo&after=41#list")


def test_what_is_in_no_stream_has_the_line_that_names_it(visit: Open) -> None:
    page = visit("/quality")

    assert "3 of 4 projects and 6 of 6 repositories are in a stream or a service" in text(page)
    assert 'OPS project, jira 212 items 20 Nov 2026 [[streams]] items = { source = "jira"' in text(
        page, ".unc tbody tr"
    )


def test_clocks_tell_pairs_out_of_order_with_the_worst(visit: Open) -> None:
    page = visit("/quality")

    row = text(page, ".skew > tbody > tr")
    assert "gitlab before jenkins" in row
    assert "0.7 % 0.2-2.1 % 3 of 412 2 min" in row
    page.get_by_text("The worst 1: a build begins after").click()
    worst = page.get_by_role("table", name="a build begins after the commit that it builds: the")
    assert "3 min 3f2a91c0 5 Oct 09:14 web-build#118" in plain(worst.inner_text())
    assert "checkout: 1 of 96 done items end something before it begins: SHOP-412" in text(page)


def test_where_all_is_whole_nothing_is_left_to_do(visit: Open, fake: FakeApi) -> None:
    whole = [told.row("C1", "Done items with a commit", 96, 96)]
    fake.answers["/v1/quality"] = {"items": whole, "next": None}
    fake.answers["/v1/overview"]["headline"]["grade"] = "A"

    page = visit("/quality?window=365")

    assert text(page, ".answer") == (
        "Good enough to show a board, as measured. No coverage that grades a figure is under 90 %."
    )
    expect(page.locator(".todo")).to_have_count(0)


def test_before_anything_was_read_it_says_so(visit: Open, fake: FakeApi) -> None:
    fake.answers["/v1/quality"] = {"items": [], "next": None}
    page = visit("/quality")
    assert text(page, ".answer").startswith("Nothing was counted yet")
    fake.answers["/v1/streams"] = {"items": [], "next": None}
    page = visit("/quality")
    assert "no value stream is configured" in text(page, ".answer")


def test_a_grade_anywhere_leads_here_with_the_same_stream_and_period(visit: Open) -> None:
    page = visit("/delay-cost?stream=checkout&window=30")

    chip = page.locator("main a.grade").first.get_attribute("href")

    assert str(chip).endswith("/quality?stream=checkout&window=30#coverage")
