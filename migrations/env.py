"""Runs the migrations on the connection that `store/migrate.py` opened, all in its transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from store.models import metadata

LOCK = 7_406_231
"""Any number: two processes that start at once take turns."""


def _run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    else:
        # A table that is made anew takes the name of one that views read: SQLite would refuse.
        connection.execute(text("PRAGMA legacy_alter_table = ON"))
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        # SQLite can roll back DDL too, now that the driver leaves transactions to us.
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


_run(context.config.attributes["connection"])
