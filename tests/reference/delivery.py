"""The DORA metrics, one deployment after the other in plain Python; times are epoch seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Deployment:
    number: int
    service: int
    environment: str
    version: str
    result: str
    finished: int
    hotfix: bool
    marked_rollback: bool
    fixes_defect: bool


@dataclass(frozen=True)
class Incident:
    number: int
    service: int
    opened: int
    resolved: int | None


@dataclass(frozen=True)
class Link:
    incident: int
    deployment: int
    confidence: float


@dataclass(frozen=True)
class History:
    deployments: Sequence[Deployment]
    incidents: Sequence[Incident]
    links: Sequence[Link]


def kind(history: History, one: Deployment) -> str:
    """planned, hotfix, rollback or unknown."""
    before = [
        other
        for other in history.deployments
        if (other.service, other.environment) == (one.service, one.environment)
        and other.result == "success"
        and (other.finished, other.number) < (one.finished, one.number)
    ]
    if one.marked_rollback:
        return "rollback"
    if one.result == "success" and one.version and before:
        replaced = max(before, key=lambda other: (other.finished, other.number))
        if replaced.version != one.version and any(o.version == one.version for o in before):
            return "rollback"
    if one.hotfix:
        return "hotfix"
    return "planned" if one.version else "unknown"


def blamed(history: History, one: Deployment) -> list[Incident]:
    """The incidents that sure evidence puts down to the deployment, in the order they opened."""
    named = {
        link.incident
        for link in history.links
        if link.deployment == one.number and link.confidence >= 0.8
    }
    found = [incident for incident in history.incidents if incident.number in named]
    return sorted(found, key=lambda incident: (incident.opened, incident.number))


def resolution(history: History, one: Deployment) -> int | None:
    """The first end, not before the deployment finished, of an incident put down to it."""
    ends = [incident.resolved for incident in blamed(history, one)]
    return min((end for end in ends if end is not None and end >= one.finished), default=None)


def fix(history: History, one: Deployment) -> Deployment | None:
    """The hotfix that mended a failed deployment."""
    if not blamed(history, one):
        return None
    end = resolution(history, one)
    after = [
        other
        for other in history.deployments
        if other.service == one.service
        and other.result == "success"
        and kind(history, other) == "hotfix"
        and other.finished > one.finished
        and (end is None or other.finished <= end)
    ]
    return min(after, key=lambda other: (other.finished, other.number), default=None)


def restored(history: History, one: Deployment) -> int | None:
    """The earliest evidence of recovery of a failed deployment."""
    if not blamed(history, one):
        return None
    mended, end = fix(history, one), resolution(history, one)
    found = [
        other.finished
        for other in history.deployments
        if (other.service, other.environment) == (one.service, one.environment)
        and other.result == "success"
        and kind(history, other) == "rollback"
        and other.finished > one.finished
    ]
    found += [] if mended is None else [mended.finished]
    found += [] if end is None else [end]
    return min(found, default=None)


def is_rework(history: History, one: Deployment) -> bool:
    """A rollback, or a hotfix that mended a failed deployment or a defect."""
    if kind(history, one) == "rollback":
        return True
    mended = {getattr(fix(history, other), "number", None) for other in history.deployments}
    return kind(history, one) == "hotfix" and (one.fixes_defect or one.number in mended)


def cohort(history: History, window: tuple[int, int]) -> list[Deployment]:
    """The successful deployments of a window."""
    return [
        one
        for one in history.deployments
        if one.result == "success" and window[0] <= one.finished < window[1]
    ]


def lead_times(
    commits: Sequence[tuple[int, int, str]], window: tuple[int, int]
) -> tuple[list[int], dict[str, int]]:
    """D1 of (committed, deployed, excluded): seconds, and how many are left out by reason."""
    inside = [one for one in commits if window[0] <= one[1] < window[1]]
    reasons = [excluded for _, _, excluded in inside if excluded]
    times = [max(0, deployed - at) for at, deployed, excluded in inside if not excluded]
    return times, {reason: reasons.count(reason) for reason in reasons}


def lead_times_by_change(
    commits: Sequence[tuple[int, int, int]], window: tuple[int, int]
) -> list[int]:
    """Of (request, committed, deployed): from the first commit to the last deployment, seconds."""
    found = []
    for request in {number for number, _, _ in commits}:
        own = [(at, deployed) for number, at, deployed in commits if number == request]
        last = max(deployed for _, deployed in own)
        if window[0] <= last < window[1]:
            found.append(max(0, last - min(at for at, _ in own)))
    return found


def gaps(found: Sequence[Deployment]) -> list[int]:
    """Seconds between one deployment and the next of its service."""
    times = []
    for service in {one.service for one in found}:
        own = sorted(one.finished for one in found if one.service == service)
        times += [later - earlier for earlier, later in pairwise(own)]
    return times


def _midnight(day: date, tz: str) -> int:
    return int(
        datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(tz)).astimezone(UTC).timestamp()
    )


def _spans(
    window: tuple[int, int], tz: str, *, monthly: bool, first_weekday: int = 0
) -> list[tuple[date, date]]:
    """First day and day after of the whole weeks or months inside the window."""
    day = datetime.fromtimestamp(window[0], ZoneInfo(tz)).date() - timedelta(days=40)
    last = datetime.fromtimestamp(window[1], ZoneInfo(tz)).date()
    starts = []
    while day <= last:
        if day.day == 1 if monthly else day.weekday() == first_weekday:
            starts.append(day)
        day += timedelta(days=1)
    return [
        (first, after)
        for first, after in pairwise(starts)
        if _midnight(first, tz) >= window[0] and _midnight(after, tz) <= window[1]
    ]


def deploy_days_per_week(
    found: Sequence[Deployment], window: tuple[int, int], tz: str, first_weekday: int = 0
) -> float | None:
    """Median number of days with a deployment over the whole weeks of the window."""
    days = {datetime.fromtimestamp(one.finished, ZoneInfo(tz)).date() for one in found}
    weeks = _spans(window, tz, monthly=False, first_weekday=first_weekday)
    counts = [sum(1 for day in days if first <= day < after) for first, after in weeks]
    return median(counts) if counts else None


def word(
    found: Sequence[Deployment], window: tuple[int, int], tz: str, first_weekday: int = 0
) -> str | None:
    """daily, weekly, monthly or rarer."""
    days = deploy_days_per_week(found, window, tz, first_weekday)
    if days is None:
        return None
    if days >= 3:
        return "daily"
    if days >= 1:
        return "weekly"
    spans = _spans(window, tz, monthly=True)
    bounds = [(_midnight(first, tz), _midnight(after, tz)) for first, after in spans]
    counts = [sum(1 for one in found if a <= one.finished < b) for a, b in bounds]
    if not counts:
        return None
    return "monthly" if median(counts) >= 1 else "rarer"


def verdict(history: History, one: Deployment, *, as_of: int, observed_s: int) -> str:
    """yes, no or pending, by sure evidence."""
    if blamed(history, one):
        return "yes"
    return "no" if one.finished + observed_s <= as_of else "pending"


def suspect(one: Deployment, loose: Sequence[Incident], *, as_of: int, reach_s: int) -> bool:
    """Whether an incident that nothing sure explains began soon after, as far as known."""
    return any(
        incident.service == one.service
        and one.finished <= incident.opened <= one.finished + reach_s
        and incident.opened <= as_of
        for incident in loose
    )
