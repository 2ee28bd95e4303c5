"""Flow metrics over time, one row per period of the calendar; zero periods are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from core.frames import NONE
from metrics.cohort import TIMED, Clock, cohort, durations
from metrics.flow import KINDS
from metrics.mapping import Ints
from metrics.periods import WEEK, Period, Window, edges
from metrics.stats import PERCENTILES, Floats, rank
from metrics.working_time import WorkingCalendar

TRAILING_WEEKS: Final = 13


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
    frame = _period_frame(found)
    if not found:
        return frame
    reach = 0 if trailing_weeks is None else trailing_weeks * WEEK
    window = Window(found[0].from_ts - reach, found[-1].to_ts)
    rows = cohort(items[TIMED], window=window, clock=clock, kinds=kinds)
    ended = rows.included["released_ts" if clock == "idea_to_release" else "done_ts"]
    order = np.argsort(ended.to_numpy(np.int64), kind="stable")
    times = ended.to_numpy(np.int64)[order]
    days = np.maximum(durations(rows, clock, calendar)[order], 0) / 86_400
    starts, ends = frame["from_ts"].to_numpy(np.int64), frame["to_ts"].to_numpy(np.int64)
    since = starts if trailing_weeks is None else np.minimum(starts, ends - reach)
    low, high = np.searchsorted(times, since), np.searchsorted(times, ends)
    frame["finished"] = high - np.searchsorted(times, starts)
    frame["n"] = high - low
    told = [_percentiles(np.sort(days[a:b])) for a, b in zip(low, high, strict=True)]
    for name, values in zip(PERCENTILES, zip(*told, strict=True), strict=True):
        frame[f"{name}_d"] = np.array(values, np.float64)
    return frame


def _percentiles(ordered: Floats) -> list[float]:
    if not len(ordered):
        return [np.nan] * len(PERCENTILES)
    return [float(ordered[rank(len(ordered), p) - 1]) for p in PERCENTILES.values()]


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
