"""The way of merge requests to production, one request after the other; times are epoch seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Commit:
    """request None: of no merge request. excluded: "" where it counts."""

    service: int
    request: int | None
    committed: int
    deployed: int
    excluded: str


@dataclass(frozen=True)
class Review:
    request: int
    kind: str
    ts: int


@dataclass(frozen=True)
class Request:
    number: int
    opened: int
    merged: int | None


@dataclass(frozen=True)
class Way:
    """The hours are seconds here; a part that is not known is the reason why, as text."""

    service: int
    request: int
    whole: int
    coding: int | str
    pickup: int | str
    review: int | str
    deploy: int | str


def first_review(request: Request, reviews: Sequence[Review]) -> int | None:
    """The first word on a request before it was merged; to ask for one is none."""
    found = [
        one.ts
        for one in reviews
        if one.request == request.number
        and one.kind != "requested"
        and (request.merged is None or one.ts <= request.merged)
    ]
    return min(found, default=None)


def between(start: int | None, end: int | None, *, missing: str, backwards: str) -> int | str:
    """Seconds, or why there are none."""
    if start is None or end is None:
        return missing
    return backwards if end < start else end - start


def ways(
    commits: Sequence[Commit],
    requests: Sequence[Request],
    reviews: Sequence[Review],
    window: tuple[int, int],
) -> list[Way]:
    """Of the requests, by service, whose last commit was deployed in the window."""
    found = []
    for service in sorted({one.service for one in commits}):
        numbers = {one.request for one in commits if one.service == service and one.request}
        for number in sorted(numbers):
            own = [
                one
                for one in commits
                if (one.service, one.request, one.excluded) == (service, number, "")
            ]
            if own and window[0] <= max(one.deployed for one in own) < window[1]:
                found.append(_way(service, number, own, requests, reviews))
    return found


def _way(
    service: int,
    number: int,
    own: Sequence[Commit],
    requests: Sequence[Request],
    reviews: Sequence[Review],
) -> Way:
    first, live = min(one.committed for one in own), max(one.deployed for one in own)
    told = next((one for one in requests if one.number == number), None)
    if told is None:
        return Way(service, number, live - first, *["times_unknown"] * 4)
    seen = first_review(told, reviews)
    late = "no_review" if seen is None else "not_merged"
    return Way(
        service,
        number,
        live - first,
        coding=between(first, told.opened, missing="", backwards="opened_first"),
        pickup=between(told.opened, seen, missing="no_review", backwards="out_of_order"),
        review=between(seen, told.merged, missing=late, backwards="out_of_order"),
        deploy=between(told.merged, live, missing="not_merged", backwards="deployed_first"),
    )
