"""Time per stage: how long visits last, what a delivery spends there, and what is there now."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.cohort import cohort
from metrics.mapping import Flags, Ints
from metrics.periods import DAY, Window
from metrics.stats import percentile, ratio
from metrics.working_time import WorkingCalendar, seconds_between

_WORKED = ("active", "unknown")


def stage_time(
    items: pd.DataFrame,
    visits: pd.DataFrame,
    stages: pd.DataFrame,
    *,
    window: Window,
    as_of: int,
    kinds: Sequence[str] | None = None,
    calendar: WorkingCalendar | None = None,
) -> pd.DataFrame:
    """One row per stage in the order of the stream, for the deliveries that F1 counts; in days of
    the calendar where there is one.

    stages: stage_id, ordinal, name, state, team. Returns those and
    `visits` (n of the percentiles), `p50_d`, `p85_d` (days per visit; NaN without visits),
    `waiting_d`, `active_d` (average days per delivery, 0 for those that skipped the stage; unmapped
    time is in neither), `visit_share` (deliveries that visited it), `items_now` (in load inside it
    at `as_of`). `waiting_d` and `active_d` are NaN where no delivery was done. Time before
    commitment and after done belongs to no stage. A last row, `stage_id` NONE and named "unmapped",
    is there where unmapped time exists.
    """
    done = cohort(items, window=window, kinds=kinds).included
    rows = delivered_rows(done, visits)
    listed = _listed(stages, rows)
    slot = _slots(rows["stage_id"], listed["stage_id"])
    seconds = seconds_between(_ints(rows, "start_ts"), _ints(rows, "end_ts"), calendar)
    state = rows["state"].to_numpy(object)
    result = listed.reset_index(drop=True)
    _add_visits(result, rows, slot, seconds)
    count = len(done)
    for name, mask in (("waiting_d", state == "waiting"), ("active_d", state == "active")):
        total = np.bincount(slot[mask], weights=seconds[mask], minlength=len(listed))
        result[name] = total / DAY / count if count else np.nan
    result["visit_share"] = _visit_share(rows, slot, len(listed), count)
    chosen = items if kinds is None else items[items["kind"].isin(list(kinds))]
    result["items_now"] = _items_now(chosen, visits, listed, as_of)
    return result


def visits_of(
    done: pd.DataFrame, visits: pd.DataFrame, *, calendar: WorkingCalendar | None = None
) -> pd.DataFrame:
    """Every visit that `stage_time` counts of these deliveries, in order: item_id, episode,
    stage_id (NONE for unmapped), `seconds`, `waiting_s` and `active_s` (unmapped time is in
    neither); of the calendar where there is one.
    """
    rows = delivered_rows(done, visits)
    seconds = seconds_between(_ints(rows, "start_ts"), _ints(rows, "end_ts"), calendar)
    state = rows["state"].to_numpy(object)
    parts = rows[["item_id", "episode", "stage_id"]].assign(
        seconds=seconds,
        waiting_s=np.where(state == "waiting", seconds, 0),
        active_s=np.where(state == "active", seconds, 0),
        visit=np.cumsum(visit_starts(rows)) if len(rows) else 0,
    )
    keys = ["visit", "item_id", "episode", "stage_id"]
    found: pd.DataFrame = parts.groupby(keys, as_index=False, sort=True).sum()
    return found.drop(columns="visit")


def _ints(frame: pd.DataFrame, column: str) -> Ints:
    return frame[column].to_numpy(np.int64)


def delivered_rows(done: pd.DataFrame, visits: pd.DataFrame) -> pd.DataFrame:
    """The rows of history between commitment and done of the given deliveries, in order."""
    joined = visits.merge(done[["item_id", "episode", "committed_ts", "done_ts"]], how="inner")
    inside = (joined["start_ts"] >= joined["committed_ts"]) & (joined["end_ts"] != NONE)
    inside &= joined["end_ts"] <= joined["done_ts"]
    counted = joined["state"].isin(["waiting", "active", "unknown", "ignored"])
    rows = joined[inside & counted].sort_values(["item_id", "ordinal"])
    commits = (rows["state"] != "ignored") | (rows["episode"] > 1)
    begun = commits.astype("int8").groupby([rows["item_id"], rows["episode"]]).cummax()
    return rows[begun == 1]


def visit_starts(rows: pd.DataFrame) -> Flags:
    """Which rows begin a visit: no continuation of the row before in status and stage. A row of no
    length between the two, as of an item closed and reopened in one second, ends the first visit.
    """
    begins = np.ones(len(rows), np.bool_)
    same = [
        rows[name].to_numpy()[1:] == rows[name].to_numpy()[:-1]
        for name in ("item_id", "status_id", "stage_id", "episode")
    ]
    ordinal = rows["ordinal"].to_numpy(np.int64)
    begins[1:] = ~np.logical_and.reduce([*same, ordinal[1:] == ordinal[:-1] + 1])
    return begins


def _listed(stages: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    columns = ["stage_id", "ordinal", "name", "state", "team"]
    listed = stages[columns].sort_values("ordinal")
    if not (rows["stage_id"] == NONE).any():
        return listed
    after = int(listed["ordinal"].max()) + 1 if len(listed) else 1
    extra = pd.DataFrame([[NONE, after, "unmapped", "unknown", ""]], columns=columns)
    return pd.concat([listed, extra]) if len(listed) else extra


def _slots(stage_id: pd.Series, listed: pd.Series) -> Ints:
    place: Ints = pd.Index(listed).get_indexer(pd.Index(stage_id)).astype(np.int64)
    return place


def _add_visits(result: pd.DataFrame, rows: pd.DataFrame, slot: Ints, seconds: Ints) -> None:
    begins = np.flatnonzero(visit_starts(rows)) if len(rows) else np.empty(0, np.int64)
    days = np.add.reduceat(seconds, begins) / DAY if len(begins) else np.empty(0)
    of_visit = slot[begins]
    by_stage = [days[of_visit == number] for number in range(len(result))]
    result["visits"] = np.array([len(values) for values in by_stage], np.int64)
    for name, p in (("p50_d", 0.50), ("p85_d", 0.85)):
        result[name] = np.array([percentile(values, p) for values in by_stage], np.float64)


def _visit_share(rows: pd.DataFrame, slot: Ints, count: int, deliveries: int) -> list[float | None]:
    seen = rows.assign(slot=slot)[["item_id", "episode", "slot"]].drop_duplicates()
    visited = np.bincount(seen["slot"].to_numpy(np.int64), minlength=count)
    return [ratio(float(number), deliveries) for number in visited]


def _items_now(items: pd.DataFrame, visits: pd.DataFrame, listed: pd.DataFrame, as_of: int) -> Ints:
    """Items in load by the stage of the row that holds the instant `as_of`."""
    start, end = visits["start_ts"].to_numpy(np.int64), visits["end_ts"].to_numpy(np.int64)
    here = visits[(start <= as_of) & ((end == NONE) | (end > as_of))]
    here = here[here["state"].isin(["waiting", "ignored", *_WORKED])]
    times = items[["item_id", "episode", "committed_ts"]]
    joined = here.merge(times, on=["item_id", "episode"], how="inner")
    committed = (joined["committed_ts"] != NONE) & (joined["committed_ts"] <= as_of)
    slot = _slots(joined["stage_id"][committed], listed["stage_id"])
    counts: Ints = np.bincount(slot[slot >= 0], minlength=len(listed))
    return counts
