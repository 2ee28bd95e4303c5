"""Saying what one thinks of a link: quiet, by keyboard, with a name that is remembered."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi
from tests.web.fake_verdicts import judged

pytestmark = pytest.mark.browser
ADDRESS = "/v1/items/SHOP-412/journey"
TICKET = {"kind": "item", "source": "jira", "id": "10412"}


@pytest.fixture
def page(visit: Open, fake: FakeApi) -> Page:
    fake.answers[ADDRESS] = judged()
    return visit("/journey?key=SHOP-412")


def _commit(sha: str) -> dict[str, str]:
    return {"kind": "commit", "source": "gitlab", "id": sha * 5, "repository_id": "42"}


def _questions(page: Page) -> list[str]:
    found = page.locator(".ev td.judge").all_inner_texts()
    return [" ".join(one.split()) for one in found if one.strip()]


def test_each_line_asks_and_a_confirmed_one_is_marked(page: Page) -> None:
    assert _questions(page) == ["confirmed Right? withdraw", "Right?", "Right?"]
    title = page.locator(".judge .said").get_attribute("title") or ""
    assert plain(title) == "Confirmed by anna on 20 Nov 2026: looked at it"
    assert page.get_by_role("button", name="Is this right? ").count() == 3


def test_a_rejected_link_is_struck_through_with_who_when_and_why(page: Page) -> None:
    struck = text(page, ".saidlist s")
    assert struck == ("commit 00bad000 in shop/web: The message names SHOP-412 (key in message)")
    told = text(page, ".saidlist li")
    assert "Rejected by anna on 20 Nov 2026: <b>only a mention</b>" in told
    assert page.locator(".saidlist b").count() == 0


def test_the_form_sends_what_was_said_and_remembers_the_name(page: Page, fake: FakeApi) -> None:
    page.get_by_role("button", name="Is this right? ").nth(1).click()
    expect(page.get_by_role("dialog", name="Is this link right?")).to_be_visible()
    page.get_by_label("Why", exact=True).fill("it only mentions the ticket")
    page.get_by_label("Your name").fill("bo")
    page.get_by_role("button", name="It is wrong").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    said = {"answer": "rejected", "who": "bo", "why": "it only mentions the ticket"}
    assert fake.sent == [("POST", "/v1/verdicts", {"a": TICKET, "b": _commit("77aa01fe"), **said})]
    page.get_by_role("button", name="Is this right? ").nth(1).click()
    expect(page.get_by_label("Your name")).to_have_value("bo")


def test_by_keyboard_alone(page: Page, fake: FakeApi) -> None:
    question = page.get_by_role("button", name="Is this right? ").nth(1)
    question.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Why", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(question).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("seen it")
    page.keyboard.press("Tab")
    page.keyboard.type("bo")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert [body["answer"] for _, _, body in fake.sent] == ["confirmed"]


def test_of_several_links_one_or_all_are_meant(page: Page, fake: FakeApi) -> None:
    for choice, count in (("all 2 of them", 2), ("ticket SHOP-412 – commit 77aa01fe", 1)):
        fake.sent.clear()
        page.get_by_role("button", name="Is this right? ").nth(2).click()
        options = page.get_by_label("Which link").locator("option").all_inner_texts()
        chosen = next(one for one in options if one.startswith(choice))
        page.get_by_label("Which link").select_option(label=chosen)
        page.get_by_label("Why", exact=True).fill("no")
        page.get_by_label("Your name").fill("bo")
        page.get_by_role("button", name="It is wrong").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert len(fake.sent) == count
    assert fake.sent[0][2]["b"] == _commit("77aa01fe")


def test_a_verdict_is_withdrawn(page: Page, fake: FakeApi) -> None:
    page.get_by_role("button", name="Withdraw: Rejected by anna").click()
    page.get_by_label("Your name").fill("bo")
    page.get_by_role("button", name="Withdraw", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert fake.sent == [("DELETE", "/v1/verdicts/9", {"who": "bo", "why": ""})]


def test_a_link_that_is_missing_is_added(page: Page, fake: FakeApi) -> None:
    page.get_by_role("button", name="Add a link that is missing").click()
    page.get_by_label("It is a").select_option(label="merge request")
    page.get_by_label("Called").fill("shop/web!8")
    page.get_by_label("Why", exact=True).fill("it is ours")
    page.get_by_label("Your name").fill("bo")
    page.get_by_role("button", name="Add the link").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    ((_, _, body),) = fake.sent
    assert body["a"] == {"kind": "item", "key": "SHOP-412"}
    assert body["b"] == {"kind": "merge_request", "key": "shop/web!8"}
    assert body["answer"] == "confirmed"


def test_a_refusal_is_told_and_nothing_that_was_typed_is_lost(page: Page, fake: FakeApi) -> None:
    fake.status["/v1/verdicts"] = 404
    page.get_by_role("button", name="Is this right? ").nth(1).click()
    page.get_by_label("Why", exact=True).fill("no")
    page.get_by_label("Your name").fill("bo")
    page.get_by_role("button", name="It is wrong").click()
    expect(page.get_by_role("alert")).to_contain_text("no answer for /v1/verdicts")
    expect(page.get_by_label("Why", exact=True)).to_have_value("no")


def test_without_a_name_nothing_is_sent(page: Page, fake: FakeApi) -> None:
    page.get_by_role("button", name="Is this right? ").nth(1).click()
    page.get_by_label("Why", exact=True).fill("no")
    page.get_by_role("button", name="It is right").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert fake.sent == []


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_is_wider_than_the_page(
    visit: Open, fake: FakeApi, width: int, scheme: str
) -> None:
    fake.answers[ADDRESS] = judged()
    page = visit("/journey?key=SHOP-412", width=width, scheme=scheme)
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(wide)
    page.get_by_role("button", name="Is this right? ").nth(2).click()
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/form-{width}.png")
        page.keyboard.press("Escape")
        page.locator(".ev").scroll_into_view_if_needed()
        page.screenshot(path=f"{folder}/page-{width}.png", full_page=True)
