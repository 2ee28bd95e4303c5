"""What a report says: a change only with a signal, doubt beside values, one page of paper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser

from web.report_html import report_html
from web.report_markdown import report_markdown
from web.report_page import report_page
from web.report_words import between, change_words, signal_words, weeks_words

Told = dict[str, Any]


def _envelope(value: Mapping[str, Any], unit: str, **more: Any) -> Told:
    told = {
        "value": dict(value),
        "unit": unit,
        "n": 20,
        "grade": "B",
        "reasons": [],
        "excluded": {},
    }
    return {**told, "observed": {}, "interval": {}, "explain": "/v1/e?from=a&to=b", **more}


def _change(of: str, **more: Any) -> Told:
    limits = {"mean": 10.0, "lower": 5.0, "upper": 15.0}
    told = {
        "state": "usual",
        "reason": None,
        "of": of,
        "weeks": 26,
        "limits": limits,
        "signals": [],
    }
    return {**told, "chart": "/v1/c", **more}


def _number(metric: str, of: str, value: float | None, unit: str, **more: Any) -> Told:
    body = _envelope({of: value}, unit, **more)
    return {"metric": metric, "now": body, "before": body, "change": _change(of)}


def _signal(rule: str, since: str, points: int = 1, side: str = "above") -> Told:
    return {"rule": rule, "side": side, "from": since, "to": "2026-11-16", "points": points}


def document() -> Told:
    """Numbers of every unit, full lists, and all that can be wrong."""
    title = "Show vouchers for large orders of business customers in the night run, again"
    item = {
        "key": "SHOP-123456",
        "title": title,
        "url": "https://j.example/1",
        "stage": "Tester queue",
    }
    cost = _number("delay_cost", "per_week_cents", 3_100_000, "cents EUR")
    cost["now"]["value"]["cents"] = 3_100_000
    wait = {
        **{"stage": "Tester queue", "team": "testing", "waiting_d": 4.5, "waiting_now": 7},
        **{"average_wait_now_d": 3.0, "cost_cents": 3_100_000, "explain": "/v1/p"},
        "range": {"p10": 2_000_000, "p50": 3_000_000, "p90": 4_600_000},
    }
    times = _number("flow_time", "p50", 4.5, "d", interval={"p50": [3.0, 6.0]})
    release = _number("idea_to_release", "p50", 41.0, "d", interval={"p50": [35.0, None]})
    release["now"]["excluded"] = {"no_commits": 4, "not_deployed": 1}
    release["now"]["reasons"] = ["C1<0.9", "jira is stale", "gitlab is stale", "n<19"]
    source = {"state": "green", "message": None, "watermark_at": "2026-11-22T14:20:00Z"}
    return {
        **{"stream": "checkout", "title": "Checkout", "weeks": 1, "complete": True},
        **{"first_day": "2026-11-16", "last_day": "2026-11-22", "zone": "UTC"},
        "as_of": "2026-11-23T07:00:00Z",
        "headline": [
            release,
            times,
            _number("velocity", "count", 12, "items"),
            _number("load", "now", 30, "items"),
            _number("efficiency", "ratio", 0.15, "ratio", reasons=["upper_bound"], grade="C"),
            cost,
        ],
        "waits": {
            **{"items": [wait] * 3, "total": 6, "by": "cost_cents", "cost_cents": 3_100_000},
            **{"range": wait["range"], "reason": None, "unvalued": 3, "currency": "EUR"},
            **{"grade": "B", "explain": "/v1/w"},
        },
        "finding": {
            **{"title": "Queue before Test", "text": "148 of 148 waited 25 d each.", "grade": "B"},
            **{"try_next": "Limit how much may wait there.", "explain": "/v1/f"},
        },
        "released": {
            "items": [{**item, "released_at": "2026-11-20T10:00:00Z", "seconds": 3_000_000}] * 6,
            **{"total": 11, "explain": "/v1/r"},
        },
        "ageing": {
            "items": [
                {**item, "age_s": 9_000_000, "age_at_least": True, "late": True, "breach_p": 1.0},
                *[
                    {**item, "age_s": 9_000, "age_at_least": False, "late": False, "breach_p": 0.8}
                ] * 4,
            ],
            **{"total": 22, "n": 127, "percent": 85, "value": {"late": 18, "sle_d": 43.0}},
        },
        "blocked": {
            "items": [
                {**item, "blocked_s": 900_000, "reasons": [{"kind": "flag", "detail": "Flagged",
                 "reason": None}]}
            ] * 5,
            "total": 9,
        },
        "sources": [
            {**source, "name": "jira", "late": True, "last_success_at": None, "history": None},
            {**source, "name": "gitlab", "late": False, "last_success_at": None,
             "history": {"back_to": "2026-08-01T00:00:00Z"}},
            {**source, "name": "jenkins", "late": True, "last_success_at": None, "history": None,
             "state": "red", "message": "401: the token was refused"},
        ],
    }  # fmt: skip


def test_values_stand_with_range_grade_and_the_week_before() -> None:
    lines = report_markdown(report_page(document())).splitlines()
    assert (
        "| Flow time, half within | **4.5 d** (B) | 3–6 d n 20 | 4.5 d (B) | no signal |" in lines
    )
    assert (
        "| Idea to release, half within | **41 d** (B) | ≥ 35 d n 20 | 41 d (B) | no signal |"
        in lines
    )
    assert "| Delivered | **12** (B) | usual 5–15 a week | 12 (B) | no signal |" in lines
    assert (
        "| Waiting cost a week | **€31k** (B) | likely €20k–€46k n 20 | €31k (B) | no signal |"
        in lines
    )
    work = next(line for line in lines if line.startswith("| Share of time that is work"))
    assert "**≤ 15 %** (C)" in work
    assert lines[2] == (
        "**Half of 20 releases came within 41 d of the idea. Waiting cost most in Tester queue:"
        " €31k, 7 wait there now.**"
    )


def test_what_is_not_known_is_told_once_with_its_reason() -> None:
    text = report_markdown(report_page(document()))
    for line in (
        "- Idea to release: less than 90 % of done items have a commit (C1)",
        "- Not in idea to release: 4 done items: no commit is linked;"
        " 1 done item: not all of the code is in production",
        "- Not in the cost: 3 items that waited, which nobody valued",
        "- Not read lately: jira; what came since is not in it",
        "- jenkins: 401: the token was refused",
        "- gitlab: older history is still read; it is there from 2026-08-01 on",
    ):
        assert line in text.splitlines()
    assert "5 of 22 are listed." in text


def test_nothing_of_grade_c_or_withheld_is_in_the_sentence() -> None:
    told = document()
    told["headline"][0]["now"]["grade"] = "C"
    assert "direction only" in report_page(told).answer
    assert "41" not in report_page(told).answer
    told["headline"][0]["now"]["value"]["p50"] = None
    told["headline"][0]["now"]["reasons"] = ["withheld: n<10"]
    page = report_page(told)
    assert "can't be said: withheld: fewer than 10 in the sample" in page.answer
    assert page.sections[0].rows[0][1].text == "withheld"


def test_without_prices_the_longest_waits_are_told_without_a_cost() -> None:
    told = document()
    bare = {"cost_cents": None, "range": None, "explain": None}
    told["waits"] |= {"by": "waiting_d", "reason": "nothing that waited has a value", **bare}
    told["waits"]["items"] = [{**told["waits"]["items"][0], **bare}]
    told["waits"]["explain"] = "/v1/w"
    text = report_markdown(report_page(told))
    assert "its cost is not known: nothing that waited has a value." in text
    assert "| Tester queue testing | not known (B) |  | 4.5 d | 7 | 3 d |" in text


@pytest.mark.parametrize(
    ("signals", "word"),
    [
        ([_signal("run", "2026-08-17", 14)], "longer since 17 Aug"),
        ([_signal("outside", "2026-11-16", side="below")], "shorter since 16 Nov"),
        ([_signal("range", "2026-11-09", 2)], "an unusual step"),
        (
            [_signal("outside", "2026-11-16"), _signal("run", "2026-09-07", 11)],
            "longer since 7 Sep",
        ),
    ],
)
def test_a_word_of_change_follows_the_rule_that_fired(signals: list[Told], word: str) -> None:
    number = document()["headline"][1]
    number["change"] |= {"state": "changed", "signals": signals}
    assert change_words(number) == word


def test_signals_are_told_with_their_limits() -> None:
    number = document()["headline"][1]
    fired = [_signal("outside", "2026-11-16"), _signal("run", "2026-08-17", 14)]
    number["change"] |= {
        "state": "changed",
        "signals": [*fired, _signal("near_limit", "2026-09-07", 11)],
    }
    assert signal_words(number, "EUR") == (
        "above its natural limits (5–15 d) in the week of 16 Nov; 14 weeks in a row above the"
        " centre, 10 d, since 17 Aug"
    )


def test_every_number_leads_to_what_is_behind_it_where_an_address_is_known() -> None:
    page = report_page(document(), base="https://h.example")
    for row in page.sections[0].rows:
        assert row[1].href == "https://h.example/v1/e?from=a&to=b"
        assert row[4].href == "https://h.example/v1/c"
    assert page.sections[2].rows[0][1].href == "https://h.example/v1/p"
    hrefs = [
        cell.href for one in report_page(document()).sections for row in one.rows for cell in row
    ]
    assert {href for href in hrefs if href} == {"https://j.example/1"}


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [("44 d", "61 d", "44–61 d"), ("31 h", "4 d", "31 h – 4 d"), ("7", "20", "7–20"),
     ("9 %", "12 %", "9–12 %"), ("€15k", "€24k", "€15k–€24k")],
)  # fmt: skip
def test_a_range_names_its_unit_once(low: str, high: str, told: str) -> None:
    assert between(low, high) == told


def test_weeks_are_named_by_their_days() -> None:
    assert weeks_words("2026-11-16", "2026-11-22") == "16 – 22 Nov 2026"
    assert weeks_words("2026-10-26", "2026-11-01") == "26 Oct – 1 Nov 2026"
    assert weeks_words("2026-12-28", "2027-01-03") == "28 Dec 2026 – 3 Jan 2027"


def test_the_fullest_report_prints_on_one_page(browser: Browser) -> None:
    told = document()
    for number in told["headline"]:
        fired = [_signal("outside", "2026-11-16"), _signal("run", "2026-08-17", 14)]
        number["change"] |= {"state": "changed", "signals": fired}
    tab = browser.new_page()
    try:
        tab.set_content(report_html(report_page(told, base="https://headwater.example")))
        paper = tab.pdf(prefer_css_page_size=True)
    finally:
        tab.close()
    assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") == 1
    assert re.search(rb"/MediaBox \[0 0 59[45][.\d]* 84[12]", paper)
