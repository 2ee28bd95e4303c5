"""A lease on a source, so that two processes never read it at once; a dead owner's lease is taken
over.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy.orm import Session

from core.errors import SourceUnavailableError
from pipeline.clock import now_ts
from pipeline.database import Database
from store import cursors
from store.cursors import StreamKey

WHOLE = ""
"""The stream under which the source itself stands in `stream_state`."""
_LEASE_S = 300


def owner_name() -> str:
    """Who we are to other processes: host, process and a random part, as process numbers are
    reused.
    """
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


def _is_dead(owner: str) -> bool:
    """True only for a process of this machine that no longer runs."""
    host, _, rest = owner.partition(":")
    number = rest.partition(":")[0]
    if host != socket.gethostname() or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


@contextmanager
def held(database: Database, source_id: int, name: str) -> Iterator[Callable[[Session], None]]:
    """Hold the source for this process; yields what renews the lease inside a page's transaction.

    `SourceUnavailableError` while another living process holds it, or when it was lost meanwhile.
    """
    owner = owner_name()
    key = StreamKey(source_id, WHOLE)
    with database.writing() as session:
        holder = cursors.load_state(session, key).lease_owner
        if holder and _is_dead(holder):
            cursors.release_lease(session, key, owner=holder)
        now = now_ts()
        if not cursors.acquire_lease(
            session, key, owner=owner, now_ts=now, until_ts=now + _LEASE_S
        ):
            raise SourceUnavailableError(
                f"{name} is being read by another process; wait for it, or see: headwater check"
            )

    def renew(session: Session) -> None:
        until_ts = now_ts() + _LEASE_S
        if not cursors.renew_lease(session, key, owner=owner, until_ts=until_ts):
            raise SourceUnavailableError(f"{name}: another process took over; this one stops here")

    try:
        yield renew
    finally:
        with database.writing() as session:
            cursors.release_lease(session, key, owner=owner)
