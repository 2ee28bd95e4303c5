"""Which build started a build."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("build", sa.Column("upstream", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("build") as table:
        table.drop_column("upstream")
