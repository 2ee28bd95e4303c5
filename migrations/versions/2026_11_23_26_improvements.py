"""Improvements, their log, and standards of streams. Nothing was ever stored in `experiment`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.drop_table("experiment")
    op.create_table("improvement", *_input("improvement"))
    op.create_table(
        "improvement_entry",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("improvement_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("document", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["improvement_id"],
            ["improvement.id"],
            name=op.f("fk_improvement_entry_improvement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_improvement_entry")),
    )
    op.create_index("ix_improvement_entry_improvement_id", "improvement_entry", ["improvement_id"])
    op.create_table(
        "stream_standard",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("stream", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("improvement_id", _ID, nullable=False),
        sa.Column("document", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["improvement_id"], ["improvement.id"], name=op.f("fk_stream_standard_improvement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream_standard")),
        sa.UniqueConstraint("stream", "version", name=op.f("uq_stream_standard_stream_version")),
    )


def downgrade() -> None:
    """What was tried and what became standard is gone with its tables."""
    op.drop_table("stream_standard")
    op.drop_table("improvement_entry")
    op.drop_table("improvement")
    op.create_table("experiment", *_input("experiment"))


def _input(name: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("stream", sa.String(length=64), server_default="", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
