"""What should be linked and is not, with its likely reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PAGE = ["scope", "scope_id", "entity", "ts", "entity_id"]
_REASON = ["scope", "scope_id", "entity", "reason", "ts"]


def upgrade() -> None:
    op.create_table(
        "unlinked",
        sa.Column("entity", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("entity_id", _ID, autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("scope_id", _ID, autoincrement=False, nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=48), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("bot", sa.Boolean(), nullable=False),
        sa.Column("suggestion", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint(
            "entity", "entity_id", "scope", "scope_id", name=op.f("pk_unlinked")
        ),
        comment="one for the scope `all` (id 0), one for each stream and service",
    )
    op.create_index(f"ix_unlinked_{'_'.join(_PAGE)}", "unlinked", _PAGE)
    op.create_index(f"ix_unlinked_{'_'.join(_REASON)}", "unlinked", _REASON)
    op.create_table(
        "unlinked_day",
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("scope_id", _ID, autoincrement=False, nullable=False),
        sa.Column("entity", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("day_ts", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("unlinked", sa.Integer(), nullable=False),
        sa.Column("bots", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "scope", "scope_id", "entity", "day_ts", name=op.f("pk_unlinked_day")
        ),
        comment="what there was and what of it is not linked; that of bots apart",
    )
    # The next pass fills both, also where nothing changes at the sources.
    op.execute(
        "INSERT INTO dirty (stage, entity, entity_id) SELECT 'measure', 8, id FROM repository"
        " WHERE true ON CONFLICT DO NOTHING"
    )


def downgrade() -> None:
    op.drop_table("unlinked_day")
    op.drop_index(f"ix_unlinked_{'_'.join(_REASON)}", "unlinked")
    op.drop_index(f"ix_unlinked_{'_'.join(_PAGE)}", "unlinked")
    op.drop_table("unlinked")
