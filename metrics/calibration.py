"""Whether forecasts held: each is made again from what was there on a past day, and compared with
what came (K8).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from metrics.forecast import enough, forecast_how_many, forecast_when
from metrics.mapping import Ints
from metrics.stats import PERCENTILES, Bounds, ratio, wilson

Kind = Literal["how_many", "when"]


@dataclass(frozen=True)
class Tried:
    """One forecast of the past and what came of it.

    made: the position of the day at whose beginning it was made. asked: days for `how_many`, items
    for `when`. forecast: items, or days, by percentile. actual: what came; None where it had not
    come by the last day. held: by percentile, None where that can't be told yet.
    """

    kind: Kind
    made: int
    asked: int
    forecast: Mapping[str, int | None]
    actual: int | None
    held: Mapping[str, bool | None]


@dataclass(frozen=True)
class Score:
    """How many forecasts of a percentile could be judged, how many held, and the share."""

    judged: int
    held: int

    @property
    def share(self) -> float | None:
        return ratio(self.held, self.judged)

    @property
    def interval(self) -> Bounds:
        return wilson(self.held, self.judged)


def backtest(counts: Ints, *, pool_days: int, horizon: int, first: int = 0) -> list[Tried]:
    """The forecasts that would have been made every `horizon` days, the earliest first.

    counts: completions of each past day, zeros included. first: the position of the earliest day on
    which one is made. Each sees only the `pool_days` before it, or all where they are fewer; one
    whose pool is too short is not made. The days are cut from the end, so that each is judged by
    days of its own: `how_many` for the `horizon` that follows, `when` for as many items as that one
    expects (its p50, where it expects any).
    """
    tried: list[Tried] = []
    for made in range(len(counts) - horizon, max(first, 1) - 1, -horizon):
        pool = counts[max(0, made - pool_days) : made]
        if enough(pool).missing:
            continue
        tried += _made(counts, pool, made, horizon)
    return tried[::-1]


def scores(tried: Sequence[Tried], kind: Kind) -> dict[str, Score]:
    """The share that held, by percentile."""
    mine = [one.held for one in tried if one.kind == kind]
    return {
        name: Score(
            sum(held[name] is not None for held in mine), sum(held[name] is True for held in mine)
        )
        for name in PERCENTILES
    }


def _made(counts: Ints, pool: Ints, made: int, horizon: int) -> list[Tried]:
    """`when` first, for the list is turned around."""
    many = forecast_how_many(pool, horizon)
    actual = int(counts[made : made + horizon].sum())
    held = {name: None if least is None else actual >= least for name, least in many.items()}
    found = [Tried("how_many", made, horizon, many, actual, held)]
    expected = many["p50"]
    return [_when(counts, pool, made, expected), *found] if expected else found


def _when(counts: Ints, pool: Ints, made: int, items: int) -> Tried:
    days = forecast_when(pool, items)
    after = np.cumsum(counts[made:])
    reached = int(np.searchsorted(after, items))
    actual = reached + 1 if reached < len(after) else None
    passed = len(counts) - made
    held = {name: held_within(most, actual, passed) for name, most in days.items()}
    return Tried("when", made, items, days, actual, held)


def held_within(most: int | None, actual: int | None, passed: int) -> bool | None:
    """Whether it came within `most` days, of which `passed` are over; None where that can't be told
    yet.
    """
    if most is None:
        return None
    if actual is not None:
        return actual <= most
    return None if passed < most else False
