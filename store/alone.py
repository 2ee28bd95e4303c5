"""Something that only one process may do at a time, by the database that they share.

The database forgets a holder that died: PostgreSQL by the end of its connection, SQLite by the
operating system, as the lock is one on a file beside the database. A connection may also break
while its holder lives: what it writes then is refused.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from core.errors import StoreError

_LOOK_AGAIN_S = 0.1
_WRITING = 1_000_000
"""What stands for the transactions of a holder that write."""
_TAKE = text("SELECT pg_try_advisory_lock(:number)")
_GIVE_BACK = text("SELECT pg_advisory_unlock(:number)")
_WRITE = text("SELECT pg_advisory_xact_lock_shared(:number)")
_WHO = text("SELECT pg_backend_pid()")
_STILL_HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0"
    " AND objid = :number AND objsubid = 1 AND pid = :holder"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

Still = Callable[[Session], None]
"""To be called at the beginning of a transaction that writes: `StoreError` where another process
may hold it by now. Who takes over waits for the end of that transaction.
"""


@contextmanager
def alone(engine: Engine, number: int, wait: Callable[[float], None]) -> Iterator[Still]:
    """Hold what `number` stands for; `wait(seconds)` is called between two looks while another one
    does.
    """
    if engine.dialect.name == "sqlite":
        with _beside(f"{engine.url.database}-lock-{number}", wait):
            yield lambda _session: None
        return
    connecting = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with connecting as connection, _held(connection, number, wait):
        with _held(connection, number + _WRITING, wait):
            """Who held it before, and lost it while writing, is done."""
        holder = int(connection.execute(_WHO).scalar_one())
        yield _still(number, holder=holder)


@contextmanager
def first(engine: Engine, number: int) -> Iterator[bool]:
    """Whether nobody else holds what `number` stands for; it is held then. On SQLite, where it
    would leave a file for each number, always.
    """
    if engine.dialect.name == "sqlite":
        yield True
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(_TAKE, {"number": number}).scalar_one():
            yield False
            return
        try:
            yield True
        finally:
            connection.execute(_GIVE_BACK, {"number": number})


@contextmanager
def _held(connection: Connection, number: int, wait: Callable[[float], None]) -> Iterator[None]:
    while not connection.execute(_TAKE, {"number": number}).scalar_one():
        wait(_LOOK_AGAIN_S)
    try:
        yield
    finally:
        connection.execute(_GIVE_BACK, {"number": number})


def _still(number: int, *, holder: int) -> Still:
    def check(session: Session) -> None:
        session.execute(_WRITE, {"number": number + _WRITING})
        held = session.execute(_STILL_HELD, {"number": number, "holder": holder}).scalar_one()
        if not held:
            raise StoreError(
                "the connection that kept other processes from linking and measuring broke: what"
                " was made is not stored, the next run makes it again"
            )

    return check


@contextmanager
def _beside(path: str, wait: Callable[[float], None]) -> Iterator[None]:
    """An empty database of SQLite's own: it locks files on every system in the way that it needs
    itself.
    """
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        while not _locked(connection):
            wait(_LOOK_AGAIN_S)
        yield
    finally:
        connection.close()


def _locked(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
