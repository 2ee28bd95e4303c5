"""What should be linked and is not: computed, and droppable."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, SmallInteger, String, Table

from store.schema import Id, metadata, text_column, ts_column

unlinked = Table(
    "unlinked",
    metadata,
    Column("entity", SmallInteger, primary_key=True, autoincrement=False),
    Column("entity_id", Id, primary_key=True, autoincrement=False),
    Column("scope", String(8), primary_key=True),
    Column("scope_id", Id, primary_key=True, autoincrement=False),
    ts_column("ts", null=False),
    Column("reason", String(48), nullable=False),
    text_column("detail"),
    Column("bot", Boolean, nullable=False),
    text_column("suggestion"),
    Index(None, "scope", "scope_id", "entity", "ts", "entity_id"),
    Index(None, "scope", "scope_id", "entity", "reason", "ts"),
    comment="one for the scope `all` (id 0), one for each stream and service",
)

unlinked_day = Table(
    "unlinked_day",
    metadata,
    Column("scope", String(8), primary_key=True),
    Column("scope_id", Id, primary_key=True, autoincrement=False),
    Column("entity", SmallInteger, primary_key=True, autoincrement=False),
    Column("day_ts", BigInteger, primary_key=True, autoincrement=False),
    Column("population", Integer, nullable=False),
    Column("unlinked", Integer, nullable=False),
    Column("bots", Integer, nullable=False),
    comment="what there was and what of it is not linked; that of bots apart",
)
