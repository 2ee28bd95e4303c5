"""Numbers of single days: what each wait cost on each of them, and what happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.deployment_verdicts import is_failed
from metrics.ledger import Book, terms_at
from metrics.mapping import Flags, Ints
from metrics.periods import Period, edges
from metrics.profiles import accrued_cents

_PIECES: Final = 200_000
"""So many rows are made at once: a long history has more than memory should hold."""


def accrued_by_day(
    book: Book, days: Sequence[Period], *, as_of: int, pieces: int = _PIECES
) -> Iterator[pd.DataFrame]:
    """The ledger of `metrics.ledger.accrued` with a row for each day (adjoining periods) of each
    wait that has a value: day (its place in `days`), item_id, episode, kind, stage_id (NONE), team,
    reason, sunk, wait_s, cost_cents. Day after day, in frames of whole days with about `pieces`
    rows, or as many as one day has.
    """
    if not days:
        return
    bounds, waits = edges(days), book.waits
    low = np.maximum(waits["start_ts"].to_numpy(np.int64), bounds[0])
    high = np.minimum(waits["end_ts"].to_numpy(np.int64), min(int(bounds[-1]), as_of))
    some = np.flatnonzero((high > low) & (waits["holder"].to_numpy(np.int64) >= 0))
    if not len(some):
        return
    first = np.searchsorted(bounds, low[some], side="right") - 1
    after = np.searchsorted(bounds, high[some], side="left")
    for begin, end in _cuts(first, after, len(days), pieces):
        low_day, high_day = np.maximum(first, begin), np.minimum(after, end)
        here = high_day > low_day
        yield _pieces(
            book, bounds, some[here], low_day[here], (high_day - low_day)[here], as_of=as_of
        )


def _cuts(first: Ints, after: Ints, days: int, pieces: int) -> Iterator[tuple[int, int]]:
    """From which day to before which each part goes; parts without rows are left out."""
    begun = np.bincount(first, minlength=days) - np.bincount(after, minlength=days + 1)[:days]
    rows = np.cumsum(np.cumsum(begun))
    cuts = np.flatnonzero(np.diff(rows // pieces)) + 1
    ends = [*cuts.tolist(), days]
    for begin, end in pairwise([0, *ends]):
        if rows[end - 1] > (rows[begin - 1] if begin else 0):
            yield begin, end


def _pieces(
    book: Book, bounds: Ints, chosen: Ints, first: Ints, count: Ints, *, as_of: int
) -> pd.DataFrame:
    begun = np.repeat(np.cumsum(count) - count, count)
    day = np.repeat(first, count) + np.arange(int(count.sum())) - begun
    order = np.argsort(day, kind="stable")
    day = day[order]
    rows = book.waits.take(np.repeat(chosen, count)[order])
    start, end = rows["start_ts"].to_numpy(np.int64), rows["end_ts"].to_numpy(np.int64)
    low = np.maximum(start, bounds[day])
    high = np.minimum(np.minimum(end, bounds[day + 1]), as_of)
    holder = rows["holder"].to_numpy(np.int64)
    before = rows["delay_s"].to_numpy(np.int64) + low - start
    terms = terms_at(book, as_of).take(holder)
    cost = accrued_cents(terms, before + high - low) - accrued_cents(terms, before)
    gone = book.holders.cancelled & (book.holders.end <= as_of)
    names = ["item_id", "episode", "kind", "stage_id", "team", "reason"]
    told = rows[names].assign(day=day, sunk=gone[holder], wait_s=high - low, cost_cents=cost)
    return told.reset_index(drop=True)


def stream_days(items: pd.DataFrame, days: Sequence[Period]) -> pd.DataFrame:
    """By day: committed, done, cancelled (after the commitment), released (first deliveries), and
    the load at its end. items: columns of `item_fact`; days: adjoining, from before the first of
    them, so that the load is what came less what left.
    """
    committed, done, cancelled = (
        items[f"{name}_ts"].to_numpy(np.int64) for name in ("committed", "done", "cancelled")
    )
    begun = committed != NONE
    bounds = _bounds(days)
    first = items["episode"].to_numpy(np.int64) == 1
    left = np.where(done != NONE, done, cancelled)
    return pd.DataFrame(
        {
            "committed": _per_day(committed, bounds),
            "done": _per_day(done, bounds),
            "cancelled": _per_day(cancelled[begun], bounds),
            "released": _per_day(items["released_ts"].to_numpy(np.int64)[first], bounds),
            "load": _until(committed, bounds[1:]) - _until(left[begun], bounds[1:]),
        }
    )


def service_days(
    deployments: pd.DataFrame,
    changes: pd.DataFrame,
    incidents: pd.DataFrame,
    days: Sequence[Period],
) -> pd.DataFrame:
    """By day: deployments (successful), and of these hotfixes, rollbacks and failed (by explicit
    evidence); changes that count; incidents opened. Columns of the tables of facts.
    """
    good = deployments[(deployments["result"] == "success").to_numpy(np.bool_)]
    at = good["finished_ts"].to_numpy(np.int64)
    kind = good["kind"].astype(object)
    bounds = _bounds(days)
    counted = (changes["excluded"].astype(object) == "").to_numpy(np.bool_)

    def of(chosen: Flags) -> Ints:
        return _per_day(at[chosen], bounds)

    return pd.DataFrame(
        {
            "deployments": _per_day(at, bounds),
            "hotfixes": of((kind == "hotfix").to_numpy(np.bool_)),
            "rollbacks": of((kind == "rollback").to_numpy(np.bool_)),
            "failed": of(is_failed(good)),
            "changes": _per_day(changes["deployed_ts"].to_numpy(np.int64)[counted], bounds),
            "incidents": _per_day(incidents["opened_ts"].to_numpy(np.int64), bounds),
        }
    )


def _bounds(days: Sequence[Period]) -> Ints:
    """Of no days a single bound, between which nothing lies."""
    return edges(days) if days else np.zeros(1, np.int64)


def _per_day(ts: Ints, bounds: Ints) -> Ints:
    """How many lie in each `[bounds[i], bounds[i + 1])`."""
    found: Ints = np.diff(np.searchsorted(np.sort(ts), bounds, side="left"))
    return found


def _until(ts: Ints, moments: Ints) -> Ints:
    """How many there are up to each moment, it included: the instant at which a day ends."""
    known = np.sort(ts[ts != NONE])
    found: Ints = np.searchsorted(known, moments, side="right")
    return found
