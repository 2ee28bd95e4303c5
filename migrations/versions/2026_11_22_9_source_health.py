"""What is known of a source between two passes: who reads it, its clock, its limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "stream_state", sa.Column("health", sa.Text(), server_default="{}", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("stream_state", "health")
