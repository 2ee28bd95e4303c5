"""Builds, deployments, change requests and incidents."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from store.schema import Id, id_column, metadata, ref_column, text_column, ts_column

HOMELESS = text("repository_id IS NULL AND repository_external_id <> ''")
"""Of a build or deployment: its repository is not stored yet."""

environment = Table(
    "environment",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("external_id", Text, nullable=False),
    ref_column("repository_id", "repository"),
    text_column("name"),
    text_column("tier"),
    UniqueConstraint("source_id", "external_id"),
)

build = Table(
    "build",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("external_id", Text, nullable=False),
    text_column("job"),
    Column("number", BigInteger, nullable=False),
    text_column("result"),
    text_column("url"),
    text_column("ref"),
    ref_column("repository_id", "repository", null=True),
    ts_column("queued_ts"),
    ts_column("started_ts"),
    ts_column("finished_ts"),
    text_column("cause"),
    Column(
        "revisions", Text, nullable=False, server_default="[]", comment="JSON: [[sha, remote], ..]"
    ),
    Column("parameters", Text, nullable=False, server_default="{}", comment="JSON object"),
    text_column("description"),
    text_column("upstream"),
    text_column("repository_external_id"),
    UniqueConstraint("source_id", "external_id"),
)

Index(
    "ix_build_upstream",
    build.c.upstream,
    sqlite_where=build.c.upstream != "",
    postgresql_where=build.c.upstream != "",
)

build_stage = Table(
    "build_stage",
    metadata,
    ref_column("build_id", "build", key=True),
    Column("external_id", Text, primary_key=True),
    Column("ordinal", Integer, nullable=False),
    text_column("name"),
    text_column("result"),
    ts_column("queued_ts"),
    ts_column("started_ts"),
    ts_column("finished_ts"),
)

deployment = Table(
    "deployment",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("external_id", Text, nullable=False),
    text_column("environment"),
    text_column("tier"),
    text_column("service"),
    ref_column("repository_id", "repository", null=True),
    text_column("remote"),
    text_column("sha"),
    text_column("ref"),
    text_column("version"),
    Column("group", Text, nullable=False, server_default="", key="group_key"),
    text_column("job"),
    text_column("build_external_id"),
    text_column("result"),
    text_column("url"),
    ts_column("created_ts", null=False),
    ts_column("started_ts"),
    ts_column("finished_ts"),
    text_column("repository_external_id"),
    UniqueConstraint("source_id", "external_id"),
)

for _table in (build, deployment):
    Index(
        f"ix_{_table.name}_homeless",
        _table.c.source_id,
        _table.c.repository_external_id,
        sqlite_where=HOMELESS,
        postgresql_where=HOMELESS,
    )

change_request = Table(
    "change_request",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("external_id", Text, nullable=False),
    text_column("number"),
    text_column("type"),
    text_column("state"),
    text_column("title"),
    text_column("description"),
    text_column("ci"),
    text_column("service"),
    text_column("correlation"),
    text_column("url"),
    ts_column("created_ts", null=False),
    ts_column("updated_ts", null=False),
    ts_column("requested_ts"),
    ts_column("approved_ts"),
    ts_column("started_ts"),
    ts_column("finished_ts"),
    ts_column("closed_ts"),
    Column("successful", Boolean),
    UniqueConstraint("source_id", "external_id"),
)

incident = Table(
    "incident",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("external_id", Text, nullable=False),
    text_column("number"),
    text_column("title"),
    text_column("description"),
    text_column("state"),
    Column("priority", SmallInteger),
    text_column("ci"),
    text_column("service"),
    text_column("caused_by_external_id"),
    text_column("duplicate_of_external_id"),
    text_column("correlation"),
    text_column("url"),
    ts_column("opened_ts", null=False),
    ts_column("updated_ts", null=False),
    ts_column("detected_ts"),
    ts_column("resolved_ts"),
    ts_column("closed_ts"),
    UniqueConstraint("source_id", "external_id"),
)

state_change = Table(
    "state_change",
    metadata,
    Column("entity", SmallInteger, primary_key=True, autoincrement=False),
    Column("entity_id", Id, primary_key=True, autoincrement=False),
    Column("ts", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("field", String(64), nullable=False),
    text_column("old"),
    text_column("new"),
)
