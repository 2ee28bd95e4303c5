"""How requests are sent: by turns, within a budget, repeated where that helps, never for ever."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from connectors.answers import read_whole
from connectors.budget import Budget
from connectors.egress import watch_connection
from connectors.limits import LONGEST_WAIT_S, Limiter, Sleep, pause_after
from connectors.quota import Quota, bucket_of, endpoint_of, held_off, quota_of

TRIES = 5
TEMPORARY = frozenset({500, 502, 503, 504})
_SLOWEST_S = 60.0
_ENDS = {b"[": b"]", b"{": b"}"}


@dataclass(slots=True)
class RetryTransport(httpx.BaseTransport):
    """Repeats reads that were held off, on 5xx and on lost connections, at most five tries.

    quota: what the last answer that told of one said is left, of the scarcest where a source keeps
    several (GitHub: requests, and points of GraphQL); None before.
    """

    inner: httpx.BaseTransport
    limiter: Limiter
    sleep: Sleep = time.sleep
    budget: Budget = field(default_factory=Budget)
    jitter: Callable[[], float] = random.random
    requests: int = 0
    quota: Quota | None = None
    quota_at: datetime | None = None
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)
    _told: dict[str, tuple[Quota, datetime]] = field(init=False, default_factory=dict)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer with its body read, so that a body cut off on the way is asked for again.

        `SourcePausedError` where the source, or the budget, lets us go on only much later.
        """
        request.extensions = {**request.extensions, "trace": watch_connection}
        bucket = endpoint_of(request)
        for attempt in range(1, TRIES + 1):
            last = attempt == TRIES
            try:
                response = self._once(request, bucket)
            except httpx.TransportError:
                if last:
                    raise
            else:
                wait = held_off(response, datetime.now(UTC))
                if wait is not None:
                    self._wait(response, wait, last=last)
                    continue
                if response.status_code not in TEMPORARY or last:
                    return response
            self._back_off(attempt)
        raise AssertionError("the last try answers or raises")

    def _once(self, request: httpx.Request, bucket: str) -> httpx.Response:
        self.budget.take(self.sleep)
        with self.limiter.turn(bucket, self.sleep) as began:
            with self._lock:
                self.requests += 1
            response = self.inner.handle_request(request)
            response.request = request
            response = read_whole(response)
        if _cut_off(response.content):
            raise httpx.RemoteProtocolError("the answer is cut off")
        self._heed(response, began)
        return response

    def _heed(self, response: httpx.Response, began: float) -> None:
        """Slow down before the quota is spent, and at once where it is."""
        now = datetime.now(UTC)
        quota = quota_of(response.headers, now)
        if response.status_code == 429 or "x-ratelimit-nearlimit" in response.headers:
            told = response.headers.get("x-ratelimit-nearlimit", "true").lower()
            if told == "true":
                self.limiter.slow_down(asked_at=began)
        if quota is None:
            self.limiter.pace(0.0, bucket_of(response))
            return
        self._told[response.headers.get("x-ratelimit-resource", "")] = quota, now
        scarcest = min(self._told.values(), key=lambda told: told[0].remaining / told[0].limit)
        self.quota, self.quota_at = scarcest
        self.ration(quota, bucket_of(response))

    def ration(self, quota: Quota, bucket: str) -> None:
        """Spread what is nearly spent over the time until it is renewed; wait where nothing is
        left of it. In requests: of points, as many as the last one cost.
        """
        self.limiter.pace(quota.spacing_s, bucket)
        if quota.remaining < 1 and quota.reset_s and quota.refill_s is None:
            self.limiter.block(quota.reset_s, bucket)

    def _wait(self, response: httpx.Response, seconds: float, *, last: bool) -> None:
        """Block what the answer names; the next try waits for it. Never longer than a pass may."""
        asked = seconds * (1 + 0.3 * self.jitter())
        self.limiter.block(asked, bucket_of(response))
        if seconds > LONGEST_WAIT_S:
            raise pause_after(seconds, f"the source asks to wait {seconds:,.0f} s")
        if last:
            raise pause_after(seconds, f"the source holds us off, {TRIES} times in a row")

    def _back_off(self, attempt: int) -> None:
        self.sleep(min(_SLOWEST_S, 2.0 ** (attempt - 1)) * self.jitter())

    def close(self) -> None:
        self.inner.close()


def _cut_off(content: bytes) -> bool:
    """Whether JSON was begun and not ended, as by a proxy that gives up without telling."""
    if content[:1] in _ENDS and content[-1:] == _ENDS[content[:1]]:
        return False
    text = content.strip()
    ends = _ENDS.get(text[:1])
    return ends is not None and text[-1:] != ends
