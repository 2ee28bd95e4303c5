"""The database as pipeline and API use it: one engine, sessions that read, one writer at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from core.errors import StoreError
from core.settings import Database as DatabaseSettings
from store.migrate import require_current
from store.refusals import remedy
from store.session import open_engine, read_sessions, sessions


@dataclass(frozen=True, slots=True)
class Database:
    """`read` never waits for a writer; `writing` lets one thread of this process write at a
    time. guard: called at the beginning of each transaction that writes; it raises where this
    process may not do any more what it is at.
    """

    engine: Engine
    read: sessionmaker[Session]
    write: sessionmaker[Session]
    lock: threading.Lock = field(default_factory=threading.Lock)
    guard: Callable[[Session], None] | None = None

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back when anything is raised."""
        with self.lock, self.write.begin() as session:
            if self.guard is not None:
                self.guard(session)
            yield session

    @property
    def occupied(self) -> bool:
        """Whether a short write would have to wait for another thread now: on SQLite only."""
        return self.engine.dialect.name == "sqlite" and self.lock.locked()

    @contextmanager
    def briefly(self) -> Iterator[Session]:
        """The same for a row or two that can't wait until another thread has written everything:
        only SQLite, which has one writer, must wait for it.
        """
        if self.engine.dialect.name == "sqlite":
            with self.writing() as session:
                yield session
        else:
            with self.write.begin() as session:
                yield session


@contextmanager
def opened(settings: DatabaseSettings) -> Iterator[Database]:
    """The migrated database; `StoreError` when it can't be reached or needs `headwater migrate`."""
    password = settings.password.get_secret_value() if settings.password else None
    engine = open_engine(settings.url, password)
    try:
        require_current(engine)
        yield over(engine)
    except OperationalError as error:
        raise lost(error) from error
    finally:
        engine.dispose()


def lost(error: OperationalError) -> StoreError:
    """What to tell of a database that fails in the middle of the work."""
    reason = (str(error.orig).strip().splitlines() or ["no answer"])[0]
    return StoreError(
        f"the database failed ({reason}): {remedy(error)}; what was stored is whole, and the next"
        " run goes on from there"
    )


def over(engine: Engine) -> Database:
    """The sessions of an engine that is open already."""
    return Database(engine, read_sessions(engine), sessions(engine))
