"""Faults that can be switched on, a count of all requests, and the Date header of a skewed clock.

`Traffic` wraps the whole application. A fault fires on calls that match its vendor and path, every
n-th of them or a seeded random share, at most `times` times, and is counted in `Faults.fired`.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from fnmatch import fnmatchcase
from random import Random
from typing import Literal

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.rates import Limits, Meter, held_off
from simulator.refusals import CHANGES, REFUSALS, changed_answer, refusal, without_login
from simulator.vendor import html_answer

Kind = Literal[
    "rate_limit",
    "error",
    "reset",
    "slow",
    "truncate",
    "login_page",
    "unauthorized",
    "forbidden",
    "expired",
    "gone",
    "redirect",
    "nothing_here",
    "anonymous",
    "other_account",
    "emptied",
    "garbled",
]
Abort = Callable[[tuple[str, int]], None]
"""Cuts the connection of a client's address."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to go wrong. An empty `vendor` matches all; `path` is a glob below the mount.

    every: fires on each n-th matching call. share: a random part of them instead (0..1). skip:
    calls that pass first. times: how often at most, None for always. status: of an error.
    retry_after: seconds, for rate_limit and for an error of status 503. delay: seconds that a slow
    body takes.
    """

    kind: Kind
    vendor: str = ""
    path: str = "*"
    every: int = 1
    share: float | None = None
    skip: int = 0
    times: int | None = None
    status: int = 500
    retry_after: int = 1
    delay: float = 0.5


@dataclass(slots=True)
class Faults:
    """What goes wrong, and what the account may not see.

    hidden: by vendor, names as its own paths have them: project keys of Jira, project paths of
    GitLab, full job names of Jenkins, sys_ids of ServiceNow. dropped_rows: sys_ids of rows that
    access rules take out of a page. totals_up_to: beyond so many rows GitLab tells no total.
    These three are read when a world is put in place, and so are: index_lag (by the id of a Jira
    issue, how long its search takes to know of a change); unlisted_builds (`job#number`),
    renamed_jobs and discarded_builds (job to the lowest number kept) of Jenkins; deleted_rows
    (sys_ids), hidden_columns (`incident.resolved_at`), hidden_tables and queries_ignored of
    ServiceNow; refused_nodes (node ids) and points_per_hour of GitHub's GraphQL. limits: rate
    limits by vendor, read at the start. now: where the clock of the tools stands still, None where
    it runs; speed: so many times as fast as ours.
    """

    rules: list[Fault] = field(default_factory=list)
    hidden: dict[str, set[str]] = field(default_factory=dict)
    dropped_rows: set[str] = field(default_factory=set)
    totals_up_to: int = 10_000
    limits: Limits = field(default_factory=dict)
    clock_skew: timedelta = timedelta(0)
    index_lag: dict[str, timedelta] = field(default_factory=dict)
    now: datetime | None = None
    speed: float = 1.0
    seed: int = 0
    unlisted_builds: set[str] = field(default_factory=set)
    renamed_jobs: dict[str, str] = field(default_factory=dict)
    discarded_builds: dict[str, int] = field(default_factory=dict)
    deleted_rows: set[str] = field(default_factory=set)
    hidden_columns: set[str] = field(default_factory=set)
    hidden_tables: set[str] = field(default_factory=set)
    queries_ignored: bool = False
    refused_nodes: set[str] = field(default_factory=set)
    points_per_hour: int = 5000
    fired: Counter[str] = field(default_factory=Counter)
    _seen: Counter[Fault] = field(default_factory=Counter)
    _done: Counter[Fault] = field(default_factory=Counter)
    _random: Random = field(default_factory=Random)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _began: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self._random.seed(self.seed)

    def clock(self) -> datetime:
        """What the clocks of the tools show."""
        running = self._began + (datetime.now(UTC) - self._began) * self.speed
        return (self.now or running) + self.clock_skew

    def add(self, *rules: Fault) -> None:
        with self._lock:
            self.rules = [*self.rules, *rules]

    def clear(self) -> None:
        """Switch every rule off; what fired stays counted."""
        with self._lock:
            self.rules = []
            self._seen.clear()
            self._done.clear()

    def hit(self, vendor: str, path: str) -> Fault | None:
        """The first rule that fires on this call; counts the call for every rule that matches."""
        with self._lock:
            due = [rule for rule in self.rules if self._due(rule, vendor, path)]
            if not due:
                return None
            self._done[due[0]] += 1
            self.fired[due[0].kind] += 1
            return due[0]

    def _due(self, rule: Fault, vendor: str, path: str) -> bool:
        if rule.vendor not in ("", vendor) or not fnmatchcase(path, rule.path):
            return False
        self._seen[rule] += 1
        calls = self._seen[rule] - rule.skip
        if calls <= 0 or (rule.times is not None and self._done[rule] >= rule.times):
            return False
        if rule.share is not None:
            return self._random.random() < rule.share
        return calls % rule.every == 0


class Traffic:
    """Middleware: counts, dates, and lets faults fire before or instead of the vendor."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        faults: Faults,
        requests: Counter[tuple[str, str]],
        abort: Abort,
        refuse: Callable[[str], Response],
    ) -> None:
        self.app = app
        self.faults = faults
        self.meter = Meter(faults.limits)
        self.requests = requests
        self.abort = abort
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        vendor, path = split_mount(scope)
        self.requests[(vendor, path)] += 1
        now = self.faults.clock()
        met = self.meter.take(vendor, scope["method"], path, now)
        send = self._dated(send, met.headers)
        fault = self.faults.hit(vendor, path)
        if met.refused_s is not None:
            answer = held_off(vendor, met.refused_s, now, secondary=met.secondary)
            await answer(scope, receive, send)
        elif fault is None:
            await self.app(scope, receive, send)
        elif fault.kind == "reset":
            self.abort(scope["client"])
            while (await receive())["type"] != "http.disconnect":
                pass
        elif fault.kind == "unauthorized":
            await self.app(_with_wrong_credentials(scope), receive, send)
        elif fault.kind == "anonymous":
            await self.app(without_login(scope), receive, send)
        elif fault.kind in CHANGES:
            await self.app(scope, receive, changed_answer(send, fault.kind))
        elif fault.kind in REFUSALS:
            await refusal(fault.kind, vendor)(scope, receive, send)
        elif fault.kind in ("slow", "truncate"):
            await self.app(scope, receive, _changed_body(send, fault))
        else:
            refused = fault.kind == "forbidden"
            answer = self.refuse(vendor) if refused else _instead(vendor, fault, now)
            await answer(scope, receive, send)

    def _dated(self, send: Send, told: Mapping[str, str]) -> Send:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["date"] = format_datetime(self.faults.clock(), usegmt=True)
                headers.update(told)
            await send(message)

        return dated


