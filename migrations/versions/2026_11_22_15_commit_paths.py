"""Which parts of a repository a commit touched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "commit_path",
        sa.Column(
            "commit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("path", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commit_id"], ["git_commit.id"], name=op.f("fk_commit_path_commit_id")
        ),
        sa.PrimaryKeyConstraint("commit_id", "path", name=op.f("pk_commit_path")),
        comment="parts of repositories, as the configuration names them, that commits touch",
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("commit_path")
