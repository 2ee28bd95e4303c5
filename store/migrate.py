"""Brings the tables to the version that this program needs, and tells which version is there."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from time import sleep
from typing import Final, NamedTuple

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from core.errors import StoreError
from store.alone import alone
from store.lock_wait import Patience, patiently
from store.session import open_engine

LOCK: Final = 7_406_231
"""Any number: of processes that start at once one migrates, and the others find nothing to do."""
Tell = Callable[[str], None]


def _silent(_line: str) -> None:
    """Nobody listens."""


class Step(NamedTuple):
    """A migration: its version, and the line that says what it is for."""

    version: str
    what: str


def upgrade(
    url: str,
    password: str | None = None,
    *,
    to: str = "head",
    tell: Tell = _silent,
    patience: Patience | None = None,
) -> str:
    """Apply the missing migrations; answers the version reached.

    SQLite: in one transaction. PostgreSQL: each in its own, while other processes go on; one that
    gets no lock within a few seconds gives way and tries again, `StoreError` where that goes on for
    longer than `patience`. What was done until then stays, and the next run goes on from there.
    tell: gets a line for each step, and for what is waited for.
    """
    return _run(url, password, command.upgrade, to, tell, patience or Patience())


def downgrade(
    url: str,
    password: str | None = None,
    *,
    to: str,
    tell: Tell = _silent,
    patience: Patience | None = None,
) -> str:
    """Go back to version `to` ("base": no tables). Data of the tables that vanish is lost."""
    return _run(url, password, command.downgrade, to, tell, patience or Patience())


def current(engine: Engine) -> str:
    """The version of the database's tables; empty where it has none."""
    with engine.connect() as connection:
        return version_on(connection)


def version_on(connection: Connection) -> str:
    """The same as this connection sees it, in the transaction that it has open."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def move(connection: Connection, *, to: str) -> None:
    """Up or down to version `to`, a known one, in the transaction that the connection has open."""
    config, order = _config(), versions()
    config.attributes["connection"] = connection
    found = version_on(connection)
    if found and order.index(found) > order.index(to):
        command.downgrade(config, to)
    else:
        command.upgrade(config, to)


def versions() -> list[str]:
    """All versions that this program knows, the oldest first."""
    return [revision.revision for revision in _script().walk_revisions()][::-1]


def missing(found: str) -> list[Step]:
    """The migrations that lead from version `found` ("": no tables) to the newest, in order;
    `StoreError` for a newer one.
    """
    order = versions()
    if found and found not in order:
        raise StoreError(_newer(found))
    steps = [Step(one.revision, one.doc) for one in _script().walk_revisions()][::-1]
    return steps[order.index(found) + 1 :] if found else steps


def newest() -> str:
    """The version that this program needs."""
    return _script().get_current_head() or ""


def require_current(engine: Engine) -> None:
    """`StoreError`, with the command that mends it, unless the tables are those of this program."""
    found, needed = current(engine), newest()
    if found == needed:
        return
    if found and found not in versions():
        raise StoreError(_newer(found))
    state = "has no tables yet" if not found else f"is at version {found}, {needed} is needed"
    raise StoreError(f"the database {state}: run: headwater migrate")


def _newer(found: str) -> str:
    return f"the database was written by a newer Headwater (version {found}): update Headwater"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _run(
    url: str,
    password: str | None,
    step: Callable[[Config, str], None],
    to: str,
    tell: Tell,
    patience: Patience,
) -> str:
    engine = open_engine(url, password)
    config = _config()
    config.attributes["tell"] = tell
    try:
        if engine.dialect.name == "sqlite":
            with engine.begin() as connection:
                config.attributes["connection"] = connection
                step(config, to)
        else:
            with alone(engine, LOCK, _Turn(tell).wait):
                patiently(engine, lambda on: _apply(config, on, step, to), tell, patience)
        return current(engine)
    finally:
        engine.dispose()


def _apply(
    config: Config, connection: Connection, step: Callable[[Config, str], None], to: str
) -> None:
    config.attributes["connection"] = connection
    step(config, to)


class _Turn:
    """Waits for another process that migrates; looked at again and again rather than waited for in
    the database: an index that is made beside the writers would wait for who waits there.
    """

    def __init__(self, tell: Tell) -> None:
        self.tell, self.told = tell, False

    def wait(self, seconds: float) -> None:
        if not self.told:
            self.tell("another process migrates this database: waits until it is done")
            self.told = True
        sleep(seconds)
