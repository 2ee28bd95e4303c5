"""Definitions in a browser: what a number means, what changed, what no line maps, and a preview."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from api.schemas_definitions import DefinitionChangeRow, DefinitionPage
from api.schemas_lists import Listed
from api.schemas_mappings import MappingRow, Preview, Unmapped
from api.schemas_restatements import RestatementRow
from tests.web import fake_definitions as told
from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi

pytestmark = pytest.mark.browser
PREVIEW = "/v1/mappings/preview"


def test_the_answers_of_these_tests_are_of_the_documented_shape() -> None:
    DefinitionPage.model_validate(told.FLOW_TIME)
    Listed[DefinitionChangeRow].model_validate(told.changes())
    Unmapped.model_validate(told.unmapped())
    Listed[MappingRow].model_validate(told.mappings())
    Listed[RestatementRow].model_validate(told.restated())
    Preview.model_validate(told.preview({"streams": [{"stages": ["active"]}]}))


def test_the_answer_says_what_is_not_mapped_and_what_changed_last(visit: Open) -> None:
    page = visit("/definitions")

    assert text(page, ".answer") == (
        "1 status and 1 type are not mapped: 46 d of items count as neither waiting nor work. "
        "A line each maps them. The last change: mapping of Checkout, on 12 Oct 2026."
    )
    assert "Definitions 8 one formula" in text(page, ".figs")
    assert "Restated 2+ facts" in text(page, ".figs")
    below = page.locator(".figs a").nth(1).get_attribute("href")
    assert str(below).endswith("/definitions#unmapped")


def test_what_is_not_mapped_has_its_line_and_its_items(visit: Open) -> None:
    rows = [plain(one) for one in visit("/definitions").locator(".gaps tbody tr").all_inner_texts()]

    assert rows[0].startswith("On <hold> status of Checkout · 10044 2 Nov 2026 7 3 now 46 d")
    assert '{ name = "On hold", state = "waiting"' in rows[0]
    assert rows[1].startswith("Spike type of Checkout 2 Nov 2026 2 0 now 9.0 d [types]")


def test_a_definition_opens_in_words_without_markup(visit: Open) -> None:
    page = visit("/definitions")
    page.locator(".deflist").get_by_role("link", name="Flow time").click()

    expect(page.locator("h1")).to_have_text("Flow time")
    assert page.url.endswith("/definitions?metric=flow_time")
    assert text(page, ".answer") == "done - committed, waiting and active time included."
    assert page.locator(".answer code").inner_text() == "done - committed"
    link = page.get_by_role("link", name="efficiency", exact=True)
    assert str(link.get_attribute("href")).endswith("/definitions?metric=efficiency")
    expect(page.get_by_role("link", name="working time")).to_have_count(0)
    assert "Vacanti and Kersten; <b>no markup</b>." in text(page)
    assert page.locator(".prose td").all_inner_texts() == ["3", "2"]
    assert "delivery kind, committed_ts" in text(page, ".reads")


def test_a_change_stands_with_its_break_and_one_window_under_both(visit: Open) -> None:
    page = visit("/definitions")
    first, second = page.locator(".breaks > li").all()

    whole = plain(first.inner_text())
    assert "12 Oct 2026" in whole
    assert 'mapping of Checkout stage Review: status "Code Review" active → waiting' in whole
    assert "Flow efficiency 31 % B 18 % B" in whole
    assert "Flow time half within 20 d B not measured yet" in whole
    assert "known_at=2026-10-12T08:59:59Z" in whole
    assert first.get_by_label("break").count() == 1
    assert "Delay cost delay_cost@1 → delay_cost@2" in plain(second.inner_text())


def test_what_was_restated_tells_from_what_to_what_and_why(visit: Open) -> None:
    page = visit("/definitions")
    rows = [plain(one) for one in page.locator(".restated tbody tr").all_inner_texts()]

    assert rows[0] == (
        "12 Nov 09:05 SHOP-412 delivery 1, checkout done at: 3 Nov 14:20 → 12 Nov 08:51"
        " Flow time, Flow velocity a tool told it otherwise later"
    )
    assert "118 deployment, web was not known then" in rows[1]
    with page.expect_request(lambda one: "/v1/restatements?since=" in one.url):
        page.get_by_label("Restated since").select_option("90")
    assert page.url.endswith("/definitions?since=90")


def test_a_mapping_is_tried_before_it_counts(visit: Open, fake: FakeApi) -> None:
    fake.replies[PREVIEW] = told.preview
    page = visit("/definitions?stream=checkout")
    draft = page.get_by_label("The table of stream checkout, as JSON")
    before = draft.input_value()
    assert '{"name":"Test","state":"waiting","team":"qa","statuses":["In Review","Test"]}' in before

    draft.fill(before.replace('"waiting"', '"active"'))
    page.get_by_role("button", name="Show what it would do").click()

    expect(page.locator(".preview .lead")).to_have_text(
        "54 items count now, 45 then; 31 would be told otherwise."
        " 28 deliveries of a time already told would be restated."
    )
    shown = text(page, ".preview")
    assert "Test moved Test (waiting) Test (active) 31 30 wk" in shown
    assert "Flow efficiency 18 % B 30 % B" in shown
    assert "Nothing was written." in shown
    assert [method for method, *_ in fake.sent] == ["POST"]
    assert fake.sent[0][2]["streams"][0]["name"] == "checkout"


def test_projects_without_an_item_of_the_stream_are_where_its_ideas_come_from(visit: Open) -> None:
    draft = visit("/definitions?stream=checkout").locator("#draft")

    expect(draft).to_have_value(
        re.compile(r'"items": {"source":"jira","projects":\["SHIP","SHOP"\]}')
    )
    expect(draft).to_have_value(re.compile(r'"ideas": {"source":"jira","projects":\["IDEA"\]}'))


def test_what_is_typed_stays_while_the_page_is_read_again(visit: Open, fake: FakeApi) -> None:
    page = visit("/definitions?stream=loyalty")
    draft = page.locator("#draft")
    draft.fill("{ mine")
    fake.answers["/v1/mappings/unmapped"] = {"items": [], "next": None}
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    expect(page.locator(".answer")).to_contain_text("Every status and type")
    expect(draft).to_have_value("{ mine")
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.locator(".preview .refused")).to_contain_text("This is no JSON")


def test_what_the_server_refuses_is_said(visit: Open, fake: FakeApi) -> None:
    fake.status[PREVIEW] = 422
    page = visit("/definitions?stream=checkout")

    page.get_by_role("button", name="Show what it would do").click()

    expect(page.locator(".preview .refused")).to_contain_text("Not taken: 422")


def test_where_nothing_changed_and_all_is_mapped_it_says_so(visit: Open, fake: FakeApi) -> None:
    nothing = {"items": [], "next": None}
    for address in ("/v1/mappings/unmapped", "/v1/definitions/changes", "/v1/restatements"):
        fake.answers[address] = nothing

    page = visit("/definitions")

    assert text(page, ".answer") == (
        "Every status and type that items have is mapped."
        " No definition changed since numbers were first told."
    )
    assert "Nothing that had been told changed." in text(page)


def test_before_anything_is_measured_nothing_is_said_to_be_mapped(
    visit: Open, fake: FakeApi
) -> None:
    fake.answers["/v1/streams"] = {"items": [], "next": None, "awaited": ["checkout"]}
    fake.answers["/v1/mappings/unmapped"] = {"items": [], "next": None}
    page = visit("/definitions")

    assert text(page, ".answer").startswith("No item is measured yet")
    assert "is mapped." not in text(page)
