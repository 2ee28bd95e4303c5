"""Items are found by their parent and by what they link to: those below a few, and beside them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    has_parent = sa.text("parent_external_id <> ''")
    op.create_index(
        "ix_work_item_parent",
        "work_item",
        ["parent_external_id"],
        sqlite_where=has_parent,
        postgresql_where=has_parent,
    )
    op.create_index("ix_item_link_other_key", "item_link", ["other_key"])


def downgrade() -> None:
    op.drop_index("ix_item_link_other_key", table_name="item_link")
    op.drop_index("ix_work_item_parent", table_name="work_item")
