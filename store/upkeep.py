"""How PostgreSQL keeps its tables: dead rows, when they were vacuumed and analysed, what is off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

_TABLES: Final = text("""
SELECT s.relname AS name, s.n_live_tup AS live, s.n_dead_tup AS dead,
    s.n_mod_since_analyze AS changed, age(c.relfrozenxid) AS age,
    extract(epoch FROM now() - greatest(s.last_vacuum, s.last_autovacuum))::bigint AS vacuumed_s,
    extract(epoch FROM now() - greatest(s.last_analyze, s.last_autoanalyze))::bigint AS analysed_s,
    c.reltuples::bigint AS believed
FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid
WHERE s.schemaname = current_schema() ORDER BY s.relname
""")
_OFF: Final = text(
    "SELECT name FROM pg_settings WHERE name IN ('autovacuum', 'track_counts') AND setting = 'off'"
    " ORDER BY name"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A table. live, dead: rows, as counted; changed: rows since it was last analysed. vacuumed_s,
    analysed_s: how long ago, None where never since the counters began. age: transactions since its
    oldest row was frozen. believed: the rows that the planner counts on, -1 where it knows nothing.
    """

    name: str
    live: int
    dead: int
    changed: int
    age: int
    vacuumed_s: int | None
    analysed_s: int | None
    believed: int


def tables_kept(session: Session) -> list[Kept]:
    """The tables of PostgreSQL, by name; none of SQLite, which has no dead rows."""
    if session.get_bind().dialect.name == "sqlite":
        return []
    return [Kept(**row) for row in session.execute(_TABLES).mappings()]


def switched_off(session: Session) -> list[str]:
    """Settings of PostgreSQL without which nothing is vacuumed by itself, and which are off."""
    if session.get_bind().dialect.name == "sqlite":
        return []
    return [str(name) for name in session.execute(_OFF).scalars()]
