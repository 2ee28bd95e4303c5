"""Cumulative flow and the run chart of a stream (K4, K5), each in an envelope with its points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from metrics import cfd
from metrics.mapping import Ints
from metrics.measure import Measure
from metrics.periods import Interval, Period
from metrics.run_chart import run_chart
from pipeline.chart_frame import chart_periods, dressed, known_from, over
from pipeline.question import Question
from pipeline.snapshot import Snapshot, StreamFacts
from pipeline.stream_answers import read_from
from pipeline.stream_measures import asked_items, close_of
from pipeline.times import iso

Answer = dict[str, Any]
_ENDS = ("done", "cancelled")
_NOT_IN_ONE = "unmapped"


@dataclass(frozen=True)
class Flow:
    """The boundaries of a stream and when its items crossed them; `visits` are theirs."""

    steps: list[cfd.Boundary]
    crossings: cfd.Crossings


def stream_flow(stream: StreamFacts, asked: Question) -> Flow:
    """The crossings of all items of the kinds, and of the team, that are asked for."""
    of = (asked.kinds, asked.team, asked.as_of if asked.team else None)
    return stream.memo.of(("crossings", *of), partial(_flow, stream, asked))


def _flow(stream: StreamFacts, asked: Question) -> Flow:
    steps = cfd.boundaries(stream.stages)
    visits = stream.visits
    if asked.kinds is not None or asked.team is not None:
        visits = visits[visits["item_id"].isin(asked_items(stream, asked)["item_id"])]
    return Flow(steps, cfd.crossings(visits, steps))


def cfd_answer(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> Answer:
    """Lines by stage, the band of what was cancelled, and who is where, at the end of each period
    of `asked.interval`.

    The running period ends now. A period whose history is not read yet has nulls.
    """
    every = asked.interval or "day"
    found = chart_periods(asked, every)
    asked = over(asked, found)
    flow = stream_flow(stream, asked)
    body = dressed(
        snapshot, stream, "cfd", _cfd_measure(stream, flow, asked), asked, explain="cfd/explain"
    )
    return {
        **body,
        "every": every,
        "zone": asked.tz,
        "boundaries": [{"name": step.name, "state": step.state} for step in flow.steps],
        "points": _cfd_points(stream, flow, asked, found, read_from(snapshot, stream, "cfd")),
    }


def _cfd_measure(stream: StreamFacts, flow: Flow, asked: Question) -> Measure:
    """What came and went in the window: first crossings, beside the last completions (velocity)."""
    close = _last_second(asked)
    window, one = asked.window, flow.crossings
    ended = window.holds(one.moments[:, -1])
    items = asked_items(stream, asked)
    value = {
        "arrived": float(window.holds(one.moments[:, 0]).sum()),
        "first_completions": float((ended & ~one.cancelled).sum()),
        "cancelled": float((ended & one.cancelled).sum()),
        "velocity": float(window.holds(items["done_ts"].to_numpy(np.int64)).sum()),
    }
    value["net"] = value["arrived"] - value["first_completions"] - value["cancelled"]
    there = int(one.there(close).sum())
    unknown = int(one.unknown(close).sum())
    return Measure(
        sort="count",
        unit="items",
        value=value if there else dict.fromkeys(value),
        n=there,
        excluded={"unmapped": unknown} if unknown else {},
        reasons=tuple(_cfd_reasons(stream, value, there)),
    )


def _cfd_reasons(stream: StreamFacts, value: dict[str, float], there: int) -> list[str]:
    found = [] if there else ["no_data"]
    if not len(stream.stages):
        found.append("no stages are configured: lines are by the tracker's new, in progress, done")
    if value["velocity"] != value["first_completions"]:
        found.append(
            f"first completions {value['first_completions']:.0f}, last completions (velocity)"
            f" {value['velocity']:.0f}: some items were reopened or done more than once"
        )
    return found


def _last_second(asked: Question) -> int:
    """The last second of the window, which is the present one where it ends now."""
    return asked.as_of if asked.window.to_ts >= asked.as_of else close_of(asked) - 1


def _closes(found: Sequence[Period], as_of: int) -> Ints:
    return np.array([min(period.to_ts - 1, as_of) for period in found], np.int64)


def _cfd_points(
    stream: StreamFacts, flow: Flow, asked: Question, found: Sequence[Period], read: int | None
) -> list[Answer]:
    closes = _closes(found, asked.as_of)
    lines, gone = cfd.crossed(flow.crossings, closes)
    stages = stream.stages.sort_values("ordinal")
    stages = stages[~stages["state"].isin(_ENDS)]
    ids = stages["stage_id"].tolist()
    inside = cfd.occupancy(asked_items(stream, asked), stream.visits, ids, closes)
    names = [*stages["name"].tolist(), _NOT_IN_ONE if len(ids) else "In progress"]
    steps = [step.name for step in flow.steps]
    points = []
    for row, period in enumerate(found):
        told = read is None or period.from_ts >= read
        here = dict(zip(names, inside[row].tolist(), strict=True))
        if len(ids) and not inside[:, -1].any():
            del here[_NOT_IN_ONE]
        points.append(
            {
                **head(period),
                "reached": dict(zip(steps, lines[row].tolist(), strict=True)) if told else None,
                "cancelled": int(gone[row]) if told else None,
                "occupancy": here if told else None,
            }
        )
    return points


def head(period: Period) -> Answer:
    """Which period a point is of."""
    return {"start": period.label, "end": iso(period.to_ts), "complete": period.complete}


def explain_cfd(stream: StreamFacts, asked: Question) -> Answer:
    """Every item of the chart with when it crossed each boundary, and those that it can't place."""
    flow = stream_flow(stream, asked)
    one, close = flow.crossings, _last_second(asked)
    known = stream.items.drop_duplicates("item_id").set_index("item_id")[["key", "title", "kind"]]
    names = known.reindex(one.item)
    furthest = one.furthest(close)

    def row(position: int) -> Answer:
        return {name: names[name].iat[position] for name in ("key", "title", "kind")}

    included = [
        {
            **row(at),
            "furthest": flow.steps[furthest[at]].name,
            "cancelled": bool(one.cancelled[at]) and bool(one.moments[at, -1] <= close),
            "crossed_at": {
                step.name: iso(int(moment))
                for step, moment in zip(flow.steps, one.moments[at], strict=True)
                if moment <= close
            },
        }
        for at in np.flatnonzero(one.there(close)).tolist()
    ]
    excluded = [
        {**row(at), "reason": "unmapped"} for at in np.flatnonzero(one.unknown(close)).tolist()
    ]
    return {
        "metric": "cfd",
        "window": [iso(asked.window.from_ts), iso(asked.window.to_ts)],
        "n": len(included),
        "included": included,
        "excluded": excluded,
    }


