"""What flag and usage tools tell of features. Nothing was ever stored in the table as it was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.drop_table("exposure_event")
    op.create_table(
        "exposure_event",
        *_told("exposure_event"),
        sa.Column("environment", sa.Text(), server_default="", nullable=False),
        sa.Column("tier", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "share", sa.Float(), nullable=True, comment="of users, 0 to 1; null: tells items alone"
        ),
        comment="from when on which share of users has a feature",
    )
    op.create_index("ix_exposure_event_feature", "exposure_event", ["feature"])
    op.create_table(
        "outcome",
        *_told("outcome"),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("share", sa.Float(), nullable=True, comment="of users who used it, 0 to 1"),
        sa.Column("uses", sa.BigInteger(), nullable=True),
        sa.Column("value_cents", sa.BigInteger(), nullable=True),
        sa.Column("attribution", sa.String(length=16), server_default="", nullable=False),
        sa.Column("effect", sa.String(length=16), server_default="", nullable=False),
        comment="what was measured of a feature: use, and what it brought",
    )
    op.create_index("ix_outcome_feature", "outcome", ["feature"])


def downgrade() -> None:
    """What was told of features is left in the payloads alone."""
    op.drop_table("outcome")
    op.drop_table("exposure_event")
    op.create_table(
        "exposure_event",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exposure_event")),
    )


def _told(name: str) -> tuple[sa.schema.SchemaItem, ...]:
    """What both tables have."""
    return (
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("source_id", _ID, nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("feature", sa.Text(), nullable=False),
        sa.Column("items", sa.Text(), server_default="[]", nullable=False, comment="JSON: keys"),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("ts", sa.BigInteger(), nullable=False),
        sa.Column("received_ts", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f(f"fk_{name}_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(
            "source_id", "external_id", name=op.f(f"uq_{name}_source_id_external_id")
        ),
    )
