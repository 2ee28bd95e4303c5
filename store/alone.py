"""Something that only one process may do at a time, by the database that they share.

The database forgets a holder that died: PostgreSQL by the end of its connection, SQLite by the
operating system, as the lock is one on a file beside the database.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

_LOOK_AGAIN_S = 0.1


@contextmanager
def alone(engine: Engine, number: int, wait: Callable[[float], None]) -> Iterator[None]:
    """Hold what `number` stands for; `wait(seconds)` is called between two looks while another one
    does.
    """
    if engine.dialect.name == "sqlite":
        with _beside(f"{engine.url.database}-lock-{number}", wait):
            yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taking = text("SELECT pg_try_advisory_lock(:number)").bindparams(number=number)
        while not connection.execute(taking).scalar_one():
            wait(_LOOK_AGAIN_S)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:number)").bindparams(number=number))


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
