"""What sources push: hints of what has changed, and payloads that no source repeats."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OBSERVED = sa.text("origin = 'observed'")


def upgrade() -> None:
    op.create_table(
        "hook_hint",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("source_id", _ID, nullable=False),
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.Text(), server_default="", nullable=False),
        sa.Column("external_id", sa.Text(), server_default="", nullable=False),
        sa.Column("noted_ts", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_hook_hint_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_hint")),
        comment="what a source said has changed, until it was read again",
    )
    op.create_index("ix_hook_hint_source_id", "hook_hint", ["source_id"])
    op.add_column("raw_record", sa.Column("origin", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_raw_record_observed",
        "raw_record",
        ["source_id", "stream", "scope"],
        sqlite_where=_OBSERVED,
        postgresql_where=_OBSERVED,
    )


def downgrade() -> None:
    op.drop_index("ix_raw_record_observed", "raw_record")
    op.drop_column("raw_record", "origin")
    op.drop_index("ix_hook_hint_source_id", "hook_hint")
    op.drop_table("hook_hint")
