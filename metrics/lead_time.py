"""How long changes take from commit to production (D1), by commit and by merge request.

Frames have the columns of `change_fact`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.measure import Measure, lasted, of_durations
from metrics.periods import Window


def change_lead_time(changes: pd.DataFrame, *, window: Window) -> Measure:
    """Hours from commit to production (D1), one value per commit deployed in the window.

    Merge commits, bots and others marked in `excluded` are left out by reason; a commit dated after
    its deployment is clamped to 0 and counted. `parts` says how many rest on the author's clock.
    """
    rows = changes[window.holds(changes["deployed_ts"].to_numpy(np.int64))]
    counted = rows[(rows["excluded"] == "").to_numpy()]
    left_out = rows["excluded"][rows["excluded"] != ""].value_counts()
    authored = float((counted["clock"] == "author_date").sum())
    return of_durations(
        lasted(counted["committed_ts"], counted["deployed_ts"]),
        unit="h",
        excluded={str(reason): int(count) for reason, count in sorted(left_out.items())},
        parts={"author_date": authored} if authored else {},
    )


def change_lead_time_by_change(changes: pd.DataFrame, *, window: Window) -> Measure:
    """Hours from the first commit of a merge request to the production of its last, one value each.

    A request counts in the window in which its last commit was deployed; commits without a merge
    request are counted as excluded.
    """
    spans = first_to_last(changes, window=window)
    return of_durations(
        lasted(spans["committed_ts"], spans["deployed_ts"]),
        unit="h",
        excluded={"no_merge_request": len(loose_commits(changes, window=window))},
    )


def first_to_last(changes: pd.DataFrame, *, window: Window) -> pd.DataFrame:
    """service_id, merge_request_id, committed_ts (the first), deployed_ts (the last) of the merge
    requests of each service whose last commit that counts was deployed in the window.
    """
    own = ((changes["excluded"] == "") & (changes["merge_request_id"] != NONE)).to_numpy(np.bool_)
    touched = own & window.holds(changes["deployed_ts"].to_numpy(np.int64))
    # Their other commits may lie before the window, or after it; the rest need not be grouped.
    near = changes["merge_request_id"].isin(changes["merge_request_id"][touched].unique())
    counted = changes[own & near.to_numpy(np.bool_)]
    ends = {"committed_ts": "min", "deployed_ts": "max"}
    spans = counted.groupby(["service_id", "merge_request_id"], as_index=False).agg(ends)
    return spans[window.holds(spans["deployed_ts"].to_numpy(np.int64))].reset_index(drop=True)


def loose_commits(changes: pd.DataFrame, *, window: Window) -> pd.DataFrame:
    """The commits deployed in the window that count and belong to no merge request."""
    inside = changes[window.holds(changes["deployed_ts"].to_numpy(np.int64))]
    loose = (inside["excluded"] == "") & (inside["merge_request_id"] == NONE)
    return inside[loose.to_numpy(np.bool_)]
