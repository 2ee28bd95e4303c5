"""Forecasts of a stream (K7, K8): when so many items are done, and how many by a date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from core.errors import BadRequestError
from metrics.forecast import (
    HORIZON_DAYS,
    LEAST_COMPLETIONS,
    LEAST_WEEKS,
    MOST_DAYS,
    MOST_ITEMS,
    Enough,
    forecast_how_many,
    forecast_when,
)
from metrics.little import HIGH, LOW
from metrics.mapping import Ints
from metrics.measure import Measure
from metrics.periods import DAY, Period, Window
from metrics.run_chart import throughput
from metrics.stats import PERCENTILES
from metrics.xmr import LEAST_VALUES, Variant, xmr
from pipeline.chart_frame import chart_periods, dressed, known_from, over, whole_days
from pipeline.kanban import littles_law_of
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_measures import asked_items
from pipeline.working import calendar_name

Answer = dict[str, Any]
_MOST_POOL_DAYS = 400
_RULES = {
    "outside": "lies outside the natural limits",
    "range": "differs too much from the week before",
    "run": "ends eight or more on one side of the centre",
    "near_limit": "ends three of four near a limit",
}


@dataclass(frozen=True)
class Pool:
    """The days of the past, the completions of each, and those that a forecast draws from.

    asked: the question of the time that the days cover. drawn: where working time is asked for, of
    the working days alone; what was done on a closed day stands with the working day before it.
    """

    days: list[Period]
    counts: Ints
    asked: Question
    drawn: Ints

    @property
    def missing(self) -> str:
        """See `Enough`; the weeks are those of all days."""
        return Enough(int(self.drawn.sum()), len(self.days) // 7).missing


def pool_of(
    snapshot: Snapshot,
    stream: StreamFacts,
    asked: Question,
    *,
    items: pd.DataFrame | None = None,
) -> Pool:
    """The whole days of the window on which completions can be known; `BadRequestError` where the
    window is too long. items: the deliveries that count; None: those that are asked for.
    """
    if asked.window.seconds > _MOST_POOL_DAYS * DAY:
        raise BadRequestError(f"from: a forecast draws from at most {_MOST_POOL_DAYS} days")
    begin = known_from(snapshot, stream)
    days = [day for day in whole_days(asked) if begin is not None and day.from_ts >= begin]
    counted = asked_items(stream, asked) if items is None else items
    counts = throughput(counted["done_ts"].to_numpy(np.int64), days)
    if asked.calendar is None:
        return Pool(days, counts, over(asked, days), counts)
    worked = asked.calendar.is_open(np.array([day.from_ts for day in days], np.int64))
    first = int(np.argmax(worked)) if worked.any() else len(days)
    days, counts, worked = days[first:], counts[first:], worked[first:]
    drawn = np.add.reduceat(counts, np.flatnonzero(worked)) if len(days) else counts
    return Pool(days, counts, over(asked, days), drawn)


def today(asked: Question) -> date:
    """The running day in the zone of the question; forecasts count from the day after."""
    return datetime.fromtimestamp(asked.as_of, ZoneInfo(asked.tz)).date()


def when_answer(snapshot: Snapshot, stream: StreamFacts, asked: Question, items: int) -> Answer:
    """Days until `items` are done, and the dates; null with what is missing."""
    if not 1 <= items <= MOST_ITEMS:
        raise BadRequestError(f"items: 1 to {MOST_ITEMS}")
    pool = pool_of(snapshot, stream, asked)
    days = dict.fromkeys(PERCENTILES) if pool.missing else dict(forecast_when(pool.drawn, items))
    late = () if pool.missing else tuple(beyond(days, asked))
    first = today(asked)
    return {
        **told(snapshot, stream, "forecast_when", "d", days, pool, reasons=late),
        "items": items,
        "dates": {name: later(first, count, asked) for name, count in days.items()},
        **grounds(stream, pool, asked),
    }


def how_many_answer(snapshot: Snapshot, stream: StreamFacts, asked: Question, by: str) -> Answer:
    """Items done at the end of the date; null with what is missing."""
    first = today(asked)
    last = _date(by, first)
    days = days_until(first, last, asked)
    pool = pool_of(snapshot, stream, asked)
    many = dict.fromkeys(PERCENTILES) if pool.missing else dict(forecast_how_many(pool.drawn, days))
    return {
        **told(snapshot, stream, "forecast_how_many", "items", many, pool),
        "date": last.isoformat(),
        "days": days,
        **grounds(stream, pool, asked),
    }


def history_reason(missing: str) -> str:
    """Why there is no forecast, in a line."""
    return (
        f"history too short to forecast from: {missing}"
        f" (at least {LEAST_COMPLETIONS} completions and {LEAST_WEEKS} weeks are needed;"
        " a longer pool may hold them)"
    )


def days_until(first: date, last: date, asked: Question) -> int:
    """The days after `first` up to the end of `last`, of the calendar of the question; less than 1
    where that is over.
    """
    if asked.calendar is None or last <= first:
        return (last - first).days
    return asked.calendar.count(first, last)


def told(
    snapshot: Snapshot,
    stream: StreamFacts,
    slug: str,
    unit: str,
    value: Mapping[str, int | None],
    pool: Pool,
    *,
    nothing: str = "",
    reasons: tuple[str, ...] = (),
    parts: Mapping[str, float] | None = None,
    explain: str = "metrics/velocity/explain",
) -> Answer:
    """A forecast in its envelope: the value, or why there is none. nothing: why there is nothing
    to forecast, which comes before what the pool lacks. explain: the path that lists the
    completions of the pool.
    """
    if pool.missing:
        reasons = (history_reason(pool.missing),)
    measure = Measure(
        sort="forecast",
        unit=unit,
        value={name: None if one is None else float(one) for name, one in value.items()},
        n=int(pool.drawn.sum()),
        parts=parts or {},
        reasons=(nothing,) if nothing else reasons,
    )
    counted = replace(pool.asked, calendar=None)  # what was done is counted, in no calendar
    body = dressed(snapshot, stream, slug, measure, counted, explain=explain)
    return {**body, "calendar": calendar_name(pool.asked)}


def beyond(days: Mapping[str, int | None], asked: Question) -> list[str]:
    """Why percentiles are missing that lie beyond what is forecast."""
    late = [name for name, count in days.items() if count is None]
    far = (
        f"{HORIZON_DAYS // 365} years" if asked.calendar is None else f"{HORIZON_DAYS} working days"
    )
    return [f"{name}: later than {far} from now" for name in late]


def later(first: date, days: int | None, asked: Question) -> str | None:
    """The date so many days after `first`, of the calendar of the question."""
    if days is None:
        return None
    if asked.calendar is not None:
        return asked.calendar.later(first, days).isoformat()
    return (first + timedelta(days=days)).isoformat()


def _date(text: str, first: date) -> date:
    try:
        found = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        found = None
    if found is None:
        raise BadRequestError("date: write a date such as 2026-12-24")
    if found <= first:
        raise BadRequestError(f"date: a day after today, which is {first}")
    if (found - first).days > MOST_DAYS:
        raise BadRequestError(f"date: at most {MOST_DAYS} days from today, which is {first}")
    return found


def grounds(stream: StreamFacts, pool: Pool, asked: Question) -> Answer:
    """The pool with its dates, and what speaks against it."""
    counts = pool.drawn
    many = int(counts.sum())
    return {
        "starts": later(today(asked), 1, asked),
        "zone": asked.tz,
        "pool": {
            "from": pool.days[0].label if pool.days else None,
            "to": pool.days[-1].label if pool.days else None,
            "days": len(counts),
            "weeks": len(pool.days) // 7,
            "completions": many,
            "zero_days": int((counts == 0).sum()),
            "per_day": many / len(counts) if len(counts) else None,
            "counts": counts.tolist(),
        },
        "warnings": [*_warnings(pool), *_misfit(stream, pool)] if many else [],
    }


def _warnings(pool: Pool) -> list[str]:
    """Signals of the weekly throughput of the pool: what is not stable does not foretell."""
    window = Window(pool.days[0].from_ts, pool.days[-1].to_ts)
    weeks = [
        week
        for week in chart_periods(replace(pool.asked, window=window), "week")
        if week.complete and week.from_ts >= window.from_ts and week.to_ts <= window.to_ts
    ]
    counts = _by_week(pool, weeks)
    if len(weeks) < LEAST_VALUES:
        return [
            f"whether the pool is stable can't be told: {len(weeks)} of {LEAST_VALUES} whole weeks"
        ]
    return list(
        dict.fromkeys(_unstable(weeks, counts, "mean") + _unstable(weeks, counts, "median"))
    )


def _misfit(stream: StreamFacts, pool: Pool) -> list[str]:
    """Little's law (K1) over the pool, where it does not hold."""
    law = littles_law_of(stream, pool.asked)
    if law.banner is None:
        return []
    failing = [one.name.replace("_", " ") for one in law.assumptions if one.holds is False]
    return [
        f"load, throughput and time of the pool do not fit: r is {law.measure.value['r']:.2f},"
        f" {LOW} to {HIGH} was expected"
        + (f"; what fails: {', '.join(failing)}" if failing else "")
    ]


def _by_week(pool: Pool, weeks: list[Period]) -> Ints:
    starts = np.array([day.from_ts for day in pool.days], np.int64)
    edges = [week.from_ts for week in weeks] + [week.to_ts for week in weeks[-1:]]
    totals = np.concatenate([[0], np.cumsum(pool.counts)])
    found: Ints = np.diff(totals[np.searchsorted(starts, edges)])
    return found


def _unstable(weeks: list[Period], counts: Ints, variant: Variant) -> list[str]:
    chart = xmr(counts.astype(np.float64), variant=variant)
    if chart.limits is None or chart.limits.mean_range == 0:
        return []
    return [
        f"throughput is not stable: the week of {weeks[signal.last].label}"
        f" ({counts[signal.last]} items) {_RULES[signal.rule]};"
        " a pool that begins after the change may foretell better"
        for signal in chart.signals
    ]
