"""While history is read, the pages say how far back it is, and what that means for each figure."""

from __future__ import annotations

import pytest

from tests.web.conftest import Open, plain, text
from tests.web.fake_api import FakeApi
from tests.web.fake_envelopes import Answer, cost, times, weeks

pytestmark = pytest.mark.browser

HALF_READ = "withheld: jira is read back to 2026-08-23 only"


def _history(**more: object) -> Answer:
    return {
        "back_to": "2026-08-23T05:58:00Z",
        "reading_from": "2025-11-21T05:58:00Z",
        "share": 0.41,
        "expected_at": "2026-11-21T06:40:00Z",
        "sources": ["jira"],
    } | more


def test_the_overview_says_how_far_back_it_is_and_leads_to_the_rest(
    visit: Open, fake: FakeApi
) -> None:
    fake.answers["/v1/overview"]["history"] = _history()

    page = visit("/")

    assert (
        "history back to 23 Aug 2026, the rest is loading; the next part, back to 21 Nov 2025: "
        "41 % read, expected at 21 Nov 06:40 UTC"
    ) in text(page, ".env")
    page.locator(".env a.lnk").click()
    page.wait_for_url("**/connectors")


def test_what_is_not_known_of_the_rest_is_said_to_be_unknown(visit: Open, fake: FakeApi) -> None:
    nothing = _history(reading_from=None, share=None, expected_at=None)
    fake.answers["/v1/overview"]["history"] = nothing

    told = text(visit("/"), ".env")

    assert "the last part, to the beginning: how much is left is not known" in told
    assert "expected" not in told


def test_the_overview_says_nothing_of_it_once_all_is_there(visit: Open) -> None:
    assert "history" not in text(visit("/"), ".env")


def test_a_figure_of_a_half_read_window_says_since_when(visit: Open, fake: FakeApi) -> None:
    body = fake.answers["/v1/overview"]
    reasons = {"grade": "D", "reasons": [HALF_READ]}
    body["history"] = _history()
    body["headline"] |= {
        "how_long": times("idea_to_release", None, None, **reasons),
        "cost": cost(None, **reasons),
        "where": None,
        "grade": "D",
        "trust": [HALF_READ],
    }
    said = "jira is read back to 23 Aug 2026 only"

    page = visit("/")

    assert f"cannot be said yet: {said}." in text(page, ".answer")
    assert [plain(one) for one in page.locator(".fig .v.none").all_inner_texts()] == [
        "withheld",
        "not known",
        "not known",
    ]
    assert text(page, ".figs").count(said) == 4


def test_a_week_that_is_not_read_yet_is_no_week_with_too_few(visit: Open, fake: FakeApi) -> None:
    rows = weeks([None, *[30.0] * 12])
    rows[0] |= {"n": None}
    for stream in fake.answers["/v1/overview"]["streams"]:
        stream["weeks"] = rows

    page = visit("/")
    page.locator("summary", has_text="13 weeks, as a table").click()

    assert "not read yet" in text(page, "table[class=''] >> nth=-1")


def test_the_connectors_page_says_the_same_of_a_source(visit: Open, fake: FakeApi) -> None:
    fake.answers["/v1/sources"]["items"][0]["history"] = _history()

    facts = text(visit("/connectors"), ".sources tr.tail")

    assert "history back to 23 Aug 2026, the rest is loading; the next part, back to" in facts
