"""The configuration as tables: streams, stages, services, teams."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from store.schema import id_column, metadata, ref_column, text_column, ts_column

value_stream = Table(
    "value_stream",
    metadata,
    id_column(),
    Column("name", String(64), nullable=False, unique=True),
    text_column("title"),
    Column("ordinal", Integer, nullable=False),
    Column("facts_version", BigInteger, nullable=False, server_default="0"),
    ts_column("facts_ts"),
    ts_column("known_since_ts"),
    text_column("config_hash"),
    Column("active", Boolean, nullable=False),
)

stage = Table(
    "stage",
    metadata,
    id_column(),
    ref_column("stream_id", "value_stream"),
    Column("ordinal", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", String(16), nullable=False),
    text_column("team"),
    text_column("value"),
    UniqueConstraint("stream_id", "name"),
)

stage_mapping = Table(
    "stage_mapping",
    metadata,
    ref_column("stream_id", "value_stream", key=True),
    ref_column("status_id", "workflow_status", key=True),
    Column("since_ts", BigInteger, primary_key=True, autoincrement=False),
    ref_column("stage_id", "stage"),
)

stream_member = Table(
    "stream_member",
    metadata,
    ref_column("stream_id", "value_stream", key=True),
    Column("kind", String(16), primary_key=True),
    Column("name", Text, primary_key=True),
)

service = Table(
    "service",
    metadata,
    id_column(),
    Column("name", String(64), nullable=False, unique=True),
    Column("definition", Text, nullable=False, server_default="{}"),
    ts_column("known_since_ts"),
)

team = Table("team", metadata, id_column(), Column("name", String(64), nullable=False, unique=True))

team_member = Table(
    "team_member",
    metadata,
    ref_column("team_id", "team", key=True),
    Column("pseudonym", String(64), primary_key=True),
    Column("from_ts", BigInteger, primary_key=True, autoincrement=False),
    ts_column("to_ts"),
)

calendar = Table(
    "calendar",
    metadata,
    id_column(),
    Column("name", String(64), nullable=False, unique=True),
    Column("definition", Text, nullable=False),
)

definition_change = Table(
    "definition_change",
    metadata,
    id_column(),
    ref_column("stream_id", "value_stream", null=True),
    Column("service", String(64), nullable=False, server_default="", comment="by its name"),
    Column("metric", String(64), nullable=False, server_default=""),
    ts_column("changed_ts", null=False),
    Column("what", Text, nullable=False, comment="JSON: in words, one after the other"),
    Column("concerns", Text, comment="JSON: the metrics whose numbers change with it; null: all"),
    Column("settings_before", Text, comment="JSON: the part of the configuration that ended then"),
    Column("stages_before", Text, comment="JSON: rows of the stages that ended then"),
    Column("numbers_before", Text, comment="JSON: answers of one window under the old definition"),
    Column("numbers_after", Text, comment="JSON: the same under the new one; null: not measured"),
    Index(None, "stream_id", "changed_ts"),
    comment="when a stream's mapping, or a metric's definition, became another one",
)
"""Append-only. stream_id null and service "": of a metric, whichever the stream or the service. A
service that is no longer configured keeps its rows.
"""
