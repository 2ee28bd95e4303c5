"""For migrations of large tables: indexes beside the writers, and columns filled part by part.

On PostgreSQL these commit as they go, so a migration that uses them may be ended at any point and
is begun anew: all of it must be such that it can be done twice. Where migrations join a transaction
(SQLite; a restore) they are plain statements of it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from alembic import context, op

BATCH: Final = 10_000
"""So many rows are filled in one transaction: locked for well under a second."""
_TELL_S: Final = 2.0
_VALID: Final = sa.text(
    "SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " WHERE c.relname = :name AND c.relnamespace = current_schema()::regnamespace"
)
_KEEP: Final = (
    "INSERT INTO store_setting (name, value) VALUES (:name, :value)"
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


def joined() -> bool:
    """Whether all migrations are one transaction, which nothing may commit in between."""
    return not op.get_context().opts.get("transaction_per_migration")


def create_index(name: str, table: str, columns: Sequence[str], where: str = "") -> None:
    """An index, of the rows `where`; on PostgreSQL made while others write. One that an ended run
    left broken is made anew, one that is whole is left alone.
    """
    partial = sa.text(where) if where else None
    some: dict[str, Any] = {"sqlite_where": partial, "postgresql_where": partial}
    if joined():
        op.create_index(name, table, list(columns), **some)
        return
    with _beside_others():
        valid = op.get_bind().execute(_VALID, {"name": name}).scalar()
        if valid is False:
            op.drop_index(name, table, postgresql_concurrently=True)
        if not valid:
            op.create_index(name, table, list(columns), postgresql_concurrently=True, **some)


def drop_index(name: str, table: str) -> None:
    """Drop an index, on PostgreSQL while others use the table; one that is gone is no fault."""
    if joined():
        op.drop_index(name, table)
        return
    with _beside_others():
        op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)


def fill(table: str, key: str | Sequence[str], assign: str, where: str = "true") -> None:
    """Give the rows `where` of a table their values, by `SET assign`, in the order of their `key`,
    which is unique and stored in an index.

    On PostgreSQL `BATCH` rows at a time, each with a commit that also notes how far it came: a run
    that is ended goes on from there. Rows that older programs write meanwhile may be passed over:
    their default must be right for them.
    """
    if joined():
        op.execute(f"UPDATE {table} SET {assign} WHERE {where}")
        return
    filling = _Filling(table, [key] if isinstance(key, str) else list(key), assign, where)
    with op.get_context().autocommit_block():
        filling.run(op.get_bind())
    # With the version of this migration: until then a run that begins anew sees that it is done.
    op.get_bind().execute(
        sa.text("DELETE FROM store_setting WHERE name = :name"), {"name": filling.name}
    )


@contextmanager
def _beside_others() -> Iterator[None]:
    """Outside of a transaction, and however long: it waits for those that are open, and keeps
    nobody waiting.
    """
    with op.get_context().autocommit_block():
        before = op.get_bind().execute(sa.text("SHOW lock_timeout")).scalar_one()
        op.execute("SET lock_timeout = 0")
        yield
        op.execute(f"SET lock_timeout = '{before}'")


class _Filling:
    def __init__(self, table: str, key: Sequence[str], assign: str, where: str) -> None:
        self.table, self.key, self.assign, self.where = table, key, assign, where
        revision = op.get_context().get_current_revision() or "base"
        self.name = f"filled_after_{revision}_{table}"[:128]
        self.tell = context.config.attributes.get("tell", str)

    def run(self, bind: sa.Connection) -> None:
        found = bind.execute(
            sa.text("SELECT value FROM store_setting WHERE name = :name"), {"name": self.name}
        ).scalar()
        so_far = json.loads(found) if found else {"after": [], "rows": 0}
        about, told = self._about(bind), time.monotonic()
        while so_far["after"] is not None:
            so_far = self._part(bind, so_far)
            if time.monotonic() - told >= _TELL_S:
                self.tell(f"  {self.table}: {so_far['rows']:,} of about {about:,} rows filled")
                told = time.monotonic()

    def _part(self, bind: sa.Connection, so_far: dict[str, Any]) -> dict[str, Any]:
        """One statement, so that what is filled and how far it came are stored together."""
        columns = ", ".join(self.key)
        after = {f"after_{place}": one for place, one in enumerate(so_far["after"])}
        beyond = f"({columns}) > ({', '.join(f':{name}' for name in after)})" if after else "true"
        end = bind.execute(
            sa.text(
                f"SELECT {columns} FROM {self.table} WHERE {beyond}"
                f" ORDER BY {columns} LIMIT 1 OFFSET {BATCH - 1}"
            ),
            after,
        ).one_or_none()
        upto = {f"upto_{place}": one for place, one in enumerate(end or ())}
        within = f"({columns}) <= ({', '.join(f':{name}' for name in upto)})" if upto else "true"
        now = {"after": list(end) if end else None, "rows": so_far["rows"] + (BATCH if end else 0)}
        bind.execute(
            sa.text(
                f"WITH filled AS (UPDATE {self.table} SET {self.assign}"
                f" WHERE {beyond} AND {within} AND ({self.where})) {_KEEP}"
            ),
            {**after, **upto, "name": self.name, "value": json.dumps(now)},
        )
        return now

    def _about(self, bind: sa.Connection) -> int:
        """What the planner believes; counting would read the whole table."""
        statement = sa.text("SELECT reltuples::bigint FROM pg_class WHERE oid = :name ::regclass")
        return max(0, int(bind.execute(statement, {"name": self.table}).scalar_one()))
