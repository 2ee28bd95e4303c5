"""Facts of merge requests: when each that reached production was opened, reviewed and merged."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.frames import NONE


def request_facts(
    changes: pd.DataFrame, requests: pd.DataFrame, reviews: pd.DataFrame
) -> pd.DataFrame:
    """The frame of `request_fact`: one row per service and merge request of its changes.

    changes: service_id, merge_request_id (NONE: of none). requests: merge_request_id, created_ts,
    merged_ts (NONE: not merged). reviews: merge_request_id, kind, ts, of people other than the
    author.
    Columns: service_id, merge_request_id, opened_ts, reviewed_ts, merged_ts (both NONE where there
    is none). reviewed_ts is the first review that is not after the merge: a remark about what is
    merged is nothing that the request waited for, nor is the asking for a review one. Requests that
    are not in `requests` are left out.
    """
    pairs = changes[["service_id", "merge_request_id"]].drop_duplicates()
    pairs = pairs[pairs["merge_request_id"] != NONE]
    known = requests[["merge_request_id", "created_ts", "merged_ts"]]
    told = pairs.merge(known, on="merge_request_id").rename(columns={"created_ts": "opened_ts"})
    first = _first_reviews(reviews, told)
    reviewed = told["merge_request_id"].map(first).fillna(NONE).astype(np.int64)
    ordered = told.assign(reviewed_ts=reviewed).sort_values(["service_id", "merge_request_id"])
    return ordered[_COLUMNS].reset_index(drop=True)


_COLUMNS = ["service_id", "merge_request_id", "opened_ts", "reviewed_ts", "merged_ts"]


def _first_reviews(reviews: pd.DataFrame, told: pd.DataFrame) -> pd.Series[int]:
    """By merge request the first review before its merge."""
    merged = told.drop_duplicates("merge_request_id")[["merge_request_id", "merged_ts"]]
    seen = reviews[(reviews["kind"] != "requested").to_numpy()].merge(merged, on="merge_request_id")
    timely = (seen["merged_ts"] == NONE) | (seen["ts"] <= seen["merged_ts"])
    return seen[timely.to_numpy()].groupby("merge_request_id")["ts"].min()
