"""Throughput over time (K5): deliveries done in each period, the empty ones among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Flags, Ints
from metrics.periods import Period, edges


@dataclass(frozen=True)
class RunChart:
    """Counts by period, and what they come to.

    count: deliveries done, 0 where none was. known: whether a period can be counted at all: its
    history is read, and the stream had begun. `mean` and `median` are those of the complete
    known periods, of which there are `complete`; None where there are none. `zeros`: how many of
    these are empty.
    """

    count: Ints
    known: Flags
    complete: int
    zeros: int
    mean: float | None
    median: float | None


def run_chart(
    items: pd.DataFrame, found: Sequence[Period], *, known_from: int | None = None
) -> RunChart:
    """Deliveries by the period of their done.

    items: columns of `item_fact`. known_from: the moment before which nothing is known; a period
    that begins earlier is not counted, rather than counted as 0.
    """
    count = throughput(items["done_ts"].to_numpy(np.int64), found)
    starts = np.array([period.from_ts for period in found], np.int64)
    known = np.ones(len(found), np.bool_) if known_from is None else starts >= known_from
    whole = known & np.array([period.complete for period in found], np.bool_)
    counted = count[whole]
    return RunChart(
        count=count,
        known=known,
        complete=len(counted),
        zeros=int((counted == 0).sum()),
        mean=float(counted.mean()) if len(counted) else None,
        median=float(np.median(counted)) if len(counted) else None,
    )


def throughput(done: Ints, found: Sequence[Period]) -> Ints:
    """How many of these moments lie in each period; NONE lies in none."""
    if not found:
        return np.empty(0, np.int64)
    counts: Ints = np.diff(np.searchsorted(np.sort(done), edges(found)))
    return counts


def begun(items: pd.DataFrame) -> int | None:
    """When the first delivery of a stream was committed, or else done; None where none was."""
    times = items[["committed_ts", "done_ts"]].to_numpy(np.int64)
    times = times[times != NONE]
    return int(times.min()) if len(times) else None
