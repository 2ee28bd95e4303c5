"""Changes of tables that others use: no wait for a lock is long, and it is known who holds it.

Who waits to change a table keeps all others waiting behind it, who only want to read. So each wait
is cut short, the others get through, and it is tried again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from core.errors import StoreError

_LOCK_NOT_AVAILABLE: Final = "55P03"
_LONGEST_PAUSE_S: Final = 15.0
_LOOK_S: Final = 0.2
_TELL_AGAIN_S: Final = 30.0
_WHO: Final = text("""
SELECT coalesce(c.relname, '') AS held, a.pid AS pid, coalesce(a.state, '') AS state,
    coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::bigint AS for_s,
    coalesce(regexp_replace(left(a.query, 80), '\\s+', ' ', 'g'), '') AS query
FROM pg_locks l
    LEFT JOIN pg_class c ON c.oid = l.relation
    CROSS JOIN LATERAL unnest(pg_blocking_pids(l.pid)) AS held_by(pid)
    JOIN pg_stat_activity a ON a.pid = held_by.pid
WHERE l.pid = :mine AND NOT l.granted ORDER BY a.xact_start LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Patience:
    """lock_s: so long a lock is waited for at a time; in_all_s: so long it is tried again."""

    lock_s: float = 5.0
    in_all_s: float = 180.0


@dataclass(frozen=True, slots=True)
class Holder:
    """Who keeps us waiting, and at which table; "" where it is a transaction as a whole."""

    held: str
    pid: int
    state: str
    for_s: int
    query: str

    def __str__(self) -> str:
        what = self.held or "what is open"
        return (
            f"{what} is held by the database's process {self.pid}"
            f" ({self.state}, for {self.for_s} s: {self.query})"
        )


def patiently(
    engine: Engine,
    change: Callable[[Connection], None],
    tell: Callable[[str], None],
    patience: Patience,
) -> None:
    """Call `change` with a connection whose waits for a lock are short, until it gets through.

    `StoreError` with the table, who holds it and what to do, where it never does. `change` must be
    such that it can be called again after it failed.
    """
    until = time.monotonic() + patience.in_all_s
    pause = 1.0
    while True:
        with engine.connect() as connection, _Watch(engine, _pid(connection), tell) as watch:
            connection.execute(text(f"SET lock_timeout = {int(patience.lock_s * 1000)}"))
            connection.commit()
            try:
                return change(connection)
            except OperationalError as error:
                if not is_lock_timeout(error):
                    raise
                connection.rollback()
        if time.monotonic() + pause > until:
            raise StoreError(_gave_up(watch.seen, patience))
        tell(f"{watch.seen or 'a lock was not to be had'}: tries again in {pause:.0f} s")
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)


def is_lock_timeout(error: DBAPIError) -> bool:
    """Whether the database gave up waiting for a lock, as it was told to."""
    return getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE


def _gave_up(seen: Holder | None, patience: Patience) -> str:
    told = f"no lock was to be had in {patience.in_all_s:.0f} s"
    if seen is not None:
        told += f": {seen}; wait for it, or end it: SELECT pg_terminate_backend({seen.pid})"
    return f"{told}. What was done before stays; then run again: headwater migrate"


def _pid(connection: Connection) -> int:
    return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


class _Watch:
    """Looks from a connection of its own at what `pid` waits for, and says so where it is long:
    who makes an index beside the writers waits for all transactions that are open, and may.
    """

    def __init__(self, engine: Engine, pid: int, tell: Callable[[str], None]) -> None:
        self.engine, self.pid, self.tell = engine, pid, tell
        self.seen: Holder | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        waits = 0.0
        try:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as own:
                while not self._end.wait(_LOOK_S):
                    found = own.execute(_WHO, {"mine": self.pid}).one_or_none()
                    if found is None:
                        waits = 0.0
                        continue
                    self.seen = Holder(**found._mapping)
                    before, waits = waits, waits + _LOOK_S
                    if before // _TELL_AGAIN_S != waits // _TELL_AGAIN_S:
                        self.tell(f"waits: {self.seen}")
        except DBAPIError:
            return  # only what is told is less
