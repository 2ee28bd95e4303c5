"""When deliveries are in load: the stretches from commitment to the end, without the gaps in DONE.

Unlike the facts of a delivery, the stretches say what was in load at any instant of the past, also
of one that was reopened later.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Flags

_PRESENT = ("waiting", "active", "unknown", "ignored")


def presence(items: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """The rows of `visits` in which the given deliveries are in load.

    items: columns of `item_fact`. Returns item_id, episode, committed_ts, stage_id, state, reason,
    start_ts, end_ts (NONE: it lasts), in no particular order; rows of no length are left out.
    """
    own = items.loc[items["committed_ts"] != NONE, ["item_id", "episode", "committed_ts"]]
    columns = ["item_id", "episode", "stage_id", "state", "reason", "start_ts", "end_ts"]
    rows = visits.loc[visits["state"].isin(_PRESENT), columns]
    joined = rows.merge(own, on=["item_id", "episode"], how="inner")
    inside = joined["start_ts"] >= joined["committed_ts"]
    inside &= joined["start_ts"] != joined["end_ts"]
    return joined[inside].reset_index(drop=True)


def present_at(stretches: pd.DataFrame, at: int) -> Flags:
    """Which stretches hold the instant `at`: at most one for each delivery."""
    start, end = stretches["start_ts"].to_numpy(np.int64), stretches["end_ts"].to_numpy(np.int64)
    held: Flags = (start <= at) & ((end == NONE) | (end > at))
    return held
