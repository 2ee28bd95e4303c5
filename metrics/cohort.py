"""Which deliveries a metric counts, and why it leaves the others out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.mapping import Flags, Ints
from metrics.periods import Window
from metrics.stats import Floats
from metrics.working_time import WorkingCalendar, seconds_between

Clock = Literal["flow_time", "idea_to_done", "idea_to_release"]

_START = {
    "flow_time": "committed_ts",
    "idea_to_done": "idea_ts",
    "idea_to_release": "idea_ts",
}
_END = {"flow_time": "done_ts", "idea_to_done": "done_ts", "idea_to_release": "released_ts"}

TIMED: Final = [
    *("kind", "episode", "idea_ts", "committed_ts", "done_ts", "cancelled_ts"),
    *("released_ts", "start_reason", "release_reason"),
]
"""What a cohort and its clocks need of items: of all columns a copy takes far longer."""


@dataclass(frozen=True)
class Cohort:
    """Deliveries that ended in a window.

    `included` and `left_out` are rows of the facts; `left_out` has a column `excluded_reason` more.
    """

    included: pd.DataFrame
    left_out: pd.DataFrame

    @property
    def excluded(self) -> dict[str, int]:
        """How many were left out, by reason."""
        return count_reasons(self.left_out)


def cohort(
    items: pd.DataFrame,
    *,
    window: Window,
    clock: Clock = "flow_time",
    kinds: Sequence[str] | None = None,
) -> Cohort:
    """The deliveries whose `clock` stopped in the window, and those that it could not time.

    items: columns of `item_fact`. kinds: feature, defect, risk, debt or "" for unmapped; None is
    all. `flow_time` leaves out deliveries without an observed start (`no_start`, `censored_start`)
    and counts those cancelled in the window; `idea_to_done` leaves out second deliveries of an item
    (`later_episode`), because their idea was delivered before. `idea_to_release` counts by the
    moment of the release, and leaves out, by their release reason, the deliveries done in the
    window that are not released.
    """
    touched = _touched(items, window, clock)
    if kinds is not None:
        touched &= items["kind"].isin(list(kinds)).to_numpy(np.bool_)
    rows = items[touched]
    reason = _reasons(rows, window, clock)
    kept = reason == ""
    left_out = rows[~kept].assign(excluded_reason=reason[~kept])
    return Cohort(included=rows[kept], left_out=left_out)


def spans(found: Cohort, clock: Clock) -> tuple[Ints, Ints]:
    """When the clock started and stopped, in the order of the included rows."""
    starts: Ints = found.included[_START[clock]].to_numpy(np.int64)
    return starts, found.included[_END[clock]].to_numpy(np.int64)


def durations(found: Cohort, clock: Clock, calendar: WorkingCalendar | None = None) -> Floats:
    """Seconds from start to end of the clock, in the order of the included rows: elapsed, or those
    of the calendar.
    """
    seconds: Floats = seconds_between(*spans(found, clock), calendar).astype(np.float64)
    return seconds


def count_reasons(left_out: pd.DataFrame) -> dict[str, int]:
    """How many rows there are for each `excluded_reason`."""
    counts = left_out["excluded_reason"].value_counts()
    return {str(word): int(count) for word, count in sorted(counts.items())}


def _touched(items: pd.DataFrame, window: Window, clock: Clock) -> Flags:
    touched: Flags = window.holds(items["done_ts"].to_numpy(np.int64))
    if clock == "flow_time":
        touched |= window.holds(items["cancelled_ts"].to_numpy(np.int64))
    if clock == "idea_to_release":
        released: Ints = items["released_ts"].to_numpy(np.int64)
        touched = window.holds(released) | (touched & (released == NONE))
    return touched


def _reasons(
    rows: pd.DataFrame, window: Window, clock: Clock
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    reason = np.full(len(rows), "", object)
    if clock == "flow_time":
        starts = rows["start_reason"].to_numpy(object)
        reason = np.where(starts != "", starts, reason)
        return np.where(rows["done_ts"].to_numpy() == NONE, "cancelled", reason)
    if clock == "idea_to_done":
        return np.where(rows["episode"].to_numpy() > 1, "later_episode", reason)
    released = window.holds(rows["released_ts"].to_numpy(np.int64))
    return np.where(released, reason, rows["release_reason"].to_numpy(object))
