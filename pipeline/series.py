"""A metric over time: a row per period of the calendar, and the natural limits of its course."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from core.settings import Settings
from metrics import delivery, flow, flow_series
from metrics.measure import Measure
from metrics.periods import WEEK, Period, Window, periods
from metrics.stats import MINIMUM_N, PERCENTILES, natural_limits
from pipeline.question import Question
from pipeline.snapshot import StreamFacts
from pipeline.stream_measures import CLOCKS, asked_items, load_rows, stream_measure
from pipeline.times import iso

Answer = dict[str, Any]
_LEAST_FOR_LIMITS = 6
_KINDS = (*flow.KINDS, "unmapped", *delivery.KINDS)


def stream_series(
    settings: Settings,
    stream: StreamFacts,
    slug: str,
    asked: Question,
    *,
    whole_from: int | None = None,
    trailing: bool = True,
) -> Answer:
    """`series`, a row per period, and `limits`; for the metrics of a stream.

    Nothing is withheld in a row: `n` says what it rests on. Rows of times also have `trailing`,
    unless nobody wants it: the same over the 13 weeks that end with the period, withheld where they
    are too few. A period that begins before `whole_from` is not read, or in part: its values and
    its `n` are None.
    """
    found = _periods(asked)
    if slug in CLOCKS:
        return _of_times(stream, slug, asked, found, whole_from=whole_from, trailing=trailing)
    if slug == "load":
        frame = flow_series.load_series(load_rows(stream, asked), found, as_of=asked.as_of)
        return _of_frame(frame.assign(n=frame["load"]), {"n": "n", "now": "load"}, whole_from)
    if slug == "velocity":
        frame = flow_series.velocity_series(asked_items(stream, asked), found)
        return _of_frame(frame.assign(n=frame["count"]), {"n": "n", "count": "count"}, whole_from)
    return measured_series(
        lambda one: stream_measure(settings, stream, slug, one), asked, whole_from=whole_from
    )


def _of_times(
    stream: StreamFacts,
    slug: str,
    asked: Question,
    found: Sequence[Period],
    *,
    whole_from: int | None,
    trailing: bool,
) -> Answer:
    rows = flow_series.ended(
        asked_items(stream, asked),
        found,
        clock=CLOCKS[slug],
        trailing_weeks=flow_series.TRAILING_WEEKS if trailing else None,
        calendar=asked.calendar,
    )
    columns = {"n": "n", **{name: f"{name}_d" for name in PERCENTILES}}
    alone = flow_series.percentile_series(rows, found, trailing_weeks=None)
    answer = _of_frame(alone, columns, whole_from)
    if not trailing:
        return answer
    longer = flow_series.percentile_series(rows, found).to_dict("records")
    values = [_named(one, columns) for one in longer]
    told = [_trailing(*pair, whole_from) for pair in zip(found, values, strict=True)]
    return _beside_each(answer, told)


def measured_series(
    measure: Callable[[Question], Measure],
    asked: Question,
    *,
    whole_from: int | None = None,
    beside: bool = False,
) -> Answer:
    """The same for any measure: asked once for each period, the running one up to now. beside: with
    what is printed beside the value, such as numerators, and with `interval`.
    """
    rows: list[Answer] = []
    longer: list[Answer] = []
    for period in _periods(asked):
        window = Window(period.from_ts, min(period.to_ts, asked.as_of))
        found = measure(replace(asked, window=window))
        values = {name: _plain(name, value) for name, value in _whole(found).items()}
        told = {"n": found.n, **values, **(_beside(found) if beside else {})}
        rows.append(_row(period, told, whole_from))
        if found.sort == "percentile":
            around = measure(replace(asked, window=Window(_reach(period), window.to_ts)))
            times = {name: around.value.get(name) for name in PERCENTILES}
            longer.append(_trailing(period, {"n": around.n, **times}, whole_from))
    return _beside_each(_answer(rows), longer) if longer else _answer(rows)


def _whole(found: Measure) -> dict[str, float | None]:
    """The values; of a count also those of each kind as whole numbers, which its rates are not."""
    counted = _KINDS if found.sort == "count" else ()
    return {
        name: round(value) if name in counted and value is not None else value
        for name, value in found.value.items()
    }


def _reach(period: Period) -> int:
    """Where the trailing weeks of a period begin; one that is longer stands alone."""
    return min(period.from_ts, period.to_ts - flow_series.TRAILING_WEEKS * WEEK)


def _trailing(period: Period, values: Answer, whole_from: int | None) -> Answer:
    """The percentiles of so many that they can be told, and of a time that is read as a whole."""
    if whole_from is not None and _reach(period) < whole_from:
        return dict.fromkeys(values)
    few = [name for name in PERCENTILES if values["n"] < MINIMUM_N[name]]
    return {**values, **dict.fromkeys(few)}


def _beside_each(told: Answer, longer: Sequence[Answer]) -> Answer:
    pairs = zip(told["series"], longer, strict=True)
    return {**told, "series": [{**row, "trailing": one} for row, one in pairs]}


def _named(record: Mapping[Any, Any], columns: Mapping[str, str]) -> Answer:
    return {name: _plain(name, float(record[column])) for name, column in columns.items()}


def _beside(found: Measure) -> Answer:
    """Counts by name, and the intervals of the values, where there is anything to say."""
    counts = {name: round(one) for name, one in found.parts.items()}
    return {**counts, "interval": {name: list(pair) for name, pair in found.interval.items()}}


def _periods(asked: Question) -> Sequence[Period]:
    found = periods(
        asked.window,
        interval=asked.interval or "week",
        tz=asked.tz,
        as_of=asked.as_of,
        week_starts=asked.week_starts,
    )
    return [period for period in found if period.from_ts < asked.as_of]


def _head(period: Period) -> Answer:
    return {"start": period.label, "end": iso(period.to_ts), "complete": period.complete}


def _row(period: Period, values: Answer, whole_from: int | None) -> Answer:
    if whole_from is not None and period.from_ts < whole_from:
        values = dict.fromkeys(values)
    return {**_head(period), **values}


def _of_frame(frame: pd.DataFrame, columns: Mapping[str, str], whole_from: int | None) -> Answer:
    rows = []
    for record in frame.to_dict("records"):
        period = Period(
            record["period"], int(record["from_ts"]), int(record["to_ts"]), bool(record["complete"])
        )
        rows.append(_row(period, _named(record, columns), whole_from))
    return _answer(rows)


def _plain(name: str, value: float | None) -> float | None:
    """Counts and cents as whole numbers; NaN is None."""
    if value is None or np.isnan(value):
        return None
    return round(value) if name in ("n", "now", "count") or name.endswith("cents") else value


def _answer(rows: Sequence[Answer]) -> Answer:
    first = next((name for name in rows[0] if name not in (*_HEAD, "n")), "") if rows else ""
    whole = [row[first] for row in rows if row["complete"] and row[first] is not None]
    limits = natural_limits(np.array(whole, np.float64))
    told = None
    if limits is not None and len(whole) >= _LEAST_FOR_LIMITS:
        told = {"mean": limits.centre, "lower": limits.lower, "upper": limits.upper}
    return {"series": list(rows), "limits": told}


_HEAD = ("start", "end", "complete")
