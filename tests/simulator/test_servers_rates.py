"""Rate limits of the simulated tools: told as the vendors tell them, refused beyond, renewed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from simulator.faults import Faults
from simulator.rates import VENDOR_LIMITS, Limit, Meter
from simulator.server import running
from simulator.world import Hosting
from tests.simulator.login import client
from tests.simulator.tiny import tiny_world

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _meter(*limits: Limit, vendor: str = "gitlab") -> Meter:
    return Meter({vendor: limits})


def _refused(meter: Meter, seconds: float, path: str = "/a", vendor: str = "gitlab") -> int | None:
    return meter.take(vendor, "GET", path, NOON + timedelta(seconds=seconds)).refused_s


def test_what_is_beyond_the_limit_waits_for_the_end_of_its_window() -> None:
    meter = _meter(Limit(2, 60))
    assert [_refused(meter, at) for at in (5, 6, 20, 64.5)] == [None, None, 45, 1]
    assert [_refused(meter, at) for at in (65, 65, 65)] == [None, None, 60]


def test_a_limit_by_endpoint_leaves_other_endpoints_alone_and_takes_ids_together() -> None:
    meter = _meter(Limit(1, 1, by_endpoint=True), vendor="jira")
    paths = ("/issue/1", "/issue/2", "/field")
    assert [_refused(meter, 0, path, "jira") for path in paths] == [None, 1, None]


def test_other_vendors_are_not_counted() -> None:
    assert _meter(Limit(1, 60)).take("jenkins", "GET", "/", NOON).headers == {}


@pytest.mark.parametrize(
    ("requests", "seconds"), [(0, 0), (1, 0), (2_000, 0), (2_001, 60), (6_000, 120), (6_001, 180)]
)
def test_the_limits_impose_the_windows_before_the_last_one(requests: int, seconds: int) -> None:
    assert Limit(2_000, 60).imposed_s(requests) == seconds


def test_gitlab_tells_its_limit_and_says_retry_later() -> None:
    with _limited("gitlab", Limit(2, 60)) as answers:
        first, second, third = answers("/api/v4/version")
    told = [int(one.headers["ratelimit-remaining"]) for one in (first, second, third)]
    assert told == [1, 0, 0]
    assert first.headers["ratelimit-observed"] == "1"
    assert int(first.headers["ratelimit-reset"]) == int(NOON.timestamp()) + 60
    assert (third.status_code, third.text.strip()) == (429, "Retry later")
    assert third.headers["retry-after"] == "60"


def test_github_tells_its_hour_and_refuses_without_saying_how_long() -> None:
    with _limited("github", Limit(2, 3600), code="github") as answers:
        first, _, third = answers("/user")
    assert first.headers["x-ratelimit-used"] == "1"
    assert third.status_code == 403
    assert third.json()["message"].startswith("API rate limit exceeded")
    assert third.headers["x-ratelimit-remaining"] == "0"
    assert "retry-after" not in third.headers


def test_githubs_secondary_limit_is_in_no_header() -> None:
    limits = (Limit(5_000, 3_600), Limit(2, 60, told=False))
    with _limited("github", *limits, code="github") as answers:
        third = answers("/user")[2]
    assert (third.status_code, third.headers["retry-after"]) == (403, "60")
    assert "secondary rate limit" in third.json()["message"]
    assert third.headers["x-ratelimit-remaining"] == "4998"


def test_jira_tells_that_the_limit_is_near_and_names_the_burst() -> None:
    with _limited("jira", Limit(2, 1, by_endpoint=True)) as answers:
        first, second, third = answers("/rest/api/3/myself")
    near = [one.headers["x-ratelimit-nearlimit"] for one in (first, second)]
    assert near == ["false", "true"]
    assert (third.status_code, third.headers["ratelimit-reason"]) == (429, "jira-burst-based")
    assert datetime.fromisoformat(third.headers["x-ratelimit-reset"]) == NOON + timedelta(seconds=1)


def test_no_tool_is_limited_unless_that_is_asked_for() -> None:
    with running(tiny_world()) as server, client(server, "gitlab") as http:
        assert "ratelimit-limit" not in http.get("/api/v4/version").headers
    assert {kind: [one.requests for one in limits] for kind, limits in VENDOR_LIMITS.items()} == {
        "jira": [100],
        "gitlab": [2_000],
        "github": [5_000, 900],
    }


def test_the_clock_of_the_tools_may_run_faster_than_ours() -> None:
    faults = Faults(speed=3_600.0)
    first = faults.clock()
    since = datetime.now(UTC)
    while (ours := datetime.now(UTC) - since) < timedelta(milliseconds=20):
        pass
    passed = faults.clock() - first
    assert passed >= timedelta(seconds=72)
    assert passed / ours > 1_000


Answers = Callable[[str], list[httpx.Response]]


@contextmanager
def _limited(kind: str, *limits: Limit, code: Hosting = "gitlab") -> Iterator[Answers]:
    """Three answers of a tool with these limits, whose clock stands still."""
    faults = Faults(limits={kind: limits}, now=NOON)
    with running(tiny_world(), faults=faults, code=code) as server, client(server, kind) as http:
        yield lambda path: [http.get(path) for _ in range(3)]
