"""Opens the database: SQLite as one file, or PostgreSQL."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker

from core.errors import StoreError
from store.arrow_connections import keep_arrow_connections
from store.refusals import as_failure

BUSY_S = 30
"""How long a SQLite writer waits for another one before it gives up."""
_KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
_OF_SERVER = tuple(_KEEPALIVE.items())


def open_engine(url: str, password: str | None = None) -> Engine:
    """An engine that was reached once; `StoreError` where it can't be, with what to do.

    url: `sqlite:///file` or `postgresql://user@host/database`, whose password `password` becomes.
    """
    parsed = _parse(url, password)
    engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgres(parsed)
    try:
        engine.connect().close()
    except DatabaseError as error:
        engine.dispose()
        raise StoreError(_unreachable(parsed, error)) from error
    return engine


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that may write. On SQLite each transaction takes the one write lock when it begins.

    Taking it late would fail at once, whatever the time-out, where another wrote in between.
    """
    return sessionmaker(engine)


def read_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that only read: they never wait for a writer, nor keep one waiting."""
    return sessionmaker(engine.execution_options(postgresql_readonly=True))


def _parse(url: str, password: str | None) -> URL:
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(_unusable()) from error
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return parsed if password is None else parsed.set(password=password)
    if backend != "sqlite" or parsed.database in {None, "", ":memory:"}:
        raise StoreError(_unusable())
    return parsed


def _unusable() -> str:
    return (
        "the database URL names no database that Headwater can use: write"
        " sqlite:///headwater.db or postgresql://user@host/headwater"
    )


def _sqlite(url: URL) -> Engine:
    folder = Path(str(url.database)).absolute().parent
    if not folder.is_dir():
        raise StoreError(f"the folder of the database does not exist: create {folder}")
    engine = create_engine(url, connect_args={"timeout": BUSY_S}, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    # Without this the sqlite3 module begins transactions late and commits before some statements.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("postgresql_readonly", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _postgres(url: URL) -> Engine:
    engine = create_engine(
        url, pool_pre_ping=True, hide_parameters=True, connect_args=dict(_KEEPALIVE)
    )
    event.listen(engine, "connect", _notice_death)
    event.listen(engine, "handle_error", as_failure, retval=True)
    keep_arrow_connections(engine)
    return engine


def _notice_death(connection: Any, _record: Any) -> None:
    # A machine that lost its power says no goodbye: without this the server keeps what it had
    # locked for two hours.
    told = ", ".join(f"set_config('tcp_{name}', '{value}', false)" for name, value in _OF_SERVER)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {told}")
    connection.commit()


def _unreachable(url: URL, error: DatabaseError) -> str:
    shown = url.set(query={}).render_as_string(hide_password=True)
    reason = (str(error.orig).strip().splitlines() or ["no answer"])[0]
    return f"the database {shown} can't be opened ({reason}): check its address and that it runs"


def scrub(engine: Engine) -> bool:
    """Rewrite the database without what was deleted or replaced; False where that is not possible
    now, or not allowed.
    """
    try:
        if engine.dialect.name == "sqlite":
            _rewrite(engine)
        else:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM")
    except (DatabaseError, sqlite3.Error):
        return False
    return True


def _rewrite(engine: Engine) -> None:
    """By the driver: SQLAlchemy begins a transaction, in which SQLite does not rewrite."""
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("VACUUM").close()
        busy, *_ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("the log is being read")
    finally:
        connection.close()
