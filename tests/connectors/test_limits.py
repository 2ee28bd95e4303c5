"""The limiter of a host and the budget of a source, on a clock that only sleeping moves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import pytest
import respx

from connectors.budget import Budget, Spent
from connectors.http import SourceClient
from connectors.limits import Hosts, Limiter
from connectors.registry import open_source
from connectors.transport import RetryTransport
from core.errors import SourcePausedError
from core.source_settings import JiraSource

SEARCH = "GET /search"


@dataclass
class Clock:
    """Moves by what is slept."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _starts(limiter: Limiter, clock: Clock, *, count: int, bucket: str = "") -> list[float]:
    times = []
    for _ in range(count):
        with limiter.turn(bucket, clock.sleep) as began:
            times.append(began - 1000.0)
    return times


def test_a_pace_keeps_starts_apart_until_it_is_lifted(clock: Clock) -> None:
    limiter = Limiter(1, clock=clock)
    assert _starts(limiter, clock, count=1) == [0.0]
    limiter.pace(2.0)
    assert _starts(limiter, clock, count=3) == [0.0, 2.0, 4.0]
    limiter.pace(0.0)
    assert _starts(limiter, clock, count=2) == [4.0, 4.0]


def test_when_a_long_wait_is_asked_for_all_who_wait_for_their_turn_give_up(clock: Clock) -> None:
    looks = []

    def looked() -> float:
        looks.append(clock.now)
        return clock.now

    limiter = Limiter(1, clock=looked)
    ended = []

    def wait() -> None:
        try:
            with limiter.turn(SEARCH, clock.sleep):
                ended.append("asked")
        except SourcePausedError:
            ended.append("gave up")

    waiting = [threading.Thread(target=wait, daemon=True) for _ in range(5)]
    with limiter.turn(SEARCH, clock.sleep):
        before = len(looks)
        for thread in waiting:
            thread.start()
        while len(looks) < before + 2 * len(waiting):
            pass  # each looks once as it comes and once more before it waits
        limiter.block(2400.0)
    for thread in waiting:
        thread.join(60)
    assert ended == ["gave up"] * 5


def test_a_blocked_endpoint_leaves_the_others_alone(clock: Clock) -> None:
    limiter = Limiter(1, clock=clock)
    limiter.block(30.0, SEARCH)
    assert _starts(limiter, clock, count=1, bucket="GET /field") == [0.0]
    assert _starts(limiter, clock, count=1, bucket=SEARCH) == [30.0]


def test_a_blocked_host_holds_every_endpoint(clock: Clock) -> None:
    limiter = Limiter(1, clock=clock)
    limiter.block(30.0)
    limiter.block(10.0, SEARCH)
    assert _starts(limiter, clock, count=1, bucket=SEARCH) == [30.0]


def test_a_turn_that_is_too_far_away_ends_the_pass_and_names_the_time(clock: Clock) -> None:
    limiter = Limiter(1, clock=clock)
    limiter.block(301.0)
    with pytest.raises(SourcePausedError, match=r"goes on at \d\d:\d\d UTC"):
        _starts(limiter, clock, count=1)
    assert clock.now == 1000.0


def test_being_held_off_halves_the_requests_at_once_and_time_raises_them_one_by_one(
    clock: Clock,
) -> None:
    limiter = Limiter(8, clock=clock)
    seen = []
    for _ in range(5):
        clock.now += 1.0
        limiter.slow_down(asked_at=clock.now)
        seen.append(limiter.allowed)
    assert seen == [4, 2, 1, 1, 1]
    for seconds in (29.0, 1.0, 30.0, 300.0):
        clock.now += seconds
        seen.append(limiter.allowed)
    assert seen[5:] == [1, 2, 3, 8]


def test_requests_that_were_under_way_together_halve_only_once(clock: Clock) -> None:
    limiter = Limiter(8, clock=clock)
    asked_at = clock.now
    clock.now += 1.0
    for _ in range(8):
        limiter.slow_down(asked_at=asked_at)
    assert limiter.allowed == 4


def test_no_more_requests_run_at_once_than_are_allowed_at_this_moment() -> None:
    limiter = Limiter(4)
    limiter.slow_down(asked_at=limiter.clock())
    third = threading.Event()

    def ask() -> None:
        with limiter.turn("", lambda _seconds: None):
            third.set()

    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(limiter.turn("", lambda _seconds: None))
        thread = threading.Thread(target=ask)
        thread.start()
        assert not third.wait(0.1)
    assert third.wait(60)
    thread.join()


def test_the_sources_of_one_host_share_a_limiter_and_other_hosts_have_their_own() -> None:
    hosts = Hosts()
    one = hosts.limiter("jira", "acme.example", 5)
    assert hosts.limiter("jira", "acme.example", 3) is one
    assert one.allowed == 3
    assert hosts.limiter("jira", "other.example", 5) is not one
    assert hosts.limiter("jenkins", "acme.example", 2) is not one


def _jira(name: str, **more: object) -> JiraSource:
    return JiraSource.model_validate(
        {"kind": "jira", "name": name, "url": "https://acme.example/jira", "projects": ["A"]} | more
    )


Opened = Callable[..., SourceClient]


