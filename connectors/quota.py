"""What an answer says about limits: whether we were held off, for how long, and what is left.

One reader for the headers of all vendors. A reset is a Unix time (GitLab, GitHub, ServiceNow), an
ISO time (Jira) or plain seconds; times are compared with the `Date` of the same answer, because a
reset is told by the clock of the source and not by ours. No answer is waited for longer than a day:
what asks for more (a time in another unit, say) is asked again then.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import orjson

Headers = Mapping[str, str]

WITHOUT_A_HINT_S = 60.0
_UNIX_TIMES = 1_000_000_000.0
_UNIX_MILLIS = 100_000_000_000.0
_LONGEST_S = 86_400.0
_RESETS = ("ratelimit-reset", "x-ratelimit-reset", "ratelimit-resettime")
_FAMILIES = ("ratelimit-", "x-ratelimit-")
_POLICIES = ("beta-ratelimit", "ratelimit")
_POLICY = re.compile(r'"?(?P<name>[^";,\s]+)"?(?P<values>(?:\s*;\s*\w+=[0-9]+)+)')
_VALUE = re.compile(r"(\w+)=([0-9]{1,18})")
_VARIABLE = re.compile(r"/[^/]*\d[^/]*")
_LIMIT_WORDS = ("rate limit", "abuse detection")
_READ_OF_A_REFUSAL = 2_000
_DIGITS = 300  # no more than a float can hold
_SPARE = 0.2
_LONGEST_SPACING_S = 5.0


@dataclass(frozen=True, slots=True)
class Quota:
    """How much may still be asked, in the vendor's own unit (requests or points).

    reset_s: seconds until it is renewed, None where the answer does not tell. refill_s: seconds for
    one more, where it fills up steadily (Jira Data Center).
    """

    limit: float
    remaining: float
    reset_s: float | None = None
    refill_s: float | None = None

    @property
    def spacing_s(self) -> float:
        """Seconds between requests that make a nearly spent quota last until it is renewed; 0 while
        a fifth or more is left, or where it can't be told.
        """
        if self.remaining >= _SPARE * self.limit:
            return 0.0
        if self.refill_s is not None:
            return min(_LONGEST_SPACING_S, self.refill_s)
        if self.reset_s is None:
            return 0.0
        return min(_LONGEST_SPACING_S, self.reset_s / max(self.remaining, 1.0))


def clock_of(headers: Headers, now: datetime) -> datetime:
    """The time at the source when it answered; ours where it does not tell."""
    return date_of(headers.get("date", "")) or now


def date_of(value: str) -> datetime | None:
    """An HTTP date; None for what is none, or has no zone."""
    try:
        told = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    return told if told.tzinfo is not None else None


def retry_after(headers: Headers, now: datetime) -> float | None:
    """Seconds that the answer asks us to wait: `Retry-After` (seconds or date), else a reset time;
    None: it does not say.

    A reset counts for nothing while something is left of the quota that it belongs to: then it was
    another limit that held us off, one which the headers do not show.
    """
    value = headers.get("retry-after", "").strip()
    if _is_whole(value):
        return _waited(float(value))
    at = date_of(value) if value else None
    if at is not None:
        return _waited((at - clock_of(headers, now)).total_seconds())
    quota = quota_of(headers, now)
    if quota is not None and quota.remaining > 0:
        return None
    return _until_reset(headers, now)


def held_off(response: httpx.Response, now: datetime) -> float | None:
    """Seconds to wait where the answer says that we ask too much; None where it says no such thing.

    429, 503 with `Retry-After`, and 403 where it speaks of a limit and either tells when to come
    back or has nothing left (GitHub; its GraphQL says so with 200). The body of the answer has been
    read.
    """
    status, headers = response.status_code, response.headers
    if status not in (200, 403, 429, 503):
        return None
    if status == 503 and "retry-after" not in headers:
        return None
    if status == 403 and not _is_limit(response):
        return None
    if status == 200 and not _is_limit_of_graphql(response):
        return None
    told = retry_after(headers, now)
    return WITHOUT_A_HINT_S if told is None else told


def _is_limit(response: httpx.Response) -> bool:
    text = response.content[:_READ_OF_A_REFUSAL].decode("utf-8", "replace").lower()
    if not any(words in text for words in _LIMIT_WORDS):
        return False
    headers = response.headers
    spent = headers.get("x-ratelimit-remaining", "").strip() == "0"
    return spent or "retry-after" in headers or "secondary" in text


def _is_limit_of_graphql(response: httpx.Response) -> bool:
    """Points are spent, or were asked for too fast: an error among those of the query."""
    if b'"errors"' not in response.content or not response.request.url.path.endswith("/graphql"):
        return False
    try:
        told = orjson.loads(response.content).get("errors")
    except (orjson.JSONDecodeError, AttributeError):
        return False
    errors = [error for error in told if isinstance(error, dict)] if isinstance(told, list) else []
    return any(
        error.get("type") == "RATE_LIMITED"
        or "secondary rate limit" in str(error.get("message")).lower()
        for error in errors
    )


def quota_of(headers: Headers, now: datetime) -> Quota | None:
    """What is left, of the scarcest quota that the answer tells of; None where it tells of none."""
    told = [*_policies(headers)]
    limit, remaining = _number(headers, "limit"), _number(headers, "remaining")
    if limit and remaining is not None:
        told.append(Quota(limit, remaining, _until_reset(headers, now), _refill_s(headers)))
    return min(told, key=lambda one: one.remaining / one.limit, default=None)


def _policies(headers: Headers) -> list[Quota]:
    """`Beta-RateLimit: "name";r=12;t=30` with the size in `Beta-RateLimit-Policy:
    "name";q=100;w=3600` (Jira points), and the same without `Beta-`.
    """
    found = []
    for header in _POLICIES:
        sizes = _parts(headers.get(f"{header}-policy", ""))
        for name, values in _parts(headers.get(header, "")).items():
            limit = sizes.get(name, {}).get("q") or values.get("limit")
            if limit and "r" in values:
                reset = values.get("t")
                found.append(Quota(limit, values["r"], None if reset is None else _waited(reset)))
    return found


def _parts(header: str) -> dict[str, dict[str, float]]:
    return {
        part["name"]: {name: float(value) for name, value in _VALUE.findall(part["values"])}
        for part in _POLICY.finditer(header[:_READ_OF_A_REFUSAL])
    }


def _refill_s(headers: Headers) -> float | None:
    """Jira Data Center fills its bucket with so many tokens each interval."""
    rate = headers.get("x-ratelimit-fillrate", "").strip()
    interval = headers.get("x-ratelimit-interval-seconds", "").strip()
    if not (_is_whole(rate) and _is_whole(interval) and float(rate)):
        return None
    return float(interval) / float(rate)


def _until_reset(headers: Headers, now: datetime) -> float | None:
    values = (headers[name].strip() for name in _RESETS if name in headers)
    found = [_seconds_until(value, clock_of(headers, now)) for value in values]
    return next((seconds for seconds in found if seconds is not None), None)


def _seconds_until(value: str, now: datetime) -> float | None:
    try:
        number = float(value)
    except ValueError:
        return _seconds_until_moment(value, now)
    if not math.isfinite(number) or number < 0:
        return None
    if number > _UNIX_MILLIS:
        number /= 1000
    return _waited(number - now.timestamp() if number > _UNIX_TIMES else number)


def _seconds_until_moment(value: str, now: datetime) -> float | None:
    try:
        at: datetime | None = datetime.fromisoformat(value)
    except ValueError:
        at = date_of(value)
    if at is None:
        return None
    return _waited((at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def _waited(seconds: float) -> float:
    return min(max(0.0, seconds), _LONGEST_S)


def _number(headers: Headers, name: str) -> float | None:
    for family in _FAMILIES:
        value = headers.get(family + name, "").strip()
        if _is_whole(value):
            return float(value)
    return None


def _is_whole(value: str) -> bool:
    """Digits that a number is made of: not those of other scripts, nor thousands of them."""
    return value.isascii() and value.isdigit() and len(value) <= _DIGITS


def endpoint_of(request: httpx.Request) -> str:
    """Method and path, with what has digits in it left open: limits are kept by endpoint."""
    return f"{request.method} {_VARIABLE.sub('/*', request.url.path)}"


def bucket_of(response: httpx.Response) -> str:
    """Which requests are meant: an endpoint as `endpoint_of` names it, empty for all of them.

    Jira tells the reason, GitHub the resource; GraphQL and search have limits of their own there.
    """
    headers = response.headers
    reason = headers.get("ratelimit-reason", "").lower()
    resource = headers.get("x-ratelimit-resource", "core").lower()
    if "burst" in reason or "per-issue" in reason or resource != "core":
        return endpoint_of(response.request)
    return ""
