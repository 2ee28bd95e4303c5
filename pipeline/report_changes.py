"""Whether a number of a report changed: its weeks on a process behaviour chart (K6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import numpy as np

from core.settings import Settings
from metrics.periods import midnight
from metrics.xmr import BASELINE_VALUES, LEAST_VALUES, Xmr, xmr
from pipeline.chart_frame import known_from
from pipeline.report_weeks import Weeks
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import stream_metric
from pipeline.times import iso

Answer = dict[str, Any]
_TRUSTED: Final = ("A", "B")


def change_of(
    snapshot: Snapshot,
    settings: Settings,
    stream: StreamFacts,
    slug: str,
    value: str,
    told: Weeks,
) -> Answer:
    """The chart of a value by week, up to the end of the report, and what it says of its weeks.

    `state`: changed where a signal reaches the last whole week; usual; not_judged with the reason.
    Limits come from the first 20 weeks of the chart, or of the same definition. `signals` are those
    that touch a week of the report.
    """
    body = stream_metric(snapshot, settings, stream, slug, told.chart)
    parted = [one["on"] for one in body["breaks"]]
    begin, zone = known_from(snapshot, stream), ZoneInfo(told.chart.tz)
    weeks = [
        row
        for row in body["series"]
        if row["complete"]
        and row[value] is not None
        and begin is not None
        and midnight(date.fromisoformat(row["start"]), zone) >= begin
        and (not parted or row["start"] >= parted[-1])
    ]
    chart = xmr(
        np.array([row[value] for row in weeks], np.float64), baseline=slice(0, BASELINE_VALUES)
    )
    signals = _signals(chart, weeks, told.first_day.isoformat())
    reason = _not_judged(body, chart, weeks, told)
    reaching = [one for one in signals if one["to"] == weeks[-1]["start"]]
    return {
        "state": "not_judged" if reason else "changed" if reaching else "usual",
        "reason": reason,
        "of": value,
        "weeks": len(weeks),
        "limits": _limits(chart),
        "provisional": chart.provisional,
        "definition_since": parted[-1] if parted else None,
        "signals": [] if reason else signals,
        "chart": _address(stream, slug, told),
    }


def _not_judged(
    body: Mapping[str, Any], chart: Xmr, weeks: Sequence[Answer], told: Weeks
) -> str | None:
    if chart.limits is None:
        return f"{len(weeks)} of {LEAST_VALUES} whole weeks with a value are known"
    if weeks[-1]["start"] < told.first_day.isoformat():
        return "the week still runs" if not told.complete else "these weeks have no value"
    if body["grade"] not in _TRUSTED:
        return f"the weeks before have grade {body['grade']}"
    return None


def _limits(chart: Xmr) -> Answer | None:
    found = chart.limits
    if found is None:
        return None
    return {"mean": found.centre, "lower": found.lower, "upper": found.upper}


def _signals(chart: Xmr, weeks: Sequence[Answer], first: str) -> list[Answer]:
    return [
        {
            "rule": one.rule,
            "side": one.side,
            "from": weeks[one.first]["start"],
            "to": weeks[one.last]["start"],
            "points": one.last - one.first + 1,
        }
        for one in chart.signals
        if weeks[one.last]["start"] >= first
    ]


def _address(stream: StreamFacts, slug: str, told: Weeks) -> str:
    window = told.chart.window
    query = {"from": iso(window.from_ts), "to": iso(window.to_ts), "interval": "week"}
    if told.chart.known_at is not None:
        query["known_at"] = iso(told.chart.known_at)
    return f"/v1/streams/{stream.config.name}/metrics/{slug}?{urlencode(query, safe=':')}"
