"""When it was noticed that an item is gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work_item", sa.Column("gone_ts", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("work_item", "gone_ts")
