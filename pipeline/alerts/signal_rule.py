"""The rule about the process: a week's throughput or flow time that is more than noise (K6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote, urlencode

import numpy as np

from core.written import day
from metrics.periods import WEEK, Window
from metrics.stats import MINIMUM_N, Floats
from metrics.xmr import BASELINE_VALUES, Rule, Signal, Xmr, xmr
from pipeline.alerts.causes import Cause, Ground, key_of, seconds_of
from pipeline.question import Question, question
from pipeline.series import stream_series
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import read_from
from pipeline.times import iso
from pipeline.xmr_answers import charted

_WEEKS: Final = 26
_FRESH: Final = 2
"""A signal counts while one of so many last whole weeks is in it."""
_LEAST: Final = 12
"""So many weeks before these give the limits; with fewer, noise would pass them too often."""
_RULES: Final[dict[Rule, str]] = {
    "outside": "outside the natural limits",
    "run": "eight weeks or more on one side of the mean",
    "near_limit": "three of four weeks nearer a limit than the mean",
}
"""A wide step from week to week fires on the way back, too: that is not asked."""
_WORDS: Final = {
    ("velocity", "above"): "{} delivers more than it did",
    ("velocity", "below"): "{} delivers less than it did",
    ("flow_time", "above"): "Work takes longer in {} than it did",
    ("flow_time", "below"): "Work takes less time in {} than it did",
}
_UNITS: Final = {"velocity": "items delivered", "flow_time": "days for half of its deliveries"}


@dataclass(frozen=True)
class Weeks:
    """Whole weeks with enough to say something: values, and the day and instant of the start."""

    values: Floats
    labels: Sequence[str]
    starts: Sequence[int]


def signal_causes(ground: Ground, stream: StreamFacts) -> list[Cause]:
    """At most one for each metric and side."""
    asked = question(ground.settings, as_of=ground.as_of, interval="week")
    asked = replace(asked, window=Window(asked.as_of - _WEEKS * WEEK, asked.as_of))
    found = []
    for slug, weeks in (
        ("velocity", _velocity(ground.snapshot, stream, asked)),
        ("flow_time", _flow_time(ground, stream, asked)),
    ):
        found += _judged(stream, slug, weeks, asked)
    return found


def _velocity(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> Weeks:
    chart = charted(snapshot, stream, "velocity", asked)
    points = chart.points[: len(chart.values)]
    return Weeks(chart.values, [one["start"] for one in points], chart.at.tolist())


def _flow_time(ground: Ground, stream: StreamFacts, asked: Question) -> Weeks:
    whole = read_from(ground.snapshot, stream, "flow_time")
    weeks = stream_series(
        ground.settings, stream, "flow_time", asked, whole_from=whole, trailing=False
    )
    rows = weeks["series"]
    told = [
        row
        for row in rows
        if row["complete"] and row["p50"] is not None and row["n"] >= MINIMUM_N["p50"]
    ]
    values = np.array([row["p50"] for row in told], np.float64)
    starts = [(seconds_of(row["end"]) or 0) - WEEK for row in told]
    return Weeks(values, [row["start"] for row in told], starts)


def _judged(stream: StreamFacts, slug: str, weeks: Weeks, asked: Question) -> list[Cause]:
    n = len(weeks.values)
    basis = min(BASELINE_VALUES, n - _FRESH)
    recent = asked.as_of - (_FRESH + 1) * WEEK
    if basis < _LEAST or weeks.starts[-1] < recent:
        return []
    chart = xmr(weeks.values, baseline=slice(0, basis))
    found: dict[str, Signal] = {}
    for one in chart.signals:
        if one.rule in _RULES and one.last >= n - _FRESH:
            found.setdefault(one.side, one)
    return [_cause(stream, slug, weeks, chart, one, asked) for one in found.values()]


def _cause(
    stream: StreamFacts, slug: str, weeks: Weeks, chart: Xmr, one: Signal, asked: Question
) -> Cause:
    name, limits = stream.config.name, chart.limits
    assert limits is not None  # without limits there is no signal
    last = weeks.values[one.last]
    expected = f"{limits.lower:.3g} to {limits.upper:.3g}, mean {limits.centre:.3g}"
    return Cause(
        key=key_of("signal", name, slug, one.side),
        rule="signal",
        subject=slug,
        what=_WORDS[slug, one.side].format(stream.title),
        why=[
            f"week of {day(weeks.labels[one.last])}: {last:.3g} {_UNITS[slug]}",
            f"natural limits {expected}, by {chart.baseline} weeks from {day(weeks.labels[0])}",
            f"{_RULES[one.rule]}, which is more than noise",
        ],
        page="/",
        explain=_explain(name, slug, asked),
        stream=name,
        since_ts=weeks.starts[one.first],
    )


def _explain(name: str, slug: str, asked: Question) -> str:
    told: dict[str, Any] = {"interval": "week", "from": iso(asked.window.from_ts)}
    way = "/xmr" if slug == "velocity" else ""
    query = urlencode({**told, "to": iso(asked.window.to_ts)}, safe=":")
    return f"/v1/streams/{quote(name)}/metrics/{slug}{way}?{query}"
