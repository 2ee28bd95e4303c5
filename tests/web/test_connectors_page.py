"""Connectors in a browser: health, what failed, limits, and how each source signs in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi
from tests.web.fake_sources import source

pytestmark = pytest.mark.browser


def test_a_failing_source_leads_the_page(visit: Open) -> None:
    page = visit("/connectors")

    assert text(page, ".answer").startswith(
        "snow fails: 401 Unauthorized; check auth of source snow, "
        "last read well on 21 Nov, 03:02 UTC."
    )
    assert "2 of 4 up to date snow failing, jenkins never read" in text(page, ".figs")


def test_each_source_has_its_state_in_words(visit: Open) -> None:
    states = visit("/connectors").locator(".state").all_inner_texts()

    assert states == ["up to date", "up to date", "failing", "never read"]


def test_a_late_source_is_named(visit: Open, fake: FakeApi) -> None:
    late = [source("jira", "jira"), source("gitlab", "gitlab", late=True)]
    fake.answers["/v1/sources"]["items"] = late

    page = visit("/connectors")

    assert text(page, ".answer") == "1 of 2 sources is late: gitlab."
    assert page.locator(".state").all_inner_texts() == ["up to date", "late"]


def test_data_that_nobody_renews_is_as_old_as_it_is(visit: Open, fake: FakeApi) -> None:
    read = (datetime.now(UTC) - timedelta(hours=10, minutes=20)).isoformat()
    newer = (datetime.now(UTC) - timedelta(hours=7, minutes=20)).isoformat()
    both = [source("jira", "jira", watermark_at=read), source("git", "gitlab", watermark_at=newer)]
    fake.answers["/v1/sources"]["items"] = both

    told = text(visit("/connectors"), ".fig:nth-child(2)")

    assert "10 h old" in told
    assert "jira, complete to" in told
    assert "3.0 h behind the newest" in told


def test_on_a_phone_a_source_is_a_line_that_opens(visit: Open, fake: FakeApi) -> None:
    page = visit("/connectors", width=390)
    account = page.get_by_text("signed in as jira-reader")
    refused = page.locator(".msg")
    assert not account.is_visible()
    assert refused.first.is_visible()

    page.get_by_role("button", name="More of jira").click()
    assert account.is_visible()
    fake.answers["/v1/sources"]["items"][1] |= {"records": 99}
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_role("button", name="More of gitlab").click()
    expect(page.locator("tr.opened td[data-label=records]").nth(1)).to_have_text("99")
    assert account.is_visible()

    page.get_by_role("button", name="Less of jira").click()
    assert not account.is_visible()


def test_where_there_is_room_all_of_a_source_is_shown(visit: Open) -> None:
    page = visit("/connectors")
    assert page.get_by_text("signed in as jira-reader").is_visible()
    assert page.get_by_role("button", name="More of jira").count() == 0


def test_a_source_that_reports_by_itself_has_no_interval_and_leaves_the_data_complete(
    visit: Open, fake: FakeApi
) -> None:
    nothing: dict[str, object] = {"url": "", "every_s": 0, "watermark_at": None}
    pushed = source("tools", "events", **nothing, last_success_at="2026-11-21T05:50:00Z")
    fake.answers["/v1/sources"]["items"] = [source("jira", "jira")]
    alone = text(visit("/connectors"), "header")
    fake.answers["/v1/sources"]["items"] = [source("jira", "jira"), pushed]

    page = visit("/connectors")

    assert text(page, "header") == alone
    row = page.locator("tr", has_text="tools").first.inner_text().replace("\xa0", " ")
    assert "reports by itself" in row
    assert "last told 21 Nov 05:50" in row


def test_the_streams_of_a_source_open(visit: Open) -> None:
    page = visit("/connectors")

    page.get_by_text("2 streams of jira").click()

    assert "issues 1 8\u202f120 3 21 Nov 05:51 history reaches 2024-01-01" in (
        page.locator(".parts tbody tr").first.inner_text().replace("\u00a0", " ").replace("\t", " ")
    )


def test_without_sources_the_page_gives_the_first_lines(visit: Open, fake: FakeApi) -> None:
    fake.answers["/v1/sources"]["items"] = []

    page = visit("/connectors")

    assert "No source is configured" in text(page)
    assert 'kind = "jira"' in text(page, ".copy pre")


def test_a_source_tells_its_clock_its_budget_and_what_the_tool_has_left(
    visit: Open, fake: FakeApi
) -> None:
    limited = source(
        "gitlab",
        "gitlab",
        state="partial",
        message="partial: budget of 2,000 requests an hour is used up; goes on at 14:05 UTC",
        clock_offset_s=-600,
        budget={
            "requests_per_hour": 2000,
            "used": 2000,
            "renews_at": "2026-11-21T14:05:00Z",
        },
        quota={
            "limit": 7200,
            "remaining": 5100,
            "known_at": "2026-11-21T13:00:00Z",
            "renews_at": "2026-11-21T14:10:00Z",
        },
    )
    fake.answers["/v1/sources"]["items"] = [limited, source("jira", "jira")]

    page = visit("/connectors")

    assert text(page, ".answer").startswith("gitlab is only partly read: partial: budget of 2,000")
    assert page.locator(".state").all_inner_texts() == ["partly read", "up to date"]
    who, history, limits, *other = map(plain, page.locator(".facts").all_inner_texts())
    assert "its clock is 10 min behind; set one of the two" in who
    assert history == "history from 1 Jan 2024"
    assert "budget: 2 000 of 2 000 requests of this hour, all used, renewed at 14:05" in limits
    assert "the tool says 5 100 of 7 200 are left, renewed at 14:10" in limits
    assert "clocks agree" in other[0]
    assert page.locator(".facts b").all_inner_texts()[1:] == [
        "2\u202f000 of 2\u202f000 requests of this hour, all used"
    ]


def test_a_limit_that_is_nearly_used_up_stands_out(visit: Open, fake: FakeApi) -> None:
    quota = {"limit": 2000, "known_at": "2026-11-21T05:58:00Z", "renews_at": None}
    rows = [
        source("jira", "jira", quota={**quota, "remaining": 200}),
        source("gitlab", "gitlab", quota={**quota, "remaining": 201}),
    ]
    fake.answers["/v1/sources"]["items"] = rows

    page = visit("/connectors")

    assert page.locator(".facts b").all_inner_texts() == ["200 of 2\u202f000 are left"]


@pytest.mark.parametrize(
    ("turn", "told"),
    [
        ({"state": "scheduled"}, None),
        ({"state": "waits", "waits_s": 20}, None),
        (
            {"state": "held", "held_by": "alpha:41", "held_since": "2026-11-21T06:02:00Z"},
            "read by alpha:41 since 06:02 UTC",
        ),
        (
            {"state": "lost", "held_by": "alpha:41", "held_until": "2026-11-21T06:05:00Z"},
            "alpha:41 that read it is gone · another one takes it from 06:05 UTC on",
        ),
        (
            {"state": "waits", "waits_s": 7200},
            "due for 2.0 h · no process has taken it: does a worker run?",
        ),
        (
            {"state": "scheduled", "failures": 4, "due_at": "2026-11-21T06:08:00Z"},
            "failed 4 times in a row · tried again at 06:08 UTC",
        ),
    ],
    ids=["planned", "due just now", "being read", "process gone", "due for long", "failing"],
)
def test_a_source_tells_whose_turn_it_is_where_that_is_worth_knowing(
    visit: Open, fake: FakeApi, turn: dict[str, Any], told: str | None
) -> None:
    one = source("jira", "jira")
    one["turn"] |= {"due_at": None} | turn
    fake.answers["/v1/sources"]["items"] = [one]
    lines = [*map(plain, visit("/connectors").locator(".facts").all_inner_texts())]
    assert ([line for line in lines if "history from" not in line][1:] or [None])[0] == told
