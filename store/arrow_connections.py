"""Connections that read PostgreSQL through Arrow, kept with the engine whose database they read.

To open one takes as long as to read a hundred thousand rows. Between two statements a kept one is
in no transaction, so that each sees what is committed by then and keeps nothing from being cleaned
up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

import adbc_driver_postgresql.dbapi
from sqlalchemy import URL, Engine, event
from sqlalchemy.pool import Pool, QueuePool

_POOL: Final = "headwater_arrow"
"""The execution option by which the sessions of an engine find them."""
_KEPT: Final = 2
"""So many stay open; what more threads need at once is closed after use."""
_OLDEST_S: Final = 1_800


def keep_arrow_connections(engine: Engine) -> None:
    """Let the engine have some from its first such statement until it is disposed of."""
    pool = QueuePool(_opens(engine.url), pool_size=_KEPT, max_overflow=-1, recycle=_OLDEST_S)
    engine.update_execution_options(**{_POOL: pool})
    event.listen(engine, "engine_disposed", lambda _engine: pool.dispose())


def has_arrow_connections(engine: Engine) -> bool:
    return _POOL in engine.get_execution_options()


@contextmanager
def arrow_cursor(engine: Engine) -> Iterator[Any]:
    """A cursor of a connection that nobody else uses meanwhile; one that failed is closed."""
    pool: Pool = engine.get_execution_options()[_POOL]
    connection = pool.connect()
    try:
        with closing(connection.cursor()) as cursor:
            yield cursor
    except BaseException:
        connection.invalidate()
        raise
    connection.close()


def _opens(url: URL) -> Any:
    # Its URL knows no driver name such as postgresql+psycopg.
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return lambda: adbc_driver_postgresql.dbapi.connect(address)
