"""Which repository a build and a deployment named, for those that come before it is stored."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import online

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None

_TABLES = ("build", "deployment")
_HOMELESS = "repository_id IS NULL AND repository_external_id <> ''"
_OF_ITS_REPOSITORY = (
    "repository_external_id = (SELECT repository.external_id FROM repository"
    " WHERE repository.id = {table}.repository_id)"
)


def upgrade() -> None:
    for table in _TABLES:
        named = sa.Column("repository_external_id", sa.Text(), server_default="", nullable=False)
        op.add_column(table, named, if_not_exists=None if online.joined() else True)
        online.fill(
            table, "id", _OF_ITS_REPOSITORY.format(table=table), "repository_id IS NOT NULL"
        )
        columns = ["source_id", "repository_external_id"]
        online.create_index(f"ix_{table}_homeless", table, columns, _HOMELESS)


def downgrade() -> None:
    for table in _TABLES:
        online.drop_index(f"ix_{table}_homeless", table)
        with op.batch_alter_table(table) as changed:
            changed.drop_column("repository_external_id")