def run_chart_answer(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> Answer:
    """Completions by period of `asked.interval`, empty periods among them; null where nothing can
    be known.
    """
    every: Interval = asked.interval or "week"
    found = chart_periods(asked, every)
    begin = known_from(snapshot, stream)
    chart = run_chart(asked_items(stream, asked), found, known_from=begin)
    known = [period for period, told in zip(found, chart.known, strict=True) if told]
    nothing = begin is None or not known
    asked = over(asked, found if nothing else known)
    counted = 0 if nothing else int(chart.count[chart.known].sum())
    value = {"mean": chart.mean, "median": chart.median}
    measure = Measure(
        sort="count",
        unit="items",
        value=dict.fromkeys(value) if nothing else value,
        n=counted,
        parts={}
        if nothing
        else {"periods": float(chart.complete), "zero_periods": float(chart.zeros)},
        reasons=_run_reasons(every, nothing=nothing, complete=chart.complete),
    )
    body = dressed(
        snapshot, stream, "run_chart", measure, asked, explain="metrics/velocity/explain"
    )
    points = [
        {**head(period), "count": int(count) if told and not nothing else None}
        for period, count, told in zip(found, chart.count, chart.known, strict=True)
    ]
    return {**body, "every": every, "zone": asked.tz, "points": points}


def _run_reasons(every: Interval, *, nothing: bool, complete: int) -> tuple[str, ...]:
    if nothing:
        return ("no_data",)
    return () if complete else (f"no complete {every} in this window",)
