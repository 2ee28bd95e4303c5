"""Who had an item, and what blocked it, second by second: slow, and plain to see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Stretch = tuple[int, int]
"""From a second (included) to another (not included)."""


@dataclass(frozen=True)
class Visit:
    start: int
    end: int
    team: str  # of the stage, "" for none


@dataclass(frozen=True)
class Membership:
    person: str
    team: str
    start: int
    end: int


def holder(
    second: int,
    visits: Sequence[Visit],
    assigned: Sequence[tuple[int, str]],
    first: str,
    members: Sequence[Membership],
) -> str:
    """The team that has the item in this second. assigned: from when on to whom; `first` had it
    before.
    """
    visit = next(one for one in visits if one.start <= second < one.end)
    if visit.team:
        return visit.team
    who = first
    for since, person in assigned:
        if since <= second:
            who = person
    crews: dict[str, set[str]] = {}
    for one in members:
        if one.start <= second < one.end:
            crews.setdefault(one.team, set()).add(one.person)
    mine = [team for team, crew in crews.items() if who in crew]
    return mine[0] if len(mine) == 1 and len(crews[mine[0]]) > 1 else ""


def reasons(
    seconds: range,
    blocked: Sequence[Stretch],
    by: Mapping[str, Sequence[Stretch]],
    order: Sequence[str],
    otherwise: str,
) -> Counter[str]:
    """Seconds by reason: of those that hold in a second the first one of `order`."""
    found: Counter[str] = Counter()
    for second in seconds:
        if not any(start <= second < end for start, end in blocked):
            continue
        holding = [name for name in order if any(start <= second < end for start, end in by[name])]
        found[holding[0] if holding else otherwise] += 1
    return found