def split_mount(scope: Scope) -> tuple[str, str]:
    """Vendor and path below its mount, still encoded."""
    vendor, _, path = scope["raw_path"].decode("ascii").removeprefix("/").partition("/")
    return vendor, f"/{path}"


def count(requests: MutableMapping[tuple[str, str], int], vendor: str, paths: Iterable[str]) -> int:
    """How many requests a vendor had whose encoded path matches one of the globs."""
    globs = list(paths)
    return sum(
        number
        for (name, path), number in list(requests.items())
        if name == vendor and any(fnmatchcase(path, glob) for glob in globs)
    )


def reset_connection(transport: asyncio.Transport) -> None:
    """Close at once, so that the peer sees a reset instead of an orderly end."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        # Linger of 0 s makes the kernel send RST.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    transport.abort()


def _with_wrong_credentials(scope: Scope) -> Scope:
    secret = {b"authorization": b"Basic d3Jvbmc6d3Jvbmc=", b"private-token": b"wrong"}
    return {
        **scope,
        "headers": [(name, secret.get(name, value)) for name, value in scope["headers"]],
    }


def _instead(vendor: str, fault: Fault, now: datetime) -> Response:
    if fault.kind == "login_page":
        return html_answer("Log in", 200)
    if fault.kind == "error":
        headers = {"retry-after": str(fault.retry_after)} if fault.status == 503 else {}
        return html_answer(f"{fault.status} from the proxy", fault.status, headers=headers)
    return held_off(vendor, fault.retry_after, now)


def _changed_body(send: Send, fault: Fault) -> Send:
    """Half of the body with a length that fits it (a broken proxy), or two late parts."""
    start: list[Message] = []

    async def changed(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.append(message)
            return
        body = message.get("body", b"")
        half = len(body) // 2
        if fault.kind == "truncate":
            MutableHeaders(scope=start[0])["content-length"] = str(half)
            await send(start[0])
            await send(replace_body(message, body[:half]))
            return
        await send(start[0])
        for part, more in ((body[:half], True), (body[half:], False)):
            await asyncio.sleep(fault.delay / 2)
            await send({**message, "body": part, "more_body": more})

    return changed


def replace_body(message: Message, body: bytes) -> Message:
    return {**message, "body": body, "more_body": False}
