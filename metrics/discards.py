"""What was begun and thrown away: which deliveries, from which stage, and the work that went in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.periods import Window


def discarded(items: pd.DataFrame, visits: pd.DataFrame, *, window: Window) -> pd.DataFrame:
    """Deliveries cancelled in the window after their commitment, the most work first: those that
    `discard_rate` counts.

    items: as facts have them. visits: item_id, episode, stage_id, start_ts, those of an item in
    their order: one that begins and ends in the same second comes before the next. Adds
    `left_stage_id`: the stage that the delivery was in just before it was cancelled, NONE where it
    is not known. Empty where nothing was.
    """
    at = items["cancelled_ts"].to_numpy(np.int64)
    begun = items["committed_ts"].to_numpy(np.int64) != NONE
    rows = items[window.holds(at) & begun]
    last = _last_stage(rows, visits)
    keys = zip(rows["item_id"].tolist(), rows["episode"].tolist(), strict=True)
    told = rows.assign(left_stage_id=[last.get(key, NONE) for key in keys])
    dearest: pd.DataFrame = told.sort_values(["active_s", "item_id"], ascending=[False, True])
    return dearest


def never_begun(items: pd.DataFrame, *, window: Window) -> int:
    """How many were cancelled in the window before anybody began them: no work was lost."""
    at = items["cancelled_ts"].to_numpy(np.int64)
    begun = items["committed_ts"].to_numpy(np.int64) != NONE
    return int((window.holds(at) & ~begun).sum())


def _last_stage(rows: pd.DataFrame, visits: pd.DataFrame) -> dict[tuple[int, int], int]:
    key = ["item_id", "episode"]
    ends = rows[[*key, "cancelled_ts"]]
    before = visits[[*key, "stage_id", "start_ts"]].merge(ends, on=key)
    before = before[before["start_ts"] < before["cancelled_ts"]]
    last = before.sort_values("start_ts", kind="stable").drop_duplicates(key, keep="last")
    keys = zip(last["item_id"].tolist(), last["episode"].tolist(), strict=True)
    return dict(zip(keys, last["stage_id"].tolist(), strict=True))
