"""What a process that collects says of itself, so that others see that it lives."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy.exc import DatabaseError

from pipeline.database import Database
from pipeline.owner import process_name
from store import workers
from store.clock import database_ts
from store.workers import Worker

log = structlog.get_logger()
BEAT_S: Final = 10.0
LOST_AFTER_S: Final = 60
"""Who said nothing for so long is gone, or can't reach the database."""
_REMEMBERED_S: Final = 86_400
READS: Final = ""
WAITS: Final = "waits to link and measure"
LINKS: Final = "links and measures"
DAYS: Final = "makes the daily numbers"


@dataclass(slots=True)
class Presence:
    """peers: how many other processes were seen lately, when we last said something."""

    database: Database
    kind: str
    slots: int
    peers: int = 0
    _doing: list[str] = field(default_factory=list)
    _started_ts: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self) -> None:
        """Say that we are alive. A database that fails, or is busy, hears of it the next time."""
        if self.database.occupied:
            return
        try:
            self._beat()
        except DatabaseError as error:
            log.warning("presence_unknown", error=type(error).__name__)

    def leave(self) -> None:
        """Say that we end."""
        try:
            with self.database.briefly() as session:
                workers.gone(session, process_name())
        except DatabaseError as error:
            log.warning("presence_unknown", error=type(error).__name__)

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """Several threads may do something; the one that began first is told."""
        with self._lock:
            self._doing.append(what)
        try:
            yield
        finally:
            with self._lock:
                self._doing.remove(what)

    def _beat(self) -> None:
        name = process_name()
        with self.database.briefly() as session:
            now = database_ts(session)
            if self._started_ts is None:
                self._started_ts = now
                workers.forget(session, before_ts=now - _REMEMBERED_S)
            with self._lock:
                doing = next(iter(self._doing), READS)
            workers.seen(session, Worker(name, self.kind, self._started_ts, now, self.slots, doing))
            found = workers.all_workers(session)
        late = now - LOST_AFTER_S
        self.peers = sum(one.name != name and one.seen_ts >= late for one in found)
