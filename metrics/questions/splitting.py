"""More items, each with less in it, while what they belong to takes as long as before."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.comparing import ALPHA, binomial_tail, ranks_differ
from metrics.periods import DAY, Window
from metrics.questions.finding import Finding, not_looked_at, proofs_of
from metrics.stats import Floats, percentile

GROWTH: Final = 1.5
SMALLER: Final = 0.67
FASTER: Final = 0.8
LEAST_ITEMS: Final = 10
LEAST_PARENTS: Final = 5


def splitting(
    items: pd.DataFrame, commits: pd.DataFrame, parents: pd.DataFrame, *, window: Window
) -> Finding:
    """Half as many deliveries again as in the window before, with fewer commits each, while parents
    are no faster.

    commits: item_id, commits (how many are linked). parents: item_id, parent_id (NONE: none). Asks
    where all of these hold: at least 1.5 times as many deliveries (binomial test, p < 0.01), a mean
    of commits of at most two thirds (rank sum test), and a median time of parents of at least four
    fifths. Where fewer than five parents ended in either window their time is not known, and does
    not keep the question from being asked.
    """
    before = Window(window.from_ts - window.seconds, window.from_ts)
    now_done, then_done = _done(items, window), _done(items, before)
    if len(then_done) < LEAST_ITEMS or len(now_done) < LEAST_ITEMS:
        return not_looked_at(
            f"fewer than {LEAST_ITEMS} deliveries in this window or the one before"
        )
    now, then = _sizes(now_done, commits), _sizes(then_done, commits)
    size = ranks_differ(now, then)
    if size.p is None:
        return not_looked_at("fewer than five deliveries with a commit in this window or before")
    p = binomial_tail(len(now_done), len(now_done) + len(then_done), 0.5)
    grown = len(now_done) >= GROWTH * len(then_done) and p < ALPHA
    mean_now, mean_then = float(now.mean()), float(then.mean())
    smaller = size.differs and mean_now <= SMALLER * mean_then
    time_now, time_then = _parent_days(items, parents, window), _parent_days(items, parents, before)
    known = time_now is not None and time_then is not None
    faster = known and (time_now or 0.0) < FASTER * (time_then or 0.0)
    took = (
        f"parents took {time_now:.1f} d, before {time_then:.1f} d"
        if known
        else "how long parents took is not known"
    )
    rows = now_done.assign(note="one of the deliveries of this window")
    return Finding(
        asked=grown and smaller and not faster,
        seen=f"{len(now_done)} deliveries, in the window before {len(then_done)}; {mean_now:.1f}"
        f" commits each, before {mean_then:.1f}; {took}",
        figures={
            "items": len(now_done),
            "items_before": len(then_done),
            "p_items": p,
            "commits_per_item": mean_now,
            "commits_per_item_before": mean_then,
            "p_commits": size.p,
            "parent_p50_d": time_now,
            "parent_p50_d_before": time_then,
        },
        proofs=proofs_of("item", rows, id="item_id", ts="done_ts", note="note"),
    )


def _done(items: pd.DataFrame, window: Window) -> pd.DataFrame:
    return items[window.holds(items["done_ts"].to_numpy(np.int64))]


def _sizes(done: pd.DataFrame, commits: pd.DataFrame) -> Floats:
    """Commits of each delivered item that has any."""
    found = done.drop_duplicates("item_id").merge(commits, on="item_id")
    return found["commits"].to_numpy(np.float64)


def _parent_days(items: pd.DataFrame, parents: pd.DataFrame, window: Window) -> float | None:
    """The median time from the first commitment to the last delivery of a parent's items, of the
    parents that ended in the window; None of fewer than five.
    """
    known = parents[parents["parent_id"] != NONE]
    rows = items.merge(known[["item_id", "parent_id"]], on="item_id")
    open_ones = rows[(rows["done_ts"] == NONE) & (rows["cancelled_ts"] == NONE)]["parent_id"]
    over = rows[(rows["done_ts"] != NONE) & ~rows["parent_id"].isin(open_ones)]
    over = over[over["committed_ts"] != NONE]
    spans = over.groupby("parent_id").agg(start=("committed_ts", "min"), end=("done_ts", "max"))
    ended = spans[window.holds(spans["end"].to_numpy(np.int64))]
    if len(ended) < LEAST_PARENTS:
        return None
    return percentile(((ended["end"] - ended["start"]) / DAY).to_numpy(np.float64), 0.5)
