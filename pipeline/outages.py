"""Times in which a source was not read for three of its intervals, and visits that they leave
coarse: what happened then is told by no history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.envelope import Freshness
from metrics.mapping import Flags
from pipeline.question import Question
from pipeline.snapshot import Outages, Snapshot, StreamFacts
from pipeline.stream_measures import asked_items
from store.made_by import Span

_GAP = 3
_OVER = ("done", "cancelled")


def outages_of(told: Sequence[Span], freshness: Mapping[str, Freshness]) -> Outages:
    """By source the outages that are over: (from, to) in order of time."""
    found: dict[str, list[tuple[int, int]]] = {}
    for before, after in pairwise(told):
        source = freshness.get(after.source)
        if before.source != after.source or before.watermark_ts is None or source is None:
            continue
        if after.from_ts - before.watermark_ts >= _GAP * source.every_s:
            found.setdefault(after.source, []).append((before.watermark_ts, after.from_ts))
    return {name: tuple(gaps) for name, gaps in found.items()}


def over_by(outages: Outages, ts: int) -> Outages:
    """Those that were over at that moment."""
    return {name: tuple(one for one in gaps if one[1] <= ts) for name, gaps in outages.items()}


def coarse(
    snapshot: Snapshot, source: str, visits: pd.DataFrame, complete: Flags, *, as_of: int
) -> Flags:
    """Which visits overlap an outage of their tracker that no history fills: one that lasts, and
    where the history of the item is cut (`complete` False) any. A whole history that was read
    afterwards has the moments themselves. What is over is not timed, and never coarse.

    visits: state, start_ts, end_ts (NONE: it lasts).
    """
    start, end = (visits[name].to_numpy(np.int64) for name in ("start_ts", "end_ts"))
    ends = np.where(end == NONE, as_of, end)
    found = np.zeros(len(start), np.bool_)
    for low, high in snapshot.outages.get(source, ()):
        found |= ~complete & (start < high) & (ends > low)
    fresh = snapshot.freshness.get(source)
    if fresh is not None and fresh.watermark_ts is not None and not fresh.fresh(as_of):
        found |= ends > fresh.watermark_ts
    return found & ~visits["state"].isin(_OVER).to_numpy(np.bool_)


def coarse_visits(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> pd.DataFrame:
    """item_id, episode, stage_id of the coarse visits that touch the window."""
    items = asked_items(stream, asked)[["item_id", "episode", "complete"]]
    visits = stream.visits.merge(items, on=["item_id", "episode"])
    start, end = (visits[name].to_numpy(np.int64) for name in ("start_ts", "end_ts"))
    touching = (start < asked.window.to_ts) & ((end == NONE) | (end > asked.window.from_ts))
    complete = visits["complete"].to_numpy(np.bool_)
    source = stream.config.items.source
    found = touching & coarse(snapshot, source, visits, complete, as_of=asked.as_of)
    rows: pd.DataFrame = visits.loc[found, ["item_id", "episode", "stage_id"]]
    return rows
