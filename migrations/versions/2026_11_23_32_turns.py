"""When each source is due and since when it is held, and the processes that collect."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No source is due at any time yet: each is read at once, as after every start before."""
    op.add_column("stream_state", sa.Column("lease_since_ts", sa.BigInteger(), nullable=True))
    op.add_column("stream_state", sa.Column("due_ts", sa.BigInteger(), nullable=True))
    op.add_column(
        "stream_state", sa.Column("failures", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_table(
        "worker",
        sa.Column("name", sa.String(length=320), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("started_ts", sa.BigInteger(), nullable=False),
        sa.Column("seen_ts", sa.BigInteger(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("doing", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker")),
        comment="the processes that collect, as they last said of themselves",
    )


def downgrade() -> None:
    """Each source is read at once by every process that starts."""
    op.drop_table("worker")
    for name in ("failures", "due_ts", "lease_since_ts"):
        op.drop_column("stream_state", name)
