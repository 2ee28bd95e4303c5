"""Which repository a build and a deployment named, for those that come before it is stored."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None

_TABLES = ("build", "deployment")
_HOMELESS = sa.text("repository_id IS NULL AND repository_external_id <> ''")


def upgrade() -> None:
    for table in _TABLES:
        named = sa.Column("repository_external_id", sa.Text(), server_default="", nullable=False)
        op.add_column(table, named)
        op.execute(
            f"UPDATE {table} SET repository_external_id = (SELECT repository.external_id"
            f" FROM repository WHERE repository.id = {table}.repository_id)"
            " WHERE repository_id IS NOT NULL"
        )
        op.create_index(
            f"ix_{table}_homeless",
            table,
            ["source_id", "repository_external_id"],
            sqlite_where=_HOMELESS,
            postgresql_where=_HOMELESS,
        )


def downgrade() -> None:
    for table in _TABLES:
        op.drop_index(f"ix_{table}_homeless", table)
        with op.batch_alter_table(table) as changed:
            changed.drop_column("repository_external_id")
