"""The first screen in one answer: how long, where it waits, what it costs, can it be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from core.frames import NONE
from core.settings import Settings
from metrics.envelope import document, envelope, unread_history
from metrics.measure import Measure
from metrics.registry import METRICS
from pipeline.breaks import break_rows
from pipeline.history_status import loading
from pipeline.question import Question
from pipeline.series import stream_series
from pipeline.service_answers import missing_of, service_metric
from pipeline.snapshot import ServiceFacts, Snapshot, StreamFacts
from pipeline.stage_answers import stage_rows
from pipeline.stream_answers import (
    answer,
    pooled_context,
    read_from,
    services_of,
    sources_of,
    stream_metric,
)
from pipeline.stream_measures import asked_items, released_time
from pipeline.times import iso
from pipeline.trust import trust_lines

Answer = dict[str, Any]

_STREAM = ("idea_to_release", "flow_time", "efficiency", "load", "velocity", "delay_cost")
_SERVICE = {
    "change_lead_time": "change_lead_time",
    "deployment_frequency": "deployment_frequency",
    "recovery_time": "recovery_time",
    "change_fail_rate": "change_fail_rate",
    "rework_rate": "deployment_rework_rate",
}
_DAY = 86_400


def overview(snapshot: Snapshot, settings: Settings, asked: Question, weekly: Question) -> Answer:
    """Streams by what their waiting costs, services, and the headline. `weekly`: the 13-week
    question.
    """
    if not snapshot.streams:
        snapshot.later.require_any()
    streams = [_stream(snapshot, settings, one, asked, weekly) for one in snapshot.streams.values()]
    streams.sort(key=lambda row: -(row["delay_cost"]["value"]["per_week_cents"] or 0.0))
    marks = {name: one.watermark_ts for name, one in snapshot.freshness.items()}
    known = [mark for mark in marks.values() if mark is not None]
    running = next((week for row in streams for week in row["weeks"] if not week["complete"]), None)
    return {
        "window": [iso(asked.window.from_ts), iso(asked.window.to_ts)],
        "as_of": iso(asked.as_of),
        "watermarks": {name: iso(mark) for name, mark in marks.items()},
        "oldest_watermark": iso(min(known)) if len(known) == len(marks) and known else None,
        "history": _history(snapshot, asked),
        "incomplete_week": running["start"] if running else None,
        "headline": _headline(snapshot, settings, asked, streams),
        "streams": streams,
        "awaited": list(snapshot.awaited.streams),
        "services": [
            _service(snapshot, settings, service, stream, asked)
            for stream in snapshot.streams.values()
            for service in services_of(snapshot, stream)
        ],
    }


def _history(snapshot: Snapshot, asked: Question) -> Answer | None:
    """How far back all sources are there, of the slowest of them; None once they are whole."""
    parts = [part for parts in snapshot.older.values() for part in parts]
    told = loading(parts, as_of=asked.as_of)
    return told and {**told, "sources": list(snapshot.older)}


def _stream(
    snapshot: Snapshot,
    settings: Settings,
    stream: StreamFacts,
    asked: Question,
    weekly: Question,
) -> Answer:
    found = {slug: stream_metric(snapshot, settings, stream, slug, asked) for slug in _STREAM}
    whole_from = read_from(snapshot, stream, "idea_to_release")
    weeks = stream_series(
        settings, stream, "idea_to_release", weekly, whole_from=whole_from, trailing=False
    )
    stages = _stages(settings, stream, asked) if _is_told(snapshot, stream, asked) else []
    total = sum(row["waiting_d"] + row["active_d"] for row in stages)
    grades = [found[slug]["grade"] for slug in ("idea_to_release", "flow_time")]
    return {
        "name": stream.config.name,
        "title": stream.title,
        "teams": list(dict.fromkeys(stage.team for stage in stream.config.stages if stage.team)),
        **found,
        "stages": stages,
        "total_d": total if stages else None,
        "weeks": weeks["series"],
        "limits": weeks["limits"],
        "breaks": break_rows(
            stream.breaks, {"idea_to_release"}, weekly, {"stream": stream.config.name}
        ),
        "grade": max(grades),
        "reasons": found["idea_to_release"]["reasons"],
    }


def _is_told(snapshot: Snapshot, stream: StreamFacts, asked: Question) -> bool:
    """Whether enough of the window is read to say where the time of its deliveries went."""
    sources = sources_of(snapshot, stream, "flow_time")
    return all(grade != "D" for grade, _ in unread_history(sources, asked.window))


def _stages(settings: Settings, stream: StreamFacts, asked: Question) -> list[Answer]:
    """Average days per delivery from idea to release: before commitment, each stage, and until
    release.
    """
    rows = [
        {
            "name": row["name"],
            "state": row["state"],
            "team": row["team"],
            "waiting_d": row["waiting_d"] or 0.0,
            "active_d": row["active_d"] or 0.0,
        }
        for row in stage_rows(settings, stream, asked)
        if row["state"] not in ("new", "done", "cancelled")
    ]
    items = asked_items(stream, asked)
    done = items[asked.window.holds(items["done_ts"].to_numpy("int64"))]
    timed = done[(done["committed_ts"] != NONE) & (done["start_reason"] == "")]
    if timed.empty:
        return []
    before = float((timed["committed_ts"] - timed["idea_ts"]).clip(lower=0).mean()) / _DAY
    released = timed[timed["released_ts"] != NONE]
    after = (released["released_ts"] - released["done_ts"]).clip(lower=0).mean()
    upstream = {"name": "Ideas", "state": "new", "team": "", "waiting_d": before, "active_d": 0.0}
    release = {"name": "Release", "state": "waiting", "team": "", "active_d": 0.0}
    days = 0.0 if pd.isna(after) else float(after) / _DAY
    return [upstream, *rows, {**release, "waiting_d": days}]


def _service(
    snapshot: Snapshot,
    settings: Settings,
    service: ServiceFacts,
    stream: StreamFacts,
    asked: Question,
) -> Answer:
    found = {
        name: service_metric(snapshot, settings, service, slug, asked)
        for name, slug in _SERVICE.items()
    }
    worst = max(found.values(), key=lambda body: str(body["grade"]))
    return {
        "name": service.config.name,
        "stream": stream.config.name,
        "stream_title": stream.title,
        **found,
        "grade": worst["grade"],
        "reasons": worst["reasons"],
        "missing": missing_of(settings, service),
    }


def _headline(
    snapshot: Snapshot, settings: Settings, asked: Question, rows: Sequence[Answer]
) -> Answer:
    streams = list(snapshot.streams.values())
    return {
        "how_long": _pooled_time(snapshot, streams, asked) if streams else None,
        "where": _where(snapshot, settings, rows, asked),
        "cost": _pooled_cost(snapshot, settings, streams, rows, asked) if streams else None,
        "grade": max((row["grade"] for row in rows), default="D"),
        "trust": [*_unread(snapshot, asked), *trust_lines(snapshot, settings, asked)],
    }


def _unread(snapshot: Snapshot, asked: Question) -> list[str]:
    found = unread_history(snapshot.freshness, asked.window)
    return [reason for _, reason in found]


def _pooled_time(snapshot: Snapshot, streams: Sequence[StreamFacts], asked: Question) -> Answer:
    """One distribution over all streams, never an average of their medians."""
    items = pd.concat([stream.items for stream in streams], ignore_index=True)
    items = items.drop_duplicates(["item_id", "episode"])
    measure = released_time(items, asked)
    context = pooled_context(snapshot, streams, "idea_to_release", asked)
    return answer(document(envelope(measure, METRICS["idea_to_release"].definition, context)))


def _pooled_cost(
    snapshot: Snapshot,
    settings: Settings,
    streams: Sequence[StreamFacts],
    rows: Sequence[Answer],
    asked: Question,
) -> Answer:
    """The sum over the streams; items are in one stream each, so nothing is counted twice."""
    values = [row["delay_cost"]["value"] for row in rows]
    known = [value for value in values if value["cents"] is not None]
    names = ("cents", "per_week_cents", "sunk_cents", "burn_rate_cents")
    sums = {
        name: float(sum(value[name] or 0.0 for value in known)) if known else None for name in names
    }
    parts = {name: float(sum(value[name] for value in values)) for name in ("valued", "unvalued")}
    measure = Measure(
        sort="count",
        unit=f"cents {settings.cost_of_delay.currency}",
        value=sums,
        n=int(parts["valued"]),
        parts=parts,
        reasons=() if known else (_no_cost(valued=parts["valued"] > 0),),
    )
    context = pooled_context(snapshot, streams, "delay_cost", asked)
    body = answer(document(envelope(measure, METRICS["delay_cost"].definition, context)))
    body["value"]["currency"] = settings.cost_of_delay.currency
    return body


def _no_cost(*, valued: bool) -> str:
    return "withheld for every stream" if valued else "nothing that waited has a value"


def _where(
    snapshot: Snapshot, settings: Settings, rows: Sequence[Answer], asked: Question
) -> Answer | None:
    """The longest step wait of the costliest stream: where to look first."""
    for row in rows:
        stream = snapshot.streams[row["name"]]
        if not _is_told(snapshot, stream, asked):
            continue
        steps = [step for step in stage_rows(settings, stream, asked) if step["waiting_d"]]
        if not steps:
            continue
        step = max(steps, key=lambda one: one["waiting_d"])
        return {
            "stream": row["name"],
            "stream_title": row["title"],
            "stage": step["name"],
            "team": step["team"],
            "items": step["waiting_now"],
            "average_wait_d": step["average_wait_now_d"],
            "waiting_d": step["waiting_d"],
        }
    return None
