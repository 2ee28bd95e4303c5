"""Work that is said to begin when it is nearly over."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.periods import DAY, Window
from metrics.questions.finding import Finding, not_looked_at, proofs_of
from metrics.stats import ratio

AHEAD_S: Final = DAY
SHORT_S: Final = 3_600
LEAST_ITEMS: Final = 5
LEAST_SHARE: Final = 0.25


def late_start(items: pd.DataFrame, commits: pd.DataFrame, *, window: Window) -> Finding:
    """Deliveries with code whose first commit is more than a day older than their commitment, or
    that were active for less than an hour.

    First deliveries done in the window, with an observed start. commits: item_id, first_ts (when
    the first commit of the item was written). Asks from five and a quarter of those with code.
    """
    done = items[window.holds(items["done_ts"].to_numpy(np.int64))]
    done = done[
        (done["episode"] == 1) & (done["committed_ts"] != NONE) & (done["start_reason"] == "")
    ]
    coded = done.merge(commits, on="item_id")
    if coded.empty:
        return not_looked_at("no delivery of the window has both a commit and an observed start")
    ahead = coded["committed_ts"] - coded["first_ts"]
    early, short = ahead > AHEAD_S, coded["active_s"] < SHORT_S
    notes = np.where(
        early,
        [f"first commit {days:.1f} days before the commitment" for days in ahead / DAY],
        [f"{seconds // 60} minutes active" for seconds in coded["active_s"]],
    )
    rows = coded.assign(note=notes)[early | short]
    share = ratio(len(rows), len(coded))
    return Finding(
        asked=len(rows) >= LEAST_ITEMS and (share or 0.0) >= LEAST_SHARE,
        seen=f"{len(rows)} of {len(coded)} deliveries with code began on the board after their code"
        " was begun, or were active for less than an hour",
        figures={
            "items": len(rows),
            "coded_items": len(coded),
            "share": share,
            "commit_before_commitment": int(early.sum()),
            "active_under_an_hour": int(short.sum()),
        },
        proofs=proofs_of("item", rows, id="item_id", ts="done_ts", note="note"),
    )
