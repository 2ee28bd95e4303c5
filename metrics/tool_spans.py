"""When builds, change approvals and merge requests took an item's time (F7)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.frames import NONE
from core.records import MergeState, Result
from metrics.mapping import Ints
from metrics.tool_time import Spans


@dataclass(frozen=True)
class Linked:
    """What is linked to items surely enough to count: item_id, and build_id, change_id or
    merge_request_id; a pair may come twice.
    """

    builds: pd.DataFrame
    changes: pd.DataFrame
    requests: pd.DataFrame


@dataclass(frozen=True)
class Records:
    """Columns of the frames of the store: build_id, result, queued_ts, started_ts, finished_ts;
    change_id, requested_ts, approved_ts, started_ts, closed_ts; merge_request_id, state,
    created_ts, merged_ts, closed_ts. Times that are not known are NONE.
    """

    builds: pd.DataFrame
    changes: pd.DataFrame
    requests: pd.DataFrame


def spans_of(linked: Linked, records: Records) -> Spans:
    """The times of what is linked; what is not among the records is not linked."""
    builds = _joined(linked.builds, records.builds, "build_id")
    changes = _joined(linked.changes, records.changes, "change_id")
    requests = _joined(linked.requests, records.requests, "merge_request_id")
    return Spans(_of_builds(builds), _of_changes(changes), _of_requests(requests))


def _joined(pairs: pd.DataFrame, records: pd.DataFrame, own: str) -> pd.DataFrame:
    return pairs[["item_id", own]].drop_duplicates().merge(records, on=own)


def _of_builds(table: pd.DataFrame) -> pd.DataFrame:
    """From the queue to the end. Only one that runs lasts: of another without an end nobody knows
    when it stopped, and one that waits for a person, as a manual job, may do so for ever.
    """
    queued, started, finished = _times(table, "queued_ts", "started_ts", "finished_ts")
    start = np.where(queued == NONE, started, queued)
    lasts = (table["result"] == Result.RUNNING.value).to_numpy(np.bool_)
    return _spans(table, np.where((finished != NONE) | lasts, start, NONE), finished)


def _of_changes(table: pd.DataFrame) -> pd.DataFrame:
    """From the request to the approval; without one, until the change was begun or closed."""
    asked, approved = _times(table, "requested_ts", "approved_ts")
    begun, closed = _times(table, "started_ts", "closed_ts")
    return _spans(table, asked, _first(approved, _first(begun, closed)))


def _of_requests(table: pd.DataFrame) -> pd.DataFrame:
    """From opened to merged, or closed."""
    opened, merged, closed = _times(table, "created_ts", "merged_ts", "closed_ts")
    lasts = (table["state"] == MergeState.OPEN.value).to_numpy(np.bool_)
    end = np.where(lasts, NONE, _first(merged, closed))
    start = np.where((end != NONE) | lasts, opened, NONE)
    return _spans(table, start, end).assign(merged_ts=merged)


def _times(table: pd.DataFrame, *names: str) -> list[Ints]:
    return [table[name].to_numpy(np.int64) for name in names]


def _first(times: Ints, others: Ints) -> Ints:
    """The time that is known, of two the first of these arguments."""
    found: Ints = np.where(times == NONE, others, times)
    return found


def _spans(table: pd.DataFrame, start: Ints, end: Ints) -> pd.DataFrame:
    return pd.DataFrame({"item_id": table["item_id"], "start_ts": start, "end_ts": end})
