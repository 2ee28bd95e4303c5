"""When the groups of one queue are done, exactly: their items share one team (K7).

As many items are in flight at once as are now. Each completion is that of any of them, all alike;
what is then begun is the next of the queue. So an item is in flight for as many completions on
average as there are items in flight, which is Little's law, and the order of the queue decides who
is begun before whom. Which of the items a completion is does not depend on how many a day has:

    P(group done within n days) = sum over s of P(s completions in n days) * P(group done after s)

The first factor is a convolution of past days, the second a walk over the number of the group's
items in flight. The whole queue is done with its last completion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from metrics.forecast import HORIZON_DAYS
from metrics.mapping import Flags, Ints
from metrics.queue_forecast import next_day
from metrics.stats import PERCENTILES, Floats

DRAWS: Final = 2_000
_SEED: Final = 20_030_716
_EXACT: Final = 1e-12


@dataclass(frozen=True)
class Line:
    """A queue. begun: how many of its first places are in flight. member: by place and group
    whether the item there is of the group; one may be of several.
    """

    begun: int
    member: Flags

    @property
    def many(self) -> int:
        """How many items it has."""
        return int(self.member.shape[0])

    @property
    def width(self) -> int:
        """How many are in flight at once while there are as many."""
        return min(max(self.begun, 1), max(self.many, 1))


@dataclass(frozen=True)
class Arrivals:
    """days: by percentile the days until each group is done, the last column the whole queue; -1
    beyond ten years, and where a group has no item in the queue. met: by group how likely it is
    done within its days; 0 where it has none to go.
    """

    days: Mapping[str, Ints]
    met: Floats


def done_after(line: Line) -> Floats:
    """How likely each group (columns) is done after 0, 1, .. all completions (rows); 1 where it has
    no item.
    """
    groups = line.member.shape[1]
    found = np.ones((line.many + 1, groups))
    total = line.member.sum(axis=0)
    chance = np.zeros((groups, int(total.max(initial=0)) + 1))
    seen = line.member[: line.width].sum(axis=0)
    chance[np.arange(groups), seen] = 1.0
    found[0] = np.where(seen == total, chance[:, 0], 0.0)
    left = np.arange(chance.shape[1])
    for step in range(1, line.many + 1):
        in_flight = min(line.width, line.many - step + 1)
        leaving = chance * (left / in_flight)
        chance = chance - leaving
        chance[:, :-1] += leaving[:, 1:]
        entering = line.width + step - 1
        if entering < line.many:
            mine = line.member[entering]
            chance[mine, 1:], chance[mine, 0] = chance[mine, :-1].copy(), 0.0
            seen = seen + mine
        found[step] = np.where(seen == total, chance[:, 0], 0.0)
    return found


def arrivals(pool: Ints, line: Line, *, within: Ints) -> Arrivals:
    """When each group is done, if each coming day is like one of the pool's.

    pool: completions of each past day, empty ones included. within: by group for `met`, how many
    days it has.
    """
    groups = line.member.shape[1]
    days = {name: np.full(groups + 1, -1) for name in PERCENTILES}
    met = np.zeros(groups)
    if not pool.sum() or not line.many:
        return Arrivals(days, met)
    one = np.bincount(pool) / len(pool)
    after = np.column_stack([done_after(line), np.arange(line.many + 1) == line.many])
    asked = np.append(line.member.any(axis=0), True)
    weight = np.zeros(line.many + 1)
    weight[0] = 1.0
    last = int(within.max(initial=0))
    for day in range(1, HORIZON_DAYS + 1):
        weight = next_day(weight, one)
        done = weight @ after
        for name, level in PERCENTILES.items():
            days[name][(days[name] < 0) & asked & (done >= level - _EXACT)] = day
        met[within == day] = done[:-1][within == day]
        if day >= last and (days["p95"][asked] >= 0).all():
            break
    return Arrivals(days, np.clip(met, 0, 1))


def all_in_time(pool: Ints, line: Line, *, within: Ints, draws: int = DRAWS) -> float | None:
    """How likely all groups with days (`within` > 0) are done within them, in the same future; by
    simulation, always of the same draws. `within`: 0 where a group has no date, less where it is
    over: then 0. None where no group has a date.
    """
    dated = np.flatnonzero(within != 0)
    if not len(dated):
        return None
    if (within[dated] < 0).any() or not pool.sum():
        return 0.0
    chance = np.random.Generator(np.random.PCG64(_SEED))
    step = group_steps(line, chance, draws)[:, dated]
    most = int(within[dated].max())
    count = np.cumsum(chance.choice(pool, (draws, most)), axis=1)
    return float((count[:, within[dated] - 1] >= step).all(axis=1).mean())


def group_steps(line: Line, chance: np.random.Generator, draws: int) -> Ints:
    """By draw and group after how many completions it is done, all groups in the same future; 0
    where it has no item.
    """
    slot = np.tile(np.arange(line.width), (draws, 1))
    row = np.arange(draws)
    found = np.zeros((draws, line.member.shape[1]), np.int64)
    for step in range(1, line.many + 1):
        in_flight = min(line.width, line.many - step + 1)
        pick = (chance.random(draws) * in_flight).astype(np.int64)
        found[line.member[slot[row, pick]]] = step
        entering = line.width + step - 1
        slot[row, pick] = entering if entering < line.many else slot[:, in_flight - 1]
    return found
