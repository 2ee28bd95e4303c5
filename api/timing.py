"""How long answers take, by the template of their address: never by the address itself, of which
there are as many as anybody cares to ask.
"""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Final

from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.route_roles import template_of

disable_created_metrics()  # type: ignore[no-untyped-call]
NO_ROUTE: Final = "none"
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_LONGEST: Final = 300
"""So much of an address is looked at: what was found is kept."""
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


def durations(registry: CollectorRegistry) -> Histogram:
    """The histogram that `Timed` fills."""
    return Histogram(
        "headwater_http_request_duration_seconds",
        "From a request to the begin of its answer, of this process.",
        ["method", "route", "status"],
        registry=registry,
        buckets=_BUCKETS,
    )


class Durations:
    """Where they are noted; the label of an address is looked up once."""

    def __init__(self, histogram: Histogram) -> None:
        self._histogram = histogram
        self._measured = lru_cache(maxsize=4096)(self._labelled)

    def note(self, scope: Scope, status: int, took_s: float) -> None:
        asked = scope["method"], scope["path"][:_LONGEST], status
        self._measured(*asked).observe(took_s)

    def _labelled(self, method: str, path: str, status: int) -> Histogram:
        known = method if method in _METHODS else "other"
        return self._histogram.labels(known, template_of(known, path) or NO_ROUTE, str(status))


class Timed:
    """ASGI layer around all others. An answer that never begins, because who asked has left, is not
    counted.
    """

    def __init__(self, app: ASGIApp, durations: Durations) -> None:
        self._app = app
        self._durations = durations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def timing(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._durations.note(scope, message["status"], time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, timing)
