"""The delay-cost ledger day by day, in plain Python: slow, and obviously what the words say."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

NEW, WAITING, ACTIVE, DONE, CANCELLED = 1, 2, 3, 4, 5
NEVER = 10**9


@dataclass(frozen=True)
class Worth:
    """cents and more: see the profiles; lengths in weeks; deadline: a day."""

    profile: int
    cents: float
    more: float = 0.0
    life: float | None = None
    decay: float = 0.0
    free: float = 0.0
    deadline: int | None = None


@dataclass(frozen=True)
class Life:
    """statuses: the status from each day on, the first from its creation."""

    item: int
    parent: int | None
    statuses: tuple[tuple[int, int], ...]

    def status(self, day: int) -> int | None:
        told = [status for at, status in self.statuses if at <= day]
        return told[-1] if told else None

    @property
    def created(self) -> int:
        return self.statuses[0][0]

    @property
    def begin(self) -> int:
        """The day of its commitment."""
        return next((at for at, one in self.statuses if one in (WAITING, ACTIVE)), NEVER)

    @property
    def end(self) -> int:
        return next((at for at, one in self.statuses if one in (DONE, CANCELLED)), NEVER)

    @property
    def dropped(self) -> bool:
        return self.statuses[-1][1] == CANCELLED

    def in_process(self, day: int) -> bool:
        return self.begin <= day < self.end

    def waits(self, day: int) -> bool:
        return self.in_process(day) and self.status(day) in (NEW, WAITING)


def cents(worth: Worth, weeks: float, slack: float = 0.0) -> int:
    """C of a delay, half a cent up."""
    w, life = worth.cents, worth.life
    if worth.profile == 1:
        cost = w * (weeks if life is None else min(weeks, life))
    elif worth.profile == 2:
        assert life is not None
        cost = w * life / 2 - w / (2 * life) * (life - weeks) ** 2 if weeks < life else w * life / 2
    elif worth.profile == 3:
        assert life is not None
        cost = w * life - w * math.exp(-worth.decay * weeks) * max(life - weeks, 0)
    elif worth.profile == 4:
        late = weeks - max(slack, 0)
        cost = (w if slack >= 0 and late > 0 else 0) + worth.more * max(late, 0)
    elif worth.profile == 5:
        cost = w * weeks + worth.more * weeks * weeks / 2
    else:
        cost = w * max(weeks - worth.free, 0)
    return math.floor(cost + 0.5)


def ledger(
    lives: list[Life], worths: Mapping[int, Worth], *, first: int, last: int, as_of: int
) -> dict[tuple[int, bool], int]:
    """By the item that has the value, and whether it was cancelled, what accrued in the days from
    `first` up to but not including `last`.
    """
    found: dict[tuple[int, bool], int] = defaultdict(int)
    groups: dict[int, list[Life]] = defaultdict(list)
    for life in lives:
        if life.item in worths:
            waits = [day for day in range(as_of) if life.waits(day)]
            works = sum(life.in_process(d) and not life.waits(d) for d in range(as_of))
            key = (life.item, life.dropped)
            found[key] += _cost(worths[life.item], waits, life.begin, works, first, last)
        elif life.parent in worths:
            groups[life.parent].append(life)
    for parent, children in groups.items():
        gone = all(one.dropped for one in children)
        counted = [one for one in children if gone or not one.dropped]
        waits, works = [], 0
        for day in range(as_of):
            critical = _critical(counted, day)
            if critical is not None:
                waits += [day] if critical.waits(day) else []
                works += not critical.waits(day)
        begin = min(one.begin for one in counted)
        found[parent, gone] += _cost(worths[parent], waits, begin, works, first, last)
    return {key: cost for key, cost in found.items() if cost}


def _critical(children: list[Life], day: int) -> Life | None:
    here = [one for one in children if one.in_process(day)]
    return max(here, key=lambda one: (one.end, one.begin, -one.item), default=None)


def _cost(worth: Worth, waits: list[int], begin: int, works: int, first: int, last: int) -> int:
    slack = 0.0 if worth.deadline is None else (worth.deadline - begin - works) / 7
    total = 0
    for delay, day in enumerate(waits):
        if first <= day < last:
            total += cents(worth, (delay + 1) / 7, slack) - cents(worth, delay / 7, slack)
    return total
