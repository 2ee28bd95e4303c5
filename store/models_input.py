"""What people enter, which no rebuild drops, and what sources push."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from store.schema import id_column, metadata, ref_column, text_column, ts_column

verdict = Table(
    "verdict",
    metadata,
    id_column(),
    Column("a_kind", SmallInteger, nullable=False),
    text_column("a_source"),
    text_column("a_repository"),
    text_column("a_name"),
    Column("b_kind", SmallInteger, nullable=False),
    text_column("b_source"),
    text_column("b_repository"),
    text_column("b_name"),
    text_column("answer"),
    text_column("who"),
    text_column("why"),
    ts_column("ts", null=False),
    ts_column("seen_ts"),
    Index(None, "a_name"),
    Index(None, "b_name"),
)
"""The ends are named as their source names them, so that a verdict outlives every id of ours.
seen_ts: when links were first made with it in view; null: not yet."""

value_estimate = Table(
    "value_estimate",
    metadata,
    id_column(),
    Column("item_key", Text, nullable=False, index=True),
    text_column("profile"),
    Column("low_cents", BigInteger),
    Column("high_cents", BigInteger),
    text_column("who"),
    ts_column("ts", null=False),
    Column("likely_cents", BigInteger),
    text_column("source"),
    Column("document", Text, nullable=False, server_default="{}", comment="JSON"),
    text_column("why"),
    text_column("how"),
    CheckConstraint("likely_cents >= 0", name="likely_not_negative"),
)
"""Append-only: the newest of an item counts. Items are named as people call them, with the source,
so that an estimate outlives every id of ours. A profile "" withdraws what was said before; without
an amount somebody said that it is not valued."""


def _input(name: str, *columns: Column[object]) -> Table:
    """A document that a person wrote, with who and when; its shape belongs to the feature that
    reads it.
    """
    return Table(
        name,
        metadata,
        id_column(),
        Column("stream", String(64), nullable=False, server_default=""),
        Column("name", Text, nullable=False),
        Column("document", Text, nullable=False, comment="JSON"),
        text_column("who"),
        ts_column("ts", null=False),
        *columns,
    )


manual_step = _input("manual_step")

objective = _input("objective")

scenario = _input("scenario")

improvement = _input("improvement")

improvement_entry = Table(
    "improvement_entry",
    metadata,
    id_column(),
    ref_column("improvement_id", "improvement"),
    Column("kind", String(16), nullable=False),
    Column("document", Text, nullable=False, comment="JSON"),
    text_column("note"),
    text_column("who"),
    ts_column("ts", null=False),
    Index(None, "improvement_id"),
)
"""The log of an improvement, append-only: it tells how the improvement stands, and holds what was
frozen when it started."""

stream_standard = Table(
    "stream_standard",
    metadata,
    id_column(),
    Column("stream", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    ref_column("improvement_id", "improvement"),
    Column("document", Text, nullable=False, comment="JSON"),
    text_column("who"),
    ts_column("ts", null=False),
    UniqueConstraint("stream", "version"),
)
"""The way of working of a stream as a change that held left it; the highest version is in force."""

hook_delivery = Table(
    "hook_delivery",
    metadata,
    ref_column("source_id", "source", key=True),
    Column("delivery_id", Text, primary_key=True),
    ts_column("received_ts", null=False),
    text_column("event"),
)

hook_hint = Table(
    "hook_hint",
    metadata,
    id_column(),
    ref_column("source_id", "source"),
    Column("stream", String(64), nullable=False),
    text_column("scope"),
    text_column("external_id"),
    ts_column("noted_ts", null=False),
    Index("ix_hook_hint_source_id", "source_id"),
    comment="what a source said has changed, until it was read again",
)
