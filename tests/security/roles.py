"""The roles of deploy/postgres/roles.sql in a database of their own, with a user of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine

from store.migrate import upgrade

STATEMENTS = Path(__file__).parents[2] / "deploy/postgres/roles.sql"
_USERS = {"mover": "headwater_owner", "worker": "headwater_writer", "answerer": "headwater_api"}


@dataclass(frozen=True)
class Roles:
    """Addresses of one database, by user; `owner` is the server's superuser."""

    address: URL
    owner: Engine

    def url(self, user: str) -> str:
        return self.address.set(username=f"hw_{user}").render_as_string(hide_password=False)

    def granted(self) -> None:
        """As an operator does: before the first migration, and after each."""
        with self.owner.begin() as connection:
            connection.exec_driver_sql(STATEMENTS.read_text(encoding="utf-8").replace("%", "%%"))

    def migrated(self) -> None:
        upgrade(self.url("mover"))
        self.granted()


@contextmanager
def with_roles(server: Engine, name: str) -> Iterator[Roles]:
    """A database that was migrated by its owner's role; roles and database are gone at the end."""
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    owner = create_engine(server.url.set(database=name))
    found = Roles(server.url.set(database=name), owner)
    try:
        found.granted()
        with owner.begin() as connection:
            for user, role in _USERS.items():
                connection.exec_driver_sql(f"CREATE ROLE hw_{user} LOGIN IN ROLE {role}")
            connection.exec_driver_sql("ALTER ROLE hw_mover SET role = headwater_owner")
        found.migrated()
        yield found
    finally:
        owner.dispose()
        _dropped(server, name)


def _dropped(server: Engine, name: str) -> None:
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        for role in (*(f"hw_{user}" for user in _USERS), *_USERS.values()):
            connection.exec_driver_sql(f"DROP ROLE IF EXISTS {role}")
