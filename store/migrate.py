"""Brings the tables to the version that this program needs, and tells which version is there."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from core.errors import StoreError
from store.session import open_engine


def upgrade(url: str, password: str | None = None, *, to: str = "head") -> str:
    """Apply the missing migrations in one transaction; answers the version reached."""
    return _run(url, password, command.upgrade, to=to)


def downgrade(url: str, password: str | None = None, *, to: str) -> str:
    """Go back to version `to` ("base": no tables). Data of the tables that vanish is lost."""
    return _run(url, password, command.downgrade, to=to)


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


def newest() -> str:
    """The version that this program needs."""
    return _script().get_current_head() or ""


def require_current(engine: Engine) -> None:
    """`StoreError`, with the command that mends it, unless the tables are those of this program."""
    found, needed = current(engine), newest()
    if found == needed:
        return
    if found and found not in versions():
        raise StoreError(
            f"the database was written by a newer Headwater (version {found}): update Headwater"
        )
    state = "has no tables yet" if not found else f"is at version {found}, {needed} is needed"
    raise StoreError(f"the database {state}: run: headwater migrate")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _run(url: str, password: str | None, step: Callable[[Config, str], None], *, to: str) -> str:
    engine = open_engine(url, password)
    config = _config()
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            step(config, to)
        return current(engine)
    finally:
        engine.dispose()
