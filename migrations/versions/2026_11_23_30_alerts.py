"""Alerts, once for each cause, and what became of the messages about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("cause", sa.String(length=400), nullable=False),
        sa.Column("rule", sa.String(length=16), nullable=False),
        sa.Column("stream", sa.Text(), server_default="", nullable=False),
        sa.Column("team", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="{}", nullable=False, comment="JSON"),
        sa.Column("since_ts", sa.BigInteger(), nullable=True),
        sa.Column("began_ts", sa.BigInteger(), nullable=False),
        sa.Column("ended_ts", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    is_open = sa.text("ended_ts IS NULL")
    op.create_index(
        "ix_alert_open",
        "alert",
        ["cause"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "alert_delivery",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("alert_id", _ID, nullable=False),
        sa.Column("route", sa.String(length=64), nullable=False),
        sa.Column("told", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("due_ts", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("message", sa.String(length=40), server_default="", nullable=False),
        sa.Column("planned_ts", sa.BigInteger(), nullable=False),
        sa.Column("delivered_ts", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_delivery_alert_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_delivery")),
        sa.UniqueConstraint(
            "alert_id", "route", "told", name=op.f("uq_alert_delivery_alert_id_route_told")
        ),
    )
    op.create_index("ix_alert_delivery_state_due_ts", "alert_delivery", ["state", "due_ts"])


def downgrade() -> None:
    """Which causes were told is forgotten: those that still hold are sent once more."""
    op.drop_table("alert_delivery")
    op.drop_table("alert")
