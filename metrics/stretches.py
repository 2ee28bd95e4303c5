"""Stretches of time of things: where two sets of them overlap, and what one leaves of the other.

Frames with a column that says whose stretch it is, and `start_ts`, `end_ts`; an open one ends at
`FOREVER`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.blocks import union
from metrics.periods import Window

FOREVER: Final = (1 << 40) - 1
_TIMES: Final = ["start_ts", "end_ts"]


def closed(frame: pd.DataFrame) -> pd.DataFrame:
    """The same with `FOREVER` where the end is NONE."""
    end = frame["end_ts"].to_numpy(np.int64)
    return frame.assign(end_ts=np.where(end == NONE, FOREVER, end))


def opened(frame: pd.DataFrame) -> pd.DataFrame:
    """The reverse of `closed`."""
    end = frame["end_ts"].to_numpy(np.int64)
    return frame.assign(end_ts=np.where(end == FOREVER, NONE, end))


def begun_by(frame: pd.DataFrame, ts: int) -> pd.DataFrame:
    """What had begun at `ts`, as it looked then: what ended later was open."""
    rows = frame[frame["start_ts"] <= ts]
    end = rows["end_ts"].to_numpy(np.int64)
    return rows.assign(end_ts=np.where(end > ts, FOREVER, end))


def clipped(frame: pd.DataFrame, window: Window) -> pd.DataFrame:
    """What lies inside the window; stretches outside of it are left out."""
    start = np.maximum(frame["start_ts"].to_numpy(np.int64), window.from_ts)
    end = np.minimum(frame["end_ts"].to_numpy(np.int64), window.to_ts)
    told: pd.DataFrame = frame.assign(start_ts=start, end_ts=end)[start < end]
    return told


def overlaps(a: pd.DataFrame, b: pd.DataFrame, *, by: str = "item_id") -> pd.DataFrame:
    """Where a stretch of `a` and one of `b` of the same owner overlap: the columns of both, the
    times those of the overlap. A column of `b` that `a` has too is left out.
    """
    more = [name for name in b.columns if name not in a.columns]
    own = b[[by, *more, *_TIMES]].rename(columns={"start_ts": "_start", "end_ts": "_end"})
    both = a.merge(own, on=by, how="inner")
    start = np.maximum(both["start_ts"].to_numpy(np.int64), both["_start"].to_numpy(np.int64))
    end = np.minimum(both["end_ts"].to_numpy(np.int64), both["_end"].to_numpy(np.int64))
    both = both.drop(columns=["_start", "_end"]).assign(start_ts=start, end_ts=end)
    told: pd.DataFrame = both[start < end]
    return told


def remainder(a: pd.DataFrame, b: pd.DataFrame, *, by: str = "item_id") -> pd.DataFrame:
    """What the stretches of `b`, of which no two of one owner overlap, leave of those of `a`."""
    rows = a.reset_index(drop=True)
    number = np.arange(len(rows))
    cut = overlaps(rows[[by, *_TIMES]].assign(_row=number), b[[by, *_TIMES]], by=by)
    row = np.concatenate([number, cut["_row"].to_numpy(np.int64)])
    starts = np.concatenate([rows["start_ts"].to_numpy(np.int64), cut["end_ts"].to_numpy(np.int64)])
    ends = np.concatenate([rows["end_ts"].to_numpy(np.int64), cut["start_ts"].to_numpy(np.int64)])
    first, last = np.lexsort((starts, row)), np.lexsort((ends, row))
    left = rows.take(row[first]).assign(start_ts=starts[first], end_ts=ends[last])
    return left[left["start_ts"] < left["end_ts"]].reset_index(drop=True)


def joined(frame: pd.DataFrame, *, by: str = "item_id") -> pd.DataFrame:
    """Overlapping and touching stretches of one owner as one, in order: no other columns."""
    columns = [frame[name].to_numpy(np.int64) for name in (by, *_TIMES)]
    found = union(*columns)
    return pd.DataFrame({by: found.item, "start_ts": found.start, "end_ts": found.end})
