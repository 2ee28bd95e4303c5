"""What a sample tells of each status: how many items passed, how long, in whose hands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from metrics.workflow.histories import History, Visit

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """items: how many of the sample passed the status. ends: how many of them are there now.

    median_d: days that an item spent there in all, the median of those that left it; None without
    one. visits: those that ended. unassigned: the share of them in which nobody had the item.
    handed: the share of those with two known movers in which another one moved the item on than
    moved it in, `handed_of` their number; None without one. resolutions: of the items that are
    there now, without those that have none.
    """

    items: int
    ends: int
    median_d: float | None
    visits: int
    unassigned: float | None
    handed: float | None
    handed_of: int
    resolutions: tuple[str, ...]


NOTHING = StatusFacts(0, 0, None, 0, None, None, 0, ())


def facts_of(histories: Sequence[History]) -> dict[str, StatusFacts]:
    """By id of every status that an item passed."""
    visits: dict[str, list[list[Visit]]] = defaultdict(list)
    for history in histories:
        own: dict[str, list[Visit]] = defaultdict(list)
        for visit in history.visits:
            own[visit.status].append(visit)
        for status, stays in own.items():
            visits[status].append(stays)
    ends: dict[str, list[str]] = defaultdict(list)
    for history in histories:
        ends[history.visits[-1].status].append(history.resolution)
    return {status: _facts(found, ends.get(status, [])) for status, found in visits.items()}


def _facts(items: Sequence[Sequence[Visit]], ends: Sequence[str]) -> StatusFacts:
    ended = [visit for stays in items for visit in stays if visit.left_at is not None]
    left = [stays for stays in items if all(visit.left_at is not None for visit in stays)]
    handed = [visit.handed for visit in ended if visit.handed is not None]
    return StatusFacts(
        items=len(items),
        ends=len(ends),
        median_d=median(map(_days, left)) if left else None,
        visits=len(ended),
        unassigned=_share([not visit.assigned for visit in ended]),
        handed=_share(handed),
        handed_of=len(handed),
        resolutions=tuple(one for one in ends if one),
    )


def _days(stays: Sequence[Visit]) -> float:
    spent = sum(((v.left_at - v.entered_at) for v in stays if v.left_at), timedelta())
    return spent / _DAY


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
