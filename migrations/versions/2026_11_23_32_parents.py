"""Items are found by their parent and by what they link to: those below a few, and beside them."""

from __future__ import annotations

from migrations import online

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.create_index(
        "ix_work_item_parent", "work_item", ["parent_external_id"], "parent_external_id <> ''"
    )
    online.create_index("ix_item_link_other_key", "item_link", ["other_key"])


def downgrade() -> None:
    online.drop_index("ix_item_link_other_key", "item_link")
    online.drop_index("ix_work_item_parent", "work_item")
