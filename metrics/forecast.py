"""Forecasts from past throughput, by exact convolution (K7, K8): no sampling, no seed.

Each coming day is drawn from the days of the pool, all alike and independent of one another. The
distribution of the sum over n days is then the n-fold convolution of the distribution of one day;
it is made by repeated squaring, so a forecast needs O(log n) convolutions and no more state than
the band of sums that can happen (for "when" up to the number of items, beyond which all sums are
one). What lies outside the band has a probability below 1e-18; every probability is right to 1e-12.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from metrics.mapping import Ints
from metrics.stats import PERCENTILES, Floats

LEAST_COMPLETIONS: Final = 30
LEAST_WEEKS: Final = 5
HORIZON_DAYS: Final = 3_653
"""No forecast says when, beyond ten years."""
MOST_DAYS: Final = 366
"""Nor how many, beyond one."""
MOST_ITEMS: Final = 10_000

_DROPPED = 1e-18
_NOTHING = 1e-24  # numbers near the least that a float can hold make arithmetic slow
_EXACT = 1e-12


@dataclass(frozen=True)
class Sums:
    """A distribution of counts: `weight[i]` is the probability of `least + i`."""

    least: int
    weight: Floats

    def at_least(self, count: int) -> float:
        """The probability of `count` or more."""
        if count <= self.least:
            return 1.0
        return float(self.weight[count - self.least :].sum())

    def reached(self, p: float) -> int:
        """The largest count that is reached or passed with probability `p`."""
        above = np.cumsum(self.weight[::-1])[::-1]
        likely = np.flatnonzero(above >= p - _EXACT)
        return self.least + int(likely[-1]) if len(likely) else 0


@dataclass(frozen=True)
class Enough:
    """Whether a pool is long enough to forecast from; `missing` says what is not there yet."""

    completions: int
    weeks: int

    @property
    def missing(self) -> str:
        """`12 of 30 completions, 3 of 5 weeks`; empty where nothing is missing."""
        found = []
        if self.completions < LEAST_COMPLETIONS:
            found.append(f"{self.completions} of {LEAST_COMPLETIONS} completions")
        if self.weeks < LEAST_WEEKS:
            found.append(f"{self.weeks} of {LEAST_WEEKS} weeks")
        return ", ".join(found)


def enough(pool: Ints) -> Enough:
    """What a pool of days has: completions and whole weeks."""
    return Enough(int(pool.sum()), len(pool) // 7)


def forecast_when(pool: Ints, items: int) -> Mapping[str, int | None]:
    """The least number of days within which `items` > 0 are done with 50, 85 and 95 %.

    pool: completions of each day of the past, zeros included. A percentile is None where it lies
    beyond `HORIZON_DAYS`, and all of them where the pool is empty or holds no completion.
    """
    if pool.sum() == 0:
        return dict.fromkeys(PERCENTILES)
    powers = [_capped(_one_day(pool), items)]
    while 2 ** len(powers) <= HORIZON_DAYS:
        powers.append(_capped(_joined(powers[-1], powers[-1]), items))
    known = {0: Sums(0, np.ones(1))}
    return {name: _days(powers, known, items, p) for name, p in PERCENTILES.items()}


def forecast_how_many(pool: Ints, days: int) -> Mapping[str, int | None]:
    """How many are done within `days` > 0 days, at least, with 50, 85 and 95 %.

    The surer, the fewer. None where the pool has no day.
    """
    if len(pool) == 0:
        return dict.fromkeys(PERCENTILES)
    sums = sums_over(pool, days)
    return {name: sums.reached(p) for name, p in PERCENTILES.items()}


def sums_over(pool: Ints, days: int) -> Sums:
    """The distribution of the completions of `days` >= 0 days, each like one of the pool's."""
    total, power, left = Sums(0, np.ones(1)), _one_day(pool), days
    while left:
        if left & 1:
            total = _joined(total, power)
        left >>= 1
        if left:
            power = _joined(power, power)
    return total


def _one_day(pool: Ints) -> Sums:
    return Sums(0, np.bincount(pool) / len(pool))


def _joined(one: Sums, other: Sums) -> Sums:
    """The sum of two independent counts, without the tails that nothing will ever reach."""
    weight = np.convolve(one.weight, other.weight)
    weight[weight < _NOTHING] = 0
    low = int(np.searchsorted(np.cumsum(weight), _DROPPED))
    high = len(weight) - int(np.searchsorted(np.cumsum(weight[::-1]), _DROPPED))
    return Sums(one.least + other.least + low, weight[low:high])


def _capped(sums: Sums, items: int) -> Sums:
    """All that reaches `items` in one: how far beyond does not matter."""
    least = min(sums.least, items)
    weight = sums.weight[: items - least]
    return Sums(least, np.append(weight, sums.weight[items - least :].sum()))


def _days(powers: list[Sums], known: dict[int, Sums], items: int, p: float) -> int | None:
    """One more than the most days after which `items` are not yet sure enough, found bit by bit.

    known: distributions that were made before, by days.
    """
    days = 0
    for bit in reversed(range(len(powers))):
        longer = days + 2**bit
        if longer not in known:
            known[longer] = _capped(_joined(known[days], powers[bit]), items)
        if known[longer].at_least(items) < p - _EXACT:
            days = longer
    return days + 1 if days < HORIZON_DAYS else None
