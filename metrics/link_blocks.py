"""Blocks by a link: they last only while the item in the way is open."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.stretches import closed, opened, remainder


def while_open(blocks: pd.DataFrame, created: pd.DataFrame, ended: pd.DataFrame) -> pd.DataFrame:
    """The blocks, those by a link cut to the times in which the item in the way was open.

    blocks: item_id, kind, detail, start_ts, end_ts (NONE: still), blocker_id (NONE: not by a link,
    or not known which item). created: blocker_id, created_ts: a block begins at the later of the
    link and the creation of the item in the way. ended: blocker_id, start_ts, end_ts (NONE: still)
    of the stretches in which that one was done, cancelled or gone, disjoint. A blocker that comes
    back to work blocks again, while the link stands. One of which nothing is known does so for as
    long as the link.
    """
    known = (blocks["blocker_id"] != NONE).to_numpy(np.bool_)
    linked = closed(blocks[known]).merge(created, on="blocker_id", how="left")
    since = linked["created_ts"].fillna(0).to_numpy(np.int64)
    linked = linked.drop(columns="created_ts").assign(
        start_ts=np.maximum(linked["start_ts"].to_numpy(np.int64), since)
    )
    linked = linked[linked["start_ts"] < linked["end_ts"]]
    left = opened(remainder(linked, closed(ended), by="blocker_id"))
    rows = pd.concat([blocks[~known], left[blocks.columns]], ignore_index=True)
    return rows.sort_values(["item_id", "start_ts", "kind", "detail"], ignore_index=True)
