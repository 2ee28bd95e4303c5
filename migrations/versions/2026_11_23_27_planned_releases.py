"""Releases that items are planned for, and the due dates of items, as trackers tell them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("work_item", sa.Column("due_on", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "planned_release",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("source_id", _ID, nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("due_on", sa.Text(), server_default="", nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_planned_release_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_release")),
        sa.UniqueConstraint(
            "source_id", "external_id", name=op.f("uq_planned_release_source_id_external_id")
        ),
        comment="what items are planned for: versions of Jira, milestones of GitLab",
    )
    op.create_table(
        "planned_in",
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("release_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["work_item.id"], name=op.f("fk_planned_in_item_id")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["planned_release.id"], name=op.f("fk_planned_in_release_id")
        ),
        sa.PrimaryKeyConstraint("item_id", "release_id", name=op.f("pk_planned_in")),
    )


def downgrade() -> None:
    """What items were planned for and when they were due is left in the payloads alone."""
    op.drop_table("planned_in")
    op.drop_table("planned_release")
    op.drop_column("work_item", "due_on")
