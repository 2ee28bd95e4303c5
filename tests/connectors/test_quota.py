"""What answers say about waiting: the headers of each vendor, read against the vendor's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from connectors.quota import Quota, bucket_of, endpoint_of, held_off, quota_of, retry_after

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
UNIX_NOW = int(NOW.timestamp())
POINTS = {
    "beta-ratelimit-policy": '"tenant-app-quota";q=100100;w=3600, "burst";q=100;w=1',
    "beta-ratelimit": '"tenant-app-quota";r=5005;t=1800, "burst";r=90;t=1',
}
DATA_CENTER = {
    "x-ratelimit-limit": "100",
    "x-ratelimit-remaining": "5",
    "x-ratelimit-fillrate": "30",
    "x-ratelimit-interval-seconds": "60",
}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "12"}, 12.0),
        ({"retry-after": "Mon, 02 Mar 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Mon, 02 Mar 2026 11:59:30 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"ratelimit-reset": str(UNIX_NOW + 45)}, 45.0),
        ({"x-ratelimit-reset": "2026-03-02T12:01:00Z"}, 60.0),
        ({"x-ratelimit-reset": "2026-03-02T13:01:00+01:00"}, 60.0),
        ({"x-ratelimit-reset": "2026-03-02T12:01Z"}, 60.0),
        ({"x-ratelimit-reset": "90"}, 90.0),
        ({"x-ratelimit-reset": "nan"}, None),
        ({"x-ratelimit-reset": str((UNIX_NOW + 60) * 1000)}, 60.0),
        ({"x-ratelimit-reset": "9" * 30}, 86_400.0),
        ({"retry-after": "9" * 30}, 86_400.0),
        ({"ratelimit-resettime": "Mon, 02 Mar 2026 12:00:10 GMT"}, 10.0),
        ({"retry-after": "3", "ratelimit-reset": str(UNIX_NOW + 45)}, 3.0),
        ({}, None),
    ],
)
def test_the_wait_is_read_from_any_of_the_vendors_headers(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers, NOW) == seconds


def test_a_date_is_read_against_the_clock_of_the_source_and_not_against_ours() -> None:
    ahead = NOW + timedelta(minutes=10)
    headers = {
        "date": format_datetime(ahead, usegmt=True),
        "retry-after": format_datetime(ahead + timedelta(seconds=20), usegmt=True),
    }
    assert retry_after(headers, NOW) == 20.0


def test_a_reset_of_a_quota_that_is_not_spent_is_no_reason_to_wait_for_it() -> None:
    limits = {"ratelimit-limit": "2000", "ratelimit-reset": str(UNIX_NOW + 900)}
    assert retry_after({**limits, "ratelimit-remaining": "1500"}, NOW) is None
    assert retry_after({**limits, "ratelimit-remaining": "0"}, NOW) == 900.0


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (429, {}, "Retry later", 60.0),
        (429, {"retry-after": "9"}, "", 9.0),
        (503, {"retry-after": "9"}, "", 9.0),
        (503, {}, "starting", None),
        (403, {"retry-after": "9"}, "you may not", None),
        (403, {"x-ratelimit-remaining": "0"}, "you may not", None),
        (
            403,
            {
                "x-ratelimit-remaining": "0",
                "x-ratelimit-limit": "60",
                "x-ratelimit-reset": str(UNIX_NOW + 30),
            },
            '{"message": "API rate limit exceeded for user"}',
            30.0,
        ),
        (403, {"retry-after": "7"}, "You have exceeded a secondary rate limit.", 7.0),
        (
            403,
            {
                "x-ratelimit-remaining": "4000",
                "x-ratelimit-limit": "5000",
                "x-ratelimit-reset": str(UNIX_NOW + 3000),
            },
            "You have exceeded a secondary rate limit.",
            60.0,
        ),
        (403, {"x-ratelimit-remaining": "9"}, "see the docs about rate limits", None),
        (200, {"retry-after": "9"}, "", None),
    ],
)
def test_an_answer_holds_us_off_only_where_it_says_so(
    status: int, headers: dict[str, str], body: str, seconds: float | None
) -> None:
    assert held_off(httpx.Response(status, headers=headers, text=body), NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "quota"),
    [
        (
            {
                "ratelimit-limit": "2000",
                "ratelimit-remaining": "1500",
                "ratelimit-reset": str(UNIX_NOW + 30),
            },
            Quota(2000, 1500, 30.0),
        ),
        ({"x-ratelimit-limit": "40", "x-ratelimit-remaining": "4"}, Quota(40, 4)),
        (POINTS, Quota(100100, 5005, 1800.0)),
        (DATA_CENTER, Quota(100, 5, None, 2.0)),
        ({"ratelimit-limit": "0", "ratelimit-remaining": "0"}, None),
        ({"ratelimit": "broken;;;", "ratelimit-policy": "x"}, None),
        ({"x-ratelimit-limit": "40"}, None),
    ],
)
def test_the_scarcest_quota_of_an_answer_is_told(
    headers: dict[str, str], quota: Quota | None
) -> None:
    assert quota_of(headers, NOW) == quota


@pytest.mark.parametrize(
    ("remaining", "seconds"), [("400", 0.0), ("100", 0.3), ("0", 5.0), ("", 0.0)]
)
def test_requests_are_spread_over_what_is_left_of_a_quota(remaining: str, seconds: float) -> None:
    headers = {"ratelimit-limit": "2000", "ratelimit-reset": str(UNIX_NOW + 30)}
    quota = quota_of({**headers, "ratelimit-remaining": remaining}, NOW)
    assert (quota.spacing_s if quota else 0.0) == pytest.approx(seconds)


def test_a_bucket_that_fills_steadily_sets_the_pace_of_its_filling() -> None:
    quota = quota_of(DATA_CENTER, NOW)
    assert quota is not None
    assert quota.spacing_s == 2.0


@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ({"ratelimit-reason": "jira-burst-based"}, False),
        ({"ratelimit-reason": "jira-quota-tenant-based"}, True),
        ({"ratelimit-reason": "jira-quota-global-based"}, True),
        ({"x-ratelimit-resource": "core"}, True),
        ({"x-ratelimit-resource": "graphql"}, False),
        ({}, True),
    ],
)
def test_what_is_blocked_is_what_the_reason_names(headers: dict[str, str], whole: bool) -> None:
    request = httpx.Request("POST", "https://acme.example/rest/api/3/search/jql?token=s3cret")
    answer = httpx.Response(429, headers=headers, request=request)
    assert bucket_of(answer) == ("" if whole else endpoint_of(request))


def test_the_same_endpoint_of_two_things_is_one_bucket_and_has_no_query() -> None:
    ones = [
        endpoint_of(httpx.Request("GET", f"https://x.example/api/v4/projects/{n}/jobs?secret={n}"))
        for n in (7, 8)
    ]
    assert ones == ["GET /api/*/projects/*/jobs"] * 2
