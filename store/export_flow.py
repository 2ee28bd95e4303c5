"""Exported tables of streams: their stages, items, visits, blocks, and time by tool."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, and_, case, exists, select

from store.export_schema import ExportColumn, ExportTable
from store.models import (
    block,
    item_fact,
    service,
    source,
    stage,
    stage_visit,
    tool_time,
    value_stream,
    work_item,
)

_C = ExportColumn
_TOOLS = {
    "ci": "builds",
    "change_approval": "approval of changes",
    "review": "review",
    "waiting_for_release": "merged, and not released",
}


def _apart(end: ColumnElement[int], start: ColumnElement[int]) -> ColumnElement[int]:
    return end - start


STREAMS: Final = ExportTable(
    "streams",
    "The configured value streams, and since when their numbers stand.",
    (
        _C("stream_id", "id", value_stream.c.id, "the stream"),
        _C("stream", "text", value_stream.c.name, "its `name` in the configuration"),
        _C("title", "text", value_stream.c.title, "its title", "none is given"),
        _C("active", "flag", value_stream.c.active, "whether it is still configured"),
        _C("facts_version", "count", value_stream.c.facts_version, "moves when facts change"),
        _C("facts_at", "time", value_stream.c.facts_ts, "when facts last changed", "never"),
    ),
    value_stream,
    ("stream_id",),
    (value_stream.c.id,),
    stream=value_stream.c.name,
)

STAGES: Final = ExportTable(
    "stages",
    "The stages of each stream, in their order.",
    (
        _C("stage_id", "id", stage.c.id, "the stage"),
        _C("stream_id", "id", stage.c.stream_id, "its stream"),
        _C("stream", "text", value_stream.c.name, "the name of its stream"),
        _C("position", "count", stage.c.ordinal, "its place in the stream, from 0"),
        _C("stage", "text", stage.c.name, "its name"),
        _C("state", "text", stage.c.state, "new, waiting, active, done, cancelled or ignored"),
        _C("team", "text", stage.c.team, "whose stage it is", "none is named"),
        _C("value", "text", stage.c.value, "added, necessary or none, as configured", "not told"),
    ),
    stage.join(value_stream, value_stream.c.id == stage.c.stream_id),
    ("stage_id",),
    (stage.c.id,),
    stream=value_stream.c.name,
)

SERVICES: Final = ExportTable(
    "services",
    "The configured services.",
    (
        _C("service_id", "id", service.c.id, "the service"),
        _C("service", "text", service.c.name, "its `name` in the configuration"),
    ),
    service,
    ("service_id",),
    (service.c.id,),
    service=service.c.name,
)

_TIMED = and_(
    item_fact.c.done_ts.is_not(None),
    item_fact.c.committed_ts.is_not(None),
    item_fact.c.start_reason == "",
)

ITEMS: Final = ExportTable(
    "items",
    "A row for each delivery: an item of a stream from its commitment to done, or under way. An"
    " item that was reopened after its reopen window has several, counted by `episode`.",
    (
        _C("stream_id", "id", item_fact.c.stream_id, "the stream that counts it"),
        _C("item_id", "id", item_fact.c.item_id, "the item"),
        _C("episode", "count", item_fact.c.episode, "1 for the first delivery of the item"),
        _C("stream", "text", value_stream.c.name, "the name of the stream"),
        _C("source", "text", source.c.name, "the source that told of it"),
        _C("external_id", "text", work_item.c.external_id, "its id there, which never changes"),
        _C("key", "text", work_item.c.key, "as people call it, `SHOP-412`", "it has none"),
        _C("title", "text", work_item.c.title, "its title", "it has none"),
        _C("url", "text", work_item.c.url, "its page in the source", "not told"),
        _C("type", "text", work_item.c.type, "its type there", "not told"),
        _C("kind", "text", item_fact.c.kind, "feature, defect, risk or debt", "type not mapped"),
        _C("priority", "text", work_item.c.priority, "its priority there", "not told"),
        _C("stage_id", "id", item_fact.c.stage_id, "where it is", "in no stage"),
        _C("stage", "text", stage.c.name, "the name of that stage", "in no stage"),
        _C("state", "text", item_fact.c.state, "what its time counts as now", "not known"),
        _C("created_at", "time", item_fact.c.created_ts, "when it was created"),
        _C("idea_at", "time", item_fact.c.idea_ts, "when the wish was first written down"),
        _C("committed_at", "time", item_fact.c.committed_ts, "commitment", "not yet, or not known"),
        _C("done_at", "time", item_fact.c.done_ts, "when it was done", "not done"),
        _C("cancelled_at", "time", item_fact.c.cancelled_ts, "when it was dropped", "not dropped"),
        _C(
            "first_released_at",
            "time",
            item_fact.c.first_released_ts,
            "when the first of it was in production",
            "nothing of it is known to be",
        ),
        _C(
            "released_at",
            "time",
            item_fact.c.released_ts,
            "when all of it was in production",
            "not all of it is known to be: `release_reason`",
        ),
        _C(
            "release_reason",
            "text",
            item_fact.c.release_reason,
            "why it has no release",
            "it has one",
        ),
        _C(
            "start_reason",
            "text",
            item_fact.c.start_reason,
            "why its start was not seen: `no_start`, `censored_start`; such rows are in no flow"
            " time",
            "it was seen",
        ),
        _C(
            "flow_time_s",
            "seconds",
            case((_TIMED, _apart(item_fact.c.done_ts, item_fact.c.committed_ts))),
            "`done_at` less `committed_at`",
            "not done, or its start was not seen",
        ),
        _C("active_s", "seconds", item_fact.c.active_s, "worked on, up to its last row"),
        _C("waiting_s", "seconds", item_fact.c.waiting_s, "waiting, blocked time included"),
        _C("blocked_s", "seconds", item_fact.c.blocked_s, "blocked"),
        _C("unknown_s", "seconds", item_fact.c.unknown_s, "in statuses that no stage maps"),
        _C("ignored_s", "seconds", item_fact.c.ignored_s, "in ignored statuses"),
        _C("reopened", "count", item_fact.c.reopened, "how often it came back from done"),
        _C("has_code", "flag", item_fact.c.has_code, "whether commits are linked to it"),
        _C("expects_code", "flag", item_fact.c.expects_code, "whether its type should have some"),
        _C(
            "value_per_week_cents",
            "cents",
            item_fact.c.value_cents,
            "what a week of delay costs, as the tracker's field says; estimates of people, which"
            " win, are at `/v1/values`",
            "the field is empty",
        ),
        _C(
            "known_since",
            "time",
            case((item_fact.c.known_ts > 0, item_fact.c.known_ts)),
            "when the row was first known",
            "before that was noted",
        ),
    ),
    item_fact.join(work_item, work_item.c.id == item_fact.c.item_id)
    .join(source, source.c.id == work_item.c.source_id)
    .join(value_stream, value_stream.c.id == item_fact.c.stream_id)
    .outerjoin(stage, stage.c.id == item_fact.c.stage_id),
    ("stream_id", "item_id", "episode"),
    (item_fact.c.stream_id, item_fact.c.item_id, item_fact.c.episode),
    moment_name="done_at",
    moment=item_fact.c.done_ts,
    stream=value_stream.c.name,
    fact="item_fact",
)

STAGE_VISITS: Final = ExportTable(
    "stage_visits",
    "Every stretch of time of an item in one status, cut where a block begins or ends: the"
    " intervals that all times are made of.",
    (
        _C("stream_id", "id", stage_visit.c.stream_id, "the stream"),
        _C("item_id", "id", stage_visit.c.item_id, "the item"),
        _C("ordinal", "count", stage_visit.c.ordinal, "the number of the stretch, from 1"),
        _C("episode", "count", stage_visit.c.episode, "the delivery that it is part of"),
        _C("stream", "text", value_stream.c.name, "the name of the stream"),
        _C("key", "text", work_item.c.key, "the key of the item", "it has none"),
        _C("stage_id", "id", stage_visit.c.stage_id, "the stage", "the status is in no stage"),
        _C("stage", "text", stage.c.name, "its name", "the status is in no stage"),
        _C("state", "text", stage_visit.c.state, "what the time counts as: active, waiting, .."),
        _C(
            "reason",
            "text",
            stage_visit.c.reason,
            "why it counts so: blocked, returned, ignored, ..",
            "nothing but its status",
        ),
        _C("started_at", "time", stage_visit.c.start_ts, "its begin"),
        _C("ended_at", "time", stage_visit.c.end_ts, "its end", "it lasts"),
        _C(
            "duration_s",
            "seconds",
            _apart(stage_visit.c.end_ts, stage_visit.c.start_ts),
            "`ended_at` less `started_at`",
            "it lasts",
        ),
    ),
    stage_visit.join(work_item, work_item.c.id == stage_visit.c.item_id)
    .join(value_stream, value_stream.c.id == stage_visit.c.stream_id)
    .outerjoin(stage, stage.c.id == stage_visit.c.stage_id),
    ("stream_id", "item_id", "ordinal"),
    (stage_visit.c.stream_id, stage_visit.c.item_id, stage_visit.c.ordinal),
    moment_name="started_at",
    moment=stage_visit.c.start_ts,
    stream=value_stream.c.name,
    fact="stage_visit",
)

_COUNTED = exists(select(1).where(item_fact.c.item_id == block.c.item_id))

BLOCKS: Final = ExportTable(
    "blocks",
    "When items of streams were marked as blocked, and by what.",
    (
        _C("item_id", "id", block.c.item_id, "the item"),
        _C("key", "text", work_item.c.key, "its key", "it has none"),
        _C("kind", "text", block.c.kind, "flag, label or link"),
        _C("detail", "text", block.c.detail, "the label, or the key of what is in the way", "none"),
        _C("started_at", "time", block.c.start_ts, "its begin"),
        _C("ended_at", "time", block.c.end_ts, "its end", "it lasts"),
    ),
    block.join(work_item, work_item.c.id == block.c.item_id),
    ("item_id", "kind", "detail", "started_at"),
    (block.c.item_id, block.c.kind, block.c.detail, block.c.start_ts),
    moment_name="started_at",
    moment=block.c.start_ts,
    where=_COUNTED,
)


def _tool_columns() -> tuple[ExportColumn, ...]:
    columns: list[ExportColumn] = []
    for name, words in _TOOLS.items():
        reason = tool_time.c[f"{name}_reason"]
        columns += [
            _C(f"{name}_s", "seconds", tool_time.c[f"{name}_s"], words, f"see `{name}_reason`"),
            _C(f"{name}_reason", "text", reason, f"why `{name}_s` is not known", "it is"),
        ]
    return tuple(columns)


TOOL_TIMES: Final = ExportTable(
    "tool_times",
    "Of released items, the time from idea to release by tool; with `tracker_s` the known parts add"
    " up to it.",
    (
        _C("stream_id", "id", tool_time.c.stream_id, "the stream"),
        _C("item_id", "id", tool_time.c.item_id, "the item"),
        _C("stream", "text", value_stream.c.name, "the name of the stream"),
        _C("key", "text", work_item.c.key, "the key of the item", "it has none"),
        _C("idea_at", "time", tool_time.c.idea_ts, "when the wish was first written down"),
        _C("released_at", "time", tool_time.c.released_ts, "when all of it was in production"),
        _C("tracker_s", "seconds", tool_time.c.tracker_s, "in the tracker alone"),
        *_tool_columns(),
    ),
    tool_time.join(work_item, work_item.c.id == tool_time.c.item_id).join(
        value_stream, value_stream.c.id == tool_time.c.stream_id
    ),
    ("stream_id", "item_id"),
    (tool_time.c.stream_id, tool_time.c.item_id),
    moment_name="released_at",
    moment=tool_time.c.released_ts,
    stream=value_stream.c.name,
    fact="tool_time",
)