@pytest.fixture
def opened(clock: Clock) -> Iterator[Opened]:
    with ExitStack() as stack:

        def make(source: JiraSource, spent: Spent | None = None) -> SourceClient:
            client = open_source(source, sleep=clock.sleep, spent=spent)
            stack.callback(client.http.close)
            assert client.transport is not None
            client.transport.limiter.clock = clock
            client.transport.budget.clock = clock
            return client

        yield make


def _transport(client: SourceClient) -> RetryTransport:
    assert client.transport is not None
    return client.transport


@respx.mock
def test_what_one_source_is_asked_to_wait_holds_the_other_one_of_its_host(
    opened: Opened, clock: Clock
) -> None:
    first, second = opened(_jira("a")), opened(_jira("b", concurrency=1))
    respx.get("https://acme.example/jira/things").respond(
        json=[],
        headers={"x-ratelimit-limit": "9", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "40"},
    )
    respx.get("https://acme.example/jira/others").respond(json=[])
    first.get("things")
    assert clock.now == 1000.0
    second.get("others")
    assert clock.now == 1040.0
    assert second.concurrency == 1


@respx.mock
def test_a_burst_limit_holds_its_endpoint_only_and_a_quota_the_whole_host(
    opened: Opened, clock: Clock
) -> None:
    client = opened(_jira("a"))
    _transport(client).jitter = lambda: 0.0
    busy = {"retry-after": "20", "ratelimit-reason": "jira-burst-based"}
    respx.get("https://acme.example/jira/field").respond(json=[])
    respx.get("https://acme.example/jira/search").side_effect = [
        httpx.Response(429, headers=busy),
        httpx.Response(200, json=[]),
        httpx.Response(429, headers={**busy, "ratelimit-reason": "jira-quota-tenant-based"}),
        httpx.Response(200, json=[]),
    ]
    limiter = _transport(client).limiter
    limiter.block(500.0, "GET /jira/search")
    client.get("field")
    assert clock.now == 1000.0
    clock.now += 500.0
    client.get("search")
    assert clock.now == 1520.0
    client.get("search")
    assert clock.now == 1540.0


@respx.mock
def test_a_source_that_holds_us_off_again_and_again_ends_the_pass_without_a_fault(
    opened: Opened, clock: Clock
) -> None:
    client = opened(_jira("a"))
    _transport(client).jitter = lambda: 1.0
    route = respx.get("https://acme.example/jira/things").respond(429, headers={"retry-after": "5"})
    with pytest.raises(SourcePausedError, match="holds us off, 5 times in a row; goes on at"):
        client.get("things")
    assert route.call_count == 5
    assert clock.now == 1000.0 + 4 * 6.5
    assert _transport(client).limiter.allowed == 1


@respx.mock
def test_a_forbidden_answer_of_a_spent_limit_is_waited_for(opened: Opened, clock: Clock) -> None:
    client = opened(_jira("a"))
    _transport(client).jitter = lambda: 0.0
    respx.get("https://acme.example/jira/things").side_effect = [
        httpx.Response(403, headers={"retry-after": "12"}, text="secondary rate limit"),
        httpx.Response(200, json=[]),
    ]
    client.get("things")
    assert clock.now == 1012.0


@respx.mock
def test_what_the_vendor_says_remains_is_kept_and_a_near_limit_slows_down(opened: Opened) -> None:
    client = opened(_jira("a"))
    respx.get("https://acme.example/jira/things").respond(
        json=[],
        headers={
            "beta-ratelimit-policy": '"app";q=1000;w=3600',
            "beta-ratelimit": '"app";r=900;t=60',
            "x-ratelimit-nearlimit": "true",
        },
    )
    client.get("things")
    quota = _transport(client).quota
    assert quota is not None
    assert (quota.limit, quota.remaining, quota.reset_s) == (1000, 900, 60)
    assert _transport(client).limiter.allowed == 1


@respx.mock
def test_a_spent_budget_ends_the_pass_and_says_when_it_goes_on(
    opened: Opened, clock: Clock
) -> None:
    route = respx.get("https://acme.example/jira/things").respond(json=[])
    client = opened(_jira("a", budget={"requests_per_hour": 3}), Spent(900, 1))
    for _ in range(2):
        client.get("things")
    with pytest.raises(
        SourcePausedError,
        match=r"budget of 3 requests an hour is used up; goes on at \d\d:\d\d UTC",
    ):
        client.get("things")
    assert route.call_count == 2
    clock.now = 900.0 + 3600.0
    client.get("things")
    assert _transport(client).budget.spent == Spent(4500, 1)


def test_a_budget_waits_for_the_next_hour_where_that_is_near(clock: Clock) -> None:
    budget = Budget(1, Spent(int(clock.now) - 3550, 1), clock=clock)
    budget.take(clock.sleep)
    assert clock.now == 1050.0
    assert budget.spent == Spent(1050, 1)


def test_a_budget_that_is_none_only_counts_and_an_hour_of_the_future_does_not_count(
    clock: Clock,
) -> None:
    budget = Budget(None, Spent(int(clock.now) + 500, 9), clock=clock)
    for _ in range(3):
        budget.take(clock.sleep)
    assert budget.spent == Spent(1000, 3)


def test_a_budget_is_never_passed_by_requests_side_by_side(clock: Clock) -> None:
    budget = Budget(50, clock=clock)
    refused: list[SourcePausedError] = []

    def take() -> None:
        for _ in range(10):
            try:
                budget.take(clock.sleep)
            except SourcePausedError as error:
                refused.append(error)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 30
    assert budget.spent == Spent(1000, 50)
