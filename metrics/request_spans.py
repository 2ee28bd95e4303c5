"""The way of each merge request to production, from its first commit on, and its parts."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.lead_time import first_to_last
from metrics.mapping import Flags, Ints
from metrics.periods import Window

PARTS: Final = ("coding", "pickup", "review", "deploy")
"""first commit - opened - first review - merged - in production, in this order."""

TIMES_UNKNOWN: Final = "times_unknown"

_KEYS = ["service_id", "merge_request_id"]
_TIMES = ["opened_ts", "reviewed_ts", "merged_ts"]


def request_spans(changes: pd.DataFrame, requests: pd.DataFrame, *, window: Window) -> pd.DataFrame:
    """One row per service and merge request whose last commit was deployed in the window.

    changes, requests: columns of `change_fact` and `request_fact`.
    Columns: service_id, merge_request_id, committed_ts (of the first commit that counts),
    deployed_ts (of the last), opened_ts, reviewed_ts, merged_ts (NONE: not known), `seconds` from
    first commit to production; and for each of `PARTS` `.._s`, its seconds, NONE where it is not
    known, and `.._reason`, "" where it is. Why a part is not known: `times_unknown` (nothing is
    told of the request), `no_review` (none before the merge), `not_merged`, `opened_first` (before
    its first commit), `deployed_first` (before its merge), `out_of_order` (its end lies before its
    start). A part that is not known is never 0: where all four are known, and only there, they add
    up to `seconds`.
    """
    spans = first_to_last(changes, window=window)
    near = requests[requests["merge_request_id"].isin(spans["merge_request_id"])]
    told = spans.merge(near[[*_KEYS, *_TIMES]], on=_KEYS, how="left")
    times = {name: told[name].fillna(NONE).astype(np.int64) for name in _TIMES}
    found = told.assign(**times, seconds=told["deployed_ts"] - told["committed_ts"])
    return found.assign(**_parts(found)).reset_index(drop=True)


def _parts(rows: pd.DataFrame) -> dict[str, Ints | np.ndarray[tuple[int], np.dtype[np.str_]]]:
    names = ("committed_ts", *_TIMES, "deployed_ts")
    first, opened, reviewed, merged, live = (rows[name].to_numpy(np.int64) for name in names)
    untold, unseen, unmerged = opened == NONE, reviewed == NONE, merged == NONE
    no_review, not_merged = (unseen, "no_review"), (unmerged, "not_merged")
    tests = {
        "coding": (first, opened, [(opened < first, "opened_first")]),
        "pickup": (opened, reviewed, [no_review, (reviewed < opened, "out_of_order")]),
        "review": (
            *(reviewed, merged),
            [no_review, not_merged, (merged < reviewed, "out_of_order")],
        ),
        "deploy": (merged, live, [not_merged, (live < merged, "deployed_first")]),
    }
    found: dict[str, Ints | np.ndarray[tuple[int], np.dtype[np.str_]]] = {}
    for name, (start, end, causes) in tests.items():
        reason = _first_cause([(untold, TIMES_UNKNOWN), *causes])
        known = reason == ""
        # What is not known is no number that could overflow.
        found[f"{name}_s"] = np.where(
            known, np.where(known, end, 0) - np.where(known, start, 0), NONE
        )
        found[f"{name}_reason"] = reason
    return found


def _first_cause(causes: list[tuple[Flags, str]]) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    masks, words = [mask for mask, _ in causes], [word for _, word in causes]
    return np.select(masks, words, default="")
