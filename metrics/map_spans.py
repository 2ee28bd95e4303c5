"""When commits, merge requests, builds, approvals and releases had the items of a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from core.frames import NONE
from core.records import MergeState, Result
from metrics.mapping import Ints
from metrics.stretches import FOREVER

COLUMNS: Final = ["item_id", "tool", "name", "start_ts", "end_ts"]


@dataclass(frozen=True)
class MapRecords:
    """Pairs with items and the times of what they are paired with; times not known are NONE.

    commits: item_id, ts. requests: item_id, state, created_ts, merged_ts, closed_ts. builds:
    item_id, job, result, queued_ts, started_ts, finished_ts. changes: item_id, type, requested_ts,
    approved_ts, started_ts, closed_ts. runs: production deployments: item_id, job, environment,
    started_ts, finished_ts. lives: item_id, released_ts.
    """

    commits: pd.DataFrame
    requests: pd.DataFrame
    builds: pd.DataFrame
    changes: pd.DataFrame
    runs: pd.DataFrame
    lives: pd.DataFrame


def map_spans(records: MapRecords) -> pd.DataFrame:
    """item_id, tool (`metrics.map_waits.TOOLS`), name, start_ts, end_ts of what is known of both
    ends, in no particular order. commit: from the first commit to the first merge request; release:
    from the last merge before each release to that; deploy: a deployment while it ran. What lasts
    still has no end and is left out.
    """
    parts = [
        _coding(records),
        _requests(records.requests),
        _builds(records.builds),
        _approvals(records.changes),
        _batches(records),
        _deployments(records.runs),
    ]
    together = pd.concat(parts, ignore_index=True)
    known = (together["start_ts"] != NONE) & (together["end_ts"] != NONE)
    told = together[known & (together["start_ts"] < together["end_ts"])]
    return told.astype({"item_id": "int64", "start_ts": "int64", "end_ts": "int64"})


def _coding(records: MapRecords) -> pd.DataFrame:
    told = records.commits[records.commits["ts"] != NONE]
    first = told.groupby("item_id")["ts"].min()
    opened = records.requests.groupby("item_id")["created_ts"].min()
    both = pd.concat([first, opened], axis=1, join="inner").reset_index()
    return _named(both, "commit", "commits", both["ts"], both["created_ts"])


def _requests(rows: pd.DataFrame) -> pd.DataFrame:
    merged, closed = rows["merged_ts"].to_numpy(np.int64), rows["closed_ts"].to_numpy(np.int64)
    lasts = (rows["state"] == MergeState.OPEN.value).to_numpy(np.bool_)
    end = np.where(lasts, NONE, _first(merged, closed))
    return _named(rows, "review", "merge request", rows["created_ts"], end)


def _builds(rows: pd.DataFrame) -> pd.DataFrame:
    queued, started = rows["queued_ts"].to_numpy(np.int64), rows["started_ts"].to_numpy(np.int64)
    running = (rows["result"] == Result.RUNNING.value).to_numpy(np.bool_)
    end = np.where(running, NONE, rows["finished_ts"].to_numpy(np.int64))
    return _named(rows, "ci", rows["job"].astype(object), _first(queued, started), end)


def _approvals(rows: pd.DataFrame) -> pd.DataFrame:
    approved, begun, closed = (
        rows[name].to_numpy(np.int64) for name in ("approved_ts", "started_ts", "closed_ts")
    )
    end = _first(approved, _first(begun, closed))
    names = "change: " + rows["type"].astype(object).replace("", "any type")
    return _named(rows, "change_approval", names, rows["requested_ts"], end)


def _batches(records: MapRecords) -> pd.DataFrame:
    """What is released again was merged again before."""
    both = records.requests[["item_id", "merged_ts"]].merge(
        records.lives[["item_id", "released_ts"]], on="item_id"
    )
    released = both["released_ts"].to_numpy(np.int64)
    merged = both["merged_ts"].to_numpy(np.int64)
    kept = both[(merged != NONE) & (released != NONE) & (merged <= released)]
    runs = records.runs[records.runs["finished_ts"] != NONE]
    ends = runs[["item_id", "finished_ts"]].drop_duplicates().astype("int64")
    told = pd.merge_asof(
        kept.astype("int64").sort_values("merged_ts"),
        ends.sort_values("finished_ts"),
        left_on="merged_ts",
        right_on="finished_ts",
        by="item_id",
        direction="forward",
    ).fillna({"finished_ts": FOREVER})
    rounds = told.groupby(["item_id", "finished_ts"], as_index=False)[["merged_ts", "released_ts"]]
    last = rounds.max()
    out = ~last.duplicated("item_id", keep="last")
    end = last["finished_ts"].where(~out, last["released_ts"]).clip(upper=last["released_ts"])
    return _named(last, "release", "waiting for release", last["merged_ts"], end)


def _deployments(rows: pd.DataFrame) -> pd.DataFrame:
    job, place = rows["job"].astype(object), rows["environment"].astype(object)
    return _named(
        rows, "deploy", job.where(job != "", place), rows["started_ts"], rows["finished_ts"]
    )


def _first(times: Ints, others: Ints) -> Ints:
    found: Ints = np.where(times == NONE, others, times)
    return found


def _named(
    rows: pd.DataFrame,
    tool: str,
    name: str | pd.Series,
    start: Ints | pd.Series,
    end: Ints | pd.Series,
) -> pd.DataFrame:
    made = pd.DataFrame({"item_id": rows["item_id"]})
    return made.assign(tool=tool, name=name, start_ts=start, end_ts=end)[COLUMNS]
