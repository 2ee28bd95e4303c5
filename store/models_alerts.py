"""What was worth a message, and what became of the messages."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, UniqueConstraint

from store.schema import id_column, metadata, ref_column, text_column, ts_column

alert = Table(
    "alert",
    metadata,
    id_column(),
    Column("cause", String(400), nullable=False),
    Column("rule", String(16), nullable=False),
    text_column("stream"),
    text_column("team"),
    text_column("subject"),
    text_column("title"),
    Column("detail", Text, nullable=False, server_default="{}", comment="JSON"),
    ts_column("since_ts"),
    ts_column("began_ts", null=False),
    ts_column("ended_ts"),
)
"""cause: the same for as long as it is the same cause. since_ts: from when on it holds, by the
tools; began_ts: when it was noticed."""

Index(
    "ix_alert_open",
    alert.c.cause,
    unique=True,
    sqlite_where=alert.c.ended_ts.is_(None),
    postgresql_where=alert.c.ended_ts.is_(None),
)

alert_delivery = Table(
    "alert_delivery",
    metadata,
    id_column(),
    ref_column("alert_id", "alert"),
    Column("route", String(64), nullable=False),
    Column("told", String(8), nullable=False),
    Column("state", String(12), nullable=False),
    Column("due_ts", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    text_column("reason"),
    Column("message", String(40), nullable=False, server_default=""),
    ts_column("planned_ts", null=False),
    ts_column("delivered_ts"),
    UniqueConstraint("alert_id", "route", "told"),
    Index(None, "state", "due_ts"),
)
"""told: `began` or `ended`. state: `waiting`, `held`, `delivered`, `failed`. message: the id under
which it was sent, the same at each try."""
