"""What changes of services and of `[dora]` break, and what held before them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The changes that are there are of mappings and metrics, and concern all of theirs."""
    with op.batch_alter_table("definition_change") as table:
        table.add_column(
            sa.Column(
                "service",
                sa.String(length=64),
                server_default="",
                nullable=False,
                comment="by its name",
            )
        )
        table.add_column(
            sa.Column(
                "concerns",
                sa.Text(),
                nullable=True,
                comment="JSON: the metrics whose numbers change with it; null: all",
            )
        )
        table.add_column(
            sa.Column(
                "settings_before",
                sa.Text(),
                nullable=True,
                comment="JSON: the part of the configuration that ended then",
            )
        )


def downgrade() -> None:
    """Without their columns the changes of services would read as those of everything."""
    op.execute("DELETE FROM definition_change WHERE service <> '' OR concerns IS NOT NULL")
    op.execute("DELETE FROM store_setting WHERE name = 'definition_of_deliveries'")
    with op.batch_alter_table("definition_change") as table:
        for name in ("settings_before", "concerns", "service"):
            table.drop_column(name)
