"""Which deliveries a metric counts, and why it leaves the others out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
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


@dataclass(frozen=True)
class Timed:
    """Only what the clock says of a cohort, at a fraction of the cost of copying its rows: of each
    that is included where its row is, when the clock started and stopped; and how many were left
    out.
    """

    rows: Ints
    starts: Ints
    ends: Ints
    excluded: Mapping[str, int]

    def seconds(self, calendar: WorkingCalendar | None = None) -> Floats:
        """From start to end: elapsed, or those of the calendar."""
        found: Floats = seconds_between(self.starts, self.ends, calendar).astype(np.float64)
        return found


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
    kept, left = _parted(items, window, clock, kinds)
    left_out = items[left]
    return Cohort(
        included=items[kept],
        left_out=left_out.assign(excluded_reason=_reasons(left_out.__getitem__, clock)),
    )


def timed(
    items: pd.DataFrame,
    *,
    window: Window,
    clock: Clock = "flow_time",
    kinds: Sequence[str] | None = None,
) -> Timed:
    """The times of `cohort`, in the order of the rows that it includes."""
    kept, left = _parted(items, window, clock, kinds)
    rows, places = np.flatnonzero(kept), np.flatnonzero(left)
    reasons = _reasons(lambda name: items[name].iloc[places], clock)
    counts = {str(word): count for word, count in sorted(Counter(reasons.tolist()).items())}
    starts, ends = (items[of[clock]].to_numpy(np.int64)[rows] for of in (_START, _END))
    return Timed(rows, starts, ends, counts)


def _parted(
    items: pd.DataFrame, window: Window, clock: Clock, kinds: Sequence[str] | None
) -> tuple[Flags, Flags]:
    """Which rows are included, and which are left out."""
    touched = _touched(items, window, clock)
    if kinds is not None:
        touched &= items["kind"].isin(list(kinds)).to_numpy(np.bool_)
    kept = touched & _is_timed(items, window, clock)
    return kept, touched & ~kept


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


def _is_timed(items: pd.DataFrame, window: Window, clock: Clock) -> Flags:
    """Which of the deliveries that ended in the window the clock can time."""
    if clock == "flow_time":
        done: Flags = items["done_ts"].to_numpy(np.int64) != NONE
        done &= (items["start_reason"] == "").to_numpy(np.bool_)
        return done
    if clock == "idea_to_done":
        first: Flags = items["episode"].to_numpy(np.int64) <= 1
        return first
    released = window.holds(items["released_ts"].to_numpy(np.int64))
    released |= (items["release_reason"] == "").to_numpy(np.bool_)
    return released


def _reasons(column: Callable[[str], pd.Series], clock: Clock) -> npt.NDArray[np.object_]:
    """Why the clock can't time these rows, of which `column` gives one by its name."""
    if clock == "flow_time":
        cancelled = column("done_ts").to_numpy(np.int64) == NONE
        return np.where(cancelled, "cancelled", column("start_reason").to_numpy(object))
    if clock == "idea_to_done":
        return np.full(len(column("episode")), "later_episode", object)
    return column("release_reason").to_numpy(object)
