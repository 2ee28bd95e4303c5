"""What flag and usage tools tell of features: observations, which no rebuild drops."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, String, Table, Text, UniqueConstraint

from store.schema import id_column, metadata, ref_column, text_column, ts_column

exposure_event = Table(
    "exposure_event",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("external_id", Text, nullable=False),
    Column("feature", Text, nullable=False),
    text_column("environment"),
    text_column("tier"),
    Column("share", Float, comment="of users, 0 to 1; null: tells items alone"),
    Column("items", Text, nullable=False, server_default="[]", comment="JSON: keys"),
    text_column("url"),
    ts_column("ts", null=False),
    ts_column("received_ts", null=False),
    UniqueConstraint("source_id", "external_id"),
    Index(None, "feature"),
    comment="from when on which share of users has a feature",
)

outcome = Table(
    "outcome",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("external_id", Text, nullable=False),
    Column("feature", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("items", Text, nullable=False, server_default="[]", comment="JSON: keys"),
    Column("share", Float, comment="of users who used it, 0 to 1"),
    Column("uses", BigInteger),
    Column("value_cents", BigInteger),
    Column("attribution", String(16), nullable=False, server_default=""),
    Column("effect", String(16), nullable=False, server_default=""),
    text_column("url"),
    ts_column("ts", null=False),
    ts_column("received_ts", null=False),
    UniqueConstraint("source_id", "external_id"),
    Index(None, "feature"),
    comment="what was measured of a feature: use, and what it brought",
)
