"""In which order to finish what waits for one constraint, so that delay costs least (A3).

One thing at a time, none interrupted: an item is live when everything before it and itself have
passed the constraint. CD3 (cost of delay divided by duration) is the best order where every week
costs the same; deadlines and short lives make it only the place to begin at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from metrics.mapping import Flags, Ints
from metrics.periods import WEEK
from metrics.profiles import Terms, accrued_cents, urgency
from metrics.stats import Floats

EXACT: Final = 12
"""Of so many items every order is weighed; of more, orders are bettered until none is."""

CLOSE: Final = 0.25
"""Two neighbours that swap in more than this share of draws are too close to call."""

_ROUNDS: Final = 50
_TOGETHER: Final = 12
"""So many orders are weighed at once: the moves of an item, of which one or none is taken."""


@dataclass(frozen=True)
class Jobs:
    """What stands in the queue, in today's order. terms: with deadlines as delay from the delay so
    far (`delay_s`); duration_s: how long each occupies the constraint. fixed: keeps its place,
    because nobody knows what its delay costs.
    """

    terms: Terms
    delay_s: Ints
    duration_s: Ints
    fixed: Flags

    def __len__(self) -> int:
        return len(self.duration_s)


def order_cents(jobs: Jobs, order: Sequence[int] | Ints) -> Ints:
    """What delay costs from now until each is finished, in this order: cents by item."""
    places = np.asarray(order, np.int64)
    finish = np.zeros(len(jobs), np.int64)
    finish[places] = np.cumsum(jobs.duration_s[places])
    return _cents(jobs, finish)


def _cents(jobs: Jobs, finish_s: Ints) -> Ints:
    after = accrued_cents(jobs.terms, jobs.delay_s + finish_s)
    found: Ints = after - accrued_cents(jobs.terms, jobs.delay_s)
    return np.where(jobs.fixed, 0, found)


def cd3(jobs: Jobs) -> Floats:
    """Cents a week, for each week that it occupies the constraint: the next week's urgency.

    A deadline that is to come counts with what is lost, spread over the time that is left.
    """
    weeks = np.maximum(jobs.duration_s, 1) / WEEK
    cost = urgency(jobs.terms, jobs.delay_s)
    left = np.maximum(jobs.terms.free_s - jobs.delay_s, WEEK) / WEEK
    due = (jobs.terms.profile == 4) & (jobs.terms.free_s > jobs.delay_s)
    return np.where(due, (jobs.terms.cents + jobs.terms.more) / left, cost) / weeks


def best_order(jobs: Jobs) -> tuple[list[int], bool]:
    """The order that costs least, and whether no other can cost less.

    Items that are fixed stay where they stand. Of several equally cheap orders the one that CD3
    begins with, and today's where that decides nothing.
    """
    free = np.flatnonzero(~jobs.fixed)
    if len(free) <= EXACT:
        return _exact(jobs, free), True
    order = _by_cd3(jobs, free)
    steady = bool(np.isin(jobs.terms.profile[free], (1, 5)).all())
    steady &= bool((jobs.terms.life_s[free] < 0).all() & (jobs.terms.discount[free] == 0).all())
    steady &= bool((jobs.terms.more[free] == 0).all())
    if steady and not jobs.fixed.any():
        return order, True
    return _bettered(jobs, order), False


def _by_cd3(jobs: Jobs, free: Ints) -> list[int]:
    ranked = free[np.argsort(-cd3(jobs)[free], kind="stable")]
    order = np.arange(len(jobs))
    order[free] = ranked
    return [int(one) for one in order]


def _exact(jobs: Jobs, free: Ints) -> list[int]:
    """By the set that went before: when a set is done, what it cost at least.

    An item's finish depends only on which were before it, not on their order, so the cheapest way
    to a set is the cheapest way to the set without its last one.
    """
    many = len(free)
    bits = 1 << np.arange(many)
    sets = np.arange(1 << many)
    members = (sets[:, None] & bits) > 0
    before = _fixed_before(jobs, free)
    done = members @ jobs.duration_s[free] + before[members.sum(axis=1)]
    best = np.full(1 << many, np.inf)
    last = np.full(1 << many, -1)
    best[0] = 0.0
    start = accrued_cents(jobs.terms, jobs.delay_s)
    rank = np.argsort(np.argsort(-cd3(jobs)[free], kind="stable"))
    for size in range(1, many + 1):
        here = sets[members.sum(axis=1) == size]
        for item in np.argsort(-rank):
            mine = here[members[here, item]]
            terms = jobs.terms.take(np.full(len(mine), free[item]))
            delay = jobs.delay_s[free[item]] + done[mine]
            cost = best[mine ^ bits[item]] + accrued_cents(terms, delay) - start[free[item]]
            less = cost <= best[mine]
            best[mine[less]], last[mine[less]] = cost[less], item
    order = np.arange(len(jobs))
    at = (1 << many) - 1
    for place in reversed(free.tolist()):
        order[place] = free[last[at]]
        at ^= int(bits[last[at]])
    return [int(one) for one in order]


def _fixed_before(jobs: Jobs, free: Ints) -> Ints:
    """By how many free ones are done, the time that fixed ones before the last of them took."""
    fixed = np.where(jobs.fixed, jobs.duration_s, 0)
    before = np.cumsum(fixed) - fixed
    return np.concatenate([[0], before[free]]).astype(np.int64)


def _bettered(jobs: Jobs, order: list[int]) -> list[int]:
    """Two free items that stand next to one another change places, or one moves elsewhere, for as
    long as that is cheaper.
    """
    spots = [place for place, one in enumerate(order) if not jobs.fixed[one]]
    many = len(spots)
    moves = [(i, j) for i in range(many) for j in range(max(0, i - 6), min(many, i + 7)) if i != j]
    cost = int(order_cents(jobs, order).sum())
    for _ in range(_ROUNDS):
        found, at = cost, 0
        while at < len(moves):
            tried = [_moved(order, spots, *move) for move in moves[at : at + _TOGETHER]]
            told = _totals(jobs, tried)
            first = next((place for place, one in enumerate(told) if one < cost), None)
            at += len(tried) if first is None else first + 1
            if first is not None:
                order, cost = tried[first], told[first]
        if cost == found:
            break
    return order


def _totals(jobs: Jobs, orders: list[list[int]]) -> list[int]:
    """What each order costs, all of them computed at once."""
    places = np.array(orders, np.int64)
    finish = np.empty_like(places)
    np.put_along_axis(finish, places, np.cumsum(jobs.duration_s[places], axis=1), axis=1)
    items = np.tile(np.arange(len(jobs)), len(orders))
    after = accrued_cents(jobs.terms.take(items), (jobs.delay_s + finish).ravel())
    cents = after.reshape(places.shape) - accrued_cents(jobs.terms, jobs.delay_s)
    told: list[int] = np.where(jobs.fixed, 0, cents).sum(axis=1).tolist()
    return told


def _moved(order: list[int], spots: list[int], i: int, j: int) -> list[int]:
    free = [order[place] for place in spots]
    free.insert(j, free.pop(i))
    moved = list(order)
    for place, one in zip(spots, free, strict=True):
        moved[place] = one
    return moved


@dataclass(frozen=True)
class Neighbours:
    """Two that follow one another, and in which share of draws they should not."""

    first: int
    second: int
    flips: float

    @property
    def too_close(self) -> bool:
        return self.flips > CLOSE


def drawn_orders(
    jobs: Jobs, orders: Sequence[Sequence[int]], factor: Floats, stretch: Floats
) -> npt.NDArray[np.float64]:
    """What each order costs under each draw, in cents: a row for each order.

    factor, stretch: by item and draw, what its amounts and its duration are multiplied by.
    """
    found = np.zeros((len(orders), factor.shape[1]))
    duration = jobs.duration_s[:, None] * stretch
    for row, order in enumerate(orders):
        places = np.asarray(order, np.int64)
        found[row] = _drawn(jobs, places, np.cumsum(duration[places], axis=0), factor)
    return found


def _of_one(jobs: Jobs, item: int, finish_s: Floats) -> Floats:
    seconds = np.round(finish_s).astype(np.int64)
    terms = jobs.terms.take(np.full(len(seconds), item))
    after = accrued_cents(terms, jobs.delay_s[item] + seconds)
    return (after - accrued_cents(terms.take(np.array([0])), jobs.delay_s[[item]])).astype(float)


def stability(
    jobs: Jobs, order: Sequence[int], factor: Floats, stretch: Floats
) -> list[Neighbours]:
    """Of every two free neighbours of an order the share of draws in which changing their places
    would be cheaper: 1 - P(the first before the second).
    """
    free = [place for place, one in enumerate(order) if not jobs.fixed[one]]
    places = np.asarray(order, np.int64)
    duration = jobs.duration_s[:, None] * stretch
    finish = np.cumsum(duration[places], axis=0)
    begin = finish - duration[places]
    found = []
    for a, b in pairwise(free):  # what stands before or after them costs the same either way
        here = places[a : b + 1]
        other = np.concatenate([here[-1:], here[1:-1], here[:1]])
        now = _drawn(jobs, here, finish[a : b + 1], factor)
        then = _drawn(jobs, other, begin[a] + np.cumsum(duration[other], axis=0), factor)
        found.append(Neighbours(order[a], order[b], float((then < now).mean())))
    return found


def _drawn(jobs: Jobs, items: Ints, finish: Floats, factor: Floats) -> Floats:
    """What these cost together under each draw. finish: by item and draw."""
    found = np.zeros(factor.shape[1])
    for item, at in zip(items.tolist(), finish, strict=True):
        if not jobs.fixed[item]:
            found += factor[item] * _of_one(jobs, item, at)
    return found


def wsjf(value: float, time: float, risk: float, size: float) -> float:
    """SAFe's weighted shortest job first: relative scores, of which only the order means anything.

    `ValueError` for a size that is not positive. Never money, and never added to money.
    """
    if size <= 0:
        raise ValueError("size: more than 0")
    return (value + time + risk) / size
