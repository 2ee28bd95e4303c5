"""The database as pipeline and API use it: one engine, sessions that read, one writer at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from core.settings import Database as DatabaseSettings
from store.migrate import require_current
from store.session import open_engine, read_sessions, sessions


@dataclass(frozen=True, slots=True)
class Database:
    """`read` never waits for a writer; `writing` lets one thread of this process write at a
    time.
    """

    engine: Engine
    read: sessionmaker[Session]
    write: sessionmaker[Session]
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back when anything is raised."""
        with self.lock, self.write.begin() as session:
            yield session


@contextmanager
def opened(settings: DatabaseSettings) -> Iterator[Database]:
    """The migrated database; `StoreError` when it can't be reached or needs `headwater migrate`."""
    password = settings.password.get_secret_value() if settings.password else None
    engine = open_engine(settings.url, password)
    try:
        require_current(engine)
        yield over(engine)
    finally:
        engine.dispose()


def over(engine: Engine) -> Database:
    """The sessions of an engine that is open already."""
    return Database(engine, read_sessions(engine), sessions(engine))
