"""Exported tables of daily numbers; see `pipeline/daily.py`."""

from __future__ import annotations

from typing import Final

from store.export_schema import ExportColumn, ExportTable
from store.models import (
    delay_cost_day,
    service,
    service_day,
    stage,
    stream_day,
    value_stream,
    work_item,
)

_C = ExportColumn

DELAY_COSTS: Final = ExportTable(
    "delay_costs",
    "What each wait of what has a value cost, day by day, up to the last day that was over when the"
    " daily numbers were made. Sums over days are those of the API to the cent. Made anew with"
    " every change of the past: replace a stream's rows whole.",
    (
        _C("stream_id", "id", delay_cost_day.c.stream_id, "the stream"),
        _C("part", "count", delay_cost_day.c.part, "tells the rows of a stream apart"),
        _C("day", "day", delay_cost_day.c.day, "the day"),
        _C("starts_at", "time", delay_cost_day.c.day_ts, "when it begins"),
        _C("item_id", "id", delay_cost_day.c.item_id, "the item that waited"),
        _C("episode", "count", delay_cost_day.c.episode, "its delivery"),
        _C("stream", "text", value_stream.c.name, "the name of the stream"),
        _C("key", "text", work_item.c.key, "the key of the item", "it has none"),
        _C("stage_id", "id", delay_cost_day.c.stage_id, "where it waited", "in no stage"),
        _C("stage", "text", stage.c.name, "the name of that stage", "in no stage"),
        _C("team", "text", delay_cost_day.c.team, "which team had it", "not known"),
        _C("reason", "text", delay_cost_day.c.reason, "why it waited", "nothing but its status"),
        _C(
            "sunk",
            "flag",
            delay_cost_day.c.sunk,
            "it was dropped in the end: in `sunk_cents` of the API, not in `cents`",
        ),
        _C("waiting_s", "seconds", delay_cost_day.c.waiting_s, "how much of the day it waited"),
        _C("cost_cents", "cents", delay_cost_day.c.cost_cents, "what that cost"),
    ),
    delay_cost_day.join(value_stream, value_stream.c.id == delay_cost_day.c.stream_id)
    .outerjoin(work_item, work_item.c.id == delay_cost_day.c.item_id)
    .outerjoin(stage, stage.c.id == delay_cost_day.c.stage_id),
    ("stream_id", "part"),
    (delay_cost_day.c.stream_id, delay_cost_day.c.part),
    moment_name="starts_at",
    moment=delay_cost_day.c.day_ts,
    stream=value_stream.c.name,
)

STREAM_DAYS: Final = ExportTable(
    "stream_days",
    "A row for each stream and day that is over, from the first item on; days without anything are"
    " there, too.",
    (
        _C("stream_id", "id", stream_day.c.stream_id, "the stream"),
        _C("day", "day", stream_day.c.day, "the day"),
        _C("starts_at", "time", stream_day.c.day_ts, "when it begins"),
        _C("ends_at", "time", stream_day.c.end_ts, "when the next one begins"),
        _C("stream", "text", value_stream.c.name, "the name of the stream"),
        _C("committed", "count", stream_day.c.committed, "deliveries committed on it"),
        _C("done", "count", stream_day.c.done, "deliveries done"),
        _C("cancelled", "count", stream_day.c.cancelled, "deliveries dropped after commitment"),
        _C("released", "count", stream_day.c.released, "first deliveries released"),
        _C("load", "count", stream_day.c.load, "deliveries in load when it ends"),
        _C(
            "cost_cents",
            "cents",
            stream_day.c.cost_cents,
            "what waiting cost, sunk cost left out",
            "nothing that waited has a value",
        ),
        _C(
            "sunk_cents",
            "cents",
            stream_day.c.sunk_cents,
            "what the waiting of what was dropped cost",
            "nothing that waited has a value",
        ),
        _C("as_of", "time", stream_day.c.as_of_ts, "when the row was made"),
    ),
    stream_day.join(value_stream, value_stream.c.id == stream_day.c.stream_id),
    ("stream_id", "day"),
    (stream_day.c.stream_id, stream_day.c.day_ts),
    moment_name="starts_at",
    moment=stream_day.c.day_ts,
    stream=value_stream.c.name,
)

SERVICE_DAYS: Final = ExportTable(
    "service_days",
    "A row for each service and day that is over, from its first deployment or incident on.",
    (
        _C("service_id", "id", service_day.c.service_id, "the service"),
        _C("day", "day", service_day.c.day, "the day"),
        _C("starts_at", "time", service_day.c.day_ts, "when it begins"),
        _C("ends_at", "time", service_day.c.end_ts, "when the next one begins"),
        _C("service", "text", service.c.name, "the name of the service"),
        _C("deployments", "count", service_day.c.deployments, "successful ones to production"),
        _C("hotfixes", "count", service_day.c.hotfixes, "those that are hotfixes"),
        _C("rollbacks", "count", service_day.c.rollbacks, "those that are rollbacks"),
        _C("failed", "count", service_day.c.failed, "those that an explicit link calls failed"),
        _C("changes", "count", service_day.c.changes, "commits first deployed, excluded ones not"),
        _C("incidents", "count", service_day.c.incidents, "incidents opened"),
        _C("as_of", "time", service_day.c.as_of_ts, "when the row was made"),
    ),
    service_day.join(service, service.c.id == service_day.c.service_id),
    ("service_id", "day"),
    (service_day.c.service_id, service_day.c.day_ts),
    moment_name="starts_at",
    moment=service_day.c.day_ts,
    service=service.c.name,
)
