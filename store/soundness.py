"""Whether what is stored is sound: pages and indexes, ends of links, what waits, who is slow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, exists, func, select, text
from sqlalchemy.orm import Session

from core.records import Entity
from store.backup_rows import broken
from store.models import (
    build,
    change_request,
    deployment,
    dirty,
    git_commit,
    incident,
    link,
    merge_request,
    repository,
    stream_state,
    work_item,
)

_TABLES: Final[Mapping[Entity, Table]] = {
    Entity.ITEM: work_item,
    Entity.COMMIT: git_commit,
    Entity.MERGE_REQUEST: merge_request,
    Entity.BUILD: build,
    Entity.DEPLOYMENT: deployment,
    Entity.CHANGE: change_request,
    Entity.INCIDENT: incident,
    Entity.REPOSITORY: repository,
}
_SLOW_S: Final = 60
_INVALID: Final = """
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND n.nspname = current_schema() ORDER BY 1
"""
_UNCHECKED: Final = """
SELECT c.conname FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
WHERE NOT c.convalidated AND n.nspname = current_schema() ORDER BY 1
"""
_CHECKSUMS: Final = """
SELECT coalesce(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database()
"""
_RUNNING: Final = """
SELECT pid, state, extract(epoch FROM now() - xact_start)::bigint AS for_s, left(query, 80) AS query
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND xact_start < now() - make_interval(secs => :slow) ORDER BY for_s DESC LIMIT 5
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A transaction of PostgreSQL that has been open for `for_s` seconds."""

    pid: int
    state: str
    for_s: int
    query: str


def damage(engine: Engine) -> list[str]:
    """What the database itself says is broken, a line each; empty where it knows of nothing."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            return broken(connection)
        told = [f"the index {name} is invalid" for name in _names(connection, _INVALID)]
        told += [f"the constraint {name} is not checked" for name in _names(connection, _UNCHECKED)]
        failures = connection.execute(text(_CHECKSUMS)).scalar_one()
        return told + ([f"{failures} pages did not match their checksums"] if failures else [])


def _names(connection: Connection, statement: str) -> list[str]:
    return [str(name) for name in connection.execute(text(statement)).scalars()]


def links_astray(session: Session) -> int:
    """Links one of whose ends is not stored: no foreign key can watch them, as they point into
    several tables.
    """
    ends = ((link.c.a_kind, link.c.a_id), (link.c.b_kind, link.c.b_id))
    return sum(
        _counted(session, link, and_(kind == int(entity), ~_there(table, number)))
        for kind, number in ends
        for entity, table in _TABLES.items()
    )


def marks_astray(session: Session) -> int:
    """What waits to be worked on and is not stored any more."""
    return sum(
        _counted(
            session,
            dirty,
            and_(dirty.c.entity == int(entity), ~_there(table, dirty.c.entity_id)),
        )
        for entity, table in _TABLES.items()
    )


def waiting(session: Session) -> dict[str, int]:
    """How many things wait, by stage of the pipeline; stages for which nothing waits are absent."""
    statement = select(dirty.c.stage, func.count()).group_by(dirty.c.stage)
    return {str(stage): int(many) for stage, many in session.execute(statement)}


def last_sign(session: Session) -> int | None:
    """When a pass last began, ended or failed, in epoch seconds; None where none ever did."""
    times = (stream_state.c.last_start_ts, stream_state.c.last_success_ts)
    columns = [func.max(one) for one in (*times, stream_state.c.last_error_ts)]
    found = [one for one in session.execute(select(*columns)).one() if one is not None]
    return max(map(int, found), default=None)


def clock_of(session: Session) -> float | None:
    """The time of the database's own machine in epoch seconds; None for SQLite, which has none."""
    if session.get_bind().dialect.name == "sqlite":
        return None
    return float(session.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())


def bytes_of(engine: Engine) -> dict[str, int]:
    """`database`, and of SQLite `wal`, what is written and not yet moved into it."""
    if engine.dialect.name == "sqlite":
        file = Path(str(engine.url.database))
        wal = Path(f"{file}-wal")
        return {
            "database": file.stat().st_size,
            "wal": wal.stat().st_size if wal.exists() else 0,
        }
    with engine.connect() as connection:
        size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    return {"database": int(size)}


def long_running(session: Session) -> list[Running]:
    """Transactions of PostgreSQL that are open for more than a minute; none of SQLite."""
    if session.get_bind().dialect.name == "sqlite":
        return []
    rows = session.execute(text(_RUNNING), {"slow": _SLOW_S}).all()
    return [Running(row.pid, row.state or "", int(row.for_s), row.query or "") for row in rows]


def _there(table: Table, number: ColumnElement[Any]) -> ColumnElement[bool]:
    return exists(select(table.c.id).where(table.c.id == number))


def _counted(session: Session, table: Table, where: ColumnElement[bool]) -> int:
    statement = select(func.count()).select_from(table).where(where)
    return int(session.execute(statement).scalar_one())
