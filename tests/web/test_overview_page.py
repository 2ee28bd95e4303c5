"""The Overview in a browser: answer, figures, streams, services, what is missing, what failed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi
from tests.web.fake_envelopes import HOSTILE, cost, times

pytestmark = pytest.mark.browser


def test_the_answer_line_says_how_long_what_it_costs_and_where_to_look(visit: Open) -> None:
    page = visit("/")

    assert text(page, ".answer") == (
        "Half of ideas are released within 34 days. Most of that is waiting, which costs €55k a"
        " week; the queue before Test in Checkout is the place to look first."
    )


def test_the_answer_line_uses_no_value_of_grade_c(visit: Open, fake: FakeApi) -> None:
    headline = fake.answers["/v1/overview"]["headline"]
    headline["how_long"] = times("idea_to_release", 34, None, grade="C", reasons=["n<19"])
    headline["cost"] = cost(None, grade="D", reasons=["withheld: 9 of 12 not valued"])

    answer = text(visit("/"), ".answer")

    assert "34" not in answer
    assert answer.startswith("How long ideas take cannot be said yet: too few, needs 19.")
    assert answer.endswith("What the waiting costs is not known: 9 of 12 not valued.")


def test_the_four_figures_give_value_range_and_grade(visit: Open) -> None:
    figures = text(visit("/"), ".figs")

    assert (
        "34 d for half of ideas 85 % are released within 77 d · n 298, 4 streams pooled" in figures
    )
    assert "Test, in Checkout 14 items in QA's queue now, 11 d each so far." in figures
    assert "€55k a week likely €39k-€76k · 115 of 156 items have a value" in figures
    assert "B 17 % of Checkout deployments lack commits" in figures


def test_streams_stand_in_order_of_their_delay_cost(visit: Open) -> None:
    names = visit("/").locator(".streams .st").all_inner_texts()

    assert names == ["Checkout", "Fulfilment", "Search and browse", "Loyalty", "Gift cards"]


def test_a_withheld_value_says_why_and_an_estimate_is_marked(visit: Open) -> None:
    row = text(visit("/"), ".streams tbody tr:nth-child(4)")

    assert "≈ 33 d" in row
    assert "withheld n 17, needs 19" in row
    assert "withheld 9 of 12 not valued" in row


def test_a_trend_word_stands_only_beside_a_signal(visit: Open) -> None:
    page = visit("/")

    assert page.get_by_text("since").all_inner_texts() == ["longer since 5\u00a0Oct"]
    assert page.locator(".spark .w175").count() == 1


def test_a_stream_without_data_says_what_is_missing(visit: Open) -> None:
    row = text(visit("/"), ".streams tbody tr:nth-child(5)")

    assert "no data: no item matches projects GIFT" in row
    assert '[[streams]] name = "gift-cards"' in row


def test_services_show_the_range_where_no_failure_was_seen(visit: Open) -> None:
    rows = visit("/").locator(".dora tbody tr")

    assert "0-19 % 0 of 16" in plain(rows.nth(2).inner_text())
    assert "13 % 7 of 52 · 7-25 %" in plain(rows.nth(0).inner_text())


def test_a_service_without_incident_source_gives_the_line_to_paste(visit: Open) -> None:
    row = text(visit("/"), ".dora tbody tr:nth-child(4)")

    assert "no data: no incident source for this service" in row
    assert 'configuration_items = ["Members"]' in row


def test_each_bar_states_its_finding_and_its_numbers_stand_in_a_table(visit: Open) -> None:
    page = visit("/")
    name = page.locator(".strip svg").first.get_attribute("aria-label")

    page.keyboard.press("t")

    expected = (
        "Checkout: 45 d on average from idea to release, 37 d of them waiting,"
        " longest at Test, 11 d"
    )
    assert (name or "").replace("\u00a0", " ") == expected
    assert "Checkout Test QA 11 d 34 h" in text(page, "details.alt table")


def test_every_value_leads_to_its_explanation(visit: Open) -> None:
    links = visit("/").locator(".streams tbody tr:first-child td.num a")

    assert links.first.get_attribute("href") is not None
    assert all("/explain" in (link.get_attribute("href") or "") for link in links.all())


def test_choices_live_in_the_address_and_reach_the_api(visit: Open) -> None:
    page = visit("/")

    page.get_by_label("Period").select_option("30")
    page.get_by_label("Type of work").select_option("defect")
    with page.expect_response(lambda one: "from=" in one.url and "type=defect" in one.url):
        page.get_by_label("Stream").select_option("loyalty")
    expect(page.locator(".streams .st")).to_have_count(1)

    assert page.url.endswith("/?window=30&type=defect&stream=loyalty")


def test_without_streams_the_page_gives_the_first_lines_of_a_configuration(
    visit: Open, fake: FakeApi
) -> None:
    fake.answers["/v1/overview"]["streams"] = []

    page = visit("/")

    assert "No value stream is configured" in text(page)
    assert "[[streams]]" in text(page, ".copy pre")


def test_of_many_streams_and_services_the_first_are_shown_and_the_way_to_all(
    visit: Open, fake: FakeApi
) -> None:
    overview = fake.answers["/v1/overview"]
    for rows, most in (("streams", 25), ("services", 60)):
        first = overview[rows][0]
        overview[rows] = [first | {"name": f"{rows}-{at}"} for at in range(most)]
    page = visit("/")
    streams = page.locator(".streams tbody tr")
    services = page.locator("table.dora tbody tr")

    expect(streams).to_have_count(20)
    expect(services).to_have_count(20)
    assert "20 of 60" in text(page)

    page.get_by_role("link", name="Show all").first.click()
    expect(streams).to_have_count(25)
    expect(services).to_have_count(60)
    assert "all=1" in page.url


@pytest.mark.parametrize("width", [1280, 1101, 390])
def test_what_is_withheld_everywhere_makes_the_page_no_wider(
    visit: Open, fake: FakeApi, width: int
) -> None:
    why = ["withheld: done items with a commit under 50 %"]
    for stream in fake.answers["/v1/overview"]["streams"]:
        stream["idea_to_release"] = times("idea_to_release", None, None, grade="D", reasons=why)
        stream["efficiency"] |= {"value": {"ratio": None}, "grade": "D", "reasons": why}
    page = visit("/", width=width)
    assert page.locator(".streams .withheld").count() >= 6
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_failed_read_says_what_failed_and_recovers(visit: Open, fake: FakeApi) -> None:
    fake.status["/v1/overview"] = 503
    page = visit("/")
    assert "503, Database not reachable: no answer for /v1/overview" in text(page, "#problem")
    assert "Nothing was read before" in text(page, "#problem")

    fake.status.clear()
    page.get_by_role("button", name="Try again").click()

    expect(page.locator("#problem")).to_have_count(0)
    assert "Half of ideas" in text(page, ".answer")


def test_a_failure_later_keeps_the_last_good_values(visit: Open, fake: FakeApi) -> None:
    page = visit("/")
    fake.status["/v1/overview"] = 503

    page.get_by_label("Stream").select_option("checkout")
    expect(page.locator("#problem")).to_contain_text("Shown is what was read at")

    assert "Half of ideas are released within 41 days" in text(page, ".answer")


def test_hostile_titles_stay_text(visit: Open, fake: FakeApi) -> None:
    fake.answers["/v1/overview"]["streams"][0]["title"] = HOSTILE
    fake.answers["/v1/overview"]["services"][0]["name"] = HOSTILE

    page = visit("/")

    assert HOSTILE in text(page, ".streams")
    assert page.evaluate("window.pwned") is None
    assert page.locator("main img, main script").count() == 0
