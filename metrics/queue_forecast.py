"""When each of a queue of items is done, all of them together (K7): items share one team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from metrics.forecast import HORIZON_DAYS
from metrics.mapping import Ints
from metrics.stats import Floats

LEVELS: Final[Mapping[str, float]] = {"p50": 0.5, "p85": 0.85}
_EXACT: Final = 1e-12


@dataclass(frozen=True)
class Queue:
    """days: by level the days until so many are done, by place from 1 (index 0); -1 beyond ten
    years. late: of each place that was asked for, how likely it is done later than its days.
    """

    days: Mapping[str, Ints]
    late: Floats


def queue_forecast(pool: Ints, many: int, *, place: Ints, within: Ints) -> Queue:
    """The first `many` > 0 of a queue, each done when as many are done as stand before it and one.

    pool: completions of each past day, empty ones included, of which each coming day is like one.
    place (from 1), within: for `late`, how many days each has; 0 or less: it is late.
    """
    one = np.bincount(pool) / len(pool) if len(pool) else np.ones(1)
    days = {name: np.full(many, -1) for name in LEVELS}
    late = np.ones(len(place))
    if not pool.sum():
        return Queue(days, late)
    weight = np.zeros(many + 1)
    weight[0] = 1.0
    last = int(within.max(initial=0))
    for day in range(1, HORIZON_DAYS + 1):
        weight = next_day(weight, one)
        reached = 1 - np.cumsum(weight[:-1])
        for name, level in LEVELS.items():
            fresh = (days[name] < 0) & (reached >= level - _EXACT)
            days[name][fresh] = day
        now = within == day
        late[now] = 1 - reached[place[now] - 1]
        if day >= last and days["p85"][-1] >= 0:
            break
    return Queue(days, np.clip(late, 0, 1))


def next_day(weight: Floats, one: Floats) -> Floats:
    """The distribution after another day; all that reaches the end is one."""
    many = len(weight)
    longer = np.convolve(weight[:-1], one)
    found = longer[: many - 1]
    return np.append(found, longer[many - 1 :].sum() + weight[-1])
