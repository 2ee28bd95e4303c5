"""The Forecast in a browser: sentence, queue on its axis, what-ifs, questions, scorecards."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi
from tests.web.fake_forecast import BASE, calibration, corrected, queue, releases, row

pytestmark = pytest.mark.browser

_PAGE = "/forecast?stream=checkout"


def _ready(page: Page) -> None:
    expect(page.locator("#main[aria-busy=false]")).to_be_visible()


def _asked(fake: FakeApi, path: str) -> list[str]:
    return [one for one in fake.asked if one.partition("?")[0] == f"{BASE}/{path}"]


def test_without_a_stream_the_first_one_is_shown_and_the_navigation_leads_there(
    visit: Open,
) -> None:
    page = visit("/")
    page.get_by_role("link", name="Forecast", exact=True).first.click()
    expect(page.locator("table.queue")).to_be_visible()
    assert page.url.endswith("/forecast?stream=checkout")
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()


def test_the_sentence_says_when_what_is_at_risk_and_how_sure_all_are(visit: Open) -> None:
    assert text(visit(_PAGE), ".answer") == (
        "3 of 4 open epics are done by 18 Dec with 85 %. Guest checkout arrives by 12 Dec, due "
        "5 Dec. 1 of 2 with a due date is at risk; all are met with 40 %."
    )


def test_dates_are_also_told_as_past_ones_came(visit: Open, fake: FakeApi) -> None:
    fake.answers[f"{BASE}/queue"] = corrected()
    fake.answers[f"{BASE}/queue/calibration"] = calibration(held=28, judged=308)
    page = visit(_PAGE)
    assert text(page, ".answer").endswith(
        "2 of 2 with a due date are at risk. That is the pace alone: half of past epics took up to"
        " 1.8 times as long, 85 % up to 3.1 times."
    )
    row = page.get_by_role("row", name="Gift cards")
    assert "30 Jan 2027 half by 20 Dec 4 Dec at risk, 12 %" in plain(row.inner_text())
    assert "As past ones came" in text(page, "thead")
    page.get_by_role("link", name="SHOP-15, Gift cards").click()
    expect(page.locator("#opened + .lead")).to_be_visible()
    fake.answers[f"{BASE}/queue"] = corrected(p85=None)
    page.goto(page.url.partition("&open")[0])
    page.wait_for_selector("#main[aria-busy=false]")
    assert "how long 85 % take nobody can say, so few have come" in text(page, ".answer")
    row = page.get_by_role("row", name="Gift cards")
    assert "not known half by 20 Dec" in plain(row.inner_text())


def test_where_nothing_is_corrected_there_is_no_such_column(visit: Open) -> None:
    assert "As past ones came" not in text(visit(_PAGE), "thead")


def test_where_such_dates_did_not_hold_the_sentence_says_so_first(
    visit: Open, fake: FakeApi
) -> None:
    fake.answers[f"{BASE}/queue/calibration"] = calibration(held=28, judged=308)
    page = visit(_PAGE)
    assert text(page, ".answer").endswith(
        "Take these dates as the earliest: of past epics, 28 of 308 such dates held."
    )
    assert "They come later than told" in text(page, ".lead")


def test_each_epic_has_its_range_and_its_due_date_on_the_common_axis(visit: Open) -> None:
    page = visit(_PAGE)
    marks = page.locator("table.queue td.when svg")
    expect(marks).to_have_count(3)
    names = [plain(marks.nth(at).get_attribute("aria-label") or "") for at in range(3)]
    assert names[1] == ("Guest checkout: half by 6 Dec, 85 % by 12 Dec, 95 % by 15 Dec, due 5 Dec")
    places = [
        float(marks.nth(at).locator("circle.f-ink").get_attribute("cx") or 0) for at in range(3)
    ]
    assert places == sorted(places)
    # The axis is true to the day: 2, 12 and 18 December lie 10 and 6 days apart.
    assert (places[1] - places[0]) / (places[2] - places[1]) == pytest.approx(10 / 6, rel=0.02)
    risk = marks.nth(1).locator("rect.f-risk")
    expect(risk).to_have_count(1)
    assert float(risk.get_attribute("x") or 0) < places[1]
    expect(marks.nth(0).locator("rect.f-done")).to_have_count(1)
    assert "at risk, 41 %" in text(page, "table.queue tbody tr:nth-child(2)")


def test_what_lies_dormant_has_no_date_and_stands_apart(visit: Open) -> None:
    page = visit(_PAGE)
    assert "Old thing" not in text(page, "table.queue")
    page.get_by_text("1 epic without a date: what is open lies dormant").click()
    assert "Unbegun for more than 93 days" in text(page, "details.alt[open]")
    assert "Old thing" in text(page, "details.alt[open]")


def test_who_goes_first_is_asked_of_the_api_and_stands_in_the_address(
    visit: Open, fake: FakeApi
) -> None:
    page = visit(_PAGE)
    moved = [row("SHOP-150", "Vouchers", ("2026-11-30", "2026-12-05", "2026-12-08"), due=None)]
    fake.answers[f"{BASE}/queue"] = queue(items=moved, first=["SHOP-150"])
    page.get_by_role("button", name="What if SHOP-150 goes first?").click()
    page.wait_for_url("**first=SHOP-150*")
    _ready(page)
    both = {f"{BASE}/queue?first=SHOP-150", f"{BASE}/queue"}  # and as it is, to compare with
    assert set(_asked(fake, "queue")[-2:]) == both
    page.get_by_role("button", name="Put SHOP-150 back in line").click()
    page.wait_for_url(lambda url: "first" not in url)


def test_the_plan_is_chosen_and_taken_back(visit: Open, fake: FakeApi) -> None:
    page = visit(_PAGE)
    page.get_by_label("Order").select_option("due")
    page.wait_for_url("**order=due*")
    _ready(page)
    page.get_by_label("Growth").select_option("0.2")
    page.wait_for_url("**growth=0.2*")
    _ready(page)
    assert any("order=due" in one and "growth=0.2" in one for one in _asked(fake, "queue"))
    page.get_by_role("button", name="Back to the queue as it is").click()
    page.wait_for_url(lambda url: "order" not in url and "growth" not in url)


def test_one_epic_opens_with_its_items_and_leads_to_their_journeys(visit: Open) -> None:
    page = visit(_PAGE)
    page.get_by_role("link", name="SHOP-15, Gift cards").click()
    expect(page.get_by_role("heading", name="Inside Gift cards")).to_be_visible()
    assert "open=SHOP-15" in page.url
    inside = text(page, ".inside")
    assert "Pay with a gift card SHOP-412 in flight since 12 Nov" in inside
    assert "Guest checkout 3 items" in inside
    journey = page.locator(".inside a.val").first.get_attribute("href") or ""
    assert journey.endswith("/journey?key=SHOP-412")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("heading", name="Inside Gift cards")).to_have_count(0)


def test_releases_are_chosen_in_the_bar_and_stand_in_the_address(
    visit: Open, fake: FakeApi
) -> None:
    page = visit(f"{_PAGE}&first=SHOP-150&order=smallest&open=SHOP-15")
    fake.answers[f"{BASE}/queue"] = releases()
    page.get_by_label("Of", exact=True).select_option("release")
    page.wait_for_url("**of=release*")
    _ready(page)
    for name in ("first", "order", "open"):  # these are of epics
        assert f"{name}=" not in page.url
    assert _asked(fake, "queue")[-1] == f"{BASE}/queue?of=release"
    assert _asked(fake, "queue/calibration")[-1] == f"{BASE}/queue/calibration?of=release"
    assert text(page, ".answer") == (
        "All 3 open releases are done by 18 Dec with 85 %. 2026.12 arrives by 12 Dec, due 5 Dec. "
        "1 of 2 with a due date is at risk; all are met with 40 %."
    )
    expect(page.get_by_role("heading", name="When each release arrives")).to_be_visible()
    shown = text(page, "table.queue tbody tr:nth-child(2)")
    assert shown.count("2026.12") == 1  # its name is its key
    assert page.get_by_label("Order").input_value() == ""
    assert text(page, "#main").count("release that is to come") == 1
    page.get_by_label("Of", exact=True).select_option("")
    page.wait_for_url(lambda url: "of=" not in url)


def test_a_release_opens_by_its_name_and_goes_first(visit: Open, fake: FakeApi) -> None:
    fake.answers[f"{BASE}/queue"] = releases()
    fake.answers[f"{BASE}/queue/2026.12"] = fake.answers[f"{BASE}/queue/SHOP-15"] | {
        "of": "release", "key": "2026.12", "title": "2026.12",
    }  # fmt: skip
    page = visit(f"{_PAGE}&of=release")
    page.get_by_role("link", name="2026.12", exact=True).click()
    expect(page.get_by_role("heading", name="Inside 2026.12")).to_be_visible()
    assert _asked(fake, "queue/2026.12") == [f"{BASE}/queue/2026.12?of=release"]
    page.get_by_role("button", name="What if 2026.12 goes first?").click()
    page.wait_for_url("**first=2026.12*")
    _ready(page)
    both = {f"{BASE}/queue?of=release&first=2026.12", f"{BASE}/queue?of=release"}
    assert set(_asked(fake, "queue")[-2:]) == both


def test_without_releases_it_says_what_to_do_in_the_tracker(visit: Open, fake: FakeApi) -> None:
    fake.answers[f"{BASE}/queue"] = releases(items=[])
    page = visit(f"{_PAGE}&of=release")
    assert text(page, ".answer") == (
        "Nothing that belongs to a release is open, so there is no queue."
    )
    assert "a fix version in Jira, or a milestone in GitLab" in text(page, ".empty")
    assert "parents" not in text(page, ".empty")
    expect(page.locator("table.held")).to_be_visible()


def test_the_two_questions_have_their_inputs_in_the_address(visit: Open, fake: FakeApi) -> None:
    page = visit(f"{_PAGE}&items=35")
    assert _asked(fake, "when") == [f"{BASE}/when?items=35"]
    assert "18 Dec 2026 27 days" in text(page, ".asks")
    assert "9 or more in 14 days" in text(page, ".asks")
    page.get_by_label("When are").fill("7")
    page.get_by_label("When are").press("Enter")
    page.wait_for_url("**items=7*")
    _ready(page)
    assert _asked(fake, "when")[-1] == f"{BASE}/when?items=7"


@pytest.mark.parametrize("asked", ["items=0&by=2001-01-01", "items=x&by=%3Cb%3E", "items=99999"])
def test_questions_that_make_no_sense_fall_back_to_usual_ones(
    visit: Open, fake: FakeApi, asked: str
) -> None:
    visit(f"{_PAGE}&{asked}")
    assert _asked(fake, "when") == [f"{BASE}/when?items=20"]
    assert len(_asked(fake, "how-many")) == 1


def test_the_scorecard_names_what_was_told_and_what_held(visit: Open) -> None:
    page = visit(_PAGE)
    assert "Of 92 dates that would have been told at 85 %, 80 held" in text(page, ".lead")
    assert "85 % told: 87 % held, 80 of 92" in text(page, "table.held")
    page.keyboard.press("t")
    assert "2026-10-10 SHOP-9 12 11 held" in plain(page.inner_text("main"))


def test_too_short_a_history_gives_no_date_and_says_what_is_missing(
    visit: Open, fake: FakeApi
) -> None:
    short = queue(grade="D", reasons=["history too short to forecast from: 12 of 30 completions"])
    short["value"] |= {"p50": None, "p85": None, "p95": None}
    for one in short["items"]:
        one["dates"] = dict.fromkeys(one["dates"])
    fake.answers[f"{BASE}/queue"] = short
    page = visit(_PAGE)
    assert text(page, ".answer") == (
        "There is no forecast: history too short to forecast from: 12 of 30 completions."
    )
    assert "not known" in text(page, "table.queue")


def test_what_speaks_against_the_pool_is_said(visit: Open, fake: FakeApi) -> None:
    fake.answers[f"{BASE}/queue"] = queue(warnings=["throughput is not stable: the week of .."])
    assert "throughput is not stable" in text(visit(_PAGE), ".against")


def test_without_parents_the_lines_to_paste_are_shown(visit: Open, fake: FakeApi) -> None:
    fake.answers[f"{BASE}/queue"] = queue(items=[])
    page = visit(_PAGE)
    assert 'parents = ["Epic"]' in text(page, ".empty")
    expect(page.locator("table.held")).to_be_visible()


def test_a_what_if_that_no_longer_holds_leads_back(visit: Open, fake: FakeApi) -> None:
    fake.status[f"{BASE}/queue"] = 422
    page = visit(f"{_PAGE}&first=SHOP-1")
    page.get_by_role("link", name="Ask without the what-if").click()
    assert page.url.endswith("/forecast?stream=checkout")


def test_names_that_look_like_markup_stay_text(visit: Open, fake: FakeApi) -> None:
    name = "<img src=x onerror=alert(1)>"
    odd = row("SHOP-1", name, ("2026-11-29", "2026-12-02", "2026-12-04"), due=None)
    fake.answers[f"{BASE}/queue"] = queue(items=[odd])
    page = visit(_PAGE)
    assert name in text(page, "table.queue")
    assert page.locator("main img").count() == 0


@pytest.mark.parametrize("width", [390, 720, 1280])
def test_nothing_is_wider_than_the_screen(visit: Open, width: int) -> None:
    page = visit(f"{_PAGE}&open=SHOP-15", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 720, 1280])
def test_releases_with_long_names_are_not_wider_than_the_screen(
    visit: Open, fake: FakeApi, width: int
) -> None:
    long = releases()
    for one in long["items"]:
        one["key"] = one["title"] = "a-name-without-a-blank-" * 10
    fake.answers[f"{BASE}/queue"] = long
    page = visit(f"{_PAGE}&of=release", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
