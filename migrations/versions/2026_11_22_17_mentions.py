"""What texts name that is not known yet, so that what comes later finds them again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import online

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None

_COPIES = "ix_git_commit_repository_id_author_id_authored_ts"
_STARTED = "upstream <> ''"
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mention",
        sa.Column("word", sa.String(300), nullable=False),
        sa.Column("entity", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("entity_id", _ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("word", "entity", "entity_id", name=op.f("pk_mention")),
        comment="what a record names that is not known yet, or may come to mean another",
        sqlite_with_rowid=False,
        if_not_exists=True,
    )
    online.create_index(op.f("ix_mention_entity_entity_id"), "mention", ["entity", "entity_id"])
    online.create_index(op.f("ix_commit_parent_parent_id"), "commit_parent", ["parent_id"])
    online.create_index(_COPIES, "git_commit", ["repository_id", "author_id", "authored_ts"])
    online.create_index("ix_build_upstream", "build", ["upstream"], _STARTED)


def downgrade() -> None:
    online.drop_index("ix_build_upstream", "build")
    online.drop_index(_COPIES, "git_commit")
    online.drop_index(op.f("ix_commit_parent_parent_id"), "commit_parent")
    op.drop_table("mention", if_exists=True)
