"""Links and facts: computed from the records, and droppable; and the log of what was restated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
)

from store.schema import Id, id_column, metadata, ref_column, text_column, ts_column


def _links(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("a_kind", SmallInteger, primary_key=True, autoincrement=False),
        Column("a_id", Id, primary_key=True, autoincrement=False),
        Column("b_kind", SmallInteger, primary_key=True, autoincrement=False),
        Column("b_id", Id, primary_key=True, autoincrement=False),
        Column("rule", String(48), primary_key=True),
        Column("confidence", Float, nullable=False),
        Column("evidence", Text, nullable=False),
        ts_column("since_ts", null=False),
        Index(None, "b_kind", "b_id"),
        Index(None, "rule"),
    )


link = _links("link")

overruled_link = _links("overruled_link")
"""What rules found between two things that a person said do not belong together: apart from `link`,
so that nobody counts it."""

mention = Table(
    "mention",
    metadata,
    Column("word", String(300), primary_key=True),
    Column("entity", SmallInteger, primary_key=True, autoincrement=False),
    Column("entity_id", Id, primary_key=True, autoincrement=False),
    Index(None, "entity", "entity_id"),
    sqlite_with_rowid=False,
    comment="what a record names that is not known yet, or may come to mean another",
)


def _known() -> Column[int]:
    """When a row was first known; 0: before that was noted."""
    return Column("known_ts", BigInteger, nullable=False, server_default="0")


_TOOLS = ("ci", "change_approval", "review", "waiting_for_release")


def _of_tool(name: str) -> Iterator[Column[Any]]:
    """The part of a tool, all of its time, and why both are not known."""
    yield Column(f"{name}_s", BigInteger)
    yield Column(f"{name}_union_s", BigInteger)
    yield text_column(f"{name}_reason")


item_fact = Table(
    "item_fact",
    metadata,
    ref_column("stream_id", "value_stream", key=True),
    ref_column("item_id", "work_item", key=True),
    Column("episode", SmallInteger, primary_key=True, autoincrement=False),
    text_column("kind"),
    ref_column("stage_id", "stage", null=True),
    text_column("state"),
    ts_column("created_ts", null=False),
    ts_column("idea_ts", null=False),
    ts_column("committed_ts"),
    ts_column("done_ts"),
    ts_column("cancelled_ts"),
    ts_column("first_released_ts"),
    ts_column("released_ts"),
    text_column("release_reason"),
    text_column("start_reason"),
    Column("active_s", BigInteger, nullable=False),
    Column("waiting_s", BigInteger, nullable=False),
    Column("blocked_s", BigInteger, nullable=False),
    Column("unknown_s", BigInteger, nullable=False),
    Column("ignored_s", BigInteger, nullable=False),
    Column("gap_s", BigInteger, nullable=False),
    Column("reopened", SmallInteger, nullable=False),
    Column("violations", SmallInteger, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("has_code", Boolean, nullable=False),
    Column("expects_code", Boolean, nullable=False),
    Column("value_cents", BigInteger),
    _known(),
    Index(None, "item_id"),
)

stage_visit = Table(
    "stage_visit",
    metadata,
    ref_column("stream_id", "value_stream", key=True),
    ref_column("item_id", "work_item", key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("episode", SmallInteger, nullable=False),
    ref_column("stage_id", "stage", null=True),
    ref_column("status_id", "workflow_status", null=True),
    text_column("state"),
    text_column("reason"),
    ts_column("start_ts", null=False),
    ts_column("end_ts"),
    _known(),
    sqlite_with_rowid=False,
)

tool_time = Table(
    "tool_time",
    metadata,
    ref_column("stream_id", "value_stream", key=True),
    ref_column("item_id", "work_item", key=True),
    ts_column("idea_ts", null=False),
    ts_column("released_ts", null=False),
    Column("tracker_s", BigInteger, nullable=False),
    *(column for tool in _TOOLS for column in _of_tool(tool)),
    _known(),
    comment="of released items; the seconds of a tool are null where they are not known",
)

change_fact = Table(
    "change_fact",
    metadata,
    Column("service_id", Id, ForeignKey("service.id"), primary_key=True),
    Column("commit_id", Id, ForeignKey("git_commit.id"), primary_key=True),
    Column("deployment_id", Id, ForeignKey("deployment.id"), nullable=False, index=True),
    Column("merge_request_id", Id),
    ts_column("committed_ts", null=False),
    ts_column("deployed_ts", null=False),
    text_column("clock"),
    text_column("excluded"),
    _known(),
)

request_fact = Table(
    "request_fact",
    metadata,
    Column("service_id", Id, ForeignKey("service.id"), primary_key=True),
    Column("merge_request_id", Id, primary_key=True, autoincrement=False),
    ts_column("opened_ts", null=False),
    ts_column("reviewed_ts"),
    ts_column("merged_ts"),
    _known(),
    comment="merge requests of which something reached production, and when they went on",
)

deployment_fact = Table(
    "deployment_fact",
    metadata,
    Column("service_id", Id, ForeignKey("service.id"), primary_key=True),
    Column("deployment_id", Id, ForeignKey("deployment.id"), primary_key=True),
    text_column("environment"),
    text_column("kind"),
    text_column("result"),
    ts_column("finished_ts"),
    Column("commits", Integer, comment="null where the commit set is not known"),
    text_column("commits_reason"),
    Column("failed", Boolean, comment="an explicit link to an incident says so"),
    Column("incident_id", Id),
    ts_column("restored_ts"),
    text_column("restored_by"),
    Column("rework", Boolean, nullable=False),
    Column("jobs", Integer, nullable=False),
    _known(),
)

incident_fact = Table(
    "incident_fact",
    metadata,
    Column("service_id", Id, ForeignKey("service.id"), primary_key=True),
    Column("incident_id", Id, ForeignKey("incident.id"), primary_key=True),
    Column("deployment_id", Id),
    text_column("method"),
    Column("confidence", Float, nullable=False, server_default="0"),
    text_column("verdict"),
    text_column("reason"),
    ts_column("opened_ts", null=False),
    ts_column("resolved_ts"),
    _known(),
)

fact_change = Table(
    "fact_change",
    metadata,
    id_column(),
    Column("fact", String(32), nullable=False),
    Column("owner_id", Id, nullable=False, comment="of the stream or the service"),
    Column("entity_id", Id, nullable=False),
    Column("part", Integer, nullable=False, comment="episode or ordinal, where facts have one"),
    Column("what", String(8), nullable=False, comment="changed, gone or found"),
    Column("changes", Text, nullable=False, comment="JSON: [from, to] by column"),
    Column("restates", Boolean, nullable=False, comment="touches what was told before"),
    ts_column("recorded_ts", null=False),
    text_column("cause"),
    Index(None, "fact", "owner_id", "recorded_ts"),
    Index(None, "entity_id"),
)
"""Append-only: what undoes each change of a published fact. A row that is new needs none, as it
says itself since when it is known; it is here only where it tells of a time already told of."""
