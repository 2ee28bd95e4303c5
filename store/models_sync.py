"""What was read: sources, payloads as they came, cursors, and what waits to be worked on."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from store.schema import Id, id_column, metadata, ref_column, text_column, ts_column

source = Table(
    "source",
    metadata,
    id_column(),
    Column("name", String(64), nullable=False, unique=True),
    text_column("kind"),
    text_column("url"),
)

store_setting = Table(
    "store_setting",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("value", Text, nullable=False),
    comment="what the database must remember about itself, such as the key of its pseudonyms",
)

raw_record = Table(
    "raw_record",
    metadata,
    ref_column("source_id", "source", key=True),
    Column("stream", String(64), primary_key=True),
    Column("external_id", Text, primary_key=True),
    text_column("scope"),
    Column("hash", LargeBinary, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    ts_column("vendor_ts"),
    ts_column("fetched_ts", null=False),
    text_column("gone"),
    text_column("problem"),
    text_column("origin"),
)

# Of what was pushed or imported all payloads of one thing are read together.
Index(
    "ix_raw_record_observed",
    raw_record.c.source_id,
    raw_record.c.stream,
    raw_record.c.scope,
    sqlite_where=text("origin = 'observed'"),
    postgresql_where=text("origin = 'observed'"),
)

stream_state = Table(
    "stream_state",
    metadata,
    ref_column("source_id", "source", key=True),
    Column("stream", String(64), primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("cursor", Text, nullable=False, server_default="{}"),
    ts_column("watermark_ts"),
    text_column("lease_owner"),
    ts_column("lease_until_ts"),
    ts_column("lease_since_ts"),
    ts_column("due_ts"),
    Column("failures", Integer, nullable=False, server_default="0"),
    ts_column("last_start_ts"),
    ts_column("last_success_ts"),
    ts_column("last_error_ts"),
    text_column("last_error"),
    text_column("note"),
    Column("requests", BigInteger, nullable=False, server_default="0"),
    Column("records", BigInteger, nullable=False, server_default="0"),
    Column("unparsed", BigInteger, nullable=False, server_default="0"),
    Column("health", Text, nullable=False, server_default="{}"),
)

source_reading = Table(
    "source_reading",
    metadata,
    ref_column("source_id", "source", key=True),
    Column("from_ts", BigInteger, primary_key=True, autoincrement=False),
    ts_column("watermark_ts"),
    ts_column("back_to_ts"),
    comment="since when a source was read without a gap, up to when, and how far back",
)

dirty = Table(
    "dirty",
    metadata,
    Column("stage", String(16), primary_key=True),
    Column("entity", SmallInteger, primary_key=True),
    Column("entity_id", Id, primary_key=True, autoincrement=False),
)

worker = Table(
    "worker",
    metadata,
    Column("name", String(320), primary_key=True),
    Column("kind", String(16), nullable=False),
    ts_column("started_ts", null=False),
    ts_column("seen_ts", null=False),
    Column("slots", Integer, nullable=False),
    text_column("doing"),
    comment="the processes that collect, as they last said of themselves",
)
