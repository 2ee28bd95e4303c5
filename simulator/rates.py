"""Rate limits as the vendors set them: requests by window, told in headers, refused beyond.

A window begins with the first request in it. Nobody limits Jenkins, and ServiceNow only where an
administrator wrote a rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil

from starlette.responses import Response

from simulator.vendor import html_answer, json_answer

_VARIABLE = re.compile(r"/[^/]*\d[^/]*")
_NEARLY = 0.2


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in each window of so many seconds.

    by_endpoint: each method and path has its own window. told: headers tell of it before it is
    reached.
    """

    requests: int
    window_s: int
    by_endpoint: bool = False
    told: bool = True

    def imposed_s(self, requests: int) -> float:
        """Seconds that must pass before the last of so many requests may be sent, however fast."""
        return (ceil(requests / self.requests) - 1) * self.window_s if requests else 0.0


Limits = Mapping[str, Sequence[Limit]]

VENDOR_LIMITS: Limits = {
    "jira": (Limit(100, 1, by_endpoint=True),),
    "gitlab": (Limit(2_000, 60),),
    "github": (Limit(5_000, 3_600), Limit(900, 60, told=False)),
}
"""Jira Cloud's burst limit for reads (an API token is not billed in points), gitlab.com's for each
user, GitHub's for a token with its secondary one."""


@dataclass(slots=True)
class _Window:
    limit: Limit
    ends: float
    used: int = 0


@dataclass(frozen=True, slots=True)
class Metered:
    """What a request met. refused_s: seconds to wait, None where it may pass. secondary: a limit
    that no header told of refused it.
    """

    headers: Mapping[str, str]
    refused_s: int | None = None
    secondary: bool = False


@dataclass(slots=True)
class Meter:
    """Counts the requests of each vendor; one that is refused counts for nothing."""

    limits: Limits
    _windows: dict[tuple[str, int, str], _Window] = field(default_factory=dict)

    def take(self, vendor: str, method: str, path: str, now: datetime) -> Metered:
        """One more request at this moment of the vendor's clock."""
        at, windows = now.timestamp(), []
        for place, limit in enumerate(self.limits.get(vendor, ())):
            endpoint = f"{method} {_VARIABLE.sub('/*', path)}" if limit.by_endpoint else ""
            windows.append(self._window((vendor, place, endpoint), limit, at))
        full = next((one for one in windows if one.used >= one.limit.requests), None)
        for window in windows if full is None else ():
            window.used += 1
        told = next((one for one in windows if one.limit.told), None)
        headers = _headers(vendor, told) if told else {}
        if full is None:
            return Metered(headers)
        return Metered(headers, max(1, ceil(full.ends - at)), secondary=not full.limit.told)

    def _window(self, key: tuple[str, int, str], limit: Limit, at: float) -> _Window:
        window = self._windows.get(key)
        if window is None or at >= window.ends:
            window = self._windows[key] = _Window(limit, at + limit.window_s)
        return window


def _headers(vendor: str, window: _Window) -> dict[str, str]:
    limit, left = window.limit.requests, max(0, window.limit.requests - window.used)
    if vendor == "gitlab":
        return {
            "RateLimit-Limit": str(limit),
            "RateLimit-Observed": str(window.used),
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(ceil(window.ends)),
            "RateLimit-Name": "throttle_authenticated_api",
        }
    told = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left)}
    if vendor == "github":
        return {
            **told,
            "X-RateLimit-Used": str(window.used),
            "X-RateLimit-Reset": str(ceil(window.ends)),
            "X-RateLimit-Resource": "core",
        }
    return {**told, "X-RateLimit-NearLimit": str(left < _NEARLY * limit).lower()}


def held_off(vendor: str, wait_s: int, now: datetime, *, secondary: bool = True) -> Response:
    """The answer of a vendor to one request too many. secondary: by GitHub's limit of that name."""
    wait, again = {"retry-after": str(wait_s)}, now.timestamp() + wait_s
    if vendor == "gitlab":
        limits = {"ratelimit-remaining": "0", "ratelimit-reset": str(int(again))}
        return Response("Retry later\n", 429, headers={**wait, **limits}, media_type="text/plain")
    if vendor == "github":
        if not secondary:
            text = "API rate limit exceeded for user ID 1000."
            return json_answer({"message": text, "documentation_url": ""}, 403)
        text = "You have exceeded a secondary rate limit. Please wait a few minutes."
        return json_answer({"message": text, "documentation_url": ""}, 403, headers=wait)
    if vendor == "jira":
        reason = {
            "ratelimit-reason": "jira-burst-based",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": datetime.fromtimestamp(again, UTC).isoformat(timespec="seconds"),
        }
        body = {"errorMessages": ["Rate limit exceeded."], "errors": {}}
        return json_answer(body, 429, headers={**wait, **reason})
    if vendor == "servicenow":
        error = {"message": "Rate limit exceeded", "detail": "Rejected by a rate limit rule"}
        return json_answer({"error": error, "status": "failure"}, 429, headers=wait)
    return html_answer("Too many requests", 429, headers=wait)
