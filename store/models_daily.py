"""Daily numbers, for who reads the tables: computed from the facts, and droppable.

No foreign keys: a stage or service that goes must not wait for them. Only days that are over.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, SmallInteger, String, Table

from store.schema import Id, metadata, text_column, ts_column

delay_cost_day = Table(
    "delay_cost_day",
    metadata,
    Column("stream_id", Id, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    ts_column("day_ts", null=False),
    Column("day", String(10), nullable=False),
    Column("item_id", Id, nullable=False),
    Column("episode", SmallInteger, nullable=False),
    Column("stage_id", Id),
    text_column("team"),
    text_column("reason"),
    Column("sunk", Boolean, nullable=False),
    Column("waiting_s", BigInteger, nullable=False),
    Column("cost_cents", BigInteger, nullable=False),
    Index(None, "stream_id", "day_ts"),
    comment="what each wait of what has a value cost on each day that is over",
)

stream_day = Table(
    "stream_day",
    metadata,
    Column("stream_id", Id, primary_key=True, autoincrement=False),
    Column("day_ts", BigInteger, primary_key=True, autoincrement=False),
    ts_column("end_ts", null=False),
    Column("day", String(10), nullable=False),
    Column("committed", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("cancelled", Integer, nullable=False),
    Column("released", Integer, nullable=False),
    Column("load", Integer, nullable=False),
    Column("cost_cents", BigInteger, comment="null where nothing that waited has a value"),
    Column("sunk_cents", BigInteger),
    ts_column("as_of_ts", null=False),
)

service_day = Table(
    "service_day",
    metadata,
    Column("service_id", Id, primary_key=True, autoincrement=False),
    Column("day_ts", BigInteger, primary_key=True, autoincrement=False),
    ts_column("end_ts", null=False),
    Column("day", String(10), nullable=False),
    Column("deployments", Integer, nullable=False),
    Column("hotfixes", Integer, nullable=False),
    Column("rollbacks", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("incidents", Integer, nullable=False),
    ts_column("as_of_ts", null=False),
)
