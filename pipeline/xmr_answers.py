"""The process behaviour chart of a stream (K6): of its throughput, or of single flow times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from core.errors import BadRequestError, NotFoundError
from metrics.cohort import cohort, durations
from metrics.measure import Measure
from metrics.periods import DAY, Interval, Window
from metrics.run_chart import throughput
from metrics.stats import Floats
from metrics.xmr import BASELINE_VALUES, LEAST_VALUES, Signal, Variant, Xmr, xmr
from pipeline.chart_answers import head
from pipeline.chart_frame import chart_periods, dressed, known_from, over
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_measures import CLOCKS, asked_items
from pipeline.times import iso
from pipeline.working import require_calendar

Answer = dict[str, Any]
XMR_SLUGS = ("velocity", *CLOCKS)
_MOST_POINTS = 5_000


@dataclass(frozen=True)
class Values:
    """What a chart shows: `points` of which the first `len(values)` are judged; `at` is when each
    of these lies, in epoch seconds. `asked` covers them.
    """

    asked: Question
    values: Floats
    at: np.ndarray[tuple[int], np.dtype[np.int64]]
    points: list[Answer]


def require_xmr(slug: str) -> None:
    """`NotFoundError` with the metrics that have such a chart."""
    if slug not in XMR_SLUGS:
        raise NotFoundError(
            f'"{slug}" has no process behaviour chart; it has: {", ".join(XMR_SLUGS)}'
        )


def xmr_answer(
    snapshot: Snapshot,
    stream: StreamFacts,
    slug: str,
    asked: Question,
    *,
    variant: Variant,
    baseline: int | None,
) -> Answer:
    """Points, limits and signals. baseline: from when on values give the limits; the first 20 do.

    It may lie before the window, which then begins with it. Without one the baseline is that of the
    window's first 20 values.
    """
    require_xmr(slug)
    require_calendar(slug, asked)
    asked = _since(asked, baseline)
    per_period = slug == "velocity"
    found = charted(snapshot, stream, slug, asked)
    first = 0 if baseline is None else int(np.searchsorted(found.at, baseline))
    basis = slice(first, first + BASELINE_VALUES)
    chart = xmr(found.values, variant=variant, baseline=basis)
    measure = _measure(chart, len(found.values), "items" if per_period else "d")
    explain = f"metrics/{slug}/explain"
    body = dressed(snapshot, stream, "xmr", measure, found.asked, explain=explain, of=slug)
    points = _points(found, chart, basis)
    return {
        **body,
        "of": slug,
        "variant": variant,
        "every": (asked.interval or "week") if per_period else None,
        "zone": asked.tz,
        "baseline": _baseline(found, chart, basis, declared=baseline is not None),
        "signals": [_signal(one, points) for one in chart.signals],
        "points": points,
    }


def charted(snapshot: Snapshot, stream: StreamFacts, slug: str, asked: Question) -> Values:
    """The values of a metric that has such a chart, in their order."""
    if slug == "velocity":
        return _throughput(snapshot, stream, asked)
    return _times(stream, slug, asked)


def _since(asked: Question, baseline: int | None) -> Question:
    """The same question from the baseline on, where that lies before the window."""
    if baseline is None:
        return asked
    if baseline >= asked.window.to_ts:
        raise BadRequestError("baseline: a day before the end of the window")
    window = Window(min(baseline, asked.window.from_ts), asked.window.to_ts)
    return replace(asked, window=window)


def _throughput(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> Values:
    """A point per period; the running one comes last and is not judged."""
    every: Interval = asked.interval or "week"
    begin = known_from(snapshot, stream)
    found = [
        period
        for period in chart_periods(asked, every)
        if begin is not None and period.from_ts >= begin
    ]
    counts = throughput(asked_items(stream, asked)["done_ts"].to_numpy(np.int64), found)
    whole = sum(period.complete for period in found)
    points = [
        {**head(period), "key": None, "value": int(count)}
        for period, count in zip(found, counts, strict=True)
    ]
    starts = np.array([period.from_ts for period in found[:whole]], np.int64)
    return Values(over(asked, found), counts[:whole].astype(np.float64), starts, points)


def _times(stream: StreamFacts, slug: str, asked: Question) -> Values:
    """A point per delivery in the order of its end, in days."""
    clock = CLOCKS[slug]
    found = cohort(asked_items(stream, asked), window=asked.window, clock=clock)
    if len(found.included) > _MOST_POINTS:
        raise BadRequestError(
            f"the window holds {len(found.included)} deliveries, and a chart at most"
            f" {_MOST_POINTS}; choose a shorter window"
        )
    days = np.maximum(durations(found, clock, asked.calendar), 0) / DAY
    ended = found.included["released_ts" if slug == "idea_to_release" else "done_ts"]
    times = ended.to_numpy(np.int64)
    order = np.lexsort((found.included["item_id"].to_numpy(np.int64), times))
    zone = ZoneInfo(asked.tz)
    keys = found.included["key"].to_numpy(object)
    points = [
        {
            "start": datetime.fromtimestamp(int(times[i]), zone).date().isoformat(),
            "end": iso(int(times[i])),
            "complete": True,
            "key": keys[i],
            "value": float(days[i]),
        }
        for i in order
    ]
    return Values(replace(asked, interval=None), days[order], times[order], points)


def _measure(chart: Xmr, n: int, unit: str) -> Measure:
    found = chart.limits
    names = ("centre", "lower", "upper", "range_centre", "range_limit", "signals")
    if found is None:
        missing = f"{chart.baseline} of {LEAST_VALUES} values in the baseline"
        reasons: tuple[str, ...] = ("no_data",) if n == 0 else (f"no limits: {missing}",)
        return Measure("count", unit, dict.fromkeys(names), n, reasons=reasons)
    value = {
        "centre": found.centre,
        "lower": found.lower,
        "upper": found.upper,
        "range_centre": found.mean_range,
        "range_limit": found.range_limit,
        "signals": float(len(chart.signals)),
    }
    few = f"provisional limits: {chart.baseline} of {BASELINE_VALUES} values in the baseline"
    return Measure("count", unit, value, n, reasons=(few,) if chart.provisional else ())


def _baseline(found: Values, chart: Xmr, basis: slice, *, declared: bool) -> Answer | None:
    if chart.baseline == 0:
        return None
    rows = found.points[: len(found.values)][basis]
    return {
        "from": rows[0]["start"],
        "to": rows[-1]["end"],
        "n": chart.baseline,
        "declared": declared,
        "provisional": chart.provisional,
    }


def _points(found: Values, chart: Xmr, basis: slice) -> list[Answer]:
    rules: dict[int, list[str]] = {}
    for signal in chart.signals:
        for position in range(signal.first, signal.last + 1):
            if signal.rule not in rules.setdefault(position, []):
                rules[position].append(signal.rule)
    judged = len(found.values)
    return [
        {
            **point,
            "range": float(chart.ranges[i]) if 0 < i < judged else None,
            "in_baseline": basis.start <= i < min(basis.stop, judged),
            "signals": rules.get(i, []),
        }
        for i, point in enumerate(found.points)
    ]


def _signal(signal: Signal, points: Sequence[Answer]) -> Answer:
    return {
        "rule": signal.rule,
        "side": signal.side,
        "from": points[signal.first]["start"],
        "to": points[signal.last]["end"],
        "points": signal.last - signal.first + 1,
    }
