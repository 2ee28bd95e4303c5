"""Flow metrics over time, one row per period of the calendar; zero periods are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.cohort import Clock, timed
from metrics.flow import KINDS
from metrics.mapping import Ints
from metrics.periods import WEEK, Period, Window, edges
from metrics.stats import PERCENTILES, Floats, at_ranks, rank
from metrics.working_time import WorkingCalendar

TRAILING_WEEKS: Final = 13


@dataclass(frozen=True, slots=True)
class Ended:
    """What of deliveries their series are made of: when each ended, in ascending order, and the
    days that it took.
    """

    times: Ints
    days: Floats


def ended(
    items: pd.DataFrame,
    found: Sequence[Period],
    *,
    clock: Clock = "flow_time",
    kinds: Sequence[str] | None = None,
    trailing_weeks: int | None = TRAILING_WEEKS,
    calendar: WorkingCalendar | None = None,
) -> Ended:
    """The deliveries that ended in the periods, or in the trailing weeks before them. Days are
    elapsed, or of the calendar.
    """
    if not found:
        return Ended(np.empty(0, np.int64), np.empty(0))
    window = Window(found[0].from_ts - (trailing_weeks or 0) * WEEK, found[-1].to_ts)
    rows = timed(items, window=window, clock=clock, kinds=kinds)
    order = np.argsort(rows.ends)
    return Ended(rows.ends[order], np.maximum(rows.seconds(calendar)[order], 0) / 86_400)


def flow_time_series(
    items: pd.DataFrame,
    found: Sequence[Period],
    *,
    clock: Clock = "flow_time",
    kinds: Sequence[str] | None = None,
    trailing_weeks: int | None = TRAILING_WEEKS,
    calendar: WorkingCalendar | None = None,
) -> pd.DataFrame:
    """Percentiles of flow time by period, each over the trailing weeks that end with the period.

    Returns a row per period: `period` (first day), `from_ts`, `to_ts`, `complete`, `finished` (in
    the period alone), `n` (in the trailing window), `p50_d`, `p85_d`, `p95_d` (NaN where n is 0;
    nothing is withheld here). `trailing_weeks` None takes each period by itself. Days are elapsed,
    or of the calendar.
    """
    rows = ended(
        items, found, clock=clock, kinds=kinds, trailing_weeks=trailing_weeks, calendar=calendar
    )
    return percentile_series(rows, found, trailing_weeks=trailing_weeks)


def percentile_series(
    rows: Ended, found: Sequence[Period], *, trailing_weeks: int | None = TRAILING_WEEKS
) -> pd.DataFrame:
    """The same of what ended in these periods, and in no fewer trailing weeks."""
    frame = _period_frame(found)
    if not found:
        return frame
    starts, ends = frame["from_ts"].to_numpy(np.int64), frame["to_ts"].to_numpy(np.int64)
    reach = (trailing_weeks or 0) * WEEK
    since = np.minimum(starts, ends - reach) if reach else starts
    low, high = np.searchsorted(rows.times, since), np.searchsorted(rows.times, ends)
    frame["finished"] = high - np.searchsorted(rows.times, starts)
    frame["n"] = high - low
    told = [_percentiles(rows.days[a:b]) for a, b in zip(low, high, strict=True)]
    for name, values in zip(PERCENTILES, zip(*told, strict=True), strict=True):
        frame[f"{name}_d"] = np.array(values, np.float64)
    return frame


def _percentiles(days: Floats) -> list[float]:
    if not len(days):
        return [np.nan] * len(PERCENTILES)
    ranks = [rank(len(days), p) for p in PERCENTILES.values()]
    ordered = at_ranks(days, ranks)
    return [float(ordered[one - 1]) for one in ranks]


def velocity_series(
    items: pd.DataFrame, found: Sequence[Period], *, kinds: Sequence[str] | None = None
) -> pd.DataFrame:
    """Deliveries done by period (F2): `count`, then one column per kind and `unmapped`."""
    frame = _period_frame(found)
    if not found:
        return frame
    chosen = items if kinds is None else items[items["kind"].isin(list(kinds))]
    bounds = edges(found)
    kind, done = chosen["kind"].to_numpy(object), chosen["done_ts"].to_numpy(np.int64)
    frame["count"] = _per_period(done, bounds)
    for name in KINDS:
        frame[name] = _per_period(done[kind == name], bounds)
    frame["unmapped"] = frame["count"] - frame[list(KINDS)].sum(axis=1)
    return frame


def load_series(
    items: pd.DataFrame,
    found: Sequence[Period],
    *,
    as_of: int,
    kinds: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Load in the last second of each period (F3), `as_of` standing for that of the running one.

    Column `load`; a period that begins after `as_of` has none and is left out.
    """
    begun = [period for period in found if period.from_ts <= as_of]
    columns = _period_columns(begun)
    chosen = items if kinds is None else items[items["kind"].isin(list(kinds))]
    committed = chosen["committed_ts"].to_numpy(np.int64)
    done = chosen["done_ts"].to_numpy(np.int64)
    ended = np.where(done != NONE, done, chosen["cancelled_ts"].to_numpy(np.int64))
    counted = committed != NONE
    arrivals = np.sort(committed[counted])
    departures = np.sort(ended[counted & (ended != NONE)])
    close = np.minimum(columns["to_ts"] - 1, as_of)
    load = np.searchsorted(arrivals, close, side="right") - np.searchsorted(
        departures, close, side="right"
    )
    return pd.DataFrame({**columns, "load": load}, copy=False)


def _per_period(done: Ints, bounds: Ints) -> Ints:
    return np.diff(np.searchsorted(np.sort(done), bounds))


def _period_frame(found: Sequence[Period]) -> pd.DataFrame:
    return pd.DataFrame(_period_columns(found), copy=False)


def _period_columns(found: Sequence[Period]) -> dict[str, Any]:
    return {
        "period": pd.Series([period.label for period in found], dtype=object),
        "from_ts": np.array([period.from_ts for period in found], np.int64),
        "to_ts": np.array([period.to_ts for period in found], np.int64),
        "complete": np.array([period.complete for period in found], np.bool_),
    }
