"""Runs the migrations on the connection that `store/migrate.py` opened.

Where it has a transaction open, all of them join it. Else, on PostgreSQL, each has its own, so that
no lock is held longer than one of them takes, and what was done stays where a later one fails.
"""

from __future__ import annotations

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection, text

from store.migrate import LOCK
from store.models import metadata


def _run(connection: Connection) -> None:
    joined = connection.in_transaction()
    if connection.dialect.name == "sqlite":
        # A table that is made anew takes the name of one that views read: SQLite would refuse.
        connection.execute(text("PRAGMA legacy_alter_table = ON"))
    elif joined:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        # SQLite can roll back DDL too, now that the driver leaves transactions to us.
        transactional_ddl=True,
        transaction_per_migration=not joined,
        render_as_batch=connection.dialect.name == "sqlite",
        on_version_apply=_tell,
    )
    with context.begin_transaction():
        context.run_migrations()


def _tell(ctx: MigrationContext, step: MigrationInfo, heads: object, run_args: object) -> None:
    del ctx, heads, run_args
    way = "done" if step.is_upgrade else "undone"
    found = context.script.get_revision(str(step.up_revision_id))
    if found is not None:
        what = " ".join((found.doc or "").split())
        context.config.attributes.get("tell", str)(f"{found.revision} {way}: {what}")


_run(context.config.attributes["connection"])
