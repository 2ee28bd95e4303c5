"""A lease on a source, so that two processes never read it at once; a dead owner's lease is taken
over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from core.errors import SourceBusyError
from pipeline.database import Database
from pipeline.owner import is_dead, owner_name
from store import cursors
from store.clock import database_ts
from store.cursors import StreamKey

WHOLE = ""
"""The stream under which the source itself stands in `stream_state`."""
LEASE_S = 180
"""How long a lease lasts that is not renewed: after that the process is held to be dead."""
_RENEW_S = 30.0
_PATIENCE_S = 60.0
_LOOK_AGAIN_S = 1.0


@contextmanager
def held(
    database: Database,
    source_id: int,
    name: str,
    *,
    wait: Callable[[float], None] | None = None,
    owner: str = "",
) -> Iterator[Callable[[Session], None]]:
    """Hold the source for this process; yields what makes sure of it inside a page's transaction.

    owner: who has leased it already (`store/turns.py`), empty for nobody. `SourceBusyError` while
    another living process, or another thread of this one, holds it: at once, or after a minute of
    `wait(seconds)`, by which time one that only read what a webhook named is done; and when it was
    lost meanwhile. It is renewed by the clock: one request may be waited for longer than it lasts.
    """
    owner, key = owner or owner_name(), StreamKey(source_id, WHOLE)
    waited = 0.0
    while not _taken(database, key, owner):
        if wait is None or waited >= _PATIENCE_S:
            raise SourceBusyError(
                f"{name} is being read by another process; it needs nothing from you, the next run"
                " finds it free"
            )
        wait(_LOOK_AGAIN_S)
        waited += _LOOK_AGAIN_S

    def renew(session: Session) -> None:
        until_ts = database_ts(session) + LEASE_S
        if not cursors.renew_lease(session, key, owner=owner, until_ts=until_ts):
            raise SourceBusyError(
                f"{name}: another process took over; this one stops here, what it read is stored"
            )

    ended = threading.Event()
    clock = threading.Thread(
        target=_keep, args=(database, renew, ended), name=f"lease-{name}", daemon=True
    )
    clock.start()
    try:
        yield renew
    finally:
        ended.set()
        clock.join()
        with database.writing() as session:
            cursors.release_lease(session, key, owner=owner)


def _taken(database: Database, key: StreamKey, owner: str) -> bool:
    with database.writing() as session:
        holder = cursors.load_state(session, key).lease_owner
        if holder and is_dead(holder):
            cursors.release_lease(session, key, owner=holder)
        now = database_ts(session)
        return cursors.acquire_lease(session, key, owner=owner, now_ts=now, until_ts=now + LEASE_S)


def _keep(database: Database, renew: Callable[[Session], None], ended: threading.Event) -> None:
    """A lease that was lost is told to who writes the next page, a database that fails as well."""
    while not ended.wait(_RENEW_S):
        with suppress(SourceBusyError, DatabaseError), database.briefly() as session:
            renew(session)
