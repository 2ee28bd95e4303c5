"""The Lab in a browser: the verdict, the levers in the hand and in the address, directions only."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.schemas_lab import LabChange, LabNow
from tests.web import fake_lab
from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi

pytestmark = pytest.mark.browser

LAB = "/v1/streams/checkout/lab"
TODAY = "/lab?stream=checkout"
MOVED = f"{TODAY}&Test.people=%2B1"
PEOPLE = "People at Test"


def _played(fake: FakeApi) -> list[dict[str, Any]]:
    return [body for _, path, body in fake.sent if path == LAB]


def _settled(page: Page) -> None:
    page.wait_for_timeout(100)
    page.wait_for_selector("#main[aria-busy=false]")


def _mark(page: Page, kind: str) -> int:
    return page.locator(f".labwait {kind}").count()


def test_the_answers_that_the_page_is_tried_with_are_those_of_the_api() -> None:
    LabNow.model_validate(fake_lab.now())
    LabNow.model_validate(fake_lab.now(numbers=False))
    LabChange.model_validate(fake_lab.change({"levers": {}}))
    LabChange.model_validate(fake_lab.change({"levers": {}}, numbers=False))


def test_without_a_change_it_shows_the_stream_as_it_is(visit: Open, fake: FakeApi) -> None:
    fake.answers["/v1/scenarios"] = {"items": [], "next": None}
    page = visit("/lab")
    page.wait_for_url("**/lab?stream=checkout")
    assert text(page, ".answer") == (
        "As it is, the model has 85 % done within 76 d. Test (qa) is busiest. "
        "Move a lever to see what it would do, and to whom."
    )
    assert "Longest wait Test 11 d for each item" in text(page, ".figs")
    assert "none of 7 levers is moved" in text(page, "#levers")
    assert _played(fake) == []


def test_the_verdict_comes_first_with_who_inherits_what(visit: Open) -> None:
    page = visit(MOVED)
    assert text(page, "h1") == "1 more person at Test"
    assert text(page, ".answer") == (
        "85 % are done within 66 d instead of 79 d, but part of the wait moves to Approval (board)."
    )
    told = text(page, ".figs")
    assert "Verdict Shifted 36 % of the wait removed comes back: Approval +2.9 d" in told
    assert "85 % within 66 d was 79 d 13 d less · 9.0 d-17 d in 20 paired runs" in told
    assert "Delay cost €26k a week, was €31k €5k less, €2k-€8k · 68 % of items" in told
    assert "Next constraint Approval, 95 % busy it was Test;" in told
    assert "board inherits +3.2 items and €2k a week" in told


def test_a_saved_wait_is_ink_and_an_inherited_one_amber(visit: Open) -> None:
    page = visit(MOVED)
    assert (_mark(page, "circle.f-ink"), _mark(page, "circle.f-waiting")) == (1, 1)
    assert _mark(page, "circle.f-ink3") == 1
    amber = page.locator(".labwait circle.f-waiting").evaluate("one => getComputedStyle(one).fill")
    assert amber == "rgb(214, 124, 5)"
    drawn = text(page, ".labwait")
    assert "Test qa \u22128.1 d" in drawn
    assert "3.9 d to 6.8 d 86 % 95 %" in drawn


def test_what_gets_worse_says_where_the_wait_grows_and_shows_no_change_that_nobody_sees(
    visit: Open, fake: FakeApi
) -> None:
    def worse(asked: dict[str, Any]) -> dict[str, Any]:
        told = fake_lab.change(asked)
        told["verdict"] |= {"verdict": "worse", "removed_d": 1e-5, "returned_share": 2.9e5}
        told["steps"][0]["wait_d"] = fake_lab.pair(4.6, 4.601, near=0.0001)
        told["teams"][0]["wait_d"] = fake_lab.pair(4.6, 4.601, near=0.0001)
        return told

    fake.replies[LAB] = worse
    page = visit(MOVED)
    assert "Verdict Worse the wait grows: Approval +2.9 d" in text(page, ".figs")
    assert _mark(page, "circle.f-ink3") == 1
    assert "web Build 4.6 d as now" in text(page)


def test_work_that_is_hidden_is_said_before_any_number(visit: Open, fake: FakeApi) -> None:
    def hidden(asked: dict[str, Any]) -> dict[str, Any]:
        told = fake_lab.change(asked)
        told["verdict"] |= {"verdict": "hidden", "words": "Work is hidden, not gone: Test."}
        return told

    fake.replies[LAB] = hidden
    page = visit(f"{TODAY}&Test.owner=web")
    assert text(page, ".answer") == "Work is hidden, not gone: Test."
    assert "Verdict Hidden the wait may be somebody else's now" in text(page, ".figs")


def test_a_lever_moved_by_key_is_played_and_stands_in_the_address(
    visit: Open, fake: FakeApi
) -> None:
    page = visit(TODAY)
    page.get_by_label(PEOPLE).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**Test.people=%2B1")
    expect(page.get_by_role("heading", name="1 more person at Test")).to_be_visible()
    (played,) = [one for one in _played(fake) if one["levers"] == {"Test.people": "+1"}]
    assert [played["from"], played["to"]] == fake.answers[LAB]["window"]
    assert "3 → 4" in text(page, ".lev .on")
    page.get_by_label(PEOPLE).focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/lab?stream=checkout")
    assert page.locator(".lev .on").count() == 0


def test_a_slider_stays_in_the_hand_and_only_its_newest_place_is_played(
    visit: Open, fake: FakeApi
) -> None:
    fake.answers["/v1/scenarios"] = {"items": [], "next": None}
    page = visit(TODAY)
    fake.delay_s = 0.4
    slider = page.get_by_label(PEOPLE)
    slider.focus()
    page.evaluate("window.held = document.activeElement")
    drag = """(slider, places) => places.forEach((at) => {
        slider.value = at; slider.dispatchEvent(new Event("input"));
    })"""
    slider.evaluate(drag, [1, 2, 3, 4, 5])
    page.wait_for_url("**Test.people=%2B5")
    slider.evaluate(drag, [4, 3])
    page.wait_for_url("**Test.people=%2B3")
    expect(page.get_by_role("heading", name="3 more people at Test")).to_be_visible()
    _settled(page)
    assert [one["levers"]["Test.people"] for one in _played(fake)] == ["+5", "+3"]
    assert page.evaluate("held.isConnected && held === document.activeElement")


def test_the_old_picture_stays_until_the_new_one_is_there(visit: Open, fake: FakeApi) -> None:
    page = visit(MOVED)
    fake.delay_s = 600.0
    page.get_by_label(PEOPLE).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**Test.people=%2B2")
    assert "3 → 5" in text(page, ".lev .on")
    assert text(page, "h1") == "1 more person at Test"
    expect(page.locator(".labwait svg")).to_be_visible()
    fake.delay_s = 0.0
    expect(page.get_by_role("heading", name="Testers")).to_be_visible()


def test_going_back_leaves_the_lab_and_not_each_place_of_a_slider(visit: Open) -> None:
    page = visit("/")
    page.goto(page.url + "lab?stream=checkout")
    page.wait_for_selector("#main[aria-busy=false]")
    page.get_by_label(PEOPLE).focus()
    for address in ("**Test.people=%2B1", "**Test.people=%2B2"):
        page.keyboard.press("ArrowRight")
        page.wait_for_url(address)
    page.go_back()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_words_are_chosen_and_levers_of_other_steps_too(visit: Open, fake: FakeApi) -> None:
    fake.answers["/v1/scenarios"] = {"items": [], "next": None}
    page = visit(TODAY)
    page.get_by_label("Batch into Test").select_option("daily")
    page.wait_for_url("**Test.batch=daily")
    assert "weekly → daily" in text(page, ".lev .on")
    _settled(page)
    fake.delay_s = 1.0
    page.get_by_role("button", name="Whole stream").click()
    let_in = page.get_by_label("Let in a week")
    assert let_in.input_value() == let_in.get_attribute("max")
    let_in.focus()
    page.keyboard.press("Home")
    page.wait_for_url("**arrivals.cap=1**")
    _settled(page)
    assert _played(fake)[-1]["levers"] == {"Test.batch": "daily", "arrivals.cap": "1"}
    assert text(page, "h1") == "Batches into Test (daily) and at most 1 let in a week"
    page.get_by_role("button", name="Put all back").click()
    page.wait_for_url(lambda address: "arrivals" not in address and "batch" not in address)


def test_where_the_model_misses_there_are_directions_and_no_numbers(
    visit: Open, fake: FakeApi
) -> None:
    fake.answers[LAB] = fake_lab.now(numbers=False)
    fake.replies[LAB] = lambda asked: fake_lab.change(asked, numbers=False)
    page = visit(MOVED)
    assert text(page, ".answer").startswith("The slow end gets shorter, but part of the wait")
    told = text(page, ".figs").replace("85 % within", "")
    assert "Verdict Shifted it comes back: Approval" in told
    assert not [sign for sign in told if sign.isdigit()]
    assert "it misses 85 % within by 25 %" in text(page)
    assert page.locator(".labwait svg, .labspread svg").count() == 0
    assert "Approval board longer" in text(page, ".ways-gone")
    page.get_by_text("How near the model comes").first.click()
    assert "85 % within 79 d 99 d +25 % misses" in text(page)
    assert "4 items at Test lay there all through the period" in text(page)


def test_a_stream_without_a_model_says_what_is_missing(visit: Open, fake: FakeApi) -> None:
    why = "no stage of the map is a step: add stages = [..] to the stream"
    fake.answers[LAB] = {**fake_lab.now(), "model": None, "reason": why}
    assert 'stages = [ { name = "Ready"' in text(visit(TODAY))
    few = "7 items were done in the window; a model wants 20 or more"
    fake.answers[LAB] = {**fake_lab.now(), "model": None, "reason": few}
    assert f"{few}. Choose a longer period" in text(visit(TODAY))


def test_a_lever_that_can_not_be_moved_says_why_and_leads_back(visit: Open, fake: FakeApi) -> None:
    def refused(_: Any) -> Any:
        raise AssertionError("is refused by its status")

    fake.replies[LAB] = refused
    page = visit(TODAY)
    fake.status[LAB] = 422
    page.goto(page.url + "&Test.speed=9")
    page.wait_for_selector("#main[aria-busy=false]")
    assert text(page, ".answer") == "This can't be played: Test.speed 9."
    assert f"no answer for {LAB}" in text(page, ".empty")
    fake.status.clear()
    page.get_by_role("link", name="Put all levers back").click()
    expect(page.locator(".labwait svg")).to_be_visible()


def test_kept_changes_are_played_on_the_same_facts_beside_it(visit: Open, fake: FakeApi) -> None:
    page = visit(f"{MOVED}&window=180")
    row = page.get_by_role("row", name="Testers")
    expect(row).to_contain_text("shifted")
    assert "Testers 2 more people at Test shifted 66 d 8.1 d 2.9 d €26k Approval, board" in plain(
        row.inner_text()
    )
    *_, other = _played(fake)
    assert other["levers"] == {"Test.people": "+2"}
    assert [other["from"], other["to"]] == fake.answers[LAB]["window"]
    real = page.get_by_role("link", name="Try one for real")
    assert str(real.get_attribute("href")).endswith("/improvements?stream=checkout")
    row.get_by_role("link").click()
    page.wait_for_url("**Test.people=%2B2")
    expect(page.get_by_role("heading", name="Testers")).to_be_visible()
    assert "With 2 more people at Test, 85 %" in text(page, ".answer")


def test_a_change_is_kept_under_a_name(visit: Open, fake: FakeApi) -> None:
    page = visit(MOVED)
    page.get_by_role("button", name="Keep this change").click()
    page.get_by_label("Your name").fill("anna")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.locator("dialog")).to_have_count(0)
    kept = [body for _, path, body in fake.sent if path == "/v1/scenarios"]
    assert kept == [
        {"stream": "checkout", "levers": {"Test.people": "+1"},
         "name": "1 more person at Test", "who": "anna", "why": ""}
    ]  # fmt: skip


def test_names_that_look_like_markup_stay_text(visit: Open, fake: FakeApi) -> None:
    name = "<img src=x onerror=alert(1)>"
    hostile = fake_lab.scenario(9, name, {f"{name}.people": "+1"})
    fake.answers["/v1/scenarios"] = {"items": [hostile], "next": None}
    page = visit(f"{TODAY}&Test.batch={name}")
    expect(page.get_by_role("link", name=name)).to_be_visible()
    assert page.locator("main img").count() == 0


def test_the_key_t_opens_the_same_as_tables_and_a_phone_does_not_scroll_sideways(
    visit: Open,
) -> None:
    page = visit(MOVED, width=390)
    page.keyboard.press("t")
    told = text(page)
    assert "Test qa 3.1 d was 11 d" in told
    assert "qa Test 3 3 7.5 web Build [[teams]] names nobody 9 not seen" in told
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
