"""Answers about a value stream: its metrics in envelopes, its stages, its delay cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import urlencode

import numpy as np

from core.errors import NotFoundError
from core.frames import NONE
from core.settings import Settings
from metrics import cost, coverage, flow, flow_series
from metrics.cohort import Clock
from metrics.envelope import Context, Freshness, document, envelope
from metrics.measure import Measure
from metrics.periods import WEEK, periods
from metrics.registry import METRICS
from metrics.stages import stage_time
from metrics.stats import natural_limits, ratio
from pipeline.question import Question
from pipeline.snapshot import ServiceFacts, Snapshot, StreamFacts
from pipeline.times import iso

Answer = dict[str, Any]

FLOW_SLUGS = (
    "flow_time",
    "idea_to_done",
    "idea_to_release",
    "velocity",
    "load",
    "efficiency",
    "distribution",
    "reopen_rate",
    "discard_rate",
    "delay_cost",
)
_CLOCKS: Mapping[str, Clock] = {
    "flow_time": "flow_time",
    "idea_to_done": "idea_to_done",
    "idea_to_release": "idea_to_release",
}


def stream_of(snapshot: Snapshot, name: str) -> StreamFacts:
    """The facts of a stream; `NotFoundError` with the names that exist."""
    if name not in snapshot.streams:
        known = ", ".join(snapshot.streams) or "none"
        raise NotFoundError(f'there is no value stream "{name}"; known: {known}')
    return snapshot.streams[name]


def stream_metric(
    snapshot: Snapshot, settings: Settings, stream: StreamFacts, slug: str, asked: Question
) -> Answer:
    """One metric of a stream in its envelope, with a series where an interval is asked."""
    if slug not in FLOW_SLUGS:
        raise NotFoundError(
            f'a value stream has no metric "{slug}"; it has: {", ".join(FLOW_SLUGS)}'
        )
    measure = _measure(settings, stream, slug, asked)
    metric = METRICS[slug]
    context = _context(snapshot, stream, slug, asked)
    body = answer(document(envelope(measure, metric.definition, context)))
    if asked.interval is not None:
        body |= series(stream, slug, asked)
    return body


def answer(body: dict[str, object]) -> Answer:
    """The document, with what a ratio or count is made of beside its value."""
    parts = body.pop("parts")
    value = body["value"]
    if not isinstance(parts, Mapping) or not isinstance(value, Mapping):
        raise TypeError("an envelope has mappings")
    return {**body, "value": {**parts, **value}}


def _measure(settings: Settings, stream: StreamFacts, slug: str, asked: Question) -> Measure:
    items, window, kinds = stream.items, asked.window, asked.kinds
    made: dict[str, Callable[[], Measure]] = {
        "velocity": lambda: _per_week(flow.velocity(items, window=window, kinds=kinds), asked),
        "load": lambda: flow.load(items, as_of=_close(asked), kinds=kinds),
        "efficiency": lambda: flow.efficiency(
            items, window=window, staged=len(stream.stages) > 0, kinds=kinds
        ),
        "distribution": lambda: flow.distribution(items, window=window, kinds=kinds),
        "reopen_rate": lambda: flow.reopen_rate(
            items,
            window=window,
            as_of=asked.as_of,
            reopen_window_s=int(stream.config.reopen_window.total_seconds()),
        ),
        "discard_rate": lambda: flow.discard_rate(items, window=window),
        "delay_cost": lambda: delay_cost_measure(settings, stream, asked),
    }
    if slug in _CLOCKS:
        return flow.flow_time(items, window=window, clock=_CLOCKS[slug], kinds=kinds)
    return made[slug]()


def _close(asked: Question) -> int:
    """The instant for which a state is told: the end of the window, or now."""
    return min(asked.window.to_ts, asked.as_of)


def _per_week(measure: Measure, asked: Question) -> Measure:
    count = measure.value["count"] or 0.0
    return replace(
        measure, value={**measure.value, "per_week": count / asked.window.seconds * WEEK}
    )


def delay_cost_measure(settings: Settings, stream: StreamFacts, asked: Question) -> Measure:
    """What waiting cost in the window, in cents; null where nothing that waited has a value."""
    items = stream.items
    if asked.kinds is not None:
        items = items[items["kind"].isin(list(asked.kinds))]
    found = cost.delay_cost(items, stream.visits, window=asked.window, as_of=asked.as_of)
    burning = cost.burn_rate(items, stream.visits, as_of=_close(asked))
    valued = len(found.cells[["item_id", "episode"]].drop_duplicates())
    known = valued > 0
    cents = float(found.cost_cents)
    return Measure(
        sort="count",
        unit=f"cents {settings.cost_of_delay.currency}",
        value={
            "cents": cents if known else None,
            "per_week_cents": cents / asked.window.seconds * WEEK if known else None,
            "sunk_cents": float(found.sunk_cents) if known else None,
            "burn_rate_cents": float(burning["cents_per_week"].sum())
            if known or len(burning)
            else None,
        },
        n=valued,
        parts={"valued": float(valued), "unvalued": float(found.unvalued)},
        reasons=("profile P1",) if known else ("nothing that waited in this window has a value",),
    )


def coverages(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> dict[str, float | None]:
    """C1, C3, C6, C7, C8 and C11 of a stream in the window."""
    return {one.id: one.share for one in stream_coverage(snapshot, stream, asked)}


def stream_coverage(
    snapshot: Snapshot, stream: StreamFacts, asked: Question
) -> list[coverage.Coverage]:
    """The coverage measures of a stream, with numerators and denominators."""
    window, as_of = asked.window, asked.as_of
    shipped = [
        snapshot.services[name] for name in stream.config.services if name in snapshot.services
    ]
    parts = [coverage.known_commits(one.deployments, window=window) for one in shipped]
    known = coverage.Coverage(
        "C3", sum(part.numerator for part in parts), sum(part.denominator for part in parts)
    )
    return [
        coverage.ticket_links(stream.items, window=window),
        known,
        coverage.mapped_time(stream.visits, window=window, as_of=as_of),
        coverage.active_with_queue(stream.visits, stream.stages, window=window, as_of=as_of),
        coverage.full_history(stream.items, window=window, as_of=as_of),
        coverage.valued_items(stream.items, as_of=as_of),
    ]


def _context(snapshot: Snapshot, stream: StreamFacts, slug: str, asked: Question) -> Context:
    tracker = stream.config.items.source
    everything = slug == "idea_to_release"
    sources = {
        name: replace(one, required=everything or name == tracker)
        for name, one in snapshot.freshness.items()
    }
    return Context(
        scope={"stream": stream.config.name},
        window=asked.window,
        as_of=asked.as_of,
        known_at=known_at(sources, asked),
        coverage=coverages(snapshot, stream, asked),
        sources=sources,
        explain=explain_address(f"/v1/streams/{stream.config.name}/metrics/{slug}/explain", asked),
    )


def pooled_context(snapshot: Snapshot, streams: Sequence[StreamFacts], asked: Question) -> Context:
    """The context of a number over several streams: coverage of all of them together."""
    totals: dict[str, list[int]] = {}
    for stream in streams:
        for one in stream_coverage(snapshot, stream, asked):
            pair = totals.setdefault(one.id, [0, 0])
            pair[0] += one.numerator
            pair[1] += one.denominator
    names = ",".join(stream.config.name for stream in streams)
    return Context(
        scope={"streams": names},
        window=asked.window,
        as_of=asked.as_of,
        known_at=known_at(snapshot.freshness, asked),
        coverage={name: ratio(*pair) for name, pair in totals.items()},
        sources=snapshot.freshness,
        explain=explain_address("/v1/overview", asked),
    )


def known_at(sources: Mapping[str, Freshness], asked: Question) -> int:
    """The latest moment up to which any source was read; the moment asked for where none was."""
    marks = [one.watermark_ts for one in sources.values() if one.watermark_ts is not None]
    return min(asked.as_of, max(marks, default=asked.as_of))


def explain_address(path: str, asked: Question) -> str:
    """The address that lists what a number is made of."""
    query = {"from": iso(asked.window.from_ts), "to": iso(asked.window.to_ts)}
    if asked.kinds:
        query["type"] = asked.kinds[0]
    return f"{path}?{urlencode(query, safe=':')}"


def series(stream: StreamFacts, slug: str, asked: Question) -> Answer:
    """`series`, a row per period, and `limits`, the natural limits of the complete periods'
    first value.
    """
    interval = asked.interval or "week"
    found = periods(
        asked.window,
        interval=interval,
        tz=asked.tz,
        as_of=asked.as_of,
        week_starts=asked.week_starts,
    )
    if slug in _CLOCKS:
        frame = flow_series.flow_time_series(
            stream.items, found, clock=_CLOCKS[slug], kinds=asked.kinds, trailing_weeks=None
        )
        columns = {"n": "n", "p50": "p50_d", "p85": "p85_d", "p95": "p95_d"}
    elif slug == "load":
        frame = flow_series.load_series(stream.items, found, as_of=asked.as_of, kinds=asked.kinds)
        columns = {"load": "load"}
    else:
        frame = flow_series.velocity_series(stream.items, found, kinds=asked.kinds)
        columns = {"count": "count"}
    rows = []
    for record in frame.to_dict("records"):
        values = {name: _number(record[column]) for name, column in columns.items()}
        rows.append(
            {
                "start": record["period"],
                "end": iso(int(record["to_ts"])),
                "complete": bool(record["complete"]),
                **values,
            }
        )
    first = next(name for name in columns if name != "n")
    complete = [row[first] for row in rows if row["complete"] and row[first] is not None]
    limits = natural_limits(np.array(complete, np.float64))
    told = None
    if limits is not None and len(complete) >= _LEAST_FOR_LIMITS:
        told = {"mean": limits.centre, "lower": limits.lower, "upper": limits.upper}
    return {"series": rows, "limits": told}


_LEAST_FOR_LIMITS = 6


def _number(value: object) -> float | None:
    number = float(str(value))
    return None if np.isnan(number) else number


def stage_rows(settings: Settings, stream: StreamFacts, asked: Question) -> list[Answer]:
    """The stages in the order of the map: time per delivery, what is inside now, what it costs."""
    times = stage_time(
        stream.items,
        stream.visits,
        stream.stages,
        window=asked.window,
        as_of=_close(asked),
        kinds=asked.kinds,
    )
    found = cost.delay_cost(stream.items, stream.visits, window=asked.window, as_of=asked.as_of)
    spent = found.by("stage_id").set_index("stage_id")["cost_cents"]
    burning = cost.burn_rate(stream.items, stream.visits, as_of=_close(asked)).set_index("stage_id")
    ages = _average_wait_days(stream, asked)
    rows = []
    for row in times.to_dict("records"):
        stage = int(row["stage_id"])
        rows.append(
            {
                "name": row["name"],
                "state": row["state"],
                "team": row["team"],
                "visits": int(row["visits"]),
                "p50_d": _number(row["p50_d"]),
                "p85_d": _number(row["p85_d"]),
                "waiting_d": _number(row["waiting_d"]),
                "active_d": _number(row["active_d"]),
                "visit_share": _number(row["visit_share"]),
                "items_now": int(row["items_now"]),
                "waiting_now": int(burning["waiting"].get(stage, 0)),
                "average_wait_now_d": ages.get(stage),
                "delay_cost_cents": int(spent.get(stage, 0)),
                "burn_rate_cents": int(burning["cents_per_week"].get(stage, 0)),
                "currency": settings.cost_of_delay.currency,
            }
        )
    return rows


def _average_wait_days(stream: StreamFacts, asked: Question) -> dict[int, float]:
    """How long what waits now in each stage has been waiting there, on average."""
    visits = stream.visits
    here = visits[(visits["end_ts"] == NONE) & (visits["state"] == "waiting")]
    days = (asked.as_of - here["start_ts"]) / 86_400
    mean = days.groupby(here["stage_id"]).mean()
    return dict(zip(mean.index.tolist(), mean.tolist(), strict=True))


def services_of(snapshot: Snapshot, stream: StreamFacts) -> list[ServiceFacts]:
    """The services that deliver a stream."""
    return [snapshot.services[name] for name in stream.config.services if name in snapshot.services]


def stream_document(stream: StreamFacts) -> Answer:
    """What a stream is: its stages, services, and the version of its facts."""
    return {
        "name": stream.config.name,
        "title": stream.title,
        "facts_version": stream.version,
        "services": list(stream.config.services),
        "repositories": list(stream.config.repositories),
        "stages": [
            {"name": one.name, "state": one.state, "team": one.team, "value": one.value}
            for one in stream.config.stages
        ],
    }


def delay_cost_rows(
    settings: Settings, stream: StreamFacts, asked: Question, *, by: Literal["stage", "item"]
) -> Answer:
    """The window's delay cost split by stage or item, the costliest first; sums beside it."""
    found = cost.delay_cost(stream.items, stream.visits, window=asked.window, as_of=asked.as_of)
    column = "stage_id" if by == "stage" else "item_id"
    table = found.by(column).sort_values("cost_cents", ascending=False)
    names = (
        stream.stages.set_index("stage_id")["name"]
        if by == "stage"
        else stream.items.drop_duplicates("item_id").set_index("item_id")["key"]
    )
    rows = [
        {
            by: names.get(row[column], "unmapped"),
            "wait_d": float(row["wait_s"]) / 86_400,
            "cost_cents": int(row["cost_cents"]),
            "sunk_cents": int(row["sunk_cents"]),
        }
        for row in table.to_dict("records")
    ]
    return {
        "items": rows,
        "next": None,
        "cost_cents": found.cost_cents,
        "sunk_cents": found.sunk_cents,
        "unvalued": found.unvalued,
        "currency": settings.cost_of_delay.currency,
        "profile": settings.cost_of_delay.profile,
    }
