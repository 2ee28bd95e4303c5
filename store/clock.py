"""The clock that all processes of a database share."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

_NOW = {
    "sqlite": text("SELECT CAST(strftime('%s', 'now') AS INTEGER)"),
    "postgresql": text("SELECT floor(extract(epoch FROM clock_timestamp()))::bigint"),
}


def database_ts(session: Session) -> int:
    """Epoch seconds UTC at the database: leases go by them, for clocks of machines differ."""
    statement = _NOW[session.connection().dialect.name]
    return int(session.execute(statement).scalar_one())
