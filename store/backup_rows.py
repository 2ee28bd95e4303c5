"""Whole tables as they stand at one moment, out of a database and into another, of any version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, delete, func, insert, select, text

from core.errors import StoreError
from store.cursors import forget_leases
from store.migrate import move, newest
from store.session import open_engine

BATCH = 2_000
"""So many rows are in memory at once."""
_VERSIONS = "alembic_version"


@contextmanager
def one_moment(engine: Engine, scratch: Path) -> Iterator[Connection]:
    """A connection that sees one moment of the database, however long it reads and whoever writes.

    SQLite is copied to the file `scratch` first, in one go, by its own online backup: the copy is
    of one transaction, needs the room of the whole, and nobody who writes waits for what reads it.
    It is gone afterwards. PostgreSQL shows one snapshot to a transaction that repeats its reads.
    """
    if engine.dialect.name == "sqlite":
        _copy(Path(str(engine.url.database)), scratch)
        copied = open_engine(f"sqlite:///{scratch}")
        try:
            with copied.connect() as connection:
                yield connection
        finally:
            copied.dispose()
            for end in ("", "-wal", "-shm"):
                Path(f"{scratch}{end}").unlink(missing_ok=True)
        return
    with engine.connect().execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    ) as connection:
        yield connection


def _copy(database: Path, scratch: Path) -> None:
    scratch.touch(mode=0o600)
    source, target = sqlite3.connect(database), sqlite3.connect(scratch)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()


def broken(connection: Connection) -> list[str]:
    """What a SQLite database says is wrong with its pages, indexes and references, at most ten
    lines; empty where all is well, and for PostgreSQL, which checks what it reads.
    """
    if connection.dialect.name != "sqlite":
        return []
    told = connection.execute(text("PRAGMA integrity_check(10)")).scalars().all()
    wrong = [str(line) for line in told if line != "ok"]
    astray = connection.execute(text("PRAGMA foreign_key_check")).all()
    return wrong + [f"a row of {row[0]} points to a row of {row[2]} that is not there"
                    for row in astray[: 10 - len(wrong)]]  # fmt: skip


@cache
def tables_of(version: str) -> tuple[Table, ...]:
    """The tables of a version, those first that others point to; told by an empty SQLite file that
    is migrated to it, and gone afterwards.
    """
    shape = MetaData()
    with TemporaryDirectory(prefix="headwater-") as folder:
        engine = open_engine(f"sqlite:///{folder}/shape.db")
        try:
            with engine.begin() as connection:
                move(connection, to=version)
                shape.reflect(connection)
        finally:
            engine.dispose()
    return tuple(table for table in shape.sorted_tables if table.name != _VERSIONS)


def count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def is_empty(connection: Connection, tables: Iterable[Table]) -> bool:
    """Whether none of them has a row."""
    return not any(connection.execute(select(one).limit(1)).first() for one in tables)


def rows_of(connection: Connection, table: Table) -> Iterator[Sequence[Sequence[Any]]]:
    """All rows in batches, the columns in the order of the table; none for an empty one."""
    reading = connection.execution_options(yield_per=BATCH)
    with reading.execute(select(*table.c)) as result:
        yield from result.partitions()


def clear(connection: Connection, tables: Sequence[Table]) -> None:
    """Delete every row, also of tables whose triggers would not have it; those stay as they are."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type='trigger'"))
        triggers = found.all()
        for name, _ in triggers:
            connection.execute(text(f'DROP TRIGGER "{name}"'))
        for table in reversed(tables):
            connection.execute(delete(table))
        for _, made in triggers:
            connection.exec_driver_sql(made)
        return
    names = [connection.dialect.identifier_preparer.quote(table.name) for table in tables]
    for name in names:
        connection.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
    connection.execute(text(f"TRUNCATE {', '.join(names)}"))
    for name in names:
        connection.execute(text(f"ALTER TABLE {name} ENABLE TRIGGER USER"))


def begin_load(connection: Connection) -> None:
    """References are looked at when the transaction ends: a table may point into itself."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))


def load(
    connection: Connection, table: Table, batches: Iterable[Sequence[Mapping[str, Any]]]
) -> int:
    """Write the rows into an empty table, with the ids that they have; answers how many it has.

    PostgreSQL goes on counting ids behind the greatest one.
    """
    if connection.dialect.name == "sqlite":
        for rows in batches:
            connection.execute(insert(table), list(rows))
        return count(connection, table)
    quote = connection.dialect.identifier_preparer.quote
    names = [column.name for column in table.c]
    listed = ", ".join(map(quote, names))
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {quote(table.name)} ({listed}) FROM STDIN") as copy,
    ):
        for rows in batches:
            for row in rows:
                copy.write_row([row[name] for name in names])
    _count_on(connection, table)
    return count(connection, table)


def _count_on(connection: Connection, table: Table) -> None:
    if "id" not in table.c:
        return
    own = text("SELECT pg_get_serial_sequence(:name, 'id')").bindparams(name=table.name)
    sequence = connection.execute(own).scalar_one()
    last = connection.execute(select(func.max(table.c.id))).scalar_one()
    if sequence is not None and last is not None:
        connection.execute(text("SELECT setval(:name, :last)"), {"name": sequence, "last": last})


def end_load(connection: Connection) -> None:
    """Up to this program's version; leases are forgotten, and the planner of PostgreSQL learns how
    much there is now. `StoreError` where a row points to one that is not there.
    """
    if connection.dialect.name == "sqlite":
        astray = connection.execute(text("PRAGMA foreign_key_check")).first()
        if astray is not None:
            raise StoreError(
                f"a row of {astray[0]} points to a row of {astray[2]} that is not in the backup;"
                " nothing was restored: take another backup"
            )
    move(connection, to=newest())
    forget_leases(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text("ANALYZE"))
